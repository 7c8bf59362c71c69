// Goal: files fall into records with their line numbers, however the bytes arrive and whatever is wrong with them.
// Method: exact records for chosen texts; then the same texts cut at random places must give the same records.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { splitters } from './read-record.ts';
import { readText } from './read-text.ts';
import { NotReadable, RECORD_LENGTH_MAX, type SourceRecord, TOO_LONG } from './source-record.ts';

type Encoding = keyof typeof splitters;

async function* pieces(texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

async function split(encoding: Encoding, ...texts: string[]): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const some of splitters[encoding](pieces(texts))) records.push(...some);
  return records;
}

function refuses(encoding: Encoding, text: string, line: number, message: RegExp): Promise<void> {
  return assert.rejects(split(encoding, text), error => {
    assert.ok(error instanceof NotReadable);
    assert.equal(error.line, line);
    assert.match(error.message, message);
    return true;
  });
}

const TOO_MUCH = 'x'.repeat(RECORD_LENGTH_MAX + 1);

describe('NDJSON', () => {
  test('every line that is not blank is a record, the last one without a line end too', async () => {
    assert.deepEqual(await split('ndjson', '{"a":1}\r\n\n  \n{"b":2}\n{broken\n{"c":3}'), [
      { line: 1, json: '{"a":1}' },
      { line: 4, json: '{"b":2}' },
      { line: 5, json: '{broken' },
      { line: 6, json: '{"c":3}' },
    ]);
    assert.deepEqual(await split('ndjson', ''), []);
  });

  test('a line above 1 MB is told and passed over', async () => {
    const texts = ['{"a":1}\n{', TOO_MUCH, TOO_MUCH, '}\n{"b":2}'];
    assert.deepEqual(await split('ndjson', ...texts), [
      { line: 1, json: '{"a":1}' },
      { line: 2, error: TOO_LONG },
      { line: 3, json: '{"b":2}' },
    ]);
  });

  test('what is no NDJSON at all ends the reading', async () => {
    await refuses('ndjson', 'id,title\n1,A\n', 1, /no line begins with/);
    await refuses('ndjson', 'x\n'.repeat(1000), 1, /no line begins with/);
    await refuses('ndjson', '[\n{"a":1}]', 1, /JSON array/);
  });
});

describe('JSON', () => {
  test('the elements of an array, one object, and objects in a row are records', async () => {
    assert.deepEqual(await split('json', ' [\n {"a":[1,"]}\\""]},\n\n{"b":{}} , 5,"x,y"]\n'), [
      { line: 2, json: '{"a":[1,"]}\\""]}' },
      { line: 4, json: '{"b":{}}' },
      { line: 4, json: '5' },
      { line: 4, json: '"x,y"' },
    ]);
    assert.deepEqual(await split('json', '\n{"a":\n1}'), [{ line: 2, json: '{"a":\n1}' }]);
    assert.deepEqual(await split('json', '{"a":1}{"b":2}\n{}'), [
      { line: 1, json: '{"a":1}' },
      { line: 1, json: '{"b":2}' },
      { line: 2, json: '{}' },
    ]);
    assert.deepEqual(await split('json', '[]'), []);
  });

  test('an element above 1 MB is told and passed over', async () => {
    assert.deepEqual(await split('json', `[{"a":"${TOO_MUCH}"},\n{"b":2}]`), [
      { line: 1, error: TOO_LONG },
      { line: 2, json: '{"b":2}' },
    ]);
  });

  test('a text that is cut short or is no JSON ends the reading', async () => {
    await refuses('json', '[{"a":1},\n{"b"', 2, /ends in the middle/);
    await refuses('json', '', 1, /empty/);
    await refuses('json', 'id,title', 1, /"i" stands outside/);
    await refuses('json', '[]\nx', 2, /"x" stands outside/);
  });
});

