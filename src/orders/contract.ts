/**
 * orders: checkout, and an order's life from CREATED to DELIVERED or CANCELLED.
 *
 * Owns checkouts and orders. `advance-order.ts` is the whole life in one resumable switch: each arm one idempotent step
 * keyed by the order id, its compensation beside it; a crash anywhere, then a rerun, continues.
 * Invariants: among orders that are neither PAYMENT_FAILED nor CANCELLED a checkout has at most one; totals are
 * computed here from the catalogue's prices, total = subtotal − discount + shipping_cost + tax; a confirmed order has
 * its sale and its captured payment; no paid order is left without goods or refund. Repeats:
 * checkout_id, order_id and refund_id come with the command; sent again it answers as it did first. Times: a checkout
 * holds stock for 15 minutes (RESERVATION_TTL_SECONDS). A sweeper takes up orders past their deadline; what it can't
 * settle is listed as stuck, never dropped.
 * What sellers and figures read (`seller_orders`) follows the orders' own events, mostly within milliseconds, so it
 * costs a sale nothing. Orders of before it was kept are added once, by a job (record-sales.ts).
 */
import { type Static, Type } from 'typebox';
import type { Cart } from '#cart';
import { type NextAction, PaymentInput, PaymentMethod, PaymentStatus } from '#payments';
import { Address } from '#platform/address';
import { command, defineContract, Nothing, query } from '#platform/contract';
import type { EventFacts } from '#platform/event-facts';
import { FACTS_TIMEOUT_MS, FactSpan, FactsWanted } from '#platform/facts';
import { Money } from '#platform/money';
import { type DomainEvent, type EventBatch, ReadEvents } from '#platform/outbox';
import type { Outcome } from '#platform/outcome';
import { Id, nullable, object, text } from '#platform/schema';
import type { CheckoutFacts, OrderFact } from './order-facts.ts';
import { OrderItem, OrderStatus, ShippingMethod } from './order-parts.ts';
import { FiguresQuery, type LiveSales, type SalesFigures, type SellerOrder } from './sales.ts';

export { arrivalWindow } from './arrival-window.ts';
export type { CheckoutFacts, OrderFact } from './order-facts.ts';
export { FigureStep, FiguresQuery, type LiveSales, SalesFigures, SellerOrder } from './sales.ts';
export { OrderItem, OrderStatus, ShippingMethod };

const time = Type.String({ format: 'date-time' });

/** A way of shipping some goods: `days_min` to `days_max` working days from the order to the door. */
export interface ShippingOffer {
  method: ShippingMethod;
  /** Without tax. */
  cost: Money;
  /** Goods worth this much ship for nothing; null where they never do. */
  free_from: Money | null;
  days_min: number;
  days_max: number;
}
/** `goods`: minor units after discount. Without `country`, to where the warehouses are. */
export const QuoteShipping = object({
  goods: Type.Integer({ minimum: 0 }),
  country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
  prime: Type.Optional(Type.Boolean()),
});

/** Who shops. `email` is the account's for a user; a guest gives one with the checkout. */
export const Shopper = object({
  kind: Type.Union([Type.Literal('guest'), Type.Literal('user')]),
  person_id: Id,
  email: nullable(text(254)),
  prime: Type.Boolean(),
});
export type Shopper = Static<typeof Shopper>;

const totals = { subtotal: Money, discount: Money, shipping_cost: Money, tax: Money, total: Money };

export const Checkout = object({
  checkout_id: Id,
  items: Type.Array(OrderItem),
  ...totals,
  shipping_address: Address,
  billing_address: Address,
  shipping_method: ShippingMethod,
  reservation: object({ reservation_id: Id, expires_at: time }),
});
export type Checkout = Static<typeof Checkout>;

export const Order = object({
  order_id: Id,
  status: OrderStatus,
  items: Type.Array(OrderItem),
  ...totals,
  shipping_address: nullable(Address),
  billing_address: nullable(Address),
  shipping_method: ShippingMethod,
  payment: nullable(object({ payment_id: Id, status: PaymentStatus, method: PaymentMethod, gateway: text(40) })),
  refunds: Type.Array(object({ refund_id: Id, amount: Money, reason: text(500), at: time })),
  history: Type.Array(object({ status: OrderStatus, at: time })),
  created_at: time,
  updated_at: time,
});
export type Order = Static<typeof Order>;

