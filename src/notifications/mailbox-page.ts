import type { Mail } from './contract.ts';
import { escapeHtml } from './render-letter.ts';

/** Mails as their text: their HTML carries styles that a page under our Content-Security-Policy does not run. */
export function mailboxPage(mails: Mail[], to: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox</title>
<link rel="stylesheet" href="/home.css">
</head>
<body>
<main class="content">
<h1>Mailbox</h1>
<p>What the shop has mailed, newest first. For programs: <a href="/dev/mail.json">/dev/mail.json</a></p>
<form action="/dev/mail"><p><label>To <input name="to" type="search" value="${escapeHtml(to)}"></label>
<button>Show</button></p></form>
${mails.length === 0 ? '<p>Nothing yet.</p>' : mails.map(article).join('\n')}
</main>
</body>
</html>
`;
}

function article({ to, subject, text, kind, sent_at }: Mail): string {
  const when = sent_at === null ? 'not sent yet' : `<time datetime="${sent_at}">${sent_at}</time>`;
  return `<article>
<h2>${escapeHtml(subject)}</h2>
<p>To ${escapeHtml(to)}, ${kind}, ${when}</p>
<pre>${withLinks(text)}</pre>
</article>`;
}

function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/\S+)/)
    .map((part, i) => (i % 2 === 1 ? `<a href="${escapeHtml(part)}">${escapeHtml(part)}</a>` : escapeHtml(part)))
    .join('');
}
