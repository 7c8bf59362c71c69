// Goal: every answer is counted once, with its status, however the network cuts its bytes. Method: the same bytes
// pushed whole, and cut at every place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerReader } from './answer-reader.ts';

const answers = [
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nHTTP/1.1 \r\n',
  'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n0\r\n\r\n\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
  'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno',
];
const expected = [200, 404, 200, 304, 503];

function read(parts: Buffer[]): number[] {
  const statuses: number[] = [];
  const reader = answerReader(status => statuses.push(status));
  // One buffer for all reads, as a socket with `onread` hands it out.
  const shared = Buffer.alloc(1_024);
  for (const part of parts) {
    part.copy(shared);
    reader.push(shared, part.length);
  }
  return statuses;
}

test('answers with a length, in chunks and without a body are told apart', () => {
  for (const [index, answer] of answers.entries()) assert.deepEqual(read([Buffer.from(answer)]), [expected[index]]);
  assert.deepEqual(read([Buffer.from(answers.join(''))]), expected);
});

test('a cut at any place changes nothing', () => {
  const bytes = Buffer.from(answers.join(''));
  for (let at = 1; at < bytes.length; at += 1) {
    assert.deepEqual(read([bytes.subarray(0, at), bytes.subarray(at)]), expected, `cut at ${at}`);
  }
  assert.deepEqual(read([...bytes].map(byte => Buffer.from([byte]))), expected);
});

test('the next answer may be asked for while one is told', () => {
  const told: number[] = [];
  const reader = answerReader(status => {
    told.push(status);
    const next = Buffer.from(answers[1]!);
    if (told.length === 1) reader.push(next, next.length);
  });
  const first = Buffer.from(answers[0]!);
  reader.push(first, first.length);
  assert.deepEqual(told, [200, 404]);
});

test('what is no HTTP/1.1, or would end with its connection, is refused', () => {
  assert.throws(() => read([Buffer.from('SSH-2.0-OpenSSH\r\n\r\n')]), /no answer of HTTP/);
  assert.throws(() => read([Buffer.from('HTTP/1.1 200 OK\r\n\r\n')]), /ends with its connection/);
});
