import { Type } from 'typebox';
import { FiguresQuery, OrderStatus, type Orders, ordersContract, SalesFigures, SellerOrder } from '#orders';
import { type App, answer, answers, edgeProblem, refusal } from '#platform/http';
import type { Caller } from '#platform/identity';
import { refuse } from '#platform/outcome';
import { invalidInput } from '#platform/problem';
import { Id, object, PageQuery, page, params, text } from '#platform/schema';

const { refusals } = ordersContract;

/** What a seller sold. Staff name the seller; a seller is kept to itself. */
export function sellerRoutes(app: App, { orders }: { orders: Orders }): void {
  figureRoute(app, orders);
  const ofSeller = { seller_id: Type.Optional(Id) };
  const tags = ['admin: sales'];
  app.get(
    '/api/admin/seller/orders',
    {
      config: { access: 'seller' },
      schema: {
        summary: "A seller's part of confirmed orders, newest first",
        description: 'Of the own seller, or of `seller_id` for staff.',
        tags,
        querystring: object({
          ...PageQuery,
          ...ofSeller,
          status: Type.Optional(OrderStatus),
          cursor: Type.Optional(text(200)),
        }),
        response: answers(
          { 200: page(SellerOrder, { next_cursor: Type.Unsafe<string | null>({ type: ['string', 'null'] }) }) },
          refusals,
          ['PAGE_TOO_DEEP', 'CURSOR_INVALID'],
        ),
      },
    },
    async ({ query, caller }, reply) => {
      const seller_id = oneSeller(caller, query.seller_id);
      return answer(reply, 200, await orders.listSellerOrders({ ...query, seller_id }), refusals);
    },
  );
  app.get(
    '/api/admin/seller/orders/:order_id',
    {
      config: { access: 'seller' },
      schema: {
        summary: "A seller's part of a confirmed order",
        description: 'Of the own seller, or of `seller_id` for staff.',
        tags,
        params: params('order_id'),
        querystring: object(ofSeller),
        response: answers({ 200: SellerOrder }, refusals, ['ORDER_NOT_FOUND']),
      },
    },
    async ({ params: { order_id }, query, caller }, reply) => {
      const seller_id = oneSeller(caller, query.seller_id);
      const order = await orders.getSellerOrder({ seller_id, order_id });
      return order ?? refusal(reply, refuse('ORDER_NOT_FOUND'), refusals);
    },
  );
}

function figureRoute(app: App, orders: Orders): void {
  app.get(
    '/api/admin/figures',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Sales by minute, hour or day, with their totals and the best products',
        description:
          'Of the own seller; for staff of `seller_id`, or of the whole shop. Steps are whole ones in UTC, at most 400.',
        tags: ['admin: sales'],
        querystring: FiguresQuery,
        response: answers({ 200: SalesFigures }, refusals, ['FIGURES_SPAN_INVALID']),
      },
    },
    async ({ query, caller }, reply) => {
      const seller_id = sellerOf(caller, query.seller_id);
      return answer(reply, 200, await orders.getSalesFigures({ ...query, seller_id }), refusals);
    },
  );
}

/** The seller that is asked for; undefined for staff who name none. Another seller's things are nobody else's. */
function sellerOf(caller: Caller, asked: string | undefined): string | undefined {
  if (caller.kind !== 'user' || caller.role === 'staff') return asked;
  const own = caller.role === 'seller' ? caller.seller_id : null;
  if (own === null || (asked !== undefined && asked !== own)) throw edgeProblem('FORBIDDEN');
  return own;
}

function oneSeller(caller: Caller, asked: string | undefined): string {
  const sellerId = sellerOf(caller, asked);
  if (sellerId === undefined) throw invalidInput('staff say whose orders they mean, by `seller_id`');
  return sellerId;
}
