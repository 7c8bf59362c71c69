/** How texts become words, the same for what is indexed and for what is asked. Pure. */

export interface Word {
  /** Normalised: lower case, without accents, letters and digits only. */
  text: string;
  /** Where it stands in the text it was read from. */
  start: number;
  end: number;
}

const RUN = /[\p{L}\p{N}\p{M}]+/gu;
const IS_ASCII = /^[\t\n\r -~]*$/;
const ASCII_WORD = /[a-z0-9]+/g;
const PART = /[\p{L}\p{N}]+/gu;
/** A longer run is no word of a language; it is cut alike in the index and in a query. */
const WORD_LENGTH_MAX = 64;

/** The words of a text in their order: `Core™2 Duo, 15.6"` → core, 2, duo, 15, 6. */
export function readWords(text: string): Word[] {
  const words: Word[] = [];
  for (const run of text.matchAll(RUN)) {
    const folded = fold(run[0]);
    for (const [part] of folded.matchAll(PART)) {
      words.push({ text: cut(part), start: run.index, end: run.index + run[0].length });
    }
  }
  return words;
}

/** The words of a text as the index takes them: normalised and parted by one blank. */
export function indexText(text: string): string {
  // Most texts of a catalog are ASCII, for which this is six times as fast and says the same.
  if (IS_ASCII.test(text)) return (text.toLowerCase().match(ASCII_WORD) ?? []).map(cut).join(' ');
  return readWords(text)
    .map(word => word.text)
    .join(' ');
}

/** What two titles have in common that a shopper takes for the same; a title without any word is its own key. */
export function titleKey(title: string): string {
  return indexText(title) || fold(title).trim();
}

function fold(text: string): string {
  // Twice, as lower-casing some letters (İ) makes new marks.
  return text.normalize('NFKD').toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '');
}

function cut(word: string): string {
  return word.length > WORD_LENGTH_MAX ? word.slice(0, WORD_LENGTH_MAX).toWellFormed() : word;
}
