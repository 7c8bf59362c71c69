/** A letter left out, added, changed or swapped with the next one, in the longest word; never its first letter. */
export function withSlip(query: string, draw: () => number): string {
  const words = query.split(' ');
  const longest = words.reduce((best, word, at) => (word.length > words[best]!.length ? at : best), 0);
  words[longest] = slipped(words[longest]!, draw);
  return words.join(' ');
}

function slipped(word: string, draw: () => number): string {
  if (word.length < 2) return word;
  const at = 1 + Math.floor(draw() * (word.length - 1));
  const letter = String.fromCharCode(97 + Math.floor(draw() * 26));
  const [before, here, after] = [word.slice(0, at), word[at]!, word.slice(at + 1)];
  const ways = [
    before + after,
    before + letter + here + after,
    before + letter + after,
    after === '' ? before + after : before + after[0] + here + after.slice(1),
  ];
  return ways[Math.floor(draw() * ways.length)]!;
}