/** A placed order: confirmed, or waiting for its payment. `access_token` opens a guest's order. */
export interface Placed {
  order: Order;
  access_token: string;
  next_action: NextAction | null;
}

/** Who wants to see an order. A person sees their own, a token opens one, staff see all; the rest does not exist. */
export const Viewer = Type.Union([
  object({ kind: Type.Literal('person'), person_id: Id, access_token: Type.Optional(text(200)) }),
  object({ kind: Type.Literal('token'), access_token: text(200) }),
  object({ kind: Type.Literal('staff') }),
]);
export type Viewer = Static<typeof Viewer>;

const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$' });
const delivery = {
  shipping_address: Address,
  billing_address: Type.Optional(Address),
  shipping_method: ShippingMethod,
  email: Type.Optional(Email),
};
/** The bodies as HTTP takes them. */
export const CheckoutInput = object(delivery);
export const BuyNowInput = object({
  product_id: Id,
  quantity: Type.Integer({ minimum: 1, maximum: 999 }),
  expected_price: Type.Optional(Money),
  ...delivery,
  payment: PaymentInput,
});
export const RefundInput = object({
  amount: Type.Optional(Money),
  items: Type.Optional(
    Type.Array(object({ product_id: Id, quantity: Type.Integer({ minimum: 1, maximum: 999 }) }), {
      minItems: 1,
      maxItems: 100,
    }),
  ),
  reason: text(500),
  restock: Type.Optional(Type.Boolean()),
});

export const CreateCheckout = object({ checkout_id: Id, shopper: Shopper, ...CheckoutInput.properties });
/** Without `ship_to`, to where the warehouses are. `product`: what buy-now would buy, in the place of the cart. */
export const QuoteCheckout = object({
  shopper: Shopper,
  ship_to: Type.Optional(object({ country: Address.properties.country, region: Type.String({ maxLength: 100 }) })),
  product: Type.Optional(object({ product_id: Id, quantity: Type.Integer({ minimum: 1, maximum: 999 }) })),
});
export const PlaceOrder = object({ order_id: Id, checkout_id: Id, shopper: Shopper, payment: PaymentInput });
export const BuyNow = object({ order_id: Id, shopper: Shopper, ...BuyNowInput.properties });
export const AllOrdersFilter = object({
  status: Type.Optional(OrderStatus),
  product_id: Type.Optional(Id),
  seller_id: Type.Optional(Id),
  text: Type.Optional(text(254)),
  created_from: Type.Optional(time),
  created_to: Type.Optional(time),
});
export const RefundOrder = object({ refund_id: Id, order_id: Id, ...RefundInput.properties });
const ownCheckout = object({ checkout_id: Id, person_id: Id });

type CheckoutRefusal = 'OUT_OF_STOCK' | 'PRICE_CHANGED' | 'LIMIT_PER_PERSON' | 'EMAIL_REQUIRED' | 'RESERVATION_EXPIRED';
type CheckoutEnded = 'CHECKOUT_NOT_FOUND' | 'CHECKOUT_SUPERSEDED' | 'RESERVATION_EXPIRED' | 'CHECKOUT_RELEASED';
type PayRefusal = 'PAYMENT_DECLINED' | 'GATEWAY_UNKNOWN' | 'RESERVATION_EXPIRED';

