import { type TUnsafe, Type } from 'typebox';
import { type App, answer, answers, NoContent, refusal } from '#platform/http';
import { refuse } from '#platform/outcome';
import { Id, object, PageQuery, page, params, text } from '#platform/schema';
import { sharedAnswers } from '#shared-answers';
import {
  type Catalog,
  type CatalogProduct,
  type CategoryNode,
  catalogContract,
  FilterText,
  Product,
  ProductInput,
  ProductPatch,
  ProductSort,
  presentProduct,
} from './contract.ts';
import { exportRoutes } from './export-routes.ts';
import { importRoutes } from './import-routes.ts';
import { pictureRoutes } from './pictures/picture-routes.ts';
import { productIdFor } from './product-id.ts';
import { reviewRoutes } from './review-routes.ts';
import { sellerRoutes } from './seller-routes.ts';
import { sellerScope } from './seller-scope.ts';

export interface CatalogRoutesDeps {
  catalog: Catalog;
  /** ISO 4217 */
  currency: string;
  /** Units that can be sold now; a product that the answer lacks has none. */
  availabilityOf(productIds: string[]): Promise<Map<string, number>>;
  /** A user's name, as it stands under a review. */
  authorOf(userId: string): Promise<string>;
}

const { refusals } = catalogContract;
const tags = ['catalog'];
const CATEGORY_LEVELS = 6;

/** Spelled out level by level: a path has no more than six. */
function categorySchema(levels: number): TUnsafe<CategoryNode> {
  const children = levels === 1 ? Type.Array(object({}), { maxItems: 0 }) : Type.Array(categorySchema(levels - 1));
  const path = Type.Array(text(100));
  return Type.Unsafe(object({ name: text(100), path, product_count: Type.Integer({ minimum: 0 }), children }));
}

export function catalogRoutes(app: App, deps: CatalogRoutesDeps): void {
  browseRoutes(app, deps);
  reviewRoutes(app, deps);
  listRoutes(app, deps);
  manageRoutes(app, deps);
  sellerRoutes(app, deps);
  importRoutes(app, deps);
  exportRoutes(app, deps);
  pictureRoutes(app, deps);
}

function browseRoutes(app: App, { catalog, availabilityOf }: CatalogRoutesDeps): void {
  app.get(
    '/api/products',
    {
      config: { access: 'anyone', shared: sharedAnswers['/api/products'] },
      schema: {
        summary: 'Products of a category, or all of them',
        description: 'Names of categories from the root down (`?category=A&category=B`); newest first unless told.',
        tags,
        querystring: object({
          category: Type.Optional(Type.Array(text(100), { maxItems: 6 })),
          sort: Type.Optional(ProductSort),
          ...PageQuery,
        }),
        response: answers({ 200: page(Product) }, refusals, ['PAGE_TOO_DEEP']),
      },
    },
    async ({ query }, reply) => {
      const listed = await catalog.listProducts(query);
      if (!listed.ok) return refusal(reply, listed, refusals);
      const { items, ...rest } = listed.value;
      const stock = await availabilityOf(items.map(product => product.product_id));
      const shown = items.map(product => {
        return presentProduct(product, { in_stock: (stock.get(product.product_id) ?? 0) > 0, available: null });
      });
      return { items: shown, ...rest };
    },
  );
  app.get(
    '/api/products/:product_id',
    {
      config: { access: 'anyone', shared: sharedAnswers['/api/products/:product_id'] },
      schema: {
        summary: 'A product',
        tags,
        params: params('product_id'),
        response: answers({ 200: Product }, refusals, ['PRODUCT_NOT_FOUND']),
      },
    },
    async ({ params: { product_id } }, reply) => {
      const [product] = await catalog.getProducts({ product_ids: [product_id] });
      if (product === undefined || product.deleted) return refusal(reply, refuse('PRODUCT_NOT_FOUND'), refusals);
      return await presentWithStock(product, availabilityOf);
    },
  );
  app.get(
    '/api/categories',
    {
      config: { access: 'anyone', shared: sharedAnswers['/api/categories'] },
      schema: {
        summary: 'The tree of categories',
        description: "A category's count holds those of the categories below it.",
        tags,
        response: answers({ 200: object({ items: Type.Array(categorySchema(CATEGORY_LEVELS)) }) }),
      },
    },
    () => catalog.listCategories({}),
  );
}

