/**
 * TypeScript 7 has no JS API, so the walls and house rules read source by this scanner. It knows just enough (comments,
 * strings, nested templates, regular expressions) to never mistake text for code or code for text.
 */
export type TokenKind = 'word' | 'number' | 'string' | 'template' | 'regex' | 'comment' | 'punct';

export interface Token {
  kind: TokenKind;
  /** The source text; of strings and templates the content, with `${}` where a template has an expression. */
  text: string;
  line: number;
  endLine: number;
}

const WORD_START = /[\p{L}_$#]/u;
const WORD = /[\p{L}\p{N}_$#]/u;
const DIGIT = /[0-9]/;
const REGEX_FOLLOWS = new Set(
  'return typeof case in of delete void throw new else do instanceof yield await default'.split(' '),
);

interface Scan {
  source: string;
  at: number;
  line: number;
  tokens: Token[];
}

/** All tokens in order, comments included. Expressions inside a template follow the template's own token. */
export function tokenize(source: string): Token[] {
  const scan: Scan = { source, at: 0, line: 1, tokens: [] };
  if (source.startsWith('#!')) skipTo(scan, lineEnd(scan));
  scanCode(scan, false);
  return scan.tokens;
}

/** The tokens without comments: what rules about code look at. */
export function codeOf(tokens: Token[]): Token[] {
  return tokens.filter(token => token.kind !== 'comment');
}

function scanCode(scan: Scan, insideTemplate: boolean): void {
  let depth = 0;
  while (scan.at < scan.source.length) {
    const char = scan.source[scan.at]!;
    if (insideTemplate && char === '}' && depth === 0) return;
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    scanOne(scan, char);
  }
}

function scanOne(scan: Scan, char: string): void {
  const { source, at } = scan;
  if (char === '\n') scan.line += 1;
  if (/\s/.test(char)) scan.at += 1;
  else if (source.startsWith('//', at)) push(scan, 'comment', lineEnd(scan));
  else if (source.startsWith('/*', at)) push(scan, 'comment', endAfter(source, '*/', at + 2));
  else if (char === '`') scanTemplate(scan);
  else if (char === "'" || char === '"') scanString(scan, char);
  else if (char === '/' && source[at + 1] !== '>' && regexMayStand(scan.tokens)) scanRegex(scan);
  else if (WORD_START.test(char)) push(scan, 'word', endOfWord(scan));
  else if (DIGIT.test(char)) push(scan, 'number', endOfNumber(scan));
  else push(scan, 'punct', at + (punctOfSeveral(source, at)?.length ?? 1));
}

function punctOfSeveral(source: string, at: number): string | undefined {
  return ['=>', '...', '?.'].find(text => source.startsWith(text, at));
}

function push(scan: Scan, kind: TokenKind, end: number, text = scan.source.slice(scan.at, end)): void {
  const line = scan.line;
  skipTo(scan, end);
  scan.tokens.push({ kind, text, line, endLine: scan.line });
}

function skipTo(scan: Scan, end: number): void {
  for (; scan.at < end; scan.at += 1) if (scan.source[scan.at] === '\n') scan.line += 1;
}

function lineEnd(scan: Scan): number {
  const end = scan.source.indexOf('\n', scan.at);
  return end < 0 ? scan.source.length : end;
}

function endAfter(source: string, mark: string, from: number): number {
  const end = source.indexOf(mark, from);
  return end < 0 ? source.length : end + mark.length;
}

function endOfWord({ source, at }: Scan): number {
  let end = at + 1;
  while (end < source.length && WORD.test(source[end]!)) end += 1;
  return end;
}

function endOfNumber({ source, at }: Scan): number {
  let end = at + 1;
  while (end < source.length && /[\w.]/.test(source[end]!)) end += 1;
  return end;
}

/** A quote that its line does not close (prose inside JSX) is taken as a bare mark, so the rest is still read right. */
function scanString(scan: Scan, quote: string): void {
  let end = scan.at + 1;
  while (end < scan.source.length && scan.source[end] !== quote) {
    if (scan.source[end] === '\n') {
      push(scan, 'punct', scan.at + 1);
      return;
    }
    end += scan.source[end] === '\\' ? 2 : 1;
  }
  push(scan, 'string', Math.min(end + 1, scan.source.length), scan.source.slice(scan.at + 1, end));
}

function scanTemplate(scan: Scan): void {
  const token: Token = { kind: 'template', text: '', line: scan.line, endLine: scan.line };
  scan.tokens.push(token);
  let from = ++scan.at;
  while (scan.at < scan.source.length && scan.source[scan.at] !== '`') {
    if (scan.source[scan.at] === '\\') skipTo(scan, scan.at + 2);
    else if (scan.source.startsWith('${', scan.at)) {
      token.text += `${scan.source.slice(from, scan.at)}\${}`;
      push(scan, 'punct', scan.at + 2, '{');
      scanCode(scan, true);
      push(scan, 'punct', scan.at + 1, '}');
      from = scan.at;
    } else skipTo(scan, scan.at + 1);
  }
  token.text += scan.source.slice(from, scan.at);
  token.endLine = scan.line;
  scan.at += 1;
}

function scanRegex(scan: Scan): void {
  let inClass = false;
  let end = scan.at + 1;
  for (; end < scan.source.length && (inClass || scan.source[end] !== '/'); end += 1) {
    const char = scan.source[end];
    if (char === '\n') {
      push(scan, 'punct', scan.at + 1);
      return;
    }
    if (char === '\\') end += 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
  }
  end += 1;
  while (/[a-z]/.test(scan.source[end] ?? '')) end += 1;
  push(scan, 'regex', end);
}

/**
 * After a value a slash divides, and after `<` (or before `>`) it closes a tag of JSX; elsewhere it opens a regular
 * expression. `if (x) /re/` is not written here.
 */
function regexMayStand(tokens: Token[]): boolean {
  const last = tokens.findLast(token => token.kind !== 'comment');
  if (last === undefined) return true;
  if (last.kind === 'word') return REGEX_FOLLOWS.has(last.text);
  return last.kind === 'punct' && last.text !== ')' && last.text !== ']' && last.text !== '<';
}
