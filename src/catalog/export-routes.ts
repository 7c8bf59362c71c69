import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { limits } from '#limits';
import { type App, answers } from '#platform/http';
import { object } from '#platform/schema';
import { type Catalog, ImportFormat } from './contract.ts';
import { sellerScope } from './seller-scope.ts';

const contentTypes: Record<ImportFormat, string> = {
  doorbuster: 'application/x-ndjson',
  'google-merchant': 'text/csv',
  icecat: 'application/x-ndjson',
};

/** Either of them, by the format: `otherContent` tells one. */
const files = {
  description: 'The products, streamed',
  content: Object.fromEntries(Object.values(contentTypes).map(type => [type, { schema: {} }])),
};

export function exportRoutes(app: App, { catalog }: { catalog: Catalog }): void {
  app.get(
    '/api/admin/exports/products',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'All products as a file, streamed',
        description:
          '`doorbuster` (the default) and `icecat` are NDJSON, one product a line; `google-merchant` is CSV. A ' +
          'seller gets its own products. An export of `doorbuster` can be imported again.',
        tags: ['catalog'],
        querystring: object({ format: Type.Optional(ImportFormat) }),
        response: answers({ 200: files as never }),
      },
    },
    async ({ query: { format = 'doorbuster' }, caller }, reply) => {
      const seller_id = sellerScope(caller);
      // Read before the answer begins, so that an outage is a 503 and not a file cut short.
      const first = await catalog.exportProducts({ format, seller_id, after: null, limit: limits.importBatchMax });
      async function* pages() {
        yield first.text;
        for (let after = first.after; after !== null; ) {
          const next = await catalog.exportProducts({ format, seller_id, after, limit: limits.importBatchMax });
          yield next.text;
          after = next.after;
        }
      }
      return reply.type(`${contentTypes[format]}; charset=utf-8`).send(Readable.from(pages(), { objectMode: false }));
    },
  );
}
