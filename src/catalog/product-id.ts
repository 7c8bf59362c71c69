import { createHash } from 'node:crypto';

/** The byte by which the catalogue is sharded: a stable hash of the top category's name. */
export function shardOf(categoryPath: readonly string[]): number {
  return createHash('sha256')
    .update(categoryPath[0] ?? '')
    .digest()[0]!;
}

/** The product's id that a command makes: the command's own, with its shard as the last byte but one. */
export function productIdFor(commandId: string, categoryPath: readonly string[]): string {
  const shard = shardOf(categoryPath).toString(16).padStart(2, '0');
  return `${commandId.slice(0, -4)}${shard}${commandId.slice(-2)}`;
}
