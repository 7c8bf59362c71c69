import { limits } from '#limits';

/** One record of a file, not yet understood: JSON text, the cells of a row, or why it is neither. */
export type SourceRecord = { line: number } & (
  | { json: string }
  | { cells: Record<string, string> }
  | { error: string }
);

/** Each splitter turns text, in pieces of any size, into records in order. It holds at most one record's text. */
export type Splitter = (pieces: AsyncIterable<string>) => AsyncGenerator<SourceRecord[]>;

/** The file as a whole can't be read on; the import ends as failed with this message. */
export class NotReadable extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'NotReadable';
    this.line = line;
  }
}

export const RECORD_LENGTH_MAX = limits.importLineBytesMax;
export const TOO_LONG = `is longer than ${RECORD_LENGTH_MAX} characters`;
