import { constants, createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isId } from '#platform/ids';

/** Uploaded files, from their first byte to the end of their import: `DATA_DIR/imports/<import_id>`. */
export interface Spool {
  /** Writes bytes where they belong, unless they would leave a gap; answers up to where the file goes. */
  write(importId: string, offset: number, bytes: Buffer): Promise<number>;
  /** Everything that was written is on the disk. */
  sync(importId: string): Promise<void>;
  read(importId: string): AsyncIterable<Buffer>;
  remove(importId: string): Promise<void>;
  list(): Promise<string[]>;
}

const READ_BYTES = 262_144;

export function createSpool(dataDir: string): Spool {
  const folder = join(dataDir, 'imports');

  function pathOf(importId: string): string {
    return join(folder, importId);
  }

  return {
    async write(importId, offset, bytes) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = await open(pathOf(importId), constants.O_RDWR | constants.O_CREAT, 0o600);
      try {
        const { size } = await file.stat();
        if (offset > size) return size;
        // At its place, not at the end: a chunk that arrives twice, even at once, is the same file.
        let written = 0;
        while (written < bytes.length) {
          const step = await file.write(bytes, written, bytes.length - written, offset + written);
          written += step.bytesWritten;
        }
        return Math.max(size, offset + bytes.length);
      } finally {
        await file.close();
      }
    },
    async sync(importId) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // An upload without a byte is a file as well.
      const file = await open(pathOf(importId), 'a', 0o600);
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    },
    read: importId => createReadStream(pathOf(importId), { highWaterMark: READ_BYTES }),
    remove: importId => rm(pathOf(importId), { force: true }),
    async list() {
      const isThere = await stat(folder).catch(() => null);
      return isThere === null ? [] : (await readdir(folder)).filter(isId);
    },
  };
}
