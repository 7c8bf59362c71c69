/**
 * PayPal behind the gateways' port: Orders v2 with `intent: AUTHORIZE`.
 *
 * What is taken: `method: wallet` with `token: paypal`. The payer approves at PayPal, so the first answer is always
 * `pending` with a redirect. An approval sets no money aside: the look-up that sees it (`find` with `is_wanted`, from a
 * webhook or the sweeper) authorises the order, under a key of its own. Other methods and tokens are declined before
 * any call. Vaulted cards and wallets are among those: they are charged without a redirect, in the very call whose
 * answer may get lost, and PayPal can't be asked by our ids where to find them.
 *
 * Which is what makes `find` without a reference true. PayPal has no search by our ids, and the answer is `not_found`
 * without a call: an order whose reference we don't have is one whose approval link nobody was given. Nobody can
 * approve it, it holds no money, and PayPal drops it within hours. While its key lives there (six hours), the identical
 * request finds it again. A webhook that tells of an order brings its reference along.
 *
 * `gateway_ref` is PayPal's order id. Authorisation, capture and refunds are read from the order before each step: one
 * that was done already is found there, also when PayPal has forgotten its key.
 */
import type { Clock } from '#platform/clock';
import type {
  Authorised,
  AuthoriseRequest,
  Captured,
  Declined,
  Found,
  FoundPayment,
  Gateway,
  KeyedRequest,
  NotFound,
  Pending,
  Refunded,
  RefundRequest,
  Refused,
  Unknown,
  Voided,
} from '../gateway.ts';
import { toPaypalMoney } from './amounts.ts';
import { refundMark } from './marks.ts';
import {
  captureAnswer,
  isDone,
  isRefusal,
  issueOf,
  reasonOf,
  refundAnswer,
  refusedOrUnknown,
  unknown,
} from './paypal-answers.ts';
import { connectPaypal, type PaypalAccess, type PaypalClient } from './paypal-client.ts';
import {
  isApproved,
  isMadeBy,
  isTaken,
  isUnapproved,
  moneyOf,
  orderOf,
  type PaypalOrder,
  paymentOf,
  readCapture,
  readOrder,
} from './paypal-order.ts';
import { keepCertificates } from './signing-certificates.ts';
import { webhookVerifier } from './verify-webhook.ts';
import { readEvent } from './webhook-event.ts';

export interface PaypalOptions extends PaypalAccess {
  /** Of every webhook whose deliveries count: two while one replaces the other. */
  webhookIds: readonly string[];
  /** Where PayPal sends the payer back to, whatever the answer was. */
  returnUrl: (order_id: string) => string;
  /** Of this shop: orders without it, or with another, are not seen here. */
  shopId: string;
  clock: Pick<Clock, 'nowMs'>;
}

/** PayPal takes 1 to 3 s for an authorisation, and a look-up that authorises is two or three calls. */
const TIMEOUT_MS = 8_000;
const ORDERS = '/v2/checkout/orders';

/** Who asks PayPal, and for which shop. */
type Account = PaypalClient & { shopId: string };

export function paypalGateway({ webhookIds, returnUrl, clock, shopId, ...access }: PaypalOptions): Gateway {
  const nowMs = () => clock.nowMs();
  const paypal: Account = { ...connectPaypal(access, nowMs), shopId };
  const certificates = keepCertificates({ apiUrl: access.url, nowMs });
  const isSigned = webhookVerifier({ webhookIds, certificates });
  return {
    name: 'paypal',
    methods: ['wallet'],
    timeoutMs: TIMEOUT_MS,
    authorise: (request, signal) => authorise(paypal, request, returnUrl(request.order_id), signal),
    find: ({ order_id, gateway_ref, is_wanted = false }, signal) =>
      find(paypal, { order_id, gateway_ref, is_wanted }, signal),
    capture: (request, signal) => capture(paypal, request, signal),
    void: (request, signal) => voidOrder(paypal, request, signal),
    refund: (request, signal) => refund(paypal, request, signal),
    async verifyWebhook(webhook) {
      return (await isSigned(webhook)) ? readEvent(webhook.rawBody, shopId) : { state: 'bad_signature' };
    },
  };
}

