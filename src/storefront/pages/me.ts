import { Type } from 'typebox';
import { answers } from '#platform/http';
import { nullable, object, oneOf, text } from '#platform/schema';
import type { StorefrontDeps } from '../deps.ts';

/** `visit=1`: this is the first page of a browser's session. */
const MeQuery = object({ visit: Type.Optional(oneOf('1')) });
const Me = object({
  name: nullable(text(200)),
  /** The desk that is theirs, by its path. */
  desk: nullable(oneOf('seller', 'admin')),
  cart_items: Type.Integer({ minimum: 0 }),
});
const desks = { customer: null, seller: 'seller', staff: 'admin' } as const;

/** The one part of the shop's public pages that belongs to the person: fetched beside the page, kept by nobody. */
export function meRoutes({ site, countItems, countVisit }: StorefrontDeps): void {
  site.app.get(
    '/fragments/me',
    { config: { access: 'anyone' }, schema: { hide: true, querystring: MeQuery, response: answers({ 200: Me }) } },
    async ({ caller, session, query }) => {
      countVisit('page');
      if (query.visit === '1') countVisit('visit');
      const name = session?.name.split(' ')[0] ?? null;
      return { name, desk: desks[session?.role ?? 'customer'], cart_items: await countItems(caller) };
    },
  );
}
