import { Type } from 'typebox';
import { answers } from '#platform/http';
import { nullable, object, text } from '#platform/schema';
import type { StorefrontDeps } from '../http.ts';

const Me = object({ name: nullable(text(200)), cart_items: Type.Integer({ minimum: 0 }) });

/** The one part of the shop's public pages that belongs to the person: fetched beside the page, kept by nobody. */
export function meRoutes({ site, countItems, countVisit }: StorefrontDeps): void {
  site.app.get(
    '/fragments/me',
    { config: { access: 'anyone' }, schema: { hide: true, response: answers({ 200: Me }) } },
    async ({ caller, session }) => {
      countVisit();
      return { name: session?.name.split(' ')[0] ?? null, cart_items: await countItems(caller) };
    },
  );
}
