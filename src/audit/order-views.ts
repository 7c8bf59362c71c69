import type { Fulfillment, ParcelFact } from '#fulfillment';
import type { Inventory, ReservationFact, SaleFact, UnitsOfProduct } from '#inventory';
import { limits } from '#limits';
import type { OrderFact, Orders } from '#orders';
import type { PaymentFact, Payments } from '#payments';
import { inPages, mergeFacts, streamFacts } from './merge-facts.ts';

export interface AuditedModules {
  inventory: Inventory;
  orders: Orders;
  payments: Payments;
  /** Where nothing is shipped there are no parcels to look at. */
  fulfillment?: Fulfillment;
}

/** What the modules say of one order. A part that is missing says nothing of it. */
export interface OrderView {
  order_id: string;
  order?: OrderFact;
  payment?: PaymentFact;
  parcels?: ParcelFact;
  /** Of a paid order only. */
  reservation?: ReservationFact;
}

/** A reservation that was sold, and the order that it was sold to. */
export interface SaleView {
  reservation_id: string;
  /** Undefined where it was taken back since it was first read. */
  sale?: SaleFact;
  order?: OrderFact;
}

const limit = limits.factsPerReadMax;
export const PAID_STATUSES: readonly string[] = ['CONFIRMED', 'SHIPPED', 'DELIVERED'];

export async function* orderViews(modules: AuditedModules): AsyncGenerator<OrderView> {
  const { orders, payments, fulfillment } = modules;
  const joined = mergeFacts<{ order: OrderFact; payment: PaymentFact; parcels: ParcelFact }>({
    order: streamFacts(after => orders.readFacts({ after, limit })),
    payment: streamFacts(after => payments.readFacts({ after, limit })),
    parcels: streamFacts(async after => (await fulfillment?.readFacts({ after, limit })) ?? []),
  });
  for await (const rows of inPages(joined, limit)) {
    const views = rows.map(({ key, ...parts }): OrderView => ({ order_id: key.slice(3), ...parts }));
    yield* await withReservations(modules, views);
  }
}

/** Reservations lie in the buckets of their products, in another order than orders: they are asked for by key. */
async function withReservations({ inventory }: AuditedModules, views: OrderView[]): Promise<OrderView[]> {
  const paid = views.flatMap(({ order }) => (order && PAID_STATUSES.includes(order.status) ? [order] : []));
  if (paid.length === 0) return views;
  const reservations = paid.map(({ reservation_id, units }) => ({ reservation_id, product_ids: productsIn(units) }));
  const facts = await inventory.readReservationFacts({ reservations });
  const byId = new Map(facts.map(fact => [fact.reservation_id, fact]));
  return views.map(view => ({ ...view, reservation: view.order && byId.get(view.order.reservation_id) }));
}

function productsIn(units: string): string[] {
  return (JSON.parse(units) as UnitsOfProduct[]).map(([productId]) => productId);
}

export async function readOrderView(modules: AuditedModules, { order_id }: OrderView): Promise<OrderView> {
  const ids = [order_id];
  const [order] = await modules.orders.readFacts({ ids });
  const [payment] = await modules.payments.readFacts({ ids });
  const [parcels] = (await modules.fulfillment?.readFacts({ ids })) ?? [];
  const [view] = await withReservations(modules, [{ order_id, order, payment, parcels }]);
  return view!;
}

export function orderAgeMs({ order, payment, parcels }: OrderView): number {
  const ages = [order, payment, parcels].map(part => part?.age_ms ?? Number.POSITIVE_INFINITY);
  return Math.min(...ages);
}

export async function* saleViews({ inventory, orders }: AuditedModules): AsyncGenerator<SaleView> {
  for await (const sales of inPages(
    streamFacts(after => inventory.readSaleFacts({ after, limit })),
    limit,
  )) {
    const ids = [...new Set(sales.flatMap(({ order_id }) => order_id ?? []))];
    const byId = new Map((await orders.readFacts({ ids })).map(order => [order.order_id, order]));
    for (const sale of sales) {
      yield { reservation_id: sale.reservation_id, sale, order: byId.get(sale.order_id ?? '') };
    }
  }
}

export async function readSaleView({ inventory, orders }: AuditedModules, first: SaleView): Promise<SaleView> {
  const { reservation_id } = first;
  const reservations = [{ reservation_id, product_ids: first.sale!.product_ids }];
  const [now] = await inventory.readReservationFacts({ reservations });
  if (now?.state !== 'sold') return { reservation_id };
  const [order] = now.order_id === null ? [] : await orders.readFacts({ ids: [now.order_id] });
  return { reservation_id, sale: { ...first.sale!, order_id: now.order_id }, order };
}
