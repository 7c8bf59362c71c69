import type { Site } from '#design/routes';
import { type Assets, buildAssets } from '#platform/assets';
import { sharedAnswers } from '#shared-answers';

const source = (path: string) => new URL(path, import.meta.url);
const fontPackage = (path: string) => new URL(import.meta.resolve(path));

/** Bundles what browsers need of all pages: 60 ms at the start, and nothing to build before it. */
export function bundleAssets(): Promise<Assets> {
  return buildAssets({
    entries: [
      source('shop.css'),
      source('islands/shop.ts'),
      source('islands/theme.ts'),
      source('islands/stripe-card.ts'),
      source('../admin/desk.css'),
      source('../admin/islands/desk.ts'),
      source('../admin/islands/dashboard.ts'),
    ],
    files: [
      source('design/icon.svg'),
      fontPackage('@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2'),
      fontPackage('@fontsource/young-serif/files/young-serif-latin-400-normal.woff2'),
    ],
  });
}

/** What all pages share, with the routes of its scripts and styles. */
export function startSite(site: Site): Site {
  const { app, assets } = site;
  assets.routes(app);
  // Pages that are made elsewhere, the developer's mailbox for one, know no bundle by its content.
  const config = { access: 'anyone', isSameForAll: true, shared: sharedAnswers['/home.css'] } as const;
  app.get('/home.css', { config, schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(assets.text('shop.css')),
  );
  return site;
}
