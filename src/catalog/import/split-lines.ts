import { NotReadable, RECORD_LENGTH_MAX, type SourceRecord, TOO_LONG } from './source-record.ts';

/** So many lines that are no JSON at the very beginning say that the file is something else. */
const FOREIGN_LINES_MAX = 20;

/** NDJSON: one object a line. Blank lines are passed over. */
export async function* splitLines(pieces: AsyncIterable<string>): AsyncGenerator<SourceRecord[]> {
  const take = lineReader();
  let held = '';
  let isTooLong = false;
  for await (const piece of pieces) {
    const records: SourceRecord[] = [];
    let from = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      records.push(...take(held + piece.slice(from, end), isTooLong));
      held = '';
      isTooLong = false;
      from = end + 1;
    }
    if (!isTooLong) held += piece.slice(from);
    if (held.length > RECORD_LENGTH_MAX) {
      held = '';
      isTooLong = true;
    }
    if (records.length > 0) yield records;
  }
  yield take(held, isTooLong);
  take.end();
}

function lineReader() {
  let line = 0;
  let foreign = 0;
  let isKnown = false;

  function take(text: string, isTooLong: boolean): SourceRecord[] {
    line += 1;
    if (isTooLong || text.length > RECORD_LENGTH_MAX) return [{ line, error: TOO_LONG }];
    const json = text.trim();
    if (json === '') return [];
    if (json.startsWith('{')) isKnown = true;
    else foreign += 1;
    if (!isKnown && json.startsWith('[')) {
      throw new NotReadable(line, 'this is no NDJSON: it begins like a JSON array, which is application/json');
    }
    if (foreign === FOREIGN_LINES_MAX) take.end();
    return [{ line, json }];
  }

  take.end = () => {
    if (foreign > 0 && !isKnown) throw new NotReadable(1, 'this is no NDJSON: no line begins with {');
  };
  return take;
}