export interface Orders {
  /** Every way of shipping, standard first; the costs are those that a checkout of the same goods has. */
  quoteShipping(input: Static<typeof QuoteShipping>): Promise<ShippingOffer[]>;
  /**
   * Freezes prices and holds the cart's stock. PRICE_CHANGED carries the refreshed `cart`. Supersedes the person's
   * older checkout whose payment has not begun, also where that one holds the units this one wants.
   */
  createCheckout(input: Static<typeof CreateCheckout>): Promise<Outcome<Checkout, CheckoutRefusal | 'CART_EMPTY'>>;
  /** What a checkout would cost, by each way of shipping; holds and changes nothing. */
  quoteCheckout(
    input: Static<typeof QuoteCheckout>,
  ): Promise<Outcome<CheckoutQuote, 'CART_EMPTY' | 'OUT_OF_STOCK' | 'PRICE_CHANGED' | 'PRODUCT_NOT_FOUND'>>;
  /** Whoever comes back in the last third of the hold has that third once more. So has who begins to pay then. */
  getCheckout(input: Static<typeof ownCheckout>): Promise<Outcome<Checkout, CheckoutEnded>>;
  /** What the person's open checkouts hold, which their next one would take the place of: for them it is not gone. */
  getHeldUnits(input: { person_id: string }): Promise<{ product_id: string; quantity: number }[]>;
  /** Ends the person's open checkouts, as a newer one would: for a guest who goes on as a user. */
  supersedeCheckouts(input: { person_id: string }): Promise<null>;
  /** What the person entered, also for a checkout that has ended, and the order that it became, if it lives. */
  getCheckoutEntry(input: Static<typeof ownCheckout>): Promise<CheckoutEntry | null>;
  /** The checkout of the person's failed order, while its hold lasts: it can be paid in another way. */
  findOpenCheckout(input: {
    order_id: string;
    person_id: string;
  }): Promise<{ checkout_id: string; expires_at: string } | null>;
  /** Gives the hold back. Refused once a payment has begun. */
  releaseCheckout(input: Static<typeof ownCheckout>): Promise<Outcome<null, 'CHECKOUT_NOT_FOUND' | 'CHECKOUT_PAID'>>;
  /** Parallel places of one checkout all receive the same order. A decline ends the order, not the checkout. */
  placeOrder(input: Static<typeof PlaceOrder>): Promise<Outcome<Placed, CheckoutEnded | PayRefusal>>;
  /** Reserve, pay and confirm in one; a decline releases the hold at once. */
  buyNow(
    input: Static<typeof BuyNow>,
  ): Promise<Outcome<Placed, CheckoutRefusal | PayRefusal | 'PRODUCT_NOT_FOUND' | 'CURRENCY_MISMATCH'>>;
  getOrder(input: { order_id: string; viewer: Viewer }): Promise<Order | null>;
  /** A person's orders, newest first. */
  listOrders(input: {
    person_id: string;
    page: number;
    page_size: number;
    cursor?: string;
  }): Promise<Outcome<OrderPage, 'PAGE_TOO_DEEP' | 'CURSOR_INVALID'>>;
  /**
   * All orders, newest first, for staff. `text` is an order's id, or an e-mail in any case: of an account, whose orders
   * are all found, or one that a guest gave, whose confirmed orders are found. Anything else finds nothing.
   * `seller_id`: confirmed orders with items of this seller. `created_to` is not included.
   */
  listAllOrders(
    input: Static<typeof AllOrdersFilter> & { page: number; page_size: number; cursor?: string },
  ): Promise<Outcome<OrderPage, 'PAGE_TOO_DEEP' | 'CURSOR_INVALID'>>;
  /** How many orders stand in each status: exact to 10,000, beyond that `relation` is "gte". */
  countOrders(input: Record<string, never>): Promise<StatusCount[]>;
  /** A seller's part of confirmed orders, newest first. */
  listSellerOrders(input: {
    seller_id: string;
    status?: OrderStatus;
    page: number;
    page_size: number;
    cursor?: string;
  }): Promise<Outcome<Page<SellerOrder>, 'PAGE_TOO_DEEP' | 'CURSOR_INVALID'>>;
  /** Null where the order has no items of this seller, or was never confirmed. */
  getSellerOrder(input: { seller_id: string; order_id: string }): Promise<SellerOrder | null>;
  /**
   * Sales by whole minutes, hours or days in UTC, from the step that `from` lies in to the one before `to`, also the
   * empty ones; of one seller or the whole shop. The best ten products are those of the span's last 50,000 orders.
   */
  getSalesFigures(input: Static<typeof FiguresQuery>): Promise<Outcome<SalesFigures, 'FIGURES_SPAN_INVALID'>>;
  /**
   * Sales by the second, after `after` and of the last two minutes at most, and today's. To be asked once a second by
   * many: they share one reading. A sale that is read late (see above) is in `today`, and in its second for whoever
   * asks for that second again.
   */
  getLiveSales(input: { after: string }): Promise<LiveSales>;
  /** Until shipped: voids or refunds the payment, gives the stock back. Cancelled already: accepted. */
  cancelOrder(input: {
    order_id: string;
    viewer: Viewer;
  }): Promise<Outcome<Order, 'ORDER_NOT_FOUND' | 'NOT_CANCELLABLE'>>;
  /** CONFIRMED → SHIPPED; shipped already: accepted. For fulfilment. */
  markShipped(input: { order_id: string }): Promise<Outcome<Order, 'ORDER_NOT_FOUND' | 'NOT_SHIPPABLE'>>;
  /** SHIPPED → DELIVERED; delivered already: accepted. For fulfilment. */
  markDelivered(input: { order_id: string }): Promise<Outcome<Order, 'ORDER_NOT_FOUND' | 'NOT_DELIVERABLE'>>;
  /** `amount`, or `items` with their tax share, or neither: the rest. `restock` puts the items back on the shelf. */
  refundOrder(
    input: Static<typeof RefundOrder>,
  ): Promise<
    Outcome<
      { refund_id: string; amount: Money; order: Order },
      'ORDER_NOT_FOUND' | 'NOT_REFUNDABLE' | 'REFUND_EXCEEDS_CAPTURED' | 'REFUND_ITEMS_INVALID' | 'CURRENCY_MISMATCH'
    >
  >;
  /** What fulfilment and notifications need of orders: parts by warehouse, address, e-mail. At most 500 ids. */
  getDeliveries(input: { order_ids: string[] }): Promise<OrderDelivery[]>;
  /** Everything this module knows of a person's orders: privacy export. */
  exportOrders(input: { person_id: string }): Promise<Order[]>;
  /** Orders that need a person, with what to do. */
  listStuck(input: Record<string, never>): Promise<StuckOrder[]>;
  /** Facts for the audit: see order-facts.ts for each. */
  readFacts(input: FactsWanted): Promise<OrderFact[]>;
  readCheckoutFacts(input: FactSpan): Promise<CheckoutFacts>;
  readEventFacts(input: FactSpan): Promise<EventFacts>;
  readEvents(input: ReadEvents): Promise<EventBatch>;
}

