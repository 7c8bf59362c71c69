import { edgeProblem } from '#platform/http';
import type { Caller } from '#platform/identity';

/** The seller to whom a caller's commands are kept; undefined for staff and the key, who manage all of them. */
export function sellerScope(caller: Caller): string | undefined {
  if (caller.kind !== 'user' || caller.role === 'staff') return undefined;
  if (caller.role !== 'seller' || caller.seller_id === null) throw edgeProblem('FORBIDDEN');
  return caller.seller_id;
}
