import { randomBytes } from 'node:crypto';

/**
 * What PayPal's side of Orders v2 and Payments v2 holds. Written from the public reference (PayPal's API pages, and the
 * OpenAPI files of paypal/paypal-rest-api-specifications): a double, not PayPal.
 */
export interface Money {
  currency_code: string;
  value: string;
}

export interface Movement {
  id: string;
  status: string;
  amount: Money;
  custom_id?: string;
  invoice_id?: string;
  /** Of a capture that is completed. */
  seller_receivable_breakdown?: { gross_amount: Money; paypal_fee: Money; net_amount: Money };
}

export interface Order {
  id: string;
  status: 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'COMPLETED';
  unit: { amount: Money; custom_id?: string; invoice_id?: string };
  return_url: string;
  cancel_url: string;
  /** What the payer has chosen to pay with is declined as soon as money is to be set aside. */
  isBroke: boolean;
  authorization: Movement | null;
  captures: Movement[];
  refunds: Movement[];
}

/** An error as PayPal words it: an issue, in the details of a named error. */
export class PaypalProblem extends Error {
  readonly status: number;
  readonly issue: string;
  constructor(status: number, issue: string) {
    super(issue);
    this.status = status;
    this.issue = issue;
  }
}

type Tell = (type: string, resource: Record<string, unknown>) => void;

interface CreateRequest {
  intent?: string;
  purchase_units?: { amount?: Money; custom_id?: string; invoice_id?: string }[];
  payment_source?: { paypal?: { experience_context?: { return_url?: string; cancel_url?: string } } };
}

/** The whole of what can be done to orders. */
export class PaypalBooks {
  readonly orders = new Map<string, Order>();
  /** What the next capture or refund comes to. */
  readonly next = { capture: 'COMPLETED', refund: 'COMPLETED' };
  readonly tell: Tell;

  constructor(tell: Tell) {
    this.tell = tell;
  }

  orderOf(id: string): Order {
    return this.#orderWith(order => order.id === id);
  }

  create({ intent, purchase_units = [], payment_source }: CreateRequest): Order {
    const [unit, ...more] = purchase_units;
    const context = payment_source?.paypal?.experience_context;
    if (intent !== 'AUTHORIZE' || unit?.amount === undefined || more.length > 0 || context === undefined)
      throw new PaypalProblem(400, 'MISSING_REQUIRED_PARAMETER');
    centsOf(unit.amount);
    const { return_url = '', cancel_url = '' } = context;
    const { amount, custom_id, invoice_id } = unit;
    const order: Order = {
      ...{ id: newId(), status: 'PAYER_ACTION_REQUIRED', unit: { amount, custom_id, invoice_id } },
      ...{ return_url, cancel_url, isBroke: false, authorization: null, captures: [], refunds: [] },
    };
    this.orders.set(order.id, order);
    return order;
  }

  approve(id: string, { isBroke = false } = {}): void {
    const order = this.orderOf(id);
    if (order.status !== 'PAYER_ACTION_REQUIRED') return;
    Object.assign(order, { status: 'APPROVED', isBroke });
    this.tell('CHECKOUT.ORDER.APPROVED', showOrder(order));
  }

  authorize(id: string): Order {
    const order = this.orderOf(id);
    if (order.authorization !== null) throw new PaypalProblem(422, 'ORDER_ALREADY_AUTHORIZED');
    if (order.status !== 'APPROVED') throw new PaypalProblem(422, 'ORDER_NOT_APPROVED');
    if (order.isBroke) throw new PaypalProblem(422, 'INSTRUMENT_DECLINED');
    order.authorization = { ...order.unit, id: newId(), status: 'CREATED' };
    order.status = 'COMPLETED';
    this.tell('PAYMENT.AUTHORIZATION.CREATED', showMovement(order, order.authorization));
    return order;
  }

  capture(authorizationId: string, { amount }: { amount: Money }): Movement {
    const { order, authorization } = this.#authorizedBy(authorizationId);
    if (authorization.status === 'VOIDED') throw new PaypalProblem(422, 'AUTHORIZATION_VOIDED');
    if (authorization.status === 'CAPTURED') throw new PaypalProblem(422, 'AUTHORIZATION_ALREADY_CAPTURED');
    checkCurrency(amount, order.unit.amount);
    if (centsOf(amount) > centsOf(order.unit.amount)) throw new PaypalProblem(422, 'MAX_CAPTURE_AMOUNT_EXCEEDED');
    const capture: Movement = { ...order.unit, id: newId(), status: this.next.capture, amount };
    if (capture.status === 'COMPLETED') capture.seller_receivable_breakdown = breakDown(amount);
    this.next.capture = 'COMPLETED';
    order.captures.push(capture);
    if (capture.status !== 'DECLINED') authorization.status = 'CAPTURED';
    this.tell(`PAYMENT.CAPTURE.${capture.status}`, showMovement(order, capture));
    return capture;
  }

  voidAuthorization(authorizationId: string): void {
    const { order, authorization } = this.#authorizedBy(authorizationId);
    if (authorization.status === 'VOIDED') throw new PaypalProblem(422, 'PREVIOUSLY_VOIDED');
    if (authorization.status === 'CAPTURED') throw new PaypalProblem(422, 'PREVIOUSLY_CAPTURED');
    authorization.status = 'VOIDED';
    this.tell('PAYMENT.AUTHORIZATION.VOIDED', showMovement(order, authorization));
  }

