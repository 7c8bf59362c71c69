import type { CartOwner } from './contract.ts';
import type { StoredCart } from './stored-cart.ts';

export interface Backup {
  owner: CartOwner;
  cart: StoredCart;
  expires_at: string;
}

/** A change that the hot store has no part in. */
export interface Replacement extends Backup {
  /** Of the cart that it was decided on; 0 for none, or one that has expired. */
  seen_version: number;
}

/** Where carts are kept for the day that the hot store has lost them: PostgreSQL, or DynamoDB for large shops. */
export interface CartBackup {
  /** In the order asked; undefined for what was never saved or has expired. */
  load(owners: CartOwner[]): Promise<(Backup | undefined)[]>;
  /** Each cart once. One that is kept in a newer version stays as it is. */
  save(batch: Backup[]): Promise<void>;
  /**
   * While the hot store is away: writes each cart that is still as it was seen, and marks that the hot store has not
   * heard of it. Each cart once; answers which were written.
   */
  replace(batch: Replacement[]): Promise<boolean[]>;
  /** A page of those marked, in the order of their keys, expired ones too. */
  listUnheard(page: { after: CartOwner | null; limit: number }): Promise<Backup[]>;
  /** The hot store has heard of these, in these versions. */
  markHeard(batch: Backup[]): Promise<void>;
  /** Removes what has expired, but for what is marked; answers how many. */
  prune(signal: AbortSignal): Promise<number>;
}
