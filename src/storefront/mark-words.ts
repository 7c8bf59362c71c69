/** A piece of a text, and whether it says what was asked for. */
export interface Piece {
  text: string;
  isMatch: boolean;
}

interface Run {
  start: number;
  end: number;
  /** Lower case, without accents: letters and digits alone. */
  plain: string;
}

/** Neighbouring runs taken as one word, from one run on. */
interface Joined {
  key: string;
  end: number;
  runs: number;
}

const RUN = /[\p{L}\p{N}\p{M}]+/gu;
/** What may part the pieces of one word. */
const JOINT = /^[\s._/+\p{Pd}]$/u;
/** So many neighbours may be one word in another spelling: `head set`, `TN-2110`, `Wi-Fi 6`. */
const JOINED_MAX = 3;
const PLURAL_LENGTH_MIN = 4;

/**
 * Cuts a text where it has words of the query: case, accents and a plural's "s" aside, parts of hyphenated words too,
 * and what is written apart here and together there. Neighbours are one piece. `isTyping`: the query's last word may
 * have only begun, and so much of a word is marked.
 */
export function markWords(text: string, query: string, { isTyping = false } = {}): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const [start, end] of findMatches(text, query, isTyping)) {
    const match = pieces.at(-1);
    if (match !== undefined && JOINT.test(text.slice(done, start))) {
      match.text += text.slice(done, end);
    } else {
      if (start > done) pieces.push({ text: text.slice(done, start), isMatch: false });
      pieces.push({ text: text.slice(start, end), isMatch: true });
    }
    done = end;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), isMatch: false });
  return pieces;
}

function findMatches(text: string, query: string, isTyping: boolean): [start: number, end: number][] {
  const asked = readRuns(query);
  const wanted = new Set(asked.flatMap((_, at) => joinedFrom(query, asked, at).map(({ key }) => key)));
  const last = asked.at(-1);
  const begun = isTyping && last?.end === query.length ? last.plain : undefined;
  const runs = readRuns(text);
  const found: [number, number][] = [];
  for (let at = 0; at < runs.length; ) {
    const run = runs[at]!;
    const match = joinedFrom(text, runs, at).findLast(({ key }) => wanted.has(key));
    if (match !== undefined) found.push([run.start, match.end]);
    else if (begun !== undefined && run.plain.startsWith(begun)) found.push([run.start, endOf(begun, text, run)]);
    at += match?.runs ?? 1;
  }
  return found;
}

function readRuns(text: string): Run[] {
  const runs = [...text.matchAll(RUN)].map(({ 0: run, index }) => ({
    start: index,
    end: index + run.length,
    plain: plainOf(run),
  }));
  // Signs that stand on no letter are no word.
  return runs.filter(({ plain }) => plain !== '');
}

/** Twice, as lower-casing some letters (İ) makes new marks. */
function plainOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** The run by itself, and with those behind it that belong to it; the longest comes last. */
function joinedFrom(text: string, runs: readonly Run[], at: number): Joined[] {
  const all: Joined[] = [];
  let plain = '';
  for (let next = at; next < Math.min(at + JOINED_MAX, runs.length); next++) {
    const run = runs[next]!;
    if (next > at && !JOINT.test(text.slice(runs[next - 1]!.end, run.start))) break;
    plain += run.plain;
    all.push({ key: withoutPlural(plain), end: run.end, runs: next - at + 1 });
  }
  return all;
}

function withoutPlural(word: string): string {
  return word.length >= PLURAL_LENGTH_MIN && /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

/** Where in the text the run's beginning ends: a letter may be written with signs of its own. */
function endOf(begun: string, text: string, { start, end }: Run): number {
  let until = start;
  for (const letter of text.slice(start, end)) {
    // What stands on a letter belongs to it.
    if (plainOf(text.slice(start, until)).length >= begun.length && plainOf(letter) !== '') break;
    until += letter.length;
  }
  return until;
}
