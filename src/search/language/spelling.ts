import type { Candidate } from './lexicon.ts';

/** Finds the words of the catalogue that a mistyped word may have meant: a list of words by their numbers. */
export interface Spelling {
  add(word: string, id: number): void;
  /** At most `most` words within reach, the nearest and then the most frequent first. */
  closest(word: string, most: number): Candidate[];
}

interface Candidates {
  words: string[];
  letters: number[];
  ids: number[];
}

const WORD_LENGTH_MAX = 32;

/** How many letters may be wrong: short words have too many neighbours, and numbers are never a slip of another. */
export function editsAllowed(word: string): number {
  if (/\p{N}/u.test(word) || word.length < 3 || word.length > WORD_LENGTH_MAX) return 0;
  return word.length < 8 ? 1 : 2;
}

export function createSpelling(timesOf: (id: number) => number): Spelling {
  const byLength = new Map<number, Candidates>();

  return {
    add(word, id) {
      if (word.length < 3 || word.length > WORD_LENGTH_MAX || /\p{N}/u.test(word)) return;
      const same = byLength.get(word.length) ?? { words: [], letters: [], ids: [] };
      byLength.set(word.length, same);
      same.words.push(word);
      same.letters.push(letterSet(word));
      same.ids.push(id);
    },

    closest(word, most) {
      const edits = editsAllowed(word);
      if (edits === 0) return [];
      const letters = letterSet(word);
      const found: Candidate[] = [];
      for (let length = word.length - edits; length <= word.length + edits; length++) {
        const same = byLength.get(length);
        if (same === undefined) continue;
        for (let i = 0; i < same.words.length; i++) {
          // Each edit changes at most two letters of the set, which spares the table for nearly all words.
          if (bitCount(same.letters[i]! ^ letters) > 2 * edits) continue;
          const distance = editDistance(word, same.words[i]!, edits);
          if (distance <= edits) found.push({ word: same.words[i]!, distance, times: timesOf(same.ids[i]!) });
        }
      }
      found.sort((a, b) => a.distance - b.distance || b.times - a.times || (a.word < b.word ? -1 : 1));
      return found.slice(0, most);
    },
  };
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours that lead from one word to another (optimal string
 * alignment); anything above `most` is answered as `most + 1`.
 */
export function editDistance(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    let least = row;
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      let edits = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (isSame ? 0 : 1));
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        edits = Math.min(edits, beforeLast[column - 2]! + 1);
      }
      current.push(edits);
      if (edits < least) least = edits;
    }
    // A swap may still come back from the row before, so both have to be out of reach.
    if (least > most && Math.min(...last) > most) return most + 1;
    beforeLast = last;
    last = current;
  }
  return Math.min(last[to.length]!, most + 1);
}

/** One bit a letter, the letters outside a–z sharing six. */
function letterSet(word: string): number {
  let set = 0;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    set |= 1 << (code >= 97 && code <= 122 ? code - 97 : 26 + (code % 6));
  }
  return set;
}

function bitCount(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
