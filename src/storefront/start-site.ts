import type { Site } from '#design/routes';
import { type Assets, buildAssets } from '#platform/assets';
import type { App } from '#platform/http';
import type { Ids } from '#platform/ids';
import type { PageCache } from '#platform/page-cache';

const source = (path: string) => new URL(path, import.meta.url);
const fontPackage = (path: string) => new URL(import.meta.resolve(path));

/** Bundles what browsers need of all pages: 60 ms at the start, and nothing to build before it. */
export function bundleAssets(): Promise<Assets> {
  return buildAssets({
    entries: [
      source('shop.css'),
      source('islands/shop.ts'),
      source('islands/theme.ts'),
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

export interface SiteOptions {
  app: App;
  assets: Assets;
  cache: PageCache;
  ids: Ids;
  publicUrl(): string;
  currency: string;
  isProduction: boolean;
}

/** What all pages share, with the routes of its scripts and styles. */
export function startSite(options: SiteOptions): Site {
  options.assets.routes(options.app);
  return options;
}
