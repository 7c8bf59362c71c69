/** A message before it has a form: the text and the HTML of a mail are made of the same words. */
export interface Letter {
  subject: string;
  /** Whom it greets, as they named themselves; null for nobody in particular. */
  name: string | null;
  paragraphs: string[];
  items?: { title: string; quantity: number; amount: string }[];
  /** Below the items: what they come to. */
  sums?: { label: string; amount: string }[];
  link?: { label: string; url: string };
  /** Below the link, in small letters. */
  remark?: string;
}

export interface Message {
  subject: string;
  text: string;
  html: string;
}

const SUBJECT_MAX = 150;
const SHOP = 'Doorbuster';

export function renderLetter(letter: Letter): Message {
  return { subject: subjectOf(letter), text: renderText(letter), html: renderHtml(letter) };
}

export function subjectOf({ subject }: Letter): string {
  return headerText(subject);
}

/** One line without control characters, so that no title or name can begin another header. */
function headerText(text: string): string {
  const line = oneLine(text);
  return line.length <= SUBJECT_MAX ? line : `${[...line].slice(0, SUBJECT_MAX - 1).join('')}…`;
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/**
 * Anybody can sign up with anybody's address. A name that could carry a message or a link of its own is left out, so
 * that our mails can't be made to say it.
 */
function greeting(name: string | null): string {
  const plain = name === null ? '' : oneLine(name);
  return /^[\p{L}\p{M}'’ -]{1,40}$/u.test(plain) ? `Hello ${plain},` : 'Hello,';
}

function renderText({ name, paragraphs, items = [], sums = [], link, remark }: Letter): string {
  const rows = [
    ...items.map(({ title, quantity, amount }) => `${quantity} × ${oneLine(title)}: ${amount}`),
    ...sums.map(({ label, amount }) => `${label}: ${amount}`),
  ];
  const parts = [
    greeting(name),
    ...paragraphs,
    ...(rows.length > 0 ? [rows.join('\n')] : []),
    ...(link === undefined ? [] : [`${link.label}:\n${link.url}`]),
    ...(remark === undefined ? [] : [remark]),
    SHOP,
  ];
  return `${parts.join('\n\n')}\n`;
}

const INK = 'color:#1f2430';
const QUIET = 'color:#676c78';
const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CELL = 'padding:8px 0;border-bottom:1px solid #e4dfd8';

/** Tables and inline styles: the HTML that mail programs agree on. */
function renderHtml({ subject, name, paragraphs, items = [], sums = [], link, remark }: Letter): string {
  const text = (words: string) => `<p style="margin:0 0 16px">${escapeHtml(words)}</p>`;
  const rows = [
    ...items.map(({ title, quantity, amount }) => row(`${quantity} × ${oneLine(title)}`, amount, '400')),
    ...sums.map(({ label, amount }) => row(label, amount, '600')),
  ];
  const table =
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" ' +
    `style="margin:0 0 24px;border-top:1px solid #e4dfd8;font-size:15px">${rows.join('')}</table>`;
  const button =
    link === undefined
      ? ''
      : `<p style="margin:0 0 24px"><a href="${escapeHtml(link.url)}" style="display:inline-block;padding:12px 20px;` +
        `border-radius:6px;background:#b3321b;color:#ffffff;text-decoration:none">${escapeHtml(link.label)}</a></p>`;
  const small = remark === undefined ? '' : `<p style="margin:0;${QUIET};font-size:13px">${escapeHtml(remark)}</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(headerText(subject))}</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f3f0eb;${FONT};font-size:16px;line-height:1.5;${INK}">
<div style="max-width:560px;margin:0 auto;padding:32px;border-radius:10px;background:#ffffff">
<p style="margin:0 0 24px;font-size:20px;font-weight:700;color:#b3321b">${SHOP}</p>
${text(greeting(name))}
${paragraphs.map(text).join('\n')}
${rows.length === 0 ? '' : table}
${button}
${small}
</div>
</body>
</html>
`;
}

function row(label: string, amount: string, weight: string): string {
  const cell = `${CELL};font-weight:${weight}`;
  return (
    `<tr><td style="${cell}">${escapeHtml(label)}</td>` +
    `<td align="right" style="${cell};white-space:nowrap">${escapeHtml(amount)}</td></tr>`
  );
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
