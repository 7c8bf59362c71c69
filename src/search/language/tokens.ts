import { measure, unitOf } from './measures.ts';

/**
 * `word`: letters; `number`; `code`: letters and digits, as models have them; `measure`: an amount with its unit.
 */
export interface Token {
  kind: 'word' | 'number' | 'code' | 'measure';
  /** Normal form, written in one: `tn2110`, `wifi`, `15.6in`, `128gb`. */
  text: string;
  /** The pieces in the order in which they stand: `tn`, `2110`. One where it has none. */
  parts: string[];
  /** Where it stands in the text it was read from. */
  start: number;
  end: number;
}

interface Run {
  text: string;
  start: number;
  end: number;
  /** What stands between it and the next one. */
  gap: string;
}

const IS_ASCII = /^[\t\n\r -~]*$/;
/** Runs of letters and digits, and what stands between them, in turn. */
const ASCII_PIECE = /[a-z0-9]+|[^a-z0-9]+/g;
const PIECE = /[\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+/gu;
const ASCII_RUN = /^[a-z0-9]/;
const RUN = /^[\p{L}\p{N}\p{M}]/u;
const PART = /[\p{L}\p{N}]+/gu;
const DIGIT = /\p{N}/u;
const NUMBER = /^\d+$/;
/** A longer run is no word of a language; it is cut alike in the index and in a query. */
const RUN_LENGTH_MAX = 64;
const NUMBER_AND_LETTERS = /^(\d+)([a-z]*)$/;
const INCH = /^(?:"|″|”|''|’’|′′)/;
/** What holds the pieces of one name together: TN-2110, N/A, wi-fi, TL_WN725, Node.js. */
const TIE = /^[-/._·‐‑–]$/;
const APOSTROPHE = /^['’ʼ`´]$/;
const TIED_MAX = 5;

/** A text as words, numbers, codes and measures, in their order. The same for what is indexed and for what is asked. */
export function readTokens(text: string): Token[] {
  const runs = readRuns(text);
  const tokens: Token[] = [];
  for (let at = 0; at < runs.length; ) {
    const token = readNumber(runs, at) ?? readName(runs, at);
    tokens.push(token);
    at += token.runs;
  }
  return tokens;
}

type Read = Token & { runs: number };

/** A number, which may have a decimal part, and the unit behind it. */
function readNumber(runs: Run[], at: number): Read | undefined {
  const [, digits, letters] = NUMBER_AND_LETTERS.exec(runs[at]!.text) ?? [];
  if (digits === undefined) return undefined;
  if (letters !== '') return withUnit(runs, { at, last: at, whole: digits, letters: letters! });
  const next = runs[at + 1];
  const gap = next === undefined ? '' : runs[at]!.gap;
  const [, decimals, rest] = gap === '.' || gap === ',' ? (NUMBER_AND_LETTERS.exec(next!.text) ?? []) : [];
  // "1.5.2" is a version and "1,2,3" a list; "1,000" a thousand.
  const isList = decimals !== undefined && next!.gap === gap && NUMBER.test(runs[at + 2]?.text ?? '');
  if (decimals === undefined || decimals.length > 3 || isList) {
    return withUnit(runs, { at, last: at, whole: digits, letters: '' });
  }
  const whole = gap === ',' && decimals.length === 3 ? `${digits}${decimals}` : `${digits}.${decimals}`;
  return withUnit(runs, { at, last: at + 1, whole, letters: rest! });
}

function withUnit(
  runs: Run[],
  { at, last, whole, letters }: { at: number; last: number; whole: string; letters: string },
): Read | undefined {
  const { start } = runs[at]!;
  const of = (unit: string, end: number): Read => {
    const amount = measure(whole, unit);
    return { kind: 'measure', text: amount, parts: [whole], start, end: runs[end]!.end, runs: end - at + 1 };
  };
  if (letters !== '') {
    const unit = unitOf(letters, true);
    return unit === undefined ? undefined : of(unit, last);
  }
  const gap = runs[last]!.gap;
  if (INCH.test(gap)) return of('in', last);
  const next = runs[last + 1];
  if (next !== undefined && (gap === ' ' || gap === '-' || gap === '\u00a0')) {
    const unit = unitOf(next.text, gap === '-');
    if (unit !== undefined) return of(unit, last + 1);
  }
  if (last === at && next !== undefined && TIE.test(gap)) return undefined;
  return { kind: 'number', text: whole, parts: [whole], start, end: runs[last]!.end, runs: last - at + 1 };
}

/** A word or a code, with all that is tied to it. */
function readName(runs: Run[], at: number): Read {
  const first = runs[at]!;
  const parts = [first.text];
  let last = at;
  while (last + 1 < runs.length && parts.length < TIED_MAX) {
    const gap = runs[last]!.gap;
    const next = runs[last + 1]!;
    if (gap.length !== 1 || gap === ' ') break;
    if (APOSTROPHE.test(gap) && next.text.length <= 2 && !DIGIT.test(next.text)) parts[parts.length - 1] += next.text;
    else if (TIE.test(gap)) parts.push(next.text);
    else break;
    last += 1;
  }
  const { start } = first;
  const { end } = runs[last]!;
  if (last === at) {
    return { kind: kindOf(first.text), text: first.text, parts, start, end, runs: 1 };
  }
  const whole = parts.join('').slice(0, RUN_LENGTH_MAX).toWellFormed();
  return { kind: kindOf(whole), text: whole, parts, start, end, runs: last - at + 1 };
}

function kindOf(text: string): Token['kind'] {
  if (!DIGIT.test(text)) return 'word';
  return NUMBER.test(text) ? 'number' : 'code';
}

function readRuns(text: string): Run[] {
  // Most texts of a catalogue are ASCII, for which this is much faster and says the same. Regular expressions are fast
  // from the first text on, which a loop over characters is not.
  const isAscii = IS_ASCII.test(text);
  const pieces = (isAscii ? text.toLowerCase().match(ASCII_PIECE) : text.match(PIECE)) ?? [];
  const runs: Run[] = [];
  let at = 0;
  for (const piece of pieces) {
    const end = at + piece.length;
    if (!(isAscii ? ASCII_RUN : RUN).test(piece)) {
      const last = runs.at(-1);
      if (last !== undefined) last.gap = piece;
    } else if (isAscii) {
      runs.push({ text: cut(piece), start: at, end, gap: '' });
    } else {
      for (const [part] of fold(piece).matchAll(PART)) runs.push({ text: cut(part), start: at, end, gap: '' });
    }
    at = end;
  }
  return runs;
}

function cut(run: string): string {
  return run.length > RUN_LENGTH_MAX ? run.slice(0, RUN_LENGTH_MAX).toWellFormed() : run;
}

function fold(text: string): string {
  // Twice, as lower-casing some letters (İ) makes new marks.
  return text.normalize('NFKD').toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '');
}

/** Words as people write them, whole and in their pieces; numbers and codes are none. */
export function addWords(words: Set<string>, tokens: Token[]): void {
  for (const { kind, text, parts } of tokens) {
    if (kind !== 'word') continue;
    words.add(text);
    if (parts.length > 1) for (const part of parts) words.add(part);
  }
}
