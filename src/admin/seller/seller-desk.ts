import type { Site } from '#design/routes';
import { edgeProblem } from '#platform/http';
import { type Desk, openDesk } from '../products/desk.ts';
import { SellerShell } from './seller-shell.tsx';

/** The seller's desk: everything is kept to the seller of the person who asks. Staff without one have their own. */
export function sellerDesk(site: Site): Desk<string> {
  return openDesk<string>({
    site,
    root: '/seller',
    access: 'seller',
    Frame: SellerShell,
    sellerOf(caller) {
      if (caller.kind === 'user' && caller.seller_id !== null) return { seller_id: caller.seller_id };
      if (caller.kind === 'user' && caller.role === 'seller') throw edgeProblem('FORBIDDEN');
      return { elsewhere: '/admin' };
    },
  });
}
