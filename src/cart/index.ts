import type { HotStore } from '#platform/hot-store';
import type { Job } from '#platform/jobs';
import type { Module, ModuleDeps } from '#platform/module';
import { addItem } from './add-item.ts';
import type { CartBackup } from './backup.ts';
import { clearCart } from './clear-cart.ts';
import type { CartModule } from './contract.ts';
import { countItems } from './count-items.ts';
import { forgetCart } from './forget-cart.ts';
import { getCart } from './get-cart.ts';
import { createHotCarts } from './hot-carts.ts';
import { mergeCarts } from './merge-carts.ts';
import type { Deps } from './open-cart.ts';
import type { FactDeps } from './product-facts.ts';
import { readForCheckout } from './read-for-checkout.ts';
import { removeItem } from './remove-item.ts';
import { setItem } from './set-item.ts';
import { postgresBackup } from './store.ts';
import { takeOrdered } from './take-ordered.ts';

export interface CartOptions extends ModuleDeps, FactDeps {
  hotStore: HotStore;
  currency: string;
  /** PostgreSQL unless told. */
  backup?: CartBackup;
}

export function createCart(options: CartOptions): Module<CartModule> {
  const { backup = postgresBackup(options), catalog, inventory, heldUnits, clock, currency } = options;
  const hotCarts = createHotCarts({ ...options, backup });
  const deps: Deps = { hotCarts, catalog, inventory, heldUnits, clock, currency };
  return {
    api: {
      getCart: input => getCart(deps, input),
      countItems: input => countItems(deps, input),
      addItem: input => addItem(deps, input),
      setItem: input => setItem(deps, input),
      removeItem: input => removeItem(deps, input),
      clearCart: input => clearCart(deps, input),
      mergeCarts: input => mergeCarts(deps, input),
      readForCheckout: input => readForCheckout(deps, input),
      takeOrdered: input => takeOrdered(deps, input),
      forgetCart: input => forgetCart(deps, input),
    },
    jobs: [pruneBackups(backup)],
    stop: () => hotCarts.stop(),
  };
}

function pruneBackups(backup: CartBackup): Job {
  return { name: 'cart_prune_backups', cron: '17 * * * *', run: signal => backup.prune(signal), timeoutMs: 60_000 };
}
