import type { FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import {
  AllOrdersFilter,
  BuyNowInput,
  Checkout,
  CheckoutInput,
  Order,
  OrderStatus,
  type Orders,
  ordersContract,
  type Placed,
  RefundInput,
  type Shopper,
  type Viewer,
} from '#orders';
import { NextAction, PaymentInput } from '#payments';
import type { Replying } from '#platform/answers';
import { type App, answer, answers, edgeProblem, NoContent, refusal } from '#platform/http';
import { personOf } from '#platform/identity';
import { Money } from '#platform/money';
import type { Outcome } from '#platform/outcome';
import { Id, object, PageQuery, page, params, text } from '#platform/schema';
import { sellerRoutes } from './seller-routes.ts';

const { refusals } = ordersContract;

/** What the gateway adds: who shops, and the parcels of orders, which this module does not know. */
export interface OrderRoutesDeps {
  orders: Orders;
  shopperOf(request: FastifyRequest): Shopper;
  shipments: { schema: TSchema; ofOrders(orderIds: string[]): Promise<Map<string, unknown[]>> };
}

export function orderRoutes(app: App, deps: OrderRoutesDeps): void {
  checkoutRoutes(app, deps);
  placeRoutes(app, deps);
  ownOrderRoutes(app, deps);
  staffRoutes(app, deps);
  staffActions(app, deps);
  sellerRoutes(app, deps);
}

const PlaceInput = object({ checkout_id: Id, payment: PaymentInput });

/** 202: the payment is under way. */
const Pending = object({
  order_id: Id,
  status: OrderStatus,
  status_url: text(500),
  next_action: NextAction,
  access_token: text(100),
});

function orderView(deps: OrderRoutesDeps) {
  return object({ ...Order.properties, shipments: Type.Array(deps.shipments.schema) });
}

function checkoutRoutes(app: App, { orders, shopperOf }: OrderRoutesDeps): void {
  const tags = ['checkout'];
  const ended = ['CHECKOUT_NOT_FOUND', 'CHECKOUT_SUPERSEDED', 'CHECKOUT_RELEASED', 'RESERVATION_EXPIRED'];
  app.post(
    '/api/checkouts',
    {
      config: { access: 'person', rateLimit: 'checkout' },
      schema: {
        summary: "Freeze the cart's prices and hold its stock",
        tags,
        body: CheckoutInput,
        response: answers({ 201: Checkout }, refusals, [
          'CART_EMPTY',
          'OUT_OF_STOCK',
          'PRICE_CHANGED',
          'LIMIT_PER_PERSON',
          'EMAIL_REQUIRED',
          'RESERVATION_EXPIRED',
        ]),
      },
    },
    async (request, reply) => {
      const input = { checkout_id: request.commandId, shopper: shopperOf(request), ...request.body };
      return answer(reply, 201, await orders.createCheckout(input), refusals);
    },
  );
  app.get(
    '/api/checkouts/:checkout_id',
    {
      config: { access: 'person' },
      schema: {
        summary: 'See a checkout; in the last third of its hold that third is added, once',
        tags,
        params: params('checkout_id'),
        response: answers({ 200: Checkout }, refusals, ended),
      },
    },
    async (request, reply) => {
      const own = { ...request.params, person_id: personOf(request.caller)! };
      return answer(reply, 200, await orders.getCheckout(own), refusals);
    },
  );
  app.delete(
    '/api/checkouts/:checkout_id',
    {
      config: { access: 'person' },
      schema: {
        summary: 'Give the hold back',
        tags,
        params: params('checkout_id'),
        response: answers({ 204: NoContent }, refusals, ['CHECKOUT_NOT_FOUND', 'CHECKOUT_PAID']),
      },
    },
    async (request, reply) => {
      const own = { ...request.params, person_id: personOf(request.caller)! };
      return answer(reply, 204, await orders.releaseCheckout(own), refusals);
    },
  );
}

function placeRoutes(app: App, deps: OrderRoutesDeps): void {
  const { orders, shopperOf } = deps;
  const success = { 201: object({ ...orderView(deps).properties, access_token: text(100) }), 202: Pending };
  const pay = ['PAYMENT_DECLINED', 'GATEWAY_UNKNOWN', 'RESERVATION_EXPIRED'];
  app.post(
    '/api/orders',
    {
      config: { access: 'person' },
      schema: {
        summary: 'Pay a checkout: confirmed, or 202 while the payment is under way',
        tags: ['orders'],
        body: PlaceInput,
        response: answers(success, refusals, [
          ...pay,
          'CHECKOUT_NOT_FOUND',
          'CHECKOUT_SUPERSEDED',
          'CHECKOUT_RELEASED',
        ]) as object,
      },
    },
    async (request, reply) => {
      const placed = await orders.placeOrder({
        order_id: request.commandId,
        shopper: shopperOf(request),
        ...(request.body as Static<typeof PlaceInput>),
      });
      return tellPlaced(deps, reply, placed);
    },
  );
  app.post(
    '/api/buy-now',
    {
      config: { access: 'person', rateLimit: 'checkout' },
      schema: {
        summary: 'One request from wish to confirmed order',
        tags: ['orders'],
        body: BuyNowInput,
        response: answers(success, refusals, [
          ...pay,
          'PRODUCT_NOT_FOUND',
          'OUT_OF_STOCK',
          'PRICE_CHANGED',
          'LIMIT_PER_PERSON',
          'EMAIL_REQUIRED',
          'CURRENCY_MISMATCH',
        ]) as object,
      },
    },
    async (request, reply) => {
      const placed = await orders.buyNow({
        order_id: request.commandId,
        shopper: shopperOf(request),
        ...(request.body as Static<typeof BuyNowInput>),
      });
      return tellPlaced(deps, reply, placed);
    },
  );
}

async function tellPlaced(deps: OrderRoutesDeps, reply: Replying, outcome: Outcome<Placed, string>) {
  if (!outcome.ok) return refusal(reply, outcome, refusals);
  const { order, access_token, next_action } = outcome.value;
  const status = (code: number) => (reply as { code?: (code: number) => void }).code?.(code);
  if (next_action !== null) {
    status(202);
    const statusUrl = `/api/orders/${order.order_id}?access=${access_token}`;
    return { order_id: order.order_id, status: order.status, status_url: statusUrl, next_action, access_token };
  }
  status(201);
  return { ...(await withShipments(deps, [order]))[0]!, access_token };
}

async function withShipments(deps: OrderRoutesDeps, orders: Order[]) {
  const parcels = await deps.shipments.ofOrders(orders.map(order => order.order_id));
  return orders.map(order => ({ ...order, shipments: parcels.get(order.order_id) ?? [] }));
}

async function view(deps: OrderRoutesDeps, order: Order) {
  return (await withShipments(deps, [order]))[0]!;
}

const AccessQuery = object({ access: Type.Optional(text(200)) });
const accessHeader = Type.Object({ 'order-access': Type.Optional(text(200)) });

/** A person, perhaps with the token of a guest's order; or only the token; or staff. */
function viewerOf(request: FastifyRequest): Viewer {
  const { caller } = request;
  if (caller.kind === 'key' || (caller.kind === 'user' && caller.role === 'staff')) return { kind: 'staff' };
  const given = (request.query as Static<typeof AccessQuery>).access ?? request.headers['order-access'];
  const accessToken = typeof given === 'string' ? given.slice(0, 200) : undefined;
  const personId = personOf(caller);
  if (personId !== null) return { kind: 'person', person_id: personId, access_token: accessToken };
  if (accessToken === undefined) throw edgeProblem('NOT_FOUND');
  return { kind: 'token', access_token: accessToken };
}

function ownOrderRoutes(app: App, deps: OrderRoutesDeps): void {
  const { orders } = deps;
  const OrderView = orderView(deps);
  const tags = ['orders'];
  app.get(
    '/api/orders',
    {
      config: { access: 'person' },
      schema: {
        summary: "A person's orders, newest first",
        tags,
        querystring: Type.Object({ ...PageQuery, cursor: Type.Optional(text(200)) }),
        response: answers({ 200: orderPage(OrderView) }, refusals, ['PAGE_TOO_DEEP', 'CURSOR_INVALID']) as object,
      },
    },
    async (request, reply) => {
      const found = await orders.listOrders({ ...request.query, person_id: personOf(request.caller)! });
      if (!found.ok) return refusal(reply, found, refusals);
      return { ...found.value, items: await withShipments(deps, found.value.items) };
    },
  );
  app.get(
    '/api/orders/:order_id',
    {
      config: { access: 'anyone', shared: 'never', rateLimit: 'order' },
      schema: {
        summary: "See an order: one's own, or a guest's with its access token",
        tags,
        params: params('order_id'),
        querystring: AccessQuery,
        headers: accessHeader,
        response: answers({ 200: OrderView }, refusals, ['ORDER_NOT_FOUND']) as object,
      },
    },
    async (request, reply) => {
      const order = await orders.getOrder({ ...request.params, viewer: viewerOf(request as FastifyRequest) });
      if (order === null) return refusal(reply, { ok: false, code: 'ORDER_NOT_FOUND' }, refusals);
      return view(deps, order);
    },
  );
  app.post(
    '/api/orders/:order_id/cancel',
    {
      config: { access: 'person' },
      schema: {
        summary: 'Cancel an order that has not been shipped',
        tags,
        params: params('order_id'),
        querystring: AccessQuery,
        headers: accessHeader,
        response: answers({ 200: OrderView }, refusals, ['ORDER_NOT_FOUND', 'NOT_CANCELLABLE']) as object,
      },
    },
    async (request, reply) => {
      const done = await orders.cancelOrder({ ...request.params, viewer: viewerOf(request as FastifyRequest) });
      return done.ok ? view(deps, done.value) : refusal(reply, done, refusals);
    },
  );
}

function orderPage(OrderView: TSchema) {
  return page(OrderView, { next_cursor: Type.Unsafe<string | null>({ type: ['string', 'null'] }) });
}

function staffRoutes(app: App, deps: OrderRoutesDeps): void {
  const { orders } = deps;
  const OrderView = orderView(deps);
  const tags = ['admin: orders'];
  app.get(
    '/api/admin/orders',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'All orders, newest first',
        description: '`text` is the id of an order, or the whole e-mail of an account or a guest.',
        tags,
        querystring: Type.Object({
          ...PageQuery,
          ...AllOrdersFilter.properties,
          cursor: Type.Optional(text(200)),
        }),
        response: answers({ 200: orderPage(OrderView) }, refusals, ['PAGE_TOO_DEEP', 'CURSOR_INVALID']) as object,
      },
    },
    async (request, reply) => {
      const found = await orders.listAllOrders(request.query);
      if (!found.ok) return refusal(reply, found, refusals);
      return { ...found.value, items: await withShipments(deps, found.value.items) };
    },
  );
  app.get(
    '/api/admin/orders/:order_id',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Any order',
        tags,
        params: params('order_id'),
        response: answers({ 200: OrderView }, refusals, ['ORDER_NOT_FOUND']) as object,
      },
    },
    async (request, reply) => {
      const order = await orders.getOrder({ ...request.params, viewer: { kind: 'staff' } });
      if (order === null) return refusal(reply, { ok: false, code: 'ORDER_NOT_FOUND' }, refusals);
      return view(deps, order);
    },
  );
}

