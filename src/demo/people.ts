import type { Accounts, Role } from '#accounts';
import type { Catalog } from '#catalog';
import type { Log } from '#platform/log';
import { demoSellers } from './sellers.ts';

export interface DemoLogin {
  user_id: string;
  email: string;
  password: string;
  role: Role;
  name: string;
  prime?: boolean;
  /** Whose products a seller's login manages. */
  seller_id?: string;
}

const person = (number: number, login: Omit<DemoLogin, 'user_id'>): DemoLogin => ({
  user_id: `00000000-0000-7000-8000-0000000f000${number}`,
  ...login,
});

/** Printed at the start. Never made in production: everybody knows these passwords. */
export const demoLogins: readonly DemoLogin[] = [
  person(1, { role: 'staff', email: 'demo.staff@example.com', password: 'lantern-orchard-41', name: 'Sam Okafor' }),
  person(2, {
    role: 'seller',
    email: 'demo.seller@example.com',
    password: 'copper-teapot-72',
    name: 'Hanna Berg',
    seller_id: demoSellers[0]!.seller_id,
  }),
  person(3, {
    role: 'seller',
    email: 'demo.outfitter@example.com',
    password: 'granite-trail-58',
    name: 'Luis Ortega',
    seller_id: demoSellers[2]!.seller_id,
  }),
  person(4, { role: 'customer', email: 'demo.shopper@example.com', password: 'paper-kite-36', name: 'Maya Lindqvist' }),
  person(5, {
    role: 'customer',
    email: 'demo.prime@example.com',
    password: 'window-garden-93',
    name: 'Theo Marsh',
    prime: true,
  }),
];

/** Makes the people and the shops that two of them run. Safe to repeat: their ids are fixed. */
export async function seedPeople(deps: {
  accounts: Pick<Accounts, 'signUp' | 'setRole' | 'getUser' | 'logOut'>;
  catalog: Pick<Catalog, 'createSeller'>;
  log: Log;
}): Promise<void> {
  const { accounts, catalog, log } = deps;
  for (const { seller_id, name } of demoSellers) await catalog.createSeller({ seller_id, name });
  for (const { user_id, email, password, name, role, seller_id = null, prime = false } of demoLogins) {
    const signedUp = await accounts.signUp({ user_id, email, password, name, network: 'demo' });
    if (signedUp.ok) await accounts.logOut({ token: signedUp.value.token });
    else if ((await accounts.getUser({ user_id }))?.email !== email) {
      // Somebody else's account with our address: it must not become staff.
      log.warn({ email, code: signedUp.code }, 'a demo login was not made');
      continue;
    }
    const given = await accounts.setRole({ user_id, role, seller_id, prime });
    if (!given.ok) log.warn({ email, code: given.code }, 'a demo login has no role');
  }
}