export interface CheckoutQuote {
  items: OrderItem[];
  methods: (ShippingOffer & Record<keyof typeof totals, Money>)[];
}

export interface CheckoutEntry {
  entered: Static<typeof CheckoutInput>;
  order_id: string | null;
}

export type OrderPage = Page<Order>;

export interface StatusCount {
  status: OrderStatus;
  count: number;
  relation: 'eq' | 'gte';
}

interface Page<Item> {
  items: Item[];
  total: number;
  total_relation: 'eq' | 'gte';
  page: number;
  page_size: number;
  next_cursor: string | null;
}

export interface OrderDelivery {
  order_id: string;
  person_id: string;
  status: OrderStatus;
  email: string | null;
  access_token: string;
  shipping_address: Address | null;
  shipping_method: ShippingMethod;
  items: OrderItem[];
  total: Money;
  parts: { product_id: string; warehouse_id: string; quantity: number }[];
}

export interface StuckOrder {
  order_id: string;
  status: OrderStatus;
  detail: string;
  since: string;
  what_to_do: string;
}

/** Each carries the status history's step; readers fetch the rest by `getDeliveries`. */
export type OrdersEvent =
  | DomainEvent<'order.confirmed', OrderEventData & { kind: 'checkout' | 'buy_now' }>
  | DomainEvent<'order.payment_failed', OrderEventData & { reason: string }>
  | DomainEvent<'order.shipped', OrderEventData>
  | DomainEvent<'order.delivered', OrderEventData>
  | DomainEvent<'order.cancelled', OrderEventData>
  | DomainEvent<'order.refunded', OrderEventData & { refund_id: string; amount: number; currency: string }>;
interface OrderEventData {
  order_id: string;
  person_id: string;
}

/** Detail of the PRICE_CHANGED refusal. */
export type PriceChanged = { cart: Cart };

const listing = {
  page: Type.Integer({ minimum: 1 }),
  page_size: Type.Integer({ minimum: 1, maximum: 100 }),
  cursor: Type.Optional(text(200)),
};
const ofOrder = object({ order_id: Id });
const ofPerson = object({ person_id: Id });

