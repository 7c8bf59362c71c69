import { limits } from '#limits';
import type { Candidate, Lexicon } from './lexicon.ts';
import { otherMeasures } from './measures.ts';
import { editDistance, editsAllowed } from './spelling.ts';
import { stem } from './stem.ts';
import { formOf, isNameAndNumber } from './terms.ts';
import { readTokens, type Token } from './tokens.ts';

/** Other ways to say what begins at a place in a text; see `synonyms.ts`. */
export interface SynonymLookup {
  synonymsOf(words: readonly string[], at: number): { length: number; ways: string[][]; isEqual: boolean }[];
  /** Single words that have other ways to be said: known, though no product may use them. */
  readonly words: readonly string[];
}

/** One way to say a part of a query: a product says it so when it has all the terms. */
export interface Way {
  terms: string[];
  /** Up to 1: how sure it is that this was meant. */
  weight: number;
}

/** A part of a query. A product has it in any of its ways. */
export interface Clause {
  ways: Way[];
  /** How many words of the query it is made of. */
  words: number;
  /** A number, a model or a size: nothing that may be left out to find more. */
  isPrecise: boolean;
}

export interface Understood {
  clauses: Clause[];
  /** The query with its mistyped words replaced; null where there are none. */
  corrected: string | null;
  did_you_mean: string[];
}

const CANDIDATES_MAX = 8;
const ALTERNATIVES_MAX = 3;
/** What says the same, and what is only wider: who asks for earbuds wants those before other headphones. */
const EQUAL_WEIGHT = 0.85;
const WIDER_WEIGHT = 0.5;
const SPLIT_WEIGHT = 0.8;
/** Of two words that the catalogue writes as one: what is apart is mostly about something else. */
const APART_WEIGHT = 0.5;
const MEASURE_WEIGHT = 0.95;
const SPLIT_PART_MIN = 3;
/** A word that hardly any product has is taken for a slip when a near one is so much more frequent. */
const RARE_TIMES = 3;
const RARE_RATIO = 50;
const RARE_WEIGHT = 0.5;
const DOUBTED_MIN = 4;
/** As often as this a word of the synonyms is taken to stand in the catalogue. */
const SYNONYM_TIMES = 10;

/** Words that carry no meaning of their own; they are left out where others are there. */
const FILLERS = new Set('a an the of for with and or to in on by from at fur mit und der die das von'.split(' '));

/**
 * What a query means, as far as words go. Pure: the lexicon's answers decide, so every engine understands alike. With
 * slips it is read again without them.
 */
export function understand(text: string, lexicon: Lexicon, synonyms: SynonymLookup): Understood {
  const tokens = withoutFillers(readTokens(text).slice(0, limits.searchWordsMax));
  const words = tokens.map(formOf);
  const reading = { tokens, words, lexicon, synonyms };
  const clauses: Clause[] = [];
  const slips = new Map<Token, Candidate[]>();
  const doubts = new Map<Token, Candidate>();
  for (let at = 0; at < tokens.length; ) {
    const clause = synonymClause(reading, at) ?? joinedClause(reading, at) ?? wordClause(reading, at, slips, doubts);
    clauses.push(clause);
    at += clause.words;
  }
  const { corrected, did_you_mean } = tellSlips(text, slips, doubts);
  if (corrected === null) return { clauses, corrected, did_you_mean };
  return { clauses: understand(corrected, lexicon, synonyms).clauses, corrected, did_you_mean };
}

/**
 * Queries that may have been meant where no product has all words of this one although each is known: "phone cas",
 * "android table". The likeliest first.
 */
export function rethink(text: string, lexicon: Lexicon, synonyms: SynonymLookup): string[] {
  const tokens = withoutFillers(readTokens(text).slice(0, limits.searchWordsMax));
  const near = tokens
    .filter(({ text }) => text.length >= DOUBTED_MIN)
    .slice(0, limits.searchCorrectedWordsMax)
    .flatMap(token => nearest(token, lexicon, synonyms).map(candidate => ({ token, candidate })))
    .filter(({ token, candidate }) => isDoubtful(token, candidate, lexicon));
  near.sort((a, b) => likelihood(b.candidate, b.token.text) - likelihood(a.candidate, a.token.text));
  return near
    .slice(0, CANDIDATES_MAX)
    .map(({ token, candidate }) => replaced(text, new Map([[token, candidate.word]])));
}