async function presentWithStock(
  product: CatalogProduct,
  availabilityOf: CatalogRoutesDeps['availabilityOf'],
): Promise<Product> {
  const available = (await availabilityOf([product.product_id])).get(product.product_id) ?? 0;
  return presentProduct(product, { in_stock: available > 0, available });
}

function listRoutes(app: App, { catalog, availabilityOf }: CatalogRoutesDeps): void {
  app.get(
    '/api/admin/products',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Products to manage',
        description:
          'Those of the own seller; for staff all, or those of `seller_id`. `text` is looked for in title, brand and ' +
          'external_id. Newest first unless told, each with its count.',
        tags,
        querystring: object({
          text: Type.Optional(FilterText),
          seller_id: Type.Optional(Id),
          category: Type.Optional(Type.Array(text(100), { maxItems: 6 })),
          sort: Type.Optional(ProductSort),
          ...PageQuery,
        }),
        response: answers({ 200: page(Product) }, refusals, ['PAGE_TOO_DEEP']),
      },
    },
    async ({ query, caller }, reply) => {
      const own = sellerScope(caller);
      const { page, page_size } = query;
      // As for a seller that doesn't exist.
      if (isForeign(own, query.seller_id))
        return { items: [], total: 0, total_relation: 'eq' as const, page, page_size };
      const listed = await catalog.listProducts({ ...query, seller_id: own ?? query.seller_id });
      if (!listed.ok) return refusal(reply, listed, refusals);
      const { items, ...rest } = listed.value;
      const stock = await availabilityOf(items.map(product => product.product_id));
      const shown = items.map(product => {
        const available = stock.get(product.product_id) ?? 0;
        return presentProduct(product, { in_stock: available > 0, available });
      });
      return { items: shown, ...rest };
    },
  );
}

function manageRoutes(app: App, { catalog, availabilityOf }: CatalogRoutesDeps): void {
  app.post(
    '/api/admin/products',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Creates a product',
        description: 'Of the own seller, or of `seller_id` for staff; without one, of the shop itself.',
        tags,
        body: ProductInput,
        response: answers({ 201: Product }, refusals, ['CURRENCY_MISMATCH', 'SELLER_NOT_FOUND', 'EXTERNAL_ID_TAKEN']),
      },
    },
    async ({ body, caller, commandId }, reply) => {
      const own = sellerScope(caller);
      // What a seller may not see is not there: other sellers too.
      if (isForeign(own, body.seller_id)) return refusal(reply, refuse('SELLER_NOT_FOUND'), refusals);
      const product = { ...body, seller_id: own ?? body.seller_id };
      const product_id = productIdFor(commandId, body.category_path);
      const created = await catalog.createProduct({ product_id, product });
      const shown = created.ok ? { ...created, value: await presentWithStock(created.value, availabilityOf) } : created;
      return answer(reply, 201, shown, refusals);
    },
  );
  app.patch(
    '/api/admin/products/:product_id',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Changes fields of a product',
        tags,
        params: params('product_id'),
        body: ProductPatch,
        response: answers({ 200: Product }, refusals, ['PRODUCT_NOT_FOUND', 'CURRENCY_MISMATCH']),
      },
    },
    async ({ params: { product_id }, body, caller }, reply) => {
      const updated = await catalog.updateProduct({ product_id, seller_id: sellerScope(caller), patch: body });
      const shown = updated.ok ? { ...updated, value: await presentWithStock(updated.value, availabilityOf) } : updated;
      return answer(reply, 200, shown, refusals);
    },
  );
  app.delete(
    '/api/admin/products/:product_id',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Takes a product out of the shop',
        description: 'Orders and reviews that name it stay.',
        tags,
        params: params('product_id'),
        response: answers({ 204: NoContent }, refusals, ['PRODUCT_NOT_FOUND']),
      },
    },
    async ({ params: { product_id }, caller }, reply) => {
      const deleted = await catalog.deleteProduct({ product_id, seller_id: sellerScope(caller) });
      return answer(reply, 204, deleted, refusals);
    },
  );
}

function isForeign(own: string | undefined, asked: string | undefined): boolean {
  return own !== undefined && asked !== undefined && asked !== own;
}
