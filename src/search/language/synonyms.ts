import { limits } from '#limits';
import { stem } from './stem.ts';
import { readTokens } from './tokens.ts';
import type { SynonymLookup } from './understand.ts';

/** What is wrong with a line of the text, in words. */
export interface SynonymProblem {
  line: number;
  message: string;
}

/** Who asks for `from` also finds each of `to`; words in their normal form. `isEqual`: they say the same. */
interface Rule {
  from: string[];
  to: string[][];
  isEqual: boolean;
}

/**
 * Reads rules, one a line: `laptop, notebook` where each stands for the others, `earbuds => headphones` where the left
 * stands for the right as well. `#` begins a comment.
 */
export function readSynonyms(text: string): { rules: Rule[]; problems: SynonymProblem[] } {
  const rules: Rule[] = [];
  const problems: SynonymProblem[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const rule = line.replace(/#.*/, '').trim();
    if (rule === '') continue;
    const sides = rule.split('=>').map(side => side.split(',').map(phrase => wordsOf(phrase)));
    const message = problemOf(sides) ?? (rules.length >= limits.synonymRulesMax ? 'is one rule too many' : null);
    if (message !== null) problems.push({ line: at + 1, message });
    else rules.push(...rulesOf(sides));
  }
  return { rules, problems };
}

function problemOf([left, right, more]: string[][][]): string | null {
  if (more !== undefined) return 'has more than one =>';
  const phrases = [...left!, ...(right ?? [])];
  if (phrases.some(words => words.length === 0)) return 'has a side, or a place between commas, without a word';
  if (phrases.some(words => words.length > limits.synonymWordsMax)) {
    return `has a phrase of more than ${limits.synonymWordsMax} words`;
  }
  return right === undefined && left!.length < 2 ? 'says one thing alone' : null;
}

function rulesOf([left, right]: string[][][]): Rule[] {
  if (right !== undefined) return left!.map(from => ({ from, to: right, isEqual: false }));
  return left!.map(from => ({ from, to: left!.filter(other => other !== from), isEqual: true }));
}

function wordsOf(phrase: string): string[] {
  return readTokens(phrase).map(({ kind, text }) => (kind === 'word' ? stem(text) : text));
}

/** The rules of a text that can be read, to be looked up by the words of a query. */
export function compileSynonyms(text: string): SynonymLookup {
  const byFirst = Map.groupBy(readSynonyms(text).rules, ({ from }) => from[0]!);
  return {
    synonymsOf: (words, at) =>
      (byFirst.get(words[at]!) ?? [])
        .filter(({ from }) => from.every((word, place) => words[at + place] === word))
        .map(({ from, to, isEqual }) => ({ length: from.length, ways: to, isEqual })),
    words: [...new Set(readTokens(text.replaceAll(/#.*/g, '')).map(token => token.text))].filter(isWord),
  };
}

function isWord(text: string): boolean {
  return /^\p{L}{5,}$/u.test(text);
}
