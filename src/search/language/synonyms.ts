import { stem } from './stem.ts';
import { readTokens } from './tokens.ts';
import type { SynonymLookup } from './understand.ts';

export function compileSynonyms(text: string): SynonymLookup {
  const byFirst = new Map<string, { from: string[]; to: string[][] }[]>();
  const add = (from: string[], to: string[][]) =>
    byFirst.set(from[0]!, [...(byFirst.get(from[0]!) ?? []), { from, to }]);
  for (const line of text.split('\n')) {
    const rule = line.replace(/#.*/, '').trim();
    if (rule === '') continue;
    const [left, right] = rule
      .split('=>')
      .map(side => side.split(',').map(phrase => readTokens(phrase).map(t => stem(t.text))));
    if (right !== undefined) for (const from of left!) add(from, right);
    else
      for (const from of left!)
        add(
          from,
          left!.filter(other => other !== from),
        );
  }
  return {
    words: [...text.matchAll(/\p{L}{3,}/gu)].map(([word]) => word.toLowerCase()),
    synonymsOf: (words, at) =>
      (byFirst.get(words[at]!) ?? [])
        .filter(({ from }) => from.every((word, i) => words[at + i] === word))
        .map(({ from, to }) => ({ length: from.length, ways: to })),
  };
}
