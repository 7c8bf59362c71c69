import { Type } from 'typebox';
import { type App, answer, answers, edgeProblem, pageOf } from '#platform/http';
import type { Caller } from '#platform/identity';
import { edgeRefusals } from '#platform/problem';
import { nullable, object, PageQuery, page, params, text } from '#platform/schema';
import {
  AdjustStock,
  type Inventory,
  inventoryContract,
  ListStock,
  Movement,
  ReceiveStock,
  StockExplanation,
  StockSum,
  StockView,
  Warehouse,
} from './contract.ts';

export interface InventoryRoutesDeps {
  inventory: Inventory;
  /** Inventory does not know which products exist. */
  productExists(productId: string): Promise<boolean>;
  /** Staff and the key manage all products, a seller its own. */
  mayManage(caller: Caller, productId: string): Promise<boolean>;
}

const { refusals } = inventoryContract;
const tags = ['inventory'];
const { warehouse_id, reason } = ReceiveStock.properties;
const { name, country, region } = Warehouse.properties;

export function inventoryRoutes(app: App, deps: InventoryRoutesDeps): void {
  listRoutes(app, deps);
  stockRoutes(app, deps);
  accountRoutes(app, deps);
  warehouseRoutes(app, deps);
}

/** What a seller may not see is not there. */
async function checkManaged(deps: InventoryRoutesDeps, caller: Caller, productId: string): Promise<void> {
  const isManaged = (await deps.productExists(productId)) && (await deps.mayManage(caller, productId));
  if (!isManaged) throw edgeProblem('NOT_FOUND');
}

function listRoutes(app: App, { inventory }: InventoryRoutesDeps): void {
  const { available_max, warehouse_id: ofWarehouse } = ListStock.properties;
  app.get(
    '/api/admin/inventory',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Stock of all products, a line each',
        description:
          'With `available_max` only products with at most so many available units, the fewest first; else by id. ' +
          'With `warehouse_id` the figures are those of that warehouse alone.',
        tags,
        querystring: object({ ...PageQuery, available_max, warehouse_id: ofWarehouse }),
        response: answers({ 200: page(StockSum) }, refusals, ['PAGE_TOO_DEEP']),
      },
    },
    async ({ query }, reply) => answer(reply, 200, await inventory.listStock(query), refusals),
  );
}

function stockRoutes(app: App, deps: InventoryRoutesDeps): void {
  const { inventory } = deps;
  app.get(
    '/api/admin/inventory/:product_id',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Stock of a product',
        tags,
        params: params('product_id'),
        response: answers({ 200: StockView }),
      },
    },
    async ({ params: { product_id }, caller }) => {
      await checkManaged(deps, caller, product_id);
      return await inventory.getStock({ product_id });
    },
  );
  app.post(
    '/api/admin/inventory/:product_id/receive',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Takes units in',
        tags,
        params: params('product_id'),
        body: object({ warehouse_id, quantity: ReceiveStock.properties.quantity, reason }),
        response: answers({ 200: StockView }, refusals, ['WAREHOUSE_NOT_FOUND']),
      },
    },
    async ({ params: { product_id }, body, caller, commandId }, reply) => {
      await checkManaged(deps, caller, product_id);
      const received = await inventory.receiveStock({ movement_id: commandId, product_id, ...body });
      return answer(reply, 200, received, refusals);
    },
  );
  app.post(
    '/api/admin/inventory/:product_id/adjust',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Corrects a count: adds or takes away units',
        tags,
        params: params('product_id'),
        body: object({ warehouse_id, delta: AdjustStock.properties.delta, reason }),
        response: answers({ 200: StockView }, refusals, ['WAREHOUSE_NOT_FOUND', 'STOCK_RESERVED']),
      },
    },
    async ({ params: { product_id }, body, caller, commandId }, reply) => {
      await checkManaged(deps, caller, product_id);
      const adjusted = await inventory.adjustStock({ movement_id: commandId, product_id, ...body });
      return answer(reply, 200, adjusted, refusals);
    },
  );
}

function accountRoutes(app: App, deps: InventoryRoutesDeps): void {
  const { inventory } = deps;
  app.get(
    '/api/admin/inventory/:product_id/movements',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Every change of the stock, newest first',
        tags,
        params: params('product_id'),
        querystring: object({ ...PageQuery, cursor: Type.Optional(text(200)) }),
        response: answers({ 200: page(Movement, { next_cursor: nullable(Type.String()) }) }, refusals, [
          'PAGE_TOO_DEEP',
          'CURSOR_INVALID',
        ]),
      },
    },
    async ({ params: { product_id }, query, caller }, reply) => {
      await checkManaged(deps, caller, product_id);
      return answer(reply, 200, await inventory.listMovements({ product_id, ...query }), refusals);
    },
  );
  app.get(
    '/api/admin/inventory/:product_id/explain',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Where each unit went',
        tags,
        params: params('product_id'),
        response: answers({ 200: StockExplanation }),
      },
    },
    async ({ params: { product_id }, caller }) => {
      await checkManaged(deps, caller, product_id);
      return await inventory.explainStock({ product_id });
    },
  );
}

function warehouseRoutes(app: App, { inventory }: InventoryRoutesDeps): void {
  app.get(
    '/api/admin/warehouses',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Warehouses',
        tags,
        querystring: object(PageQuery),
        response: answers({ 200: page(Warehouse) }, edgeRefusals, ['PAGE_TOO_DEEP']),
      },
    },
    async ({ query }) => pageOf(await inventory.listWarehouses({}), query),
  );
  app.post(
    '/api/admin/warehouses',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Opens a warehouse',
        tags,
        body: object({ name, country, region }),
        response: answers({ 201: Warehouse }),
      },
    },
    async ({ body, commandId }, reply) => {
      reply.code(201);
      return await inventory.createWarehouse({ warehouse_id: commandId, ...body });
    },
  );
}
