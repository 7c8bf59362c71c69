import type { Accounts } from '#accounts';
import type { Catalog } from '#catalog';
import type { ModuleDeps } from '#platform/module';

/** written next by the demo helper */
export async function seedDemo(
  _deps: ModuleDeps & {
    accounts: Accounts;
    catalog: Catalog;
    currency: string;
    say: (line: string) => void;
    signal: AbortSignal;
  },
): Promise<void> {}