export const ordersContract = defineContract<Orders>({
  name: 'orders',
  operations: {
    quoteShipping: query(QuoteShipping),
    createCheckout: command(CreateCheckout),
    quoteCheckout: query(QuoteCheckout),
    getCheckout: query(ownCheckout),
    getCheckoutEntry: query(ownCheckout),
    findOpenCheckout: query(object({ order_id: Id, person_id: Id })),
    getHeldUnits: query(ofPerson),
    supersedeCheckouts: command(ofPerson),
    releaseCheckout: command(ownCheckout),
    placeOrder: command(PlaceOrder, 60_000),
    buyNow: command(BuyNow, 60_000),
    getOrder: query(object({ order_id: Id, viewer: Viewer })),
    listOrders: query(object({ person_id: Id, ...listing })),
    listAllOrders: query(object({ ...AllOrdersFilter.properties, ...listing })),
    countOrders: query(Nothing),
    listSellerOrders: query(object({ seller_id: Id, status: Type.Optional(OrderStatus), ...listing })),
    getSellerOrder: query(object({ seller_id: Id, order_id: Id })),
    getSalesFigures: query(FiguresQuery),
    getLiveSales: query(object({ after: time })),
    cancelOrder: command(object({ order_id: Id, viewer: Viewer }), 60_000),
    markShipped: command(ofOrder),
    markDelivered: command(ofOrder),
    refundOrder: command(RefundOrder, 60_000),
    getDeliveries: query(object({ order_ids: Type.Array(Id, { maxItems: 500 }) })),
    exportOrders: query(ofPerson),
    listStuck: query(Nothing),
    readFacts: query(FactsWanted, FACTS_TIMEOUT_MS),
    readCheckoutFacts: query(FactSpan, FACTS_TIMEOUT_MS),
    readEventFacts: query(FactSpan, FACTS_TIMEOUT_MS),
    readEvents: query(ReadEvents),
  },
  refusals: {
    CART_EMPTY: { status: 409, meaning: 'The cart is empty.' },
    EMAIL_REQUIRED: { status: 400, meaning: 'A guest gives an e-mail for the order.' },
    OUT_OF_STOCK: { status: 409, meaning: 'There are not enough units left.' },
    LIMIT_PER_PERSON: { status: 409, meaning: 'One person may hold and buy only so many units of this product a day.' },
    PRICE_CHANGED: { status: 409, meaning: 'A price has changed since it was shown. Look again, then repeat.' },
    PRODUCT_NOT_FOUND: { status: 404, meaning: 'There is no such product.' },
    CURRENCY_MISMATCH: { status: 400, meaning: "The amount is not in the shop's currency." },
    CHECKOUT_NOT_FOUND: { status: 404, meaning: 'There is no such checkout.' },
    CHECKOUT_SUPERSEDED: { status: 410, meaning: 'A newer checkout of the same person has taken its place.' },
    CHECKOUT_RELEASED: { status: 410, meaning: 'The checkout was given up.' },
    CHECKOUT_PAID: { status: 409, meaning: 'A payment for this checkout has begun.' },
    RESERVATION_EXPIRED: { status: 410, meaning: 'The hold has ended and the units went back.' },
    PAYMENT_DECLINED: { status: 402, meaning: 'The payment was declined. Another card or method may work.' },
    GATEWAY_UNKNOWN: { status: 400, meaning: 'There is no such payment gateway here.' },
    ORDER_NOT_FOUND: { status: 404, meaning: 'There is no such order.' },
    NOT_CANCELLABLE: { status: 409, meaning: 'Only an order that has not been shipped can be cancelled.' },
    NOT_SHIPPABLE: { status: 409, meaning: 'Only a confirmed order can be shipped.' },
    NOT_DELIVERABLE: { status: 409, meaning: 'Only a shipped order can be delivered.' },
    NOT_REFUNDABLE: { status: 409, meaning: 'Nothing of this order is left to refund.' },
    REFUND_EXCEEDS_CAPTURED: { status: 409, meaning: 'More would be refunded than was captured.' },
    REFUND_ITEMS_INVALID: { status: 409, meaning: 'The items are not of this order, or were refunded already.' },
    FIGURES_SPAN_INVALID: { status: 400, meaning: 'Figures begin before they end, and have at most 400 steps.' },
    CURSOR_INVALID: { status: 400, meaning: 'The cursor is not one of ours.' },
    PAGE_TOO_DEEP: { status: 400, meaning: 'Lists end at row 10,000. Go on with next_cursor instead.' },
  },
});
