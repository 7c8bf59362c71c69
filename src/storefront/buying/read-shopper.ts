import type { FastifyRequest } from 'fastify';
import type { SavedAddress } from '#accounts';
import type { Shopper } from '#orders';
import type { StorefrontDeps } from '../deps.ts';

/** Who buys, as far as it is known before they send anything, with the addresses that they have kept. */
export interface Buyer {
  shopper: Shopper;
  saved: SavedAddress[];
}

/** A browser is no guest before its first mutation: until then prices are told to a guest without a cart. */
const nobody: Shopper = {
  kind: 'guest',
  person_id: '00000000-0000-0000-0000-000000000000',
  email: null,
  prime: false,
};

export async function readBuyer(
  { accounts, shopperOf }: Pick<StorefrontDeps, 'accounts' | 'shopperOf'>,
  request: FastifyRequest,
): Promise<Buyer> {
  const { kind } = request.caller;
  if (kind !== 'guest' && kind !== 'user') return { shopper: nobody, saved: [] };
  const shopper = shopperOf(request);
  const saved = kind === 'user' ? await accounts.listAddresses({ user_id: shopper.person_id }) : [];
  return { shopper, saved };
}