describe('CSV', () => {
  test('cells get the names of the header; quotes hold delimiters, line ends and quotes', async () => {
    assert.deepEqual(await split('csv', 'id,title\r\n1,"a ""b"",\nc"\r\n\n2,17" screen\n3'), [
      { line: 2, cells: { id: '1', title: 'a "b",\nc' } },
      { line: 5, cells: { id: '2', title: '17" screen' } },
      { line: 6, cells: { id: '3', title: '' } },
    ]);
  });

  test('the delimiter is seen from the header', async () => {
    for (const delimiter of ['\t', ';', '|', ',']) {
      const text = `${['id', 'title', 'x'].join(delimiter)}\n${['1', 'A', ''].join(delimiter)}`;
      assert.deepEqual(await split('csv', text), [{ line: 2, cells: { id: '1', title: 'A', x: '' } }]);
    }
  });

  test('a broken row costs itself alone', async () => {
    assert.deepEqual(await split('csv', 'id,title\n1,"a"b\n2,x,y\n3,ok\n4,"open\n5,lost\n'), [
      { line: 2, error: 'has text after a closing quote' },
      { line: 3, error: 'has 3 cells, and the header names 2' },
      { line: 4, cells: { id: '3', title: 'ok' } },
      { line: 5, error: 'has a quote that never closes' },
    ]);
    assert.deepEqual(await split('csv', `id,title\n1,"${TOO_MUCH}\n2,ok`), [
      { line: 2, error: TOO_LONG },
      { line: 3, cells: { id: '2', title: 'ok' } },
    ]);
  });

  test('a header that names no title is no CSV of products', async () => {
    await refuses('csv', '{"id":1}\n', 1, /names no column "title"/);
    await refuses('csv', '', 1, /empty/);
  });

  test('a column of an inherited name is an ordinary column', async () => {
    const [record] = await split('csv', 'title,__proto__\nA,x');
    assert.ok(record !== undefined && 'cells' in record);
    assert.deepEqual(Object.entries(record.cells), [
      ['title', 'A'],
      ['__proto__', 'x'],
    ]);
  });
});

test('records do not depend on where the text is cut', async () => {
  const texts: Record<Encoding, string> = {
    ndjson: '{"a":"é"}\r\n\n{"b":2}\n{x\n',
    json: '[ {"a":"\\"]"} , {"b":[{}]},7 ]',
    csv: 'id,title\n1,"a,""b""\n"\n2,c\r\n',
  };
  const cuts = fc.array(fc.nat(40), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom<Encoding>('ndjson', 'json', 'csv'), cuts, async (encoding, places) => {
      const text = texts[encoding];
      const sorted = [0, ...places.map(place => place % text.length).sort((a, b) => a - b), text.length];
      const parts = sorted.slice(1).map((end, i) => text.slice(sorted[i], end));
      assert.deepEqual(await split(encoding, ...parts), await split(encoding, text));
    }),
  );
});

describe('bytes', () => {
  async function textOf(...chunks: Buffer[]): Promise<string> {
    let text = '';
    for await (const piece of readText(
      (async function* () {
        yield* chunks;
      })(),
    ))
      text += piece;
    return text;
  }

  test('gzip is seen from the bytes, a mark of byte order is dropped, characters may be cut', async () => {
    const bytes = Buffer.from('\ufeffé1\n');
    assert.equal(await textOf(bytes.subarray(0, 4), bytes.subarray(4)), 'é1\n');
    const packed = gzipSync(bytes);
    assert.equal(await textOf(packed.subarray(0, 12), packed.subarray(12)), 'é1\n');
    assert.equal(await textOf(), '');
  });

  test('a gzip file that is cut short or broken is told as such', async () => {
    const packed = gzipSync('x'.repeat(10_000));
    await assert.rejects(textOf(packed.subarray(0, packed.length - 9)), /no whole gzip file/);
    packed.fill(0, 14, 20);
    await assert.rejects(textOf(packed), /no whole gzip file/);
  });

  test('a small file that unpacks without end is stopped early', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1_048_576));
    let unpacked = 0;
    const reading = (async () => {
      for await (const piece of readText(
        (async function* () {
          yield bomb;
        })(),
      ))
        unpacked += piece.length;
    })();
    await assert.rejects(reading, /unpacks to too much/);
    assert.ok(unpacked <= 64 * 1_048_576);
  });
});
