import { Type } from 'typebox';
import { answers } from '#platform/http';
import { type Caller, personOf } from '#platform/identity';
import { Id, nullable, object, oneOf, text } from '#platform/schema';
import type { StorefrontDeps } from '../deps.ts';

/** `visit=1`: this is the first page of a browser's session. `product`: the page is this product's. */
const MeQuery = object({ visit: Type.Optional(oneOf('1')), product: Type.Optional(Id) });
const Me = object({
  name: nullable(text(200)),
  /** The desk that is theirs, by its path. */
  desk: nullable(oneOf('seller', 'admin')),
  cart_items: Type.Integer({ minimum: 0 }),
});
const desks = { customer: null, seller: 'seller', staff: 'admin' } as const;

/** The one part of the shop's public pages that belongs to the person: fetched beside the page, kept by nobody. */
export function meRoutes({ site, countItems, countVisit, countView, entrance }: StorefrontDeps): void {
  site.app.get(
    '/fragments/me',
    {
      config: { access: 'anyone', shared: 'never' },
      schema: { hide: true, querystring: MeQuery, response: answers({ 200: Me }) },
    },
    async request => {
      const { caller, session, query } = request;
      countVisit('page');
      if (query.visit === '1') countVisit('visit');
      if (query.product !== undefined && !sellsOrRuns(caller)) {
        countView(personOf(caller) ?? entrance.networkOf(request), query.product);
      }
      const name = session?.name.split(' ')[0] ?? null;
      return { name, desk: desks[session?.role ?? 'customer'], cart_items: await countItems(caller) };
    },
  );
}

/** Whoever sells a product or runs the shop looks at its page for other reasons than to buy. */
function sellsOrRuns(caller: Caller): boolean {
  return caller.kind === 'key' || (caller.kind === 'user' && caller.role !== 'customer');
}
