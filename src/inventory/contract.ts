/**
 * inventory: how many units there are, where, and for whom they are held.
 *
 * Owns warehouses, stock, holds and movements. Stock is decided here and nowhere else: `available = total − reserved`
 * is a generated column, and `reserved ≥ 0` and `total − reserved ≥ 0` are checks of the table.
 * A reservation is one hold a product and warehouse; it holds all lines or none, and ends exactly once: sold, released
 * or expired, under its stock's lock, so that payment and expiry can race and one wins: a sale is booked before its
 * money is taken, and taken back (`unsell`) where the money can't be.
 * Every change writes its movement in the same transaction; the movements of a product sum to its stock, always.
 * Repeats: every command carries an id (reservation_id, movement_id, return_id) and answers again as it did first.
 * `product_ids` beside a reservation_id say in which buckets its holds lie, so that each statement finds its shard.
 */
import { type Static, Type } from 'typebox';
import { command, defineContract, Nothing, query } from '#platform/contract';
import { FACTS_TIMEOUT_MS, FactPage, FactSpan, FactsWanted } from '#platform/facts';
import { type DomainEvent, type EventBatch, ReadEvents } from '#platform/outbox';
import type { Outcome } from '#platform/outcome';
import { Id, nullable, object, oneOf, text } from '#platform/schema';
import {
  type HoldFacts,
  type ReservationFact,
  ReservationsWanted,
  type SaleFact,
  type StockFact,
} from './stock-facts.ts';

export type { HoldFacts, HoldShape, ReservationFact, SaleFact, StockFact, UnitsOfProduct } from './stock-facts.ts';

const units = Type.Integer({ minimum: 0 });
const time = Type.String({ format: 'date-time' });

export const Warehouse = object({
  warehouse_id: Id,
  name: text(200),
  country: Type.String({ pattern: '^[A-Z]{2}$' }),
  region: text(100, { min: 0 }),
});
export type Warehouse = Static<typeof Warehouse>;

/** A product of which no more can be sold is low: the border of `stock.level_changed`, and of what pages warn of. */
export const LOW_UNITS_MAX = 10;

/** So many of one thing at once are a mistake, and sums of it stay far from what a number can hold. */
const UNITS_MAX = 1_000_000_000;

const counts = { total_quantity: units, reserved: units, available: units };
/** A product's stock; units set apart for a sale are in `pools` and not in the other figures. */
export const StockView = object({
  product_id: Id,
  ...counts,
  warehouses: Type.Array(object({ warehouse_id: Id, ...counts, version: Type.Integer() })),
  pools: Type.Array(object({ sale_id: Id, ...counts })),
});
export type StockView = Static<typeof StockView>;

/** A product's units over its warehouses, without those set apart for sales: a line of a list. */
export const StockSum = object({ product_id: Id, ...counts, warehouses: units });
export type StockSum = Static<typeof StockSum>;

export const ListStock = object({
  /** Only products with at most so many available units: stock alarms. */
  available_max: Type.Optional(Type.Integer({ minimum: 0, maximum: UNITS_MAX })),
  warehouse_id: Type.Optional(Id),
  page: Type.Integer({ minimum: 1 }),
  page_size: Type.Integer({ minimum: 1, maximum: 100 }),
});
export type ListStock = Static<typeof ListStock>;

export const MovementKind = oneOf('receive', 'adjust', 'allot', 'hold', 'release', 'expire', 'sell', 'return');
export type MovementKind = Static<typeof MovementKind>;

export const Movement = object({
  movement_id: Id,
  warehouse_id: Id,
  sale_id: Type.Optional(Id),
  kind: MovementKind,
  total_delta: Type.Integer(),
  reserved_delta: Type.Integer(),
  reservation_id: Type.Optional(Id),
  order_id: Type.Optional(Id),
  reason: Type.Optional(text(500)),
  at: time,
});
export type Movement = Static<typeof Movement>;

/** Where each unit went: what came in, what went out, and what is held now, by kind and by holder. */
export const StockExplanation = object({
  product_id: Id,
  received: Type.Integer(),
  adjusted: Type.Integer(),
  returned: Type.Integer(),
  allotted: Type.Integer(),
  sold: Type.Integer(),
  total_quantity: units,
  reserved: units,
  available: units,
  open_holds: Type.Array(
    object({
      reservation_id: Id,
      warehouse_id: Id,
      quantity: units,
      expires_at: time,
    }),
  ),
  balanced: Type.Boolean(),
});
export type StockExplanation = Static<typeof StockExplanation>;

export type ReservationState = 'held' | 'sold' | 'released' | 'expired';
export interface Reservation {
  reservation_id: string;
  state: ReservationState;
  expires_at: string;
  /** Which warehouse gives how much: fulfilment makes its parcels from this. */
  parts: { product_id: string; warehouse_id: string; quantity: number }[];
}