async function authorise(
  paypal: Account,
  request: AuthoriseRequest,
  returnUrl: string,
  signal: AbortSignal,
): Promise<Authorised | Declined | Pending | Unknown> {
  const order = orderOf(request, paypal.shopId, returnUrl);
  if (typeof order === 'string') return { state: 'declined', reason: order, gateway_ref: null };
  const answer = await paypal.post(ORDERS, { key: request.key, body: order }, signal);
  if (isRefusal(answer)) return { state: 'declined', reason: reasonOf(answer), gateway_ref: null };
  const created = isDone(answer) ? readOrder(answer) : null;
  if (created === null) return unknown(answer);
  // A repeat may be answered as the order was then; what has become of it since is looked up.
  const { order_id } = request;
  const found = isUnapproved(created)
    ? foundIn(paypal, created)
    : await find(paypal, { order_id, gateway_ref: created.id, is_wanted: true }, signal);
  return found.state === 'found' ? standingOf(found.payment) : asUnknown(found);
}

function standingOf({ state, reason, gateway_ref, next_action }: FoundPayment): Authorised | Declined | Pending {
  if (state === 'pending') return { state, gateway_ref, next_action: next_action ?? { type: 'wait' } };
  if (state === 'failed' || state === 'voided') return { state: 'declined', reason: reason ?? state, gateway_ref };
  return { state: 'authorized', gateway_ref };
}

async function find(
  paypal: Account,
  { order_id, gateway_ref, is_wanted }: { order_id: string; gateway_ref: string | null; is_wanted: boolean },
  signal: AbortSignal,
): Promise<Found | NotFound | Unknown> {
  if (gateway_ref === null) return { state: 'not_found' };
  const order = await fetchOrder(paypal, gateway_ref, signal);
  if (isAnswer(order)) return order;
  const found = foundIn(paypal, order);
  const isReady = is_wanted && isApproved(order) && found.state === 'found' && found.payment.order_id === order_id;
  return isReady ? await authoriseApproved(paypal, order, found.payment, signal) : found;
}

/** Sets the money of an approved order aside. */
async function authoriseApproved(
  paypal: Account,
  order: PaypalOrder,
  payment: FoundPayment,
  signal: AbortSignal,
): Promise<Found | NotFound | Unknown> {
  const key = `authorize_${payment.order_id}`;
  const answer = await paypal.post(`${pathOf(order.id)}/authorize`, { key, body: {} }, signal);
  if (isDone(answer)) {
    const authorised = readOrder(answer);
    return authorised === null ? unknown(answer) : foundIn(paypal, authorised);
  }
  if (!isRefusal(answer)) return unknown(answer);
  const issue = issueOf(answer.body);
  if (issue === 'ORDER_ALREADY_AUTHORIZED') return await lookUp(paypal, order.id, signal);
  // The payer has to go to PayPal once more, by the same link.
  if (issue === 'ORDER_NOT_APPROVED' || issue === 'PAYER_ACTION_REQUIRED') return { state: 'found', payment };
  return { state: 'found', payment: { ...payment, state: 'failed', reason: reasonOf(answer), next_action: null } };
}

async function capture(
  paypal: Account,
  { key, gateway_ref, amount, currency }: KeyedRequest & { amount: number },
  signal: AbortSignal,
): Promise<Captured | Refused | Unknown> {
  const order = await fetchOrder(paypal, gateway_ref, signal);
  if (isAnswer(order)) return orRefused(order);
  const { authorization, capture } = moneyOf(order);
  if (capture !== undefined) return captureAnswer(capture);
  const money = toPaypalMoney(amount, currency);
  if (authorization === undefined || money === null) return { state: 'refused', reason: 'not_authorized' };
  const path = `/v2/payments/authorizations/${encodeURIComponent(authorization.id)}/capture`;
  const answer = await paypal.post(path, { key, body: { amount: money, final_capture: true } }, signal);
  if (!isDone(answer)) return refusedOrUnknown(answer);
  const made = readCapture(answer);
  return made === null ? unknown(answer) : captureAnswer(made);
}

/**
 * An order that nobody has approved holds nothing, and PayPal can't cancel it: it is enough that we never authorise it.
 * One that is approved is authorised first, because a first try of that may still be on its way there; then its money
 * is let go, and no later request finds anything to take.
 */
