import { takeForms } from '#platform/form';
import type { App, AppOptions } from '#platform/http';
import type { ModuleDeps } from '#platform/module';
import { createPageCache } from '#platform/page-cache';
import { securityHeaders } from '#platform/security-headers';
import type { Entrance } from './accounts/entrance.ts';
import type { RunningShop } from './admin/staff/running-shop.ts';
import type { Config } from './config.ts';
import type { compose } from './gateway/compose.ts';
import { shopperOf } from './gateway/identify.ts';
import type { ProductViews } from './gateway/product-views.ts';
import { purgeAnswers } from './gateway/purge-answers.ts';
import { createEdgePurger } from './gateway/purge-edge.ts';
import type { Visits } from './gateway/visits.ts';
import type { Modules } from './modules.ts';

export interface PagesDeps extends ModuleDeps {
  modules: Modules;
  /** Told of each page that the cache answers. */
  onServed(elapsedMs: number): void;
}

/** What the pages need of the edge's own parts. */
export interface EdgeParts {
  joined: ReturnType<typeof compose>;
  entrance: Entrance;
  visits: Visits;
  views: ProductViews;
  running: RunningShop;
  /** Where people reach the shop. */
  publicUrl(): string;
}

export interface Pages extends Required<Pick<AppOptions, 'front' | 'problemPage'>> {
  addTo(app: App, parts: EdgeParts): Promise<void>;
  /** From here on answers are purged when what they show changes. */
  start(): void;
  stop(): Promise<void>;
}

/** The shop's and the staff's pages: their cache stands before the listener, their routes behind it. */
export async function createPages(config: Config, deps: PagesDeps): Promise<Pages> {
  // Before any page is loaded, since pages are `.tsx`; here, so that a process without the gateway compiles nothing.
  await import('#platform/jsx');
  const [storefront, desks, starting, problems] = await Promise.all([
    import('./storefront/http.ts'),
    import('./admin/http.ts'),
    import('./storefront/start-site.ts'),
    import('./storefront/pages/problem.tsx'),
  ]);
  const { clock, ids, log, metrics } = deps;
  const { apis } = deps.modules;
  const assets = await starting.bundleAssets();
  const headers = securityHeaders({ hasTls: config.tls }).page;
  const isBehind = () => purging.isBehind();
  const enabled = config.pageCache;
  const cache = createPageCache({ clock, log, metrics, headers, enabled, isBehind, onServed: deps.onServed });
  const purging = purgeAnswers({
    cache,
    edges: config.edgePurgeUrls.map(url => createEdgePurger({ url, clock, log, metrics })),
    ...apis,
    isLocal: source => deps.modules.local.has(source),
    events: deps.modules.events,
    clock,
    log,
  });
  let problemPage: Pages['problemPage'] | undefined;

  return {
    front: cache,
    problemPage: (request, fields) => problemPage!(request, fields),
    async addTo(app, { joined, entrance, visits, views, running, publicUrl }) {
      const { currency, production: isProduction } = config;
      await app.register(async scope => {
        takeForms(scope as unknown as App);
        const site = starting.startSite({
          app: scope as unknown as App,
          assets,
          cache,
          ids,
          publicUrl,
          currency,
          isProduction,
          stripeKey: config.stripe?.publishableKey,
        });
        problemPage = problems.problemPages(site);
        storefront.storefrontRoutes({
          ...apis,
          site,
          clock,
          shopperOf,
          entrance,
          countItems: joined.account.countItems,
          exportMore: joined.account.exportMore,
          eraseMore: joined.account.eraseMore,
          countVisit: visits.count,
          countView: views.note,
        });
        const desk = { ...apis, site, clock, ids, running };
        desks.staffRoutes(desk);
        desks.sellerRoutes(desk);
      });
    },
    start: purging.start,
    stop: purging.stop,
  };
}
