import { Type } from 'typebox';
import { type App, answer, answers } from '#platform/http';
import { object, PageQuery, page, params, text } from '#platform/schema';
import { type Catalog, catalogContract, FilterText, ListedSeller, Seller } from './contract.ts';

const { refusals } = catalogContract;
const tags = ['catalog'];

export function sellerRoutes(app: App, { catalog }: { catalog: Catalog }): void {
  app.get(
    '/api/admin/sellers',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Sellers by name',
        description: '`text` is looked for in the name.',
        tags,
        querystring: object({ text: Type.Optional(FilterText), ...PageQuery }),
        response: answers({ 200: page(ListedSeller) }, refusals, ['PAGE_TOO_DEEP']),
      },
    },
    async ({ query }, reply) => answer(reply, 200, await catalog.listSellers(query), refusals),
  );
  app.post(
    '/api/admin/sellers',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Creates a seller',
        description: 'Two may bear one name.',
        tags,
        body: object({ name: text(200) }),
        response: answers({ 201: Seller }),
      },
    },
    async ({ body: { name }, commandId }, reply) => {
      reply.code(201);
      return await catalog.createSeller({ seller_id: commandId, name });
    },
  );
  app.patch(
    '/api/admin/sellers/:seller_id',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Gives a seller another name',
        description: 'Its products show it at once; the search index and pages that are kept follow.',
        tags,
        params: params('seller_id'),
        body: object({ name: text(200) }),
        response: answers({ 200: Seller }, refusals, ['SELLER_NOT_FOUND']),
      },
    },
    async ({ params: { seller_id }, body: { name } }, reply) =>
      answer(reply, 200, await catalog.renameSeller({ seller_id, name }), refusals),
  );
}
