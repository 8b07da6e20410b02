/** What all pages share: the document around them and the icons. */
import { type Html, html } from '../html.js';

/** @param head more elements for the head: styles and scripts of one page */
export function frame(page: { title: string; kind: string; head: Html; body: Html }): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f4f3fa" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#131219" media="(prefers-color-scheme: dark)">
<title>${page.title}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/css/base.css">
${page.head}
</head>
<body class="${page.kind}">
${page.body}
</body>
</html>
`;
}

/** An icon from /icons.svg; it says nothing by itself, its button has the label. */
export function icon(name: string): Html {
  return html`<svg class="icon" aria-hidden="true" focusable="false"><use href="/icons.svg#${name}"></use></svg>`;
}

/** The mark of the demo. */
export const mark = html`<span class="mark" aria-hidden="true">${icon('talk')}</span>`;
