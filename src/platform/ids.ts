import assert from 'node:assert/strict';
import { hash, randomFillSync } from 'node:crypto';

/**
 * Ids are UUID v7: they sort by creation time. The last byte is the bucket (0–255) that leads every hot table's key, so
 * the same rows can be sharded later: random for a person or a product, and inherited by whatever belongs to it.
 */
export interface Ids {
  /** A new id in a random bucket: people, guests, products. */
  next(): string;
  /** A new id in the bucket of `ownerId`: checkout, order, payment of a shopper; movement of a product. */
  nextFor(ownerId: string): string;
  /** A product's id: its last byte but one is `shard`, its top category's byte. */
  nextProduct(shard: number): string;
  /** `bytes` random bytes in base64url: what must not be guessed. */
  secret(bytes?: number): string;
}

/** 0 to 1, for jitter and the like; what must not be guessed comes from `secret`. */
export const systemRandom: () => number = () => Math.random();

export interface IdSource {
  nowMs(): number;
  fillRandom(bytes: Buffer): void;
}

const POOL_BYTES = 4096;

export function createIds(source: IdSource = { nowMs: () => Date.now(), fillRandom: pooledRandom() }): Ids {
  const bytes = Buffer.alloc(16);
  let lastMs = 0;
  let sequence = 0;

  function write(): void {
    source.fillRandom(bytes);
    const nowMs = source.nowMs();
    // Within one millisecond a counter in rand_a keeps ids of one process in creation order (RFC 9562, method 1).
    if (nowMs > lastMs) {
      lastMs = nowMs;
      sequence = bytes.readUInt16BE(6) & 0x07ff;
    } else if (++sequence > 0x0fff) {
      lastMs += 1;
      sequence = 0;
    }
    bytes.writeUIntBE(lastMs, 0, 6);
    bytes.writeUInt16BE(0x7000 | sequence, 6);
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  }

  return {
    next() {
      write();
      return format(bytes);
    },
    nextFor(ownerId) {
      write();
      bytes[15] = bucketOf(ownerId);
      return format(bytes);
    },
    nextProduct(shard) {
      assert(Number.isInteger(shard) && shard >= 0 && shard <= 255, 'a shard is one byte');
      write();
      bytes[14] = shard;
      return format(bytes);
    },
    secret(length = 16) {
      const secret = Buffer.alloc(length);
      source.fillRandom(secret);
      return secret.toString('base64url');
    },
  };
}

/** The bucket (0–255) of an id: its last byte. */
export function bucketOf(id: string): number {
  return Number.parseInt(id.slice(-2), 16);
}

/** The order of hot tables' keys: by bucket, then by id. What is locked or unique is written in it. */
export function compareKeys(a: string, b: string): number {
  return bucketOf(a) - bucketOf(b) || (a < b ? -1 : 1);
}

/** Lower than every id that is made at this time or later, and higher than every earlier one. */
export function firstIdAt(ms: number): string {
  const hex = Math.min(Math.max(0, Math.floor(ms)), 2 ** 48 - 1).toString(16);
  return dashed(hex.padStart(12, '0').padEnd(32, '0'));
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isId(text: string): boolean {
  return UUID.test(text);
}

/**
 * The id that follows from `ownerId` and a purpose, always the same: a step that is repeated after a crash finds its
 * first try under it. It lies in the owner's bucket and is marked as a version 8 (custom) UUID.
 */
export function derivedId(ownerId: string, purpose: string): string {
  const hex = hash('sha256', `${ownerId}\0${purpose}`, 'hex');
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 0x3];
  return dashed(`${hex.slice(0, 12)}8${hex.slice(13, 16)}${variant}${hex.slice(17, 30)}${ownerId.slice(-2)}`);
}

function format(bytes: Buffer): string {
  return dashed(bytes.toString('hex'));
}

function dashed(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** One system call for many ids: `randomFillSync` of 16 bytes costs more than the rest of an id. */
function pooledRandom(): (target: Buffer) => void {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return target => {
    if (target.length > POOL_BYTES) return void randomFillSync(target);
    if (used + target.length > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    pool.copy(target, 0, used, used + target.length);
    pool.fill(0, used, used + target.length);
    used += target.length;
  };
}
