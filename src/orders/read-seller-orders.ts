import { limits } from '#limits';
import type { Orders, SellerOrder } from '#orders';
import { money } from '#platform/money';
import type { Deps } from './deps.ts';
import { presentLine } from './present.ts';
import { readPage } from './read-orders.ts';
import { sum } from './rules.ts';
import { countSellerOrders, readSellerOrder, readSellerOrders, type SoldOrder } from './seller-orders-store.ts';

export async function listSellerOrders(
  deps: Deps,
  input: Parameters<Orders['listSellerOrders']>[0],
): ReturnType<Orders['listSellerOrders']> {
  return readPage(input, {
    count: () => countSellerOrders(deps.db, input, limits.listedRowsMax + 1),
    read: slice => readSellerOrders(deps.db, input, slice),
    view: async rows => rows.map(row => presentFor(input.seller_id, row, deps.currency)),
  });
}

export async function getSellerOrder(
  deps: Deps,
  input: Parameters<Orders['getSellerOrder']>[0],
): ReturnType<Orders['getSellerOrder']> {
  const row = await readSellerOrder(deps.db, input);
  return row === undefined ? null : presentFor(input.seller_id, row, deps.currency);
}

/** Nothing of another seller, of the whole order's worth, or of who pays leaves this function. */
function presentFor(sellerId: string, row: SoldOrder, currency: string): SellerOrder {
  const own = row.lines.filter(line => line.seller_id === sellerId);
  const address = row.shipping_address;
  return {
    order_id: row.order_id,
    status: row.status,
    items: own.map(line => presentLine(line, currency)),
    units: sum(own.map(line => line.quantity)),
    subtotal: money(sum(own.map(line => line.unit_price * line.quantity)), currency),
    discount: money(sum(own.map(line => line.discount)), currency),
    refunded: money(row.seller_refunded, currency),
    ship_to: address === null ? null : { name: address.name, city: address.city, country: address.country },
    shipping_method: row.shipping_method,
    history: row.history.filter(entry => entry.at >= row.confirmed_at),
    confirmed_at: row.confirmed_at,
  };
}