function staffActions(app: App, deps: OrderRoutesDeps): void {
  const { orders } = deps;
  const OrderView = orderView(deps);
  const tags = ['admin: orders'];
  app.post(
    '/api/admin/orders/:order_id/cancel',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Cancel any order that has not been shipped',
        tags,
        params: params('order_id'),
        response: answers({ 200: OrderView }, refusals, ['ORDER_NOT_FOUND', 'NOT_CANCELLABLE']) as object,
      },
    },
    async (request, reply) => {
      const done = await orders.cancelOrder({ ...request.params, viewer: { kind: 'staff' } });
      return done.ok ? view(deps, done.value) : refusal(reply, done, refusals);
    },
  );
  app.post(
    '/api/admin/orders/:order_id/refund',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Refund an amount, or items with their tax share, or the rest',
        tags,
        params: params('order_id'),
        body: RefundInput,
        response: answers({ 201: object({ refund_id: Id, amount: Money, order: OrderView }) }, refusals, [
          'ORDER_NOT_FOUND',
          'NOT_REFUNDABLE',
          'REFUND_EXCEEDS_CAPTURED',
          'REFUND_ITEMS_INVALID',
          'CURRENCY_MISMATCH',
        ]) as object,
      },
    },
    async (request, reply) => {
      const input = { ...request.params, ...request.body, refund_id: request.commandId };
      const done = await orders.refundOrder(input);
      if (!done.ok) return refusal(reply, done, refusals);
      void (reply as { code?: (code: number) => void }).code?.(201);
      return { ...done.value, order: await view(deps, done.value.order) };
    },
  );
}
