import { limits } from '#limits';
import { formOf } from './terms.ts';
import { readTokens } from './tokens.ts';
import type { SynonymLookup } from './understand.ts';

/** One line of the list. */
export interface SynonymRule {
  /** The phrases that people ask with. */
  asked: string[];
  /** What they find beside them; null where each of `asked` stands for the others. */
  found: string[] | null;
}

export const synonymProblems = [
  'TEXT_TOO_LONG',
  'TOO_MANY_RULES',
  'TOO_MANY_PHRASES',
  'PHRASE_TOO_LONG',
  'PHRASE_EMPTY',
  'NOTHING_ELSE',
  'TWO_ARROWS',
] as const;
export type SynonymProblemCode = (typeof synonymProblems)[number];

export interface SynonymProblem {
  /** From 1. */
  line: number;
  code: SynonymProblemCode;
  message: string;
}

const messages: Record<SynonymProblemCode, string> = {
  TEXT_TOO_LONG: `The list has more than ${limits.synonymTextMax} characters.`,
  TOO_MANY_RULES: `The list has more than ${limits.synonymRulesMax} rules.`,
  TOO_MANY_PHRASES: `A rule has at most ${limits.synonymPhrasesMax} phrases.`,
  PHRASE_TOO_LONG: `A phrase has at most ${limits.synonymWordsMax} words and ${limits.synonymPhraseLengthMax} characters.`,
  PHRASE_EMPTY: 'Between two commas, or at an end, a phrase is missing.',
  NOTHING_ELSE: 'A rule names two phrases or more, with a comma or => between them.',
  TWO_ARROWS: 'A rule has one => at most.',
};

const COMMENT = /(?:^|\s)#.*$/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Reads a list that people write, a rule a line; `laptop, notebook` or `tv => television`, and comments behind a #. */
export function readSynonyms(text: string): { rules: SynonymRule[]; problems: SynonymProblem[] } {
  const rules: SynonymRule[] = [];
  if (text.length > limits.synonymTextMax) return { rules, problems: [problem(1, 'TEXT_TOO_LONG')] };
  const problems: SynonymProblem[] = [];
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const words = line.replace(COMMENT, '').trim();
    if (words === '') continue;
    if (rules.length === limits.synonymRulesMax) {
      problems.push(problem(index + 1, 'TOO_MANY_RULES'));
      break;
    }
    const rule = readRule(words);
    if (typeof rule === 'string') problems.push(problem(index + 1, rule));
    else rules.push(rule);
  }
  return { rules, problems };
}

function problem(line: number, code: SynonymProblemCode): SynonymProblem {
  return { line, code, message: messages[code] };
}

function readRule(text: string): SynonymRule | SynonymProblemCode {
  const sides = text.split('=>').map(side => side.split(',').map(phrase => phrase.trim().replaceAll(/\s+/g, ' ')));
  if (sides.length > 2) return 'TWO_ARROWS';
  const phrases = sides.flat();
  if (phrases.some(phrase => !LETTER_OR_DIGIT.test(phrase))) return 'PHRASE_EMPTY';
  if (phrases.length === 1) return 'NOTHING_ELSE';
  if (phrases.length > limits.synonymPhrasesMax) return 'TOO_MANY_PHRASES';
  if (phrases.some(isTooLong)) return 'PHRASE_TOO_LONG';
  return { asked: sides[0]!, found: sides[1] ?? null };
}

function isTooLong(phrase: string): boolean {
  return phrase.length > limits.synonymPhraseLengthMax || phrase.split(' ').length > limits.synonymWordsMax;
}

/** A phrase as the list has it, and its words in the form in which an index holds them. */
interface Phrase {
  said: string;
  words: string[];
}

interface Asked extends Phrase {
  /** By their words, so that none stands twice: those of two-way rules, and those of one-way rules alone. */
  equal: Map<string, Phrase>;
  wider: Map<string, Phrase>;
}

/** The rules, ready to be asked: what else people say for the words of a query. Never changed once it is made. */
export class Synonyms implements SynonymLookup {
  readonly words: readonly string[];
  /** By their first word, the longest first. */
  readonly #asked = new Map<string, Asked[]>();

  constructor(rules: readonly SynonymRule[]) {
    for (const { asked, found } of rules) {
      const left = phrasesOf(asked);
      const right = found === null ? left : phrasesOf(found);
      for (const phrase of left) this.#add(phrase, right, found === null ? 'equal' : 'wider');
    }
    const said = rules.flatMap(({ asked, found }) => [...asked, ...(found ?? [])]);
    this.words = [...new Set(said.flatMap(phrase => readTokens(phrase).map(token => token.text)))].filter(isTelling);
  }

  /**
   * What begins at a place in words of normal form and has other ways to be said: how many words, and the others.
   * `isEqual`: they say the same; else they are about more than what was asked for.
   */
  synonymsOf(words: readonly string[], at: number): { length: number; ways: string[][]; isEqual: boolean }[] {
    return this.#begunAt(words, at).flatMap(({ words: own, equal, wider }) =>
      [equal, wider]
        .filter(ways => ways.size > 0)
        .map(ways => ({
          length: own.length,
          ways: Array.from(ways.values(), way => way.words),
          isEqual: ways === equal,
        })),
    );
  }

  /** The same for people, of a whole text and as the list has it. */
  explain(text: string): { said: string; ways: string[] }[] {
    const words = wordsOf(text);
    return words.flatMap((_, at) =>
      this.#begunAt(words, at).map(({ said, equal, wider }) => ({
        said,
        ways: [...equal.values(), ...wider.values()].map(way => way.said),
      })),
    );
  }

  #begunAt(words: readonly string[], at: number): Asked[] {
    const begun = this.#asked.get(words[at] ?? '') ?? [];
    return begun.filter(phrase => phrase.words.every((word, index) => words[at + index] === word));
  }

  #add(phrase: Phrase, others: Phrase[], kind: 'equal' | 'wider'): void {
    const key = keyOf(phrase);
    const ways = others.filter(other => keyOf(other) !== key);
    if (ways.length === 0) return;
    const first = phrase.words[0]!;
    const known = this.#asked.get(first) ?? [];
    const asked = known.find(each => keyOf(each) === key) ?? { ...phrase, equal: new Map(), wider: new Map() };
    if (!known.includes(asked)) {
      this.#asked.set(
        first,
        [...known, asked].sort((a, b) => b.words.length - a.words.length),
      );
    }
    for (const way of ways) {
      if (!asked[kind].has(keyOf(way))) asked[kind].set(keyOf(way), way);
      if (asked.equal.has(keyOf(way))) asked.wider.delete(keyOf(way));
    }
  }
}

function phrasesOf(said: string[]): Phrase[] {
  return said.map(phrase => ({ said: phrase, words: wordsOf(phrase) })).filter(phrase => phrase.words.length > 0);
}

function wordsOf(text: string): string[] {
  return readTokens(text).map(formOf);
}

function keyOf({ words }: Phrase): string {
  return words.join(' ');
}

/** A shorter word has too many neighbours to be what a slip was meant for. */
function isTelling(word: string): boolean {
  return /^\p{L}{5,}$/u.test(word);
}