interface Reading {
  tokens: Token[];
  words: string[];
  lexicon: Lexicon;
  synonyms: SynonymLookup;
}

function withoutFillers(tokens: Token[]): Token[] {
  const telling = tokens.filter(token => !FILLERS.has(token.text));
  return telling.length === 0 ? tokens : telling;
}

/** The ways to write a token itself. */
function ownWays({ kind, text, parts }: Token, form: string): Way[] {
  const ways = [{ terms: [form], weight: 1 }];
  if (parts.length > 1) ways.push({ terms: parts.map(stem), weight: 1 });
  if (kind === 'measure')
    for (const other of otherMeasures(text)) ways.push({ terms: [other], weight: MEASURE_WEIGHT });
  return ways;
}

function isKnown(lexicon: Lexicon, { terms }: Way): boolean {
  return terms.every(term => lexicon.timesOf(term) > 0);
}

/** The longest phrase that begins here and that people say in other ways too. */
function synonymClause({ tokens, words, lexicon, synonyms }: Reading, at: number): Clause | undefined {
  const found = synonyms.synonymsOf(words, at);
  const length = Math.max(0, ...found.map(each => each.length));
  if (length === 0) return undefined;
  const said = tokens.slice(at, at + length);
  const own: Way[] =
    said.length === 1
      ? ownWays(said[0]!, words[at]!)
      : [{ terms: words.slice(at, at + length), weight: 1 }, ...oneWord(words.slice(at, at + length))];
  const others = found
    .filter(each => each.length === length)
    .flatMap(({ ways, isEqual }) => ways.map(terms => ({ terms, weight: isEqual ? EQUAL_WEIGHT : WIDER_WEIGHT })));
  const ways = [...own, ...others].filter(way => isKnown(lexicon, way));
  return ways.length === 0 ? undefined : { ways, words: length, isPrecise: false };
}

function oneWord(words: string[]): Way[] {
  return [{ terms: [stem(words.join(''))], weight: 1 }];
}

/** Two words that the catalogue writes as one: "head set", "tn 2110", "usb c". */
function joinedClause({ tokens, words, lexicon }: Reading, at: number): Clause | undefined {
  const [first, second] = [tokens[at]!, tokens[at + 1]];
  if (second === undefined || first.parts.length > 1 || second.parts.length > 1) return undefined;
  const areWords = first.kind === 'word' && second.kind === 'word';
  if (!areWords && !isNameAndNumber(first, { ...second, start: first.end })) return undefined;
  const joined = areWords ? stem(first.text + second.text) : first.text + second.text;
  const times = lexicon.timesOf(joined);
  if (times === 0) return undefined;
  const apart = { terms: [words[at]!, words[at + 1]!], weight: areWords ? APART_WEIGHT : 1 };
  const ways = [{ terms: [joined], weight: 1 }, apart].filter(way => isKnown(lexicon, way));
  return { ways, words: 2, isPrecise: !areWords };
}

function wordClause(
  reading: Reading,
  at: number,
  slips: Map<Token, Candidate[]>,
  doubts: Map<Token, Candidate>,
): Clause {
  const { tokens, words, lexicon, synonyms } = reading;
  const token = tokens[at]!;
  const isPrecise = token.kind !== 'word';
  const own = ownWays(token, words[at]!).filter(way => isKnown(lexicon, way));
  const near = own.length === 0 && slips.size < limits.searchCorrectedWordsMax ? nearest(token, lexicon, synonyms) : [];
  // Of an unknown word one slip is likelier than that two words were written as one.
  const apart = near[0]?.distance === 1 ? [] : splitWays(token, lexicon, own);
  if (own.length > 0 || apart.length > 0) {
    const doubt = own.length > 0 && token.kind === 'word' ? doubtOf(token, words[at]!, reading) : undefined;
    if (doubt === undefined) return { ways: [...own, ...apart], words: 1, isPrecise };
    doubts.set(token, doubt);
    return { ways: [...own, { terms: [stem(doubt.word)], weight: RARE_WEIGHT }, ...apart], words: 1, isPrecise };
  }
  // A size that no product has may still be told by its number: 27" of a title that says only 27.
  const bare = token.kind === 'measure' ? [{ terms: token.parts, weight: 1 }] : [];
  if (bare.some(way => isKnown(lexicon, way))) return { ways: bare, words: 1, isPrecise };
  if (near.length === 0) return { ways: [{ terms: [words[at]!], weight: 1 }], words: 1, isPrecise };
  slips.set(token, near);
  return { ways: [{ terms: [stem(near[0]!.word)], weight: 1 }], words: 1, isPrecise };
}

