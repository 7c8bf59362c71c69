import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const HEAD = 8;

/** What was written to an index since its snapshot: one frame a change, which counts when it is whole. */
export interface ChangeLog<Change> {
  append(change: Change): void;
  readonly bytes: number;
  close(): void;
}

/**
 * A process may be killed at any time and the operating system keeps what it was given. Where the machine itself fails,
 * the end may be lost; positions in the sources are changes too, so what is lost is read there again.
 */
export function openChangeLog<Change>(file: string): ChangeLog<Change> {
  const fd = openSync(file, 'a+');
  let { size: bytes } = fstatSync(fd);
  const whole = wholeFrames(readFileSync(file)).end;
  // A frame that was cut off by a crash; nothing may follow it.
  if (whole < bytes) ftruncateSync(fd, whole);
  bytes = whole;
  return {
    append(change) {
      const text = Buffer.from(JSON.stringify(change));
      const frame = Buffer.allocUnsafe(HEAD + text.length);
      frame.writeUInt32LE(text.length, 0);
      frame.writeUInt32LE(crc32(text), 4);
      text.copy(frame, HEAD);
      try {
        for (let done = 0; done < frame.length; ) done += writeSync(fd, frame, done);
      } catch (error) {
        // A full disk: the change was not taken, and the next one must not follow half of it.
        ftruncateSync(fd, bytes);
        throw error;
      }
      bytes += frame.length;
    },
    get bytes() {
      return bytes;
    },
    close() {
      fsyncSync(fd);
      closeSync(fd);
    },
  };
}

/** The whole changes of a log, oldest first. */
export function* readChanges<Change>(file: string): Iterable<Change> {
  const log = readFileSync(file);
  for (const { start, end } of wholeFrames(log).frames) {
    yield JSON.parse(log.toString('utf8', start, end)) as Change;
  }
}

function wholeFrames(log: Buffer): { frames: { start: number; end: number }[]; end: number } {
  const frames: { start: number; end: number }[] = [];
  let at = 0;
  while (at + HEAD <= log.length) {
    const [start, end] = [at + HEAD, at + HEAD + log.readUInt32LE(at)];
    if (end > log.length || crc32(log.subarray(start, end)) !== log.readUInt32LE(at + 4)) break;
    frames.push({ start, end });
    at = end;
  }
  return { frames, end: at };
}