async function voidOrder(
  paypal: Account,
  { key, gateway_ref }: KeyedRequest,
  signal: AbortSignal,
): Promise<Voided | Refused | Unknown> {
  const order = await fetchOrder(paypal, gateway_ref, signal);
  if (isAnswer(order)) return orRefused(order);
  const payment = paymentOf(order, paypal.shopId);
  if (payment === null || !isApproved(order)) return await letGo(paypal, order, key, signal);
  const closed = await authoriseApproved(paypal, order, payment, signal);
  if (closed.state !== 'found') return asUnknown(closed);
  const after = await fetchOrder(paypal, gateway_ref, signal);
  return isAnswer(after) ? asUnknown(after) : await letGo(paypal, after, key, signal);
}

/** What holds nothing any more, or never did, is void without a call. */
const isOver = ({ status }: { status: string }) => status === 'VOIDED' || status === 'DENIED' || status === 'EXPIRED';

async function letGo(
  paypal: Account,
  order: PaypalOrder,
  key: string,
  signal: AbortSignal,
): Promise<Voided | Refused | Unknown> {
  const { authorization, capture } = moneyOf(order);
  if (capture !== undefined && isTaken(capture)) return { state: 'refused', reason: 'payment_is_captured' };
  if (authorization === undefined || isOver(authorization)) return { state: 'voided' };
  const path = `/v2/payments/authorizations/${encodeURIComponent(authorization.id)}/void`;
  const answer = await paypal.post(path, { key, body: {} }, signal);
  const issue = issueOf(answer.body);
  const isVoided = issue === 'PREVIOUSLY_VOIDED' || issue === 'AUTHORIZATION_VOIDED';
  return isDone(answer) || (isRefusal(answer) && isVoided) ? { state: 'voided' } : refusedOrUnknown(answer);
}

async function refund(
  paypal: Account,
  { key, refund_id, order_id, gateway_ref, amount, currency }: RefundRequest,
  signal: AbortSignal,
): Promise<Refunded | Refused | Unknown> {
  // Both ids, as a webhook of the refund tells nothing else of its order.
  const custom_id = refundMark(paypal.shopId, { order_id, refund_id });
  const order = await fetchOrder(paypal, gateway_ref, signal);
  if (isAnswer(order)) return orRefused(order);
  const { capture, refunds } = moneyOf(order);
  const known = refunds.find(refund => refund.custom_id === custom_id);
  if (known !== undefined) return refundAnswer(known);
  const money = toPaypalMoney(amount, currency);
  if (capture === undefined || money === null) return { state: 'refused', reason: 'not_captured' };
  const path = `/v2/payments/captures/${encodeURIComponent(capture.id)}/refund`;
  const answer = await paypal.post(path, { key, body: { amount: money, custom_id } }, signal);
  if (!isDone(answer)) return refusedOrUnknown(answer);
  return refundAnswer({ id: String(answer.body.id), status: String(answer.body.status) });
}

const pathOf = (gateway_ref: string) => `${ORDERS}/${encodeURIComponent(gateway_ref)}`;

async function fetchOrder(
  paypal: Account,
  gateway_ref: string,
  signal: AbortSignal,
): Promise<PaypalOrder | NotFound | Unknown> {
  const answer = await paypal.get(pathOf(gateway_ref), signal);
  if (answer.status === 404) return { state: 'not_found' };
  return (isDone(answer) ? readOrder(answer) : null) ?? unknown(answer);
}

async function lookUp(paypal: Account, gateway_ref: string, signal: AbortSignal): Promise<Found | NotFound | Unknown> {
  const order = await fetchOrder(paypal, gateway_ref, signal);
  return isAnswer(order) ? order : foundIn(paypal, order);
}

function foundIn({ shopId }: Account, order: PaypalOrder): Found | NotFound | Unknown {
  const payment = paymentOf(order, shopId);
  if (payment !== null) return { state: 'found', payment };
  if (!isMadeBy(order, shopId)) return { state: 'not_found' };
  return { state: 'unknown', problem: `PayPal's order ${order.id} is ours, and can't be read` };
}

function isAnswer(order: PaypalOrder | NotFound | Unknown): order is NotFound | Unknown {
  return 'state' in order;
}

function orRefused(answer: NotFound | Unknown): Refused | Unknown {
  return answer.state === 'not_found' ? { state: 'refused', reason: 'no_such_order' } : answer;
}

function asUnknown(answer: NotFound | Unknown): Unknown {
  return answer.state === 'unknown' ? answer : { state: 'unknown', problem: 'PayPal has lost the order meanwhile' };
}