const reservation = { reservation_id: Id, product_ids: Type.Array(Id, { minItems: 1, maxItems: 100 }) };
export const ReserveStock = object({
  reservation_id: Id,
  /** A user's id or a guest's session id: whom `max_per_person` counts. */
  person_id: Id,
  lines: Type.Array(
    object({
      product_id: Id,
      quantity: Type.Integer({ minimum: 1, maximum: UNITS_MAX }),
      max_per_person: Type.Optional(nullable(Type.Integer({ minimum: 1 }))),
    }),
    { minItems: 1, maxItems: 100 },
  ),
  ship_to: object({ country: text(2), region: text(100, { min: 0 }) }),
  ttl_ms: Type.Integer({ minimum: 1 }),
});
export type ReserveStock = Static<typeof ReserveStock>;
export const ReceiveStock = object({
  movement_id: Id,
  product_id: Id,
  warehouse_id: Id,
  quantity: Type.Integer({ minimum: 1, maximum: UNITS_MAX }),
  reason: text(500, { min: 0 }),
});
export type ReceiveStock = Static<typeof ReceiveStock>;
export const AdjustStock = object({
  movement_id: Id,
  product_id: Id,
  warehouse_id: Id,
  delta: Type.Integer({ minimum: -UNITS_MAX, maximum: UNITS_MAX }),
  reason: text(500, { min: 0 }),
});
export type AdjustStock = Static<typeof AdjustStock>;
export const ReturnStock = object({
  return_id: Id,
  order_id: Id,
  parts: Type.Array(
    object({ product_id: Id, warehouse_id: Id, quantity: Type.Integer({ minimum: 1, maximum: UNITS_MAX }) }),
    {
      maxItems: 1000,
    },
  ),
});

export type ReturnStock = Static<typeof ReturnStock>;

export interface GateFact {
  /** The bucket as two hexadecimal digits, a slash, the product. */
  key: string;
  available: number;
  /** Null where the gate does not count the product, or Redis is away. */
  counted: number | null;
  /** Nothing has changed while both were read: only then they have to be equal. */
  settled: boolean;
}

export interface Inventory {
  listWarehouses(input: Record<string, never>): Promise<Warehouse[]>;
  createWarehouse(input: Warehouse): Promise<Warehouse>;
  /** Zeros for a product that never had stock: inventory does not know which products exist. */
  getStock(input: { product_id: string }): Promise<StockView>;
  /** Units that can be sold now, in the order asked; 0 for unknown products. At most 500 ids. */
  getAvailability(input: { product_ids: string[] }): Promise<{ product_id: string; available: number }[]>;
  /**
   * Products that have, or had, stock: by what is available, the least first, where `available_max` is given, else by
   * product. With `warehouse_id` the figures are those of that warehouse alone. `total` is exact up to 10,000. Each
   * question reads every stock row once, since no index covers what changes: 20,000 products in 3 warehouses each take
   * about 50 ms, and the time grows with the rows. Products that were deleted keep their stock and are listed.
   */
  listStock(
    input: ListStock,
  ): Promise<
    Outcome<
      { items: StockSum[]; total: number; total_relation: 'eq' | 'gte'; page: number; page_size: number },
      'PAGE_TOO_DEEP'
    >
  >;
  /** In the order asked, zeros for a product without stock. At most 100 ids. */
  getStocks(input: { product_ids: string[] }): Promise<StockSum[]>;
  /**
   * Products of which nothing is available, and of which few are (1 to 10). Counted by reading every stock row, so the
   * answer may be some seconds old: 5, or ten times as long as counting took.
   */
  countLowStock(input: Record<string, never>): Promise<{ low: number; out: number }>;
  receiveStock(input: ReceiveStock): Promise<Outcome<StockView, 'WAREHOUSE_NOT_FOUND'>>;
  /** Refused where the total would fall below what is reserved. */
  adjustStock(input: AdjustStock): Promise<Outcome<StockView, 'WAREHOUSE_NOT_FOUND' | 'STOCK_RESERVED'>>;
  /** Newest first. `cursor` goes on from a former answer and knows no row 10,000. */
  listMovements(input: { product_id: string; page: number; page_size: number; cursor?: string }): Promise<
    Outcome<
      {
        items: Movement[];
        total: number;
        total_relation: 'eq' | 'gte';
        page: number;
        page_size: number;
        next_cursor: string | null;
      },
      'PAGE_TOO_DEEP' | 'CURSOR_INVALID'
    >
  >;
  explainStock(input: { product_id: string }): Promise<StockExplanation>;
  /**
   * Holds all lines or none, for `ttl_ms`, from warehouses chosen by the allocation rule. OUT_OF_STOCK tells `lines:
   * [{product_id, requested, available}]`. `max_per_person` counts what a person holds, and has bought within 24 hours,
   * by lines that had such a limit; its refusal tells `lines: [{product_id, requested, allowed}]`. Sent again: the
   * reservation as it stands, whatever its state.
   */
  reserveStock(input: ReserveStock): Promise<Outcome<Reservation, 'OUT_OF_STOCK' | 'LIMIT_PER_PERSON'>>;
  getReservation(input: Static<typeof ReservationKey>): Promise<Reservation | null>;
  /** Moves the expiry of a held reservation to at least `ttl_ms` from now. */
  extendReservation(input: Static<typeof ReservationTtl>): Promise<Outcome<Reservation, 'RESERVATION_EXPIRED'>>;
  /**
   * held → sold: total and reserved fall, and expiry can't take it any more. Sold already to this order: accepted. An
   * unknown reservation, and one that was sold to another order, count as expired; one whose time is over ends here:
   * who is told so is told so for good.
   */
  sellReservation(
    input: Static<typeof SellReservation>,
  ): Promise<Outcome<null, 'RESERVATION_EXPIRED' | 'RESERVATION_RELEASED'>>;
  /** Sold to this order → held again, for `ttl_ms`: its money could not be taken. Anything else: nothing. */
  unsellReservation(input: Static<typeof UnsellReservation>): Promise<null>;
  /** held → released. Ended already: nothing. */
  releaseReservation(input: Static<typeof ReservationKey>): Promise<null>;
  /** Puts sold units back on the shelves they came from. */
  returnStock(input: ReturnStock): Promise<null>;
  /** Facts for the audit: see stock-facts.ts for each. */
  readStockFacts(input: FactPage): Promise<StockFact[]>;
  readHoldFacts(input: FactSpan): Promise<HoldFacts>;
  readSaleFacts(input: FactPage): Promise<SaleFact[]>;
  /** Unknown reservations are left out. */
  readReservationFacts(input: Static<typeof ReservationsWanted>): Promise<ReservationFact[]>;
  /** What the gate counts beside what the ledger has, a product a line. `ids` are products'. None without a gate. */
  readGateFacts(input: FactsWanted): Promise<GateFact[]>;
  readEvents(input: ReadEvents): Promise<EventBatch>;
}

