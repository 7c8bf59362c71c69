import { NotReadable, RECORD_LENGTH_MAX, type SourceRecord, TOO_LONG } from './source-record.ts';

const DELIMITERS = ['\t', ',', ';', '|'];

/**
 * CSV by RFC 4180 and its cousins: the delimiter is the one most found in the header line, and a quote counts only
 * where a cell begins with it, since titles speak of 17" displays. A broken row costs that row; reading goes on at the
 * next line, or after 1 MB where a quote never closes. (csv-parse loses every row after one with a broken quote.)
 */
export async function* splitCsv(pieces: AsyncIterable<string>): AsyncGenerator<SourceRecord[]> {
  const rows = rowReader();
  const name = rowNamer();
  let head: string | undefined = '';
  for await (const piece of pieces) {
    let text = piece;
    if (head !== undefined) {
      head += piece;
      if (!head.includes('\n') && head.length <= RECORD_LENGTH_MAX) continue;
      text = head;
      rows.delimitBy(delimiterOf(head));
      head = undefined;
    }
    const records = rows.push(text).flatMap(name);
    if (records.length > 0) yield records;
  }
  if (head !== undefined) rows.delimitBy(delimiterOf(head));
  yield [...rows.push(`${head ?? ''}\n`), ...rows.end()].flatMap(name);
  if (!name.isNamed()) throw new NotReadable(1, 'this is no CSV: the file is empty');
}

function delimiterOf(text: string): string {
  const header = text.split('\n', 1)[0]!;
  const counts = DELIMITERS.map(delimiter => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

type Row = { line: number; cells: string[]; error?: string };

function rowReader() {
  let delimiter = ',';
  let state: 'start' | 'plain' | 'quoted' | 'closed' | 'skipping' = 'start';
  let line = 1;
  let row: Row = { line, cells: [] };
  let cell = '';
  let length = 0;

  function endCell(): void {
    row.cells.push(cell);
    cell = '';
    state = 'start';
  }

  function fail(error: string): void {
    row = { line: row.line, cells: [], error };
    cell = '';
    state = 'skipping';
  }

  /** What a character does that is neither kept as it is nor the end of a row. */
  function mark(char: string): void {
    if (state === 'quoted') state = 'closed';
    else if (char === '"' && state === 'start') state = 'quoted';
    else if (char === '"' && state === 'closed') {
      cell += '"';
      state = 'quoted';
    } else endCell();
  }

  function push(text: string): Row[] {
    const rows: Row[] = [];
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at]!;
      if (char === '\n') line += 1;
      if (char === '\n' && state !== 'quoted') {
        if (state === 'plain' && cell.endsWith('\r')) cell = cell.slice(0, -1);
        if (state !== 'skipping') endCell();
        rows.push(row);
        row = { line, cells: [] };
        state = 'start';
        length = 0;
        continue;
      }
      if (state === 'skipping') continue;
      length += 1;
      if (length > RECORD_LENGTH_MAX) fail(TOO_LONG);
      else if (char === delimiter && state !== 'quoted') mark(char);
      else if (char === '"' && state !== 'plain') mark(char);
      else if (state === 'closed' && char !== '\r') fail('has text after a closing quote');
      else if (state !== 'closed') {
        cell += char;
        if (state === 'start') state = 'plain';
      }
    }
    return rows;
  }

  return {
    push,
    delimitBy(char: string): void {
      delimiter = char;
    },
    /** What is left is a row whose last quote never closed. */
    end(): Row[] {
      return state === 'quoted' ? [{ line: row.line, cells: [], error: 'has a quote that never closes' }] : [];
    },
  };
}

/** Gives cells the names of the header, which is the first row. */
function rowNamer() {
  let names: string[] | undefined;

  function name(row: Row): SourceRecord[] {
    const { line, cells, error } = row;
    if (error === undefined && cells.length === 1 && cells[0]!.trim() === '') return [];
    if (names === undefined) {
      names = cells.map(cell => cell.trim());
      if (!names.some(one => /^(g:)?title$/i.test(one))) {
        throw new NotReadable(line, 'this is no CSV of products: its first line names no column "title"');
      }
      return [];
    }
    if (error !== undefined) return [{ line, error }];
    if (cells.length > names.length) {
      return [{ line, error: `has ${cells.length} cells, and the header names ${names.length}` }];
    }
    return [{ line, cells: Object.fromEntries(names.map((one, index) => [one, cells[index] ?? ''])) }];
  }

  name.isNamed = () => names !== undefined;
  return name;
}
