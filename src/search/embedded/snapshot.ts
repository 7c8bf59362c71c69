import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Saved, Values } from './arrays.ts';

/** Raised when the form of the file or the way texts become words changes: an older index is built anew. */
const FORM = 'doorbuster search 2\n';
const ALIGNMENT = 8;
const CHUNK = 1 << 24;

interface Part {
  name: string;
  type: keyof typeof types;
  length: number;
  offset: number;
  check: number;
}

const types = { Uint8Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array };

export interface Snapshot {
  arrays: Saved;
  /** What is small. */
  rest: unknown;
}

/** Typed arrays as they lie in memory, so that millions of products are soon read. In one step, or not at all. */
export function writeSnapshot(file: string, { arrays, rest }: Snapshot): void {
  const parts: Part[] = [];
  let offset = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const type = array.constructor.name as Part['type'];
    parts.push({ name, type, length: array.length, offset, check: crc32(bytesOf(array)) });
    offset += Math.ceil(array.byteLength / ALIGNMENT) * ALIGNMENT;
  }
  const head = Buffer.from(JSON.stringify({ parts, rest }));
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32LE(head.length, 0);
  sizes.writeUInt32LE(crc32(head), 4);
  const draft = `${file}.draft`;
  const fd = openSync(draft, 'w');
  try {
    const start = FORM.length + sizes.length + head.length;
    writeAll(fd, Buffer.from(FORM), 0);
    writeAll(fd, sizes, FORM.length);
    writeAll(fd, head, FORM.length + sizes.length);
    for (const { name, offset } of parts) writeAll(fd, bytesOf(arrays[name]!), start + offset);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, file);
}

/** Throws where the file is not whole, or of another form. */
export function readSnapshot(file: string): Snapshot {
  const fd = openSync(file, 'r');
  try {
    const form = readAll(fd, FORM.length, 0);
    if (Buffer.from(form).toString() !== FORM) throw new Error('the index on disk has another form');
    const sizes = Buffer.from(readAll(fd, 8, FORM.length).buffer);
    const head = readAll(fd, sizes.readUInt32LE(0), FORM.length + 8);
    if (crc32(head) !== sizes.readUInt32LE(4)) throw new Error('the index on disk is damaged');
    const { parts, rest } = JSON.parse(Buffer.from(head).toString()) as { parts: Part[]; rest: unknown };
    const start = FORM.length + 8 + head.length;
    const arrays: Saved = {};
    for (const { name, type, length, offset, check } of parts) {
      const bytes = readAll(fd, length * types[type].BYTES_PER_ELEMENT, start + offset);
      if (crc32(bytes) !== check) throw new Error('the index on disk is damaged');
      arrays[name] = new types[type](bytes.buffer, 0, length);
    }
    return { arrays, rest };
  } finally {
    closeSync(fd);
  }
}

function bytesOf(array: Values): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, Math.min(CHUNK, bytes.length - done), position + done);
  }
}

function readAll(fd: number, length: number, position: number): Uint8Array<ArrayBuffer> {
  if (position + length > fstatSync(fd).size) throw new Error('the index on disk is cut short');
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    done += readSync(fd, bytes, done, Math.min(CHUNK, length - done), position + done);
  }
  return bytes;
}