/** "smartwatch" = "smart watch", "iphone11" = "iphone 11": where both pieces are better known than the whole. */
function splitWays({ kind, text, parts }: Token, lexicon: Lexicon, own: Way[]): Way[] {
  if (parts.length > 1 || kind === 'number' || kind === 'measure') return [];
  const times = Math.max(0, ...own.map(({ terms }) => lexicon.timesOf(terms[0]!)));
  if (kind === 'code') {
    const [, letters, digits] = /^(\p{L}{2,})(\d+)$/u.exec(text) ?? [];
    const way = { terms: [letters ?? '', digits ?? ''], weight: 1 };
    return letters !== undefined && times === 0 && isKnown(lexicon, way) ? [way] : [];
  }
  let best: { way: Way; times: number } | undefined;
  for (let cut = SPLIT_PART_MIN; cut <= text.length - SPLIT_PART_MIN; cut++) {
    const terms = [text.slice(0, cut), stem(text.slice(cut))];
    const least = Math.min(...terms.map(term => lexicon.timesOf(term)));
    if (least > Math.max(times, best?.times ?? RARE_TIMES))
      best = { way: { terms, weight: SPLIT_WEIGHT }, times: least };
  }
  return best === undefined ? [] : [best.way];
}

/** The catalogue's words that a mistyped one may have meant, the likeliest first. */
function nearest({ kind, text }: Token, lexicon: Lexicon, synonyms: SynonymLookup): Candidate[] {
  if (kind !== 'word' || editsAllowed(text) === 0) return [];
  const edits = editsAllowed(text);
  const said = synonyms.words
    .filter(word => lexicon.timesOf(stem(word)) === 0)
    .map(word => ({ word, times: SYNONYM_TIMES, distance: editDistance(text, word, edits) }))
    .filter(({ distance }) => distance <= edits);
  const known = lexicon.closest(text, CANDIDATES_MAX).filter(({ word }) => lexicon.timesOf(stem(word)) > 0);
  return [...known, ...said].sort((a, b) => likelihood(b, text) - likelihood(a, text) || (a.word < b.word ? -1 : 1));
}

/** Short words have too many neighbours, and a word that is about as frequent as its neighbour was meant. */
function isDoubtful(token: Token, { word, times, distance }: Candidate, lexicon: Lexicon): boolean {
  const form = formOf(token);
  return distance === 1 && stem(word) !== form && times >= RARE_RATIO * lexicon.timesOf(form);
}

/** Frequent words are meant more often, a second slip is rare, and a first letter is seldom wrong. */
function likelihood({ word, times, distance }: Candidate, typed: string): number {
  return Math.log10(1 + times) - 2 * distance + (word[0] === typed[0] ? 1 : 0);
}

function doubtOf(token: Token, form: string, { lexicon, synonyms }: Reading): Candidate | undefined {
  const times = lexicon.timesOf(form);
  if (times > RARE_TIMES || editsAllowed(token.text) === 0) return undefined;
  return nearest(token, lexicon, synonyms).find(
    ({ word, distance, times: others }) => distance === 1 && stem(word) !== form && others >= RARE_RATIO * times,
  );
}

function tellSlips(text: string, slips: Map<Token, Candidate[]>, doubts: Map<Token, Candidate>) {
  const choice = new Map([...slips].map(([token, near]) => [token, near[0]!.word]));
  const corrected = choice.size === 0 ? null : replaced(text, choice);
  const others = [...slips].flatMap(([token, near]) =>
    near.slice(1).map(({ word }) => replaced(text, new Map([...choice, [token, word]]))),
  );
  const doubted = [...doubts].map(([token, { word }]) => replaced(text, new Map([...choice, [token, word]])));
  return { corrected, did_you_mean: [...doubted, ...others].slice(0, ALTERNATIVES_MAX) };
}

function replaced(text: string, choice: Map<Token, string>): string {
  let result = '';
  let done = 0;
  for (const [{ start, end }, by] of [...choice].sort(([a], [b]) => a.start - b.start)) {
    result += text.slice(done, start) + by;
    done = end;
  }
  return result + text.slice(done);
}
