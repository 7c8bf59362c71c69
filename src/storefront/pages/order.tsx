import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { ownCart } from '#cart';
import { formRoute, privatePage, type Redirect, type Rendered } from '#design/routes';
import type { View } from '#design/view';
import { type Order, ordersContract, type Viewer } from '#orders';
import type { NextAction } from '#payments';
import { edgeProblem } from '#platform/http';
import { personOf } from '#platform/identity';
import { derivedId } from '#platform/ids';
import { params } from '#platform/schema';
import { OrderPage, type OrderProblem } from '../buying/order-page.tsx';
import { readPictures } from '../buying/read-pictures.ts';
import type { StorefrontDeps } from '../deps.ts';
import { keepAddressSecret } from './signed-in.ts';

const ACCESS_LENGTH_MAX = 200;
const query = Type.Object({
  access: Type.Optional(Type.String()),
  placed: Type.Optional(Type.String()),
  cancelled: Type.Optional(Type.String()),
});
const ofOrder = { params: params('order_id') } as const;

/** An order for its person, or for whoever has its link. For everybody else it does not exist. */
export function orderRoutes(deps: StorefrontDeps): void {
  const options = { ...ofOrder, access: 'anyone', rateLimit: 'order', query } as const;
  privatePage(deps.site, '/orders/:order_id', options, async ({ view, request, reply, params, query }) => {
    const order = await findOrder(deps, request, params.order_id, query.access);
    const told = { isPlaced: query.placed !== undefined, isCancelled: query.cancelled !== undefined };
    return orderPage(deps, { view, request, reply, order, access: query.access, ...told });
  });
  cancelRoute(deps);
  buyAgainRoute(deps);
}

/** The token comes in the form: it stands in no address but the order's own. */
function cancelRoute(deps: StorefrontDeps): void {
  const { site, orders } = deps;
  const options = { ...ofOrder, access: 'person' } as const;
  formRoute(site, '/orders/:order_id/cancel', options, async asked => {
    const { view, request, reply, params, fields } = asked;
    const { access } = fields;
    const done = await orders.cancelOrder({ ...params, viewer: viewerOf(request, access) });
    if (done.ok) return { redirect: view.to(addressOf(params.order_id, access, { cancelled: '1' })) };
    if (done.code === 'ORDER_NOT_FOUND') throw edgeProblem('NOT_FOUND');
    const order = await findOrder(deps, request, params.order_id, access);
    const { status } = ordersContract.refusals[done.code]!;
    return orderPage(deps, { view, request, reply, order, access, problem: 'notCancellable', status });
  });
}

/** Everything into the cart once more, as far as it is still sold. */
function buyAgainRoute(deps: StorefrontDeps): void {
  const { site, cart } = deps;
  const options = { ...ofOrder, access: 'person', idempotency: 'hot' } as const;
  formRoute(site, '/orders/:order_id/buy-again', options, async ({ view, request, reply, params, fields }) => {
    const { access } = fields;
    const order = await findOrder(deps, request, params.order_id, access);
    const owner = ownCart(request.caller);
    let gone = 0;
    // One after the other: a cart takes one change at a time.
    for (const { product_id, quantity } of order.items) {
      const command_id = derivedId(request.commandId, product_id);
      const added = await cart.addItem({ owner, command_id, product_id, quantity: Math.min(quantity, 999) });
      if (!added.ok) gone += 1;
    }
    if (gone < order.items.length) return { redirect: view.to(gone === 0 ? '/cart' : `/cart?gone=${gone}`) };
    return orderPage(deps, { view, request, reply, order, access, problem: 'nothingToBuy', status: 409 });
  });
}

function viewerOf({ caller }: FastifyRequest, access: string | undefined): Viewer {
  const access_token = access === undefined || access === '' ? undefined : access.slice(0, ACCESS_LENGTH_MAX);
  const person_id = personOf(caller);
  if (person_id !== null) return { kind: 'person', person_id, ...(access_token !== undefined && { access_token }) };
  if (access_token === undefined) throw edgeProblem('NOT_FOUND');
  return { kind: 'token', access_token };
}

async function findOrder(
  { orders }: StorefrontDeps,
  request: FastifyRequest,
  order_id: string,
  access: string | undefined,
): Promise<Order> {
  const order = await orders.getOrder({ order_id, viewer: viewerOf(request, access) });
  if (order === null) throw edgeProblem('NOT_FOUND');
  return order;
}

/** The order's own address, with its token for whoever came by it. */
function addressOf(orderId: string, access: string | undefined, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...more, ...(access !== undefined && access !== '' && { access }) });
  return `/orders/${orderId}${query.size === 0 ? '' : `?${query}`}`;
}

interface Asked {
  view: View;
  request: FastifyRequest;
  reply: FastifyReply;
  order: Order;
  access: string | undefined;
  isPlaced?: boolean;
  isCancelled?: boolean;
  problem?: OrderProblem;
  status?: number;
}

async function orderPage(deps: StorefrontDeps, asked: Asked): Promise<Rendered | Redirect> {
  const { view, request, reply, order, access } = asked;
  const { order_id } = order;
  keepAddressSecret(reply);
  const order_ids = [order_id];
  const [pictures, [parcels], [payment], [delivery]] = await Promise.all([
    readPictures(
      deps.catalog,
      order.items.map(item => item.product_id),
    ),
    deps.fulfillment.listShipments({ order_ids }),
    deps.payments.getPayments({ order_ids }),
    // A guest has nothing but the link to come back by; who has an account needs none.
    request.caller.kind === 'user' && access === undefined ? [] : deps.orders.getDeliveries({ order_ids }),
  ]);
  const isWaiting = order.status === 'PAYMENT_PENDING' || order.status === 'CREATED';
  const link = delivery && `${deps.site.publicUrl()}${view.to(addressOf(order_id, delivery.access_token))}`;
  const page = {
    order,
    pictures,
    shipments: parcels?.shipments ?? [],
    reason: payment?.reason ?? null,
    bank: isWaiting ? bankOf(deps, view, order_id, payment?.next_action ?? null) : undefined,
    access,
    link,
    isPlaced: asked.isPlaced ?? false,
    isCancelled: asked.isCancelled ?? false,
    problem: asked.problem,
    nextKey: () => deps.site.ids.next(),
  };
  return { status: asked.status ?? 200, body: <OrderPage {...page} /> };
}

/** The bank's page, which leads back to this one. Without the token: it is nothing that a bank should be told. */
function bankOf({ site }: StorefrontDeps, view: View, orderId: string, next: NextAction | null): string | undefined {
  if (next?.type !== 'redirect') return undefined;
  const url = new URL(next.url);
  url.searchParams.set('return_url', `${site.publicUrl()}${view.to(addressOf(orderId, undefined, { placed: '1' }))}`);
  return url.href;
}
