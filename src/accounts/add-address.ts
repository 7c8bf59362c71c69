import { limits } from '#limits';
import { accept, refuse } from '#platform/outcome';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { toSavedAddress } from './rules.ts';
import { insertAddress, listAddresses, lockUser } from './store.ts';

export async function addAddress(
  { db }: Deps,
  { address_id, user_id, address }: Parameters<Accounts['addAddress']>[0],
): ReturnType<Accounts['addAddress']> {
  return await db.transaction(async tx => {
    // Locked, so that parallel additions count each other.
    if (!(await lockUser(tx, user_id))) return refuse('USER_NOT_FOUND');
    const saved = await listAddresses(tx, user_id);
    const known = saved.find(row => row.address_id === address_id);
    if (known !== undefined) return accept(toSavedAddress(known));
    if (saved.length >= limits.addressesMax) return refuse('TOO_MANY_ADDRESSES');

    await insertAddress(tx, user_id, { address_id, address });
    return accept({ address_id, ...address });
  });
}
