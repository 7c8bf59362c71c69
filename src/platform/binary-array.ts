/**
 * Array parameters in PostgreSQL's binary form (what its `array_recv` reads), which costs the server a fraction of an
 * array's text: no element is copied letter by letter, and no number, id or time is parsed.
 */

interface Element {
  /** Of the type in `pg_type`; the server compares it with the parameter's. */
  oid: number;
  /** At most so many bytes are written for it. */
  room(value: unknown): number;
  /** Answers how many they were; -1 for what is not of this type. */
  write(target: Buffer, at: number, value: unknown): number;
}

/** How many dimensions, whether there are nulls, the element's type; then the dimension's length and lower bound. */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

const elements = new Map<string, Element>([
  ['smallint', { oid: 21, room: () => 2, write: writeInt16 }],
  ['integer', { oid: 23, room: () => 4, write: writeInt32 }],
  ['bigint', { oid: 20, room: () => 8, write: writeInt64 }],
  ['boolean', { oid: 16, room: () => 1, write: writeBoolean }],
  ['uuid', { oid: 2950, room: () => 16, write: writeUuid }],
  ['timestamptz', { oid: 1184, room: () => 8, write: writeTimestamp }],
  ['text', { oid: 25, room: textRoom, write: writeText }],
  ['json', { oid: 114, room: textRoom, write: writeText }],
  ['jsonb', { oid: 3802, room: value => 1 + textRoom(value), write: writeJsonb }],
]);

/**
 * `type` as a cast names it, without brackets. Undefined where the type has no binary form here, or an element is not
 * of it: the array then travels as text, and the server says what is wrong with it.
 */
export function binaryArray(type: string, values: readonly unknown[]): Buffer | undefined {
  const element = elements.get(type);
  if (element === undefined) return undefined;
  const target = Buffer.allocUnsafe(roomFor(element, values));
  let hasNulls = 0;
  let at = HEADER_BYTES;
  for (const value of values) {
    if (value === null || value === undefined) {
      hasNulls = 1;
      at = target.writeInt32BE(NULL_LENGTH, at);
      continue;
    }
    const bytes = element.write(target, at + LENGTH_BYTES, value);
    if (bytes < 0) return undefined;
    at = target.writeInt32BE(bytes, at) + bytes;
  }
  const dimensions = 1;
  const lowerBound = 1;
  for (const [i, word] of [dimensions, hasNulls, element.oid, values.length, lowerBound].entries()) {
    target.writeInt32BE(word, 4 * i);
  }
  return target.subarray(0, at);
}

function roomFor(element: Element, values: readonly unknown[]): number {
  let room = HEADER_BYTES;
  for (const value of values) room += LENGTH_BYTES + (value === null || value === undefined ? 0 : element.room(value));
  return room;
}

const WORD = 2 ** 32;

function isWithin(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) <= most && (value as number) >= -most;
}

function writeInt16(target: Buffer, at: number, value: unknown): number {
  if (!isWithin(value, 2 ** 15 - 1)) return -1;
  target.writeInt16BE(value, at);
  return 2;
}

function writeInt32(target: Buffer, at: number, value: unknown): number {
  if (!isWithin(value, 2 ** 31 - 1)) return -1;
  target.writeInt32BE(value, at);
  return 4;
}

function writeInt64(target: Buffer, at: number, value: unknown): number {
  if (!isWithin(value, Number.MAX_SAFE_INTEGER)) return -1;
  const high = Math.floor(value / WORD);
  target.writeInt32BE(high, at);
  target.writeUInt32BE(value - high * WORD, at + 4);
  return 8;
}

function writeBoolean(target: Buffer, at: number, value: unknown): number {
  if (typeof value !== 'boolean') return -1;
  target[at] = value ? 1 : 0;
  return 1;
}

const NO_DIGIT = 255;
/** Of a character's code, the four bits that it stands for. */
const digits = new Uint8Array(256).fill(NO_DIGIT);
for (const [bits, digit] of [...'0123456789abcdef'].entries()) {
  digits[digit.charCodeAt(0)] = bits;
  digits[digit.toUpperCase().charCodeAt(0)] = bits;
}
/** Where a byte's two digits stand in a uuid's text, and the dashes. */
const UUID_DIGITS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const UUID_DASHES = [8, 13, 18, 23];
const UUID_LENGTH = 36;
const DASH = '-'.charCodeAt(0);

function writeUuid(target: Buffer, at: number, value: unknown): number {
  if (typeof value !== 'string' || value.length !== UUID_LENGTH) return -1;
  for (let i = 0; i < 4; i += 1) if (value.charCodeAt(UUID_DASHES[i]!) !== DASH) return -1;
  let seen = 0;
  for (let i = 0; i < 16; i += 1) {
    const place = UUID_DIGITS[i]!;
    const high = digits[value.charCodeAt(place)] ?? NO_DIGIT;
    const low = digits[value.charCodeAt(place + 1)] ?? NO_DIGIT;
    seen |= high | low;
    target[at + i] = (high << 4) | low;
  }
  return seen < 16 ? 16 : -1;
}

/** As this shop writes times; of other forms digits could be lost. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const EPOCH_MS = Date.UTC(2000, 0, 1);
/** A group's rows mostly have the same times. */
let lastTime = { text: '', micros: Number.NaN };

/** Microseconds since PostgreSQL's epoch. */
function writeTimestamp(target: Buffer, at: number, value: unknown): number {
  if (typeof value !== 'string') return -1;
  if (value !== lastTime.text) {
    const ms = TIMESTAMP.test(value) ? Date.parse(value) : Number.NaN;
    lastTime = { text: value, micros: (ms - EPOCH_MS) * 1_000 };
  }
  return writeInt64(target, at, lastTime.micros);
}

/** Three bytes a character are the most in UTF-8: to count them exactly would be to walk the text twice. */
function textRoom(value: unknown): number {
  return typeof value === 'string' ? 3 * value.length : 0;
}

function writeText(target: Buffer, at: number, value: unknown): number {
  return typeof value === 'string' ? target.write(value, at, 'utf8') : -1;
}

const JSONB_VERSION = 1;

function writeJsonb(target: Buffer, at: number, value: unknown): number {
  if (typeof value !== 'string') return -1;
  target[at] = JSONB_VERSION;
  return 1 + target.write(value, at + 1, 'utf8');
}
