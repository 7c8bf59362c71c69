/** What the catalogue itself knows of words. */
export interface Lexicon {
  /** In how many products a term stands. */
  timesOf(term: string): number;
  /** The catalogue's words (not their normal forms) that are near to one, at most `most`, in no certain order. */
  closest(word: string, most: number): Candidate[];
}

export interface Candidate {
  word: string;
  /** How often it is met, titles counting most; it only compares words. */
  times: number;
  /** Letters that are inserted, left out, changed or swapped. */
  distance: number;
}