export const ReservationKey = object(reservation);
export const ReservationTtl = object({ ...reservation, ttl_ms: Type.Integer({ minimum: 1 }) });
export const SellReservation = object({ ...reservation, order_id: Id });
export const UnsellReservation = object({ ...reservation, order_id: Id, ttl_ms: Type.Integer({ minimum: 1 }) });

/**
 * Sent on each transition between out (0), low (≤ 10) and in, so that pages and search need not follow every unit. The
 * version is the sum of the versions of the product's stock rows: it rises, but not by one.
 */
export type InventoryEvent = DomainEvent<
  'stock.level_changed',
  { product_id: string; level: 'out' | 'low' | 'in'; available: number }
>;

export const inventoryContract = defineContract<Inventory>({
  name: 'inventory',
  operations: {
    listWarehouses: query(Nothing),
    createWarehouse: command(Warehouse),
    getStock: query(object({ product_id: Id })),
    getAvailability: query(object({ product_ids: Type.Array(Id, { maxItems: 500 }) })),
    listStock: query(ListStock),
    getStocks: query(object({ product_ids: Type.Array(Id, { maxItems: 100 }) })),
    countLowStock: query(Nothing),
    receiveStock: command(ReceiveStock),
    adjustStock: command(AdjustStock),
    listMovements: query(
      object({
        product_id: Id,
        page: Type.Integer({ minimum: 1 }),
        page_size: Type.Integer({ minimum: 1, maximum: 100 }),
        cursor: Type.Optional(text(200)),
      }),
    ),
    explainStock: query(object({ product_id: Id })),
    reserveStock: command(ReserveStock),
    getReservation: query(ReservationKey),
    extendReservation: command(ReservationTtl),
    sellReservation: command(SellReservation),
    unsellReservation: command(UnsellReservation),
    releaseReservation: command(ReservationKey),
    returnStock: command(ReturnStock),
    readStockFacts: query(FactPage, FACTS_TIMEOUT_MS),
    readHoldFacts: query(FactSpan, FACTS_TIMEOUT_MS),
    readSaleFacts: query(FactPage, FACTS_TIMEOUT_MS),
    readReservationFacts: query(ReservationsWanted),
    readGateFacts: query(FactsWanted, FACTS_TIMEOUT_MS),
    readEvents: query(ReadEvents),
  },
  refusals: {
    OUT_OF_STOCK: { status: 409, meaning: 'There are not enough units left.' },
    LIMIT_PER_PERSON: { status: 409, meaning: 'One person may hold and buy only so many units of this product a day.' },
    RESERVATION_EXPIRED: { status: 410, meaning: 'The hold has ended and the units went back.' },
    RESERVATION_RELEASED: { status: 410, meaning: 'The hold was given back.' },
    WAREHOUSE_NOT_FOUND: { status: 404, meaning: 'There is no such warehouse.' },
    STOCK_RESERVED: { status: 409, meaning: 'More units are reserved than would remain.' },
    CURSOR_INVALID: { status: 400, meaning: 'The cursor is not one of ours.' },
    PAGE_TOO_DEEP: { status: 400, meaning: 'Lists end at row 10,000. Go on with next_cursor instead.' },
  },
});