  refund(
    captureId: string,
    { amount, custom_id, invoice_id }: Pick<Movement, 'amount' | 'custom_id' | 'invoice_id'>,
  ): Movement {
    const order = this.#orderWith(({ captures }) => captures.some(({ id }) => id === captureId));
    const capture = order.captures.find(({ id }) => id === captureId)!;
    if (capture.status === 'PENDING') throw new PaypalProblem(422, 'PENDING_CAPTURE');
    checkCurrency(amount, capture.amount);
    const left = centsOf(capture.amount) - refundedCents(order);
    if (left === 0) throw new PaypalProblem(422, 'CAPTURE_FULLY_REFUNDED');
    if (centsOf(amount) > left) throw new PaypalProblem(422, 'REFUND_AMOUNT_EXCEEDED');
    const refund: Movement = { id: newId(), status: this.next.refund, amount, custom_id, invoice_id };
    this.next.refund = 'COMPLETED';
    order.refunds.push(refund);
    this.#tellOfRefund(order, refund);
    return refund;
  }

  /** What PayPal has looked at comes to its end. */
  settle(order: Order, movement: Movement, status: string): void {
    movement.status = status;
    const isTaken = order.captures.includes(movement) && status === 'COMPLETED';
    if (isTaken) movement.seller_receivable_breakdown = breakDown(movement.amount);
    if (order.refunds.includes(movement)) this.#tellOfRefund(order, movement);
    else this.tell(`PAYMENT.CAPTURE.${status}`, showMovement(order, movement));
  }

  #orderWith(isIt: (order: Order) => boolean): Order {
    const order = [...this.orders.values()].find(isIt);
    if (order === undefined) throw new PaypalProblem(404, 'INVALID_RESOURCE_ID');
    return order;
  }

  #authorizedBy(id: string) {
    const order = this.#orderWith(({ authorization }) => authorization?.id === id);
    return { order, authorization: order.authorization! };
  }

  /** Unlike the others it does not say of which order. */
  #tellOfRefund(order: Order, refund: Movement): void {
    const isDone = refund.status === 'COMPLETED';
    const [capture] = order.captures;
    const isAll = refundedCents(order) === centsOf(capture!.amount);
    if (isDone) capture!.status = isAll ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
    this.tell(isDone ? 'PAYMENT.CAPTURE.REFUNDED' : `PAYMENT.REFUND.${refund.status}`, { ...refund });
  }
}

/** Pending ones too: what is on its way back can't be given back again. */
export function refundedCents({ refunds }: Order): number {
  const given = refunds.filter(({ status }) => status === 'COMPLETED' || status === 'PENDING');
  return given.reduce((sum, { amount }) => sum + centsOf(amount), 0);
}

const withoutDecimals = new Set(['HUF', 'JPY', 'TWD']);

/** Hundredths, whatever the currency: only to compare. */
export function centsOf({ value, currency_code }: Money): number {
  const [, whole, fraction] = /^(\d+)(?:\.(\d\d))?$/.exec(value) ?? [];
  if (whole === undefined) throw new PaypalProblem(422, 'DECIMAL_PRECISION');
  if (withoutDecimals.has(currency_code) && fraction !== undefined)
    throw new PaypalProblem(422, 'DECIMALS_NOT_SUPPORTED');
  return Number(whole) * 100 + Number(fraction ?? 0);
}

/** PayPal keeps 2.9 % and 30 hundredths. */
function breakDown(gross_amount: Money): Movement['seller_receivable_breakdown'] {
  const { currency_code } = gross_amount;
  const cents = centsOf(gross_amount);
  const fee = Math.round(cents * 0.029) + 30;
  const money = (hundredths: number): Money => {
    return { currency_code, value: (hundredths / 100).toFixed(withoutDecimals.has(currency_code) ? 0 : 2) };
  };
  return { gross_amount, paypal_fee: money(fee), net_amount: money(cents - fee) };
}

function checkCurrency(amount: Money, of: Money): void {
  if (amount.currency_code !== of.currency_code) throw new PaypalProblem(422, 'CURRENCY_MISMATCH');
}

/** As an order is read and told: with the payer, once there is one. */
export function showOrder({ id, status, unit, authorization, captures, refunds }: Order): Record<string, unknown> {
  const payments = { authorizations: authorization === null ? [] : [authorization], captures, refunds };
  const payer = { email_address: 'pia@payer.example', name: { given_name: 'Pia', surname: 'Payer' } };
  return {
    ...{ id, intent: 'AUTHORIZE', status },
    purchase_units: [{ reference_id: 'default', ...unit, payments }],
    ...(status === 'PAYER_ACTION_REQUIRED' ? {} : { payer }),
  };
}

function showMovement({ id }: Order, movement: Movement): Record<string, unknown> {
  return { ...movement, supplementary_data: { related_ids: { order_id: id } } };
}

function newId(): string {
  return randomBytes(9).toString('hex').slice(0, 17).toUpperCase();
}
