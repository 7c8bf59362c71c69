import { Type } from 'typebox';
import type { Catalog, CatalogProduct } from '#catalog';
import type { View } from '#design/view';
import { AdjustStock, type Inventory, ReceiveStock } from '#inventory';
import { limits } from '#limits';
import { type Fields, formReader } from '#platform/form';
import { edgeProblem } from '#platform/http';
import { object, oneOf, PageQuery, params, text } from '#platform/schema';
import { filled } from '../products/addresses.ts';
import type { Desk } from '../products/desk.ts';
import { ownProduct } from '../products/product-routes.tsx';
import { listOwnStock } from './own-stock.ts';
import { StockList, StockPage, type StockPageProps } from './stock-pages.tsx';

export interface StockDeps {
  catalog: Catalog;
  inventory: Inventory;
}

const OneProduct = params('product_id');

export function stockRoutes(desk: Desk<string>, deps: StockDeps): void {
  const { catalog } = deps;
  const query = object({ text: Type.Optional(Type.String({ maxLength: limits.filterTextMax })), page: PageQuery.page });
  desk.page('/stock', { query }, async ({ query: { page, text: sent }, seller_id }) => {
    const text = filled(sent);
    const paging = { page, page_size: limits.pageSizeDefault };
    const listed = await listOwnStock(deps, { seller_id, text }, paging);
    if (listed === null) throw edgeProblem('NOT_FOUND');
    return { body: <StockList desk={desk} text={text} {...listed} {...paging} /> };
  });
  const showQuery = object({ done: Type.Optional(oneOf('received', 'adjusted')), cursor: Type.Optional(text(200)) });
  desk.page('/stock/:product_id', { query: showQuery, params: OneProduct }, async ({ params, query, seller_id }) => {
    const product = await ownProduct(catalog, params.product_id, seller_id);
    return await showStock(desk, deps, product, query);
  });
  receiveRoute(desk, deps);
  adjustRoute(desk, deps);
}

const { warehouse_id } = ReceiveStock.properties;
const readReceived = formReader(
  object({ warehouse_id, quantity: ReceiveStock.properties.quantity, reason: Type.Optional(text(500)) }),
);
const readAdjusted = formReader(object({ warehouse_id, delta: AdjustStock.properties.delta, reason: text(500) }));

function receiveRoute(desk: Desk<string>, deps: StockDeps): void {
  const { catalog, inventory } = deps;
  desk.form('/stock/:product_id/receive', { params: OneProduct }, async asked => {
    const { view, request, params, seller_id } = asked;
    const product = await ownProduct(catalog, params.product_id, seller_id);
    const { product_id } = product;
    const fields = ofForm(asked.fields, 'receive');
    const read = readReceived(fields);
    const form = 'receive' as const;
    if (!read.ok) return await showStock(desk, deps, product, { sent: { form, fields, errors: read.errors } }, 400);
    const { reason = '', ...received } = read.value;
    const done = await inventory.receiveStock({ movement_id: request.commandId, product_id, reason, ...received });
    if (done.ok) return backTo(view, product_id, 'received');
    const refused = view.words.selling.warehouseGone;
    return await showStock(desk, deps, product, { refused, sent: { form, fields, errors: {} } }, 400);
  });
}

function adjustRoute(desk: Desk<string>, deps: StockDeps): void {
  const { catalog, inventory } = deps;
  desk.form('/stock/:product_id/adjust', { params: OneProduct }, async asked => {
    const { view, request, params, seller_id } = asked;
    const product = await ownProduct(catalog, params.product_id, seller_id);
    const { product_id } = product;
    const fields = ofForm(asked.fields, 'adjust');
    const form = 'adjust' as const;
    const read = readAdjusted(fields);
    if (!read.ok) return await showStock(desk, deps, product, { sent: { form, fields, errors: read.errors } }, 400);
    const { selling } = view.words;
    const back = (refused: string, status: number) =>
      showStock(desk, deps, product, { refused, sent: { form, fields, errors: {} } }, status);
    if (read.value.delta === 0) return await back(selling.nothingToDo, 400);
    const done = await inventory.adjustStock({ movement_id: request.commandId, product_id, ...read.value });
    if (done.ok) return backTo(view, product_id, 'adjusted');
    if (done.code === 'STOCK_RESERVED') return await back(selling.reservedMore, 409);
    return await back(selling.warehouseGone, 400);
  });
}

/** Both forms stand on one page, so their fields are named for them: `receive_quantity`. */
function ofForm(fields: Fields, form: 'receive' | 'adjust'): Fields {
  const own: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith(`${form}_`)) own[name.slice(form.length + 1)] = value;
  }
  const { warehouse, ...rest } = own;
  return warehouse === undefined ? rest : { ...rest, warehouse_id: warehouse };
}

function backTo(view: View, product_id: string, done: 'received' | 'adjusted') {
  return { redirect: view.to(`/seller/stock/${product_id}?done=${done}`) };
}

type ShowOptions = Pick<StockPageProps, 'done' | 'refused' | 'sent'> & { cursor?: string | undefined };

async function showStock(
  desk: Desk<string>,
  { inventory }: StockDeps,
  product: CatalogProduct,
  options: ShowOptions,
  status = 200,
) {
  const { product_id } = product;
  const { cursor, ...more } = options;
  const paging = { page: 1, page_size: limits.pageSizeDefault, ...(cursor !== undefined && { cursor }) };
  const [stock, warehouses, movements] = await Promise.all([
    inventory.getStock({ product_id }),
    inventory.listWarehouses({}),
    inventory.listMovements({ product_id, ...paging }),
  ]);
  if (!movements.ok) throw edgeProblem('NOT_FOUND');
  const { items, next_cursor } = movements.value;
  const formKeys = { receive: desk.site.ids.next(), adjust: desk.site.ids.next() };
  return {
    status,
    body: (
      <StockPage
        desk={desk}
        product={product}
        stock={stock}
        warehouses={warehouses}
        movements={items}
        next_cursor={next_cursor}
        formKeys={formKeys}
        {...more}
      />
    ),
  };
}
