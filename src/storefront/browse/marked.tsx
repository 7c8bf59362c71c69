import { markWords } from '../mark-words.ts';

/** A text in which the words of a query stand out. */
export function Marked({ text, query }: { text: string; query: string }) {
  return (
    <>
      {markWords(text, query).map((piece, place) =>
        piece.isMatch ? <mark key={place}>{piece.text}</mark> : piece.text,
      )}
    </>
  );
}
