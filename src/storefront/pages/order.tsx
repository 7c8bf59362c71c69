import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { ownCart } from '#cart';
import { formRoute, privatePage, type Redirect, type Rendered } from '#design/routes';
import type { View } from '#design/view';
import { type Order, ordersContract, type Viewer } from '#orders';
import type { Payment } from '#payments';
import { edgeProblem } from '#platform/http';
import { personOf } from '#platform/identity';
import { derivedId } from '#platform/ids';
import { params } from '#platform/schema';
import { OrderPage, type OrderProblem } from '../buying/order-page.tsx';
import type { Bank, Retry, WaitsFor } from '../buying/order-payment.tsx';
import { readPictures } from '../buying/read-pictures.ts';
import type { StorefrontDeps } from '../deps.ts';
import { keepAddressSecret } from './signed-in.ts';

const ACCESS_LENGTH_MAX = 200;
const query = Type.Object({
  access: Type.Optional(Type.String()),
  placed: Type.Optional(Type.String()),
  back: Type.Optional(Type.String()),
  cancelled: Type.Optional(Type.String()),
});
const ofOrder = { params: params('order_id') } as const;

/** An order for its person, or for whoever has its link. For everybody else it does not exist. */
export function orderRoutes(deps: StorefrontDeps): void {
  const options = { ...ofOrder, access: 'anyone', rateLimit: 'order', query } as const;
  privatePage(deps.site, '/orders/:order_id', options, async ({ view, request, reply, params, query }) => {
    const order = await findOrder(deps, request, params.order_id, query.access);
    const told = {
      isPlaced: query.placed !== undefined,
      isCancelled: query.cancelled !== undefined,
      isBack: query.back !== undefined,
    };
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
  isBack?: boolean;
  problem?: OrderProblem;
  status?: number;
}

async function orderPage(deps: StorefrontDeps, asked: Asked): Promise<Rendered | Redirect> {
  const { view, request, reply, order, access } = asked;
  const { order_id } = order;
  keepAddressSecret(reply);
  const order_ids = [order_id];
  const [pictures, [parcels], [payment], [delivery], retry] = await Promise.all([
    readPictures(
      deps.catalog,
      order.items.map(item => item.product_id),
    ),
    deps.fulfillment.listShipments({ order_ids }),
    deps.payments.getPayments({ order_ids }),
    // A guest has nothing but the link to come back by; who has an account needs none.
    request.caller.kind === 'user' && access === undefined ? [] : deps.orders.getDeliveries({ order_ids }),
    readRetry(deps, request, order),
  ]);
  const isWaiting = order.status === 'PAYMENT_PENDING' || order.status === 'CREATED';
  const link = delivery && `${deps.site.publicUrl()}${view.to(addressOf(order_id, delivery.access_token))}`;
  const page = {
    order,
    pictures,
    shipments: parcels?.shipments ?? [],
    reason: payment?.reason ?? null,
    bank: isWaiting && payment !== undefined ? bankOf(deps, view, payment) : undefined,
    waitsFor: waitOf(payment),
    retry,
    isBack: asked.isBack ?? false,
    access,
    link,
    isPlaced: asked.isPlaced ?? false,
    isCancelled: asked.isCancelled ?? false,
    problem: asked.problem,
    nextKey: () => deps.site.ids.next(),
  };
  return { status: asked.status ?? 200, body: <OrderPage {...page} /> };
}

/** Where a failed order can be paid in another way, and for how long its goods are still held. */
async function readRetry(deps: StorefrontDeps, request: FastifyRequest, order: Order): Promise<Retry | undefined> {
  const person_id = personOf(request.caller);
  if (order.status !== 'PAYMENT_FAILED' || person_id === null) return undefined;
  const open = await deps.orders.findOpenCheckout({ order_id: order.order_id, person_id });
  if (open === null) return undefined;
  const leftMs = Date.parse(open.expires_at) - deps.clock.nowMs();
  return { checkout_id: open.checkout_id, minutes: Math.max(1, Math.ceil(leftMs / 60_000)) };
}

/** What is known of a payment without an end is told as it is. */
function waitOf(payment: Payment | undefined): WaitsFor {
  if (payment === undefined) return 'answer';
  if (payment.method === 'bank_transfer') return 'transfer';
  return payment.status === 'authorized' ? 'capture' : 'outcome';
}

/**
 * The page where its person confirms the payment. The simulator is told here where it leads back to, without the token,
 * which is nothing that a bank should know; the other gateways know it from the authorisation.
 */
function bankOf({ site }: StorefrontDeps, view: View, { order_id, gateway, next_action }: Payment): Bank | undefined {
  if (next_action?.type !== 'redirect') return undefined;
  const url = new URL(next_action.url);
  const back = view.to(addressOf(order_id, undefined, { placed: '1', back: '1' }));
  if (gateway === 'simulator') url.searchParams.set('return_url', `${site.publicUrl()}${back}`);
  return { url: url.href, gateway };
}
