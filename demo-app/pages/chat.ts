/** The chat's page: landmarks and forms; rooms, people and messages are filled in by /js/main.js. */
import { type Client, remembered, scriptPath } from '../clients.js';
import { type Html, html } from '../html.js';
import { limits } from '../limits.js';
import type { User } from '../sessions.js';
import { frame, icon, mark } from './frame.js';

/** @param clients those that have a page, this one among them */
export function chatPage(user: User, client: Client, clients: readonly Client[]): Html {
  return frame({
    title: 'Chat',
    kind: 'chat',
    head: html`<link rel="stylesheet" href="/css/layout.css">
<link rel="stylesheet" href="/css/header.css">
<link rel="stylesheet" href="/css/messages.css">
<link rel="stylesheet" href="/css/composer.css">
<link rel="stylesheet" href="/css/clients.css">
<script src="${scriptPath(client)}" defer></script>
<script type="module" src="/js/main.js"></script>`,
    body: html`
<a class="skip" href="#text">Skip to the message field</a>
<p id="banner" class="banner" role="status"></p>
<noscript><p class="banner" data-kind="lost">This chat needs JavaScript.</p></noscript>
<div class="frame">${sidebar(user, client, clients)}${conversation(client)}</div>
<div id="drop" class="drop" hidden>${icon('picture')}<span>Drop the picture here</span></div>
<dialog id="viewer" class="viewer" aria-label="Picture"></dialog>`,
  });
}

function sidebar(user: User, client: Client, clients: readonly Client[]): Html {
  return html`
<div id="shade" class="shade" hidden></div>
<aside id="drawer" class="sidebar" aria-label="Rooms and people">
  <p class="brand">${mark}<span>Chat</span>
    <button id="close-drawer" class="quiet only-narrow" type="button" aria-label="Close rooms">${icon('cross')}</button></p>
  <nav aria-labelledby="rooms-title">
    <h2 id="rooms-title">Rooms</h2>
    <ul id="rooms" class="rooms"></ul>
    <form id="create" class="create">
      <label class="unseen" for="new-room">Name of a new room</label>
      <input id="new-room" type="text" maxlength="${limits.roomNameLength}" placeholder="New room" autocomplete="off">
      <button class="quiet" type="submit" aria-label="Create room">${icon('plus')}</button>
    </form>
  </nav>
  <section aria-labelledby="people-title">
    <h2 id="people-title">In this room <span id="people-count" class="count"></span></h2>
    <ul id="people" class="people"></ul>
  </section>
  ${links(client, clients)}
  <div class="me">
    <span id="my-face" class="face" aria-hidden="true"></span>
    <p><strong id="my-name">${user.name}</strong><span id="state">Connecting…</span></p>
    <form method="post" action="/sign-out${remembered(client)}">
      <button class="quiet" type="submit" aria-label="Sign out" title="Sign out">${icon('leave')}</button>
    </form>
  </div>
</aside>`;
}

/** The same chat by clients of other generations. */
function links(current: Client, clients: readonly Client[]): Html {
  const items = clients.map(
    (client) => html`
      <li><a href="${client.path}" title="socket.io-client ${client.version}"
        ${client === current ? html`aria-current="page"` : ''}>${client.name}</a></li>`,
  );
  return html`
  <nav class="clients" aria-labelledby="clients-title">
    <h2 id="clients-title">Client</h2>
    <ul>${items}</ul>
  </nav>`;
}

const composer = html`
<form id="composer" class="composer" aria-label="New message">
  <div id="preview" class="preview" hidden></div>
  <div class="field">
    <button id="attach" class="quiet" type="button" aria-label="Add a picture" title="Add a picture">${icon('picture')}</button>
    <input id="file" type="file" accept="image/png,image/jpeg,image/gif,image/webp" hidden>
    <label class="unseen" for="text">Message</label>
    <textarea id="text" rows="1" maxlength="${limits.textLength}" placeholder="Message" enterkeyhint="send"
      aria-describedby="keys"></textarea>
    <span id="left" class="left" aria-live="polite"></span>
    <button id="send" class="send" type="submit" aria-label="Send">${icon('send')}</button>
  </div>
  <p id="keys" class="keys"><kbd>Enter</kbd> sends, <kbd>Shift</kbd> + <kbd>Enter</kbd> makes a new line. Pictures can be
    pasted or dropped.</p>
</form>`;

function conversation({ name, version, line, transports }: Client): Html {
  return html`
<main id="chat" data-line="${line}" data-transports="${transports.join(' ')}">
  <header class="top">
    <button id="menu" class="quiet only-narrow" type="button" aria-label="Rooms" aria-expanded="false"
      aria-controls="drawer">${icon('menu')}<span id="menu-dot" class="dot" hidden></span></button>
    <div><h1 id="room">Chat</h1><p id="summary" class="summary"></p></div>
    <span class="client" title="This page uses socket.io-client ${version}">client ${name}</span>
    <div id="faces" class="faces" aria-hidden="true"></div>
  </header>
  <div id="log" class="log" role="log" aria-label="Messages" aria-live="polite" tabindex="0"></div>
  <button id="newest" class="newest" type="button" hidden>${icon('down')} New messages</button>
  <p id="typing" class="typing" aria-live="polite"></p>
  ${composer}
</main>`;
}
