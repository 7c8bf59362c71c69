import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { limits } from '#limits';
import { NotReadable } from './source-record.ts';

const PIECE_BYTES = 131_072;
const INFLATION_WATCHED_FROM_BYTES = 64 * 1_048_576;

/**
 * The text of a file, compressed by gzip or not, in pieces. A small file that unpacks without end is stopped. What is
 * no UTF-8 becomes U+FFFD, which the records are then refused for, one by one.
 */
export async function* readText(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let packed = 0;
  let unpacked = 0;
  async function* counted() {
    for await (const bytes of source) {
      packed += bytes.length;
      yield bytes;
    }
  }
  try {
    for await (const bytes of unpack(counted())) {
      unpacked += bytes.length;
      const isBomb = unpacked > INFLATION_WATCHED_FROM_BYTES && unpacked > packed * limits.importInflationMax;
      if (isBomb || unpacked > limits.importTextBytesMax) throw new NotReadable(0, 'the file unpacks to too much');
      yield decoder.decode(bytes, { stream: true });
    }
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('Z_')) {
      throw new NotReadable(0, 'the file is no whole gzip file: its compressed bytes are broken or cut short');
    }
    throw error;
  }
  yield decoder.decode();
}

async function* unpack(bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await bytes.next();
  if (first.done) return;
  async function* all() {
    yield first.value as Buffer;
    yield* bytes;
  }
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
  if (!isGzip) return yield* all();
  const packed = Readable.from(all(), { objectMode: false });
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  packed.on('error', error => gunzip.destroy(error));
  try {
    yield* packed.pipe(gunzip) as AsyncIterable<Buffer>;
  } finally {
    packed.destroy();
  }
}
