import type { Site } from '#design/routes';
import { StaffShell } from '../staff/staff-shell.tsx';
import { type Desk, openDesk } from './desk.ts';

/** The staff's desk for the pages that sellers have too: about everybody's products. */
export function staffDesk(site: Site): Desk<undefined> {
  return openDesk({
    site,
    root: '/admin',
    access: 'staff',
    Frame: StaffShell,
    sellerOf: () => ({ seller_id: undefined }),
  });
}
