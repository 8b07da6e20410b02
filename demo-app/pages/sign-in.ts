/** The page with the form that asks for a name; it works without any script. */
import { type Html, html } from '../html.js';
import { limits } from '../limits.js';
import { frame, icon, mark } from './frame.js';

/** @param form what was typed before, what was wrong with it, and what its address ends with; all may be empty */
export function signInPage(form: { name: string; problem: string; rest: string }): Html {
  return frame({
    title: 'Sign in – Chat',
    kind: 'sign-in',
    head: html`<link rel="stylesheet" href="/css/sign-in.css">`,
    body: html`
<main class="card">
  ${mark}
  <h1>Join the chat</h1>
  <p class="lead">A few rooms, whoever is around, and nothing kept for longer than the talk.</p>
  <form method="post" action="/sign-in${form.rest}">
    <label for="name">Your name</label>
    <input id="name" name="name" type="text" value="${form.name}" maxlength="${limits.nameLength}" required
      autofocus autocomplete="nickname" spellcheck="false" aria-describedby="problem hint"
      ${form.problem ? html`aria-invalid="true"` : ''}>
    <p id="problem" class="problem" role="alert">${form.problem}</p>
    <button type="submit" class="primary">Enter ${icon('arrow')}</button>
    <p id="hint" class="hint">Up to ${limits.nameLength} characters. It need not be unique: if somebody in the room
      has the same name, you will be told.</p>
  </form>
</main>
<p class="foot">A demo of express-socketio: the chat knows you by the session that this form makes.</p>`,
  });
}
