import type { CartOwner } from './contract.ts';
import type { StoredCart } from './stored-cart.ts';

export interface Backup {
  owner: CartOwner;
  cart: StoredCart;
  expires_at: string;
}

/** Where carts are kept for the day that the hot store has lost them: PostgreSQL, or DynamoDB for large shops. */
export interface CartBackup {
  /** In the order asked; undefined for what was never saved or has expired. */
  load(owners: CartOwner[]): Promise<(Backup | undefined)[]>;
  /** Each cart once. One that is kept in a newer version stays as it is. */
  save(batch: Backup[]): Promise<void>;
  /** Removes what has expired; answers how many. */
  prune(signal: AbortSignal): Promise<number>;
}
