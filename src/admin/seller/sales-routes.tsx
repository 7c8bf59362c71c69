import assert from 'node:assert/strict';
import { Type } from 'typebox';
import type { Catalog } from '#catalog';
import { type Inventory, LOW_UNITS_MAX } from '#inventory';
import type { Orders, SalesFigures } from '#orders';
import { type Clock, timestamp } from '#platform/clock';
import { object, oneOf } from '#platform/schema';
import type { Desk } from '../products/desk.ts';
import { listOwnLow } from './own-stock.ts';
import { SalesPage, type Span } from './sales-page.tsx';

export interface SalesDeps {
  clock: Clock;
  catalog: Catalog;
  inventory: Inventory;
  orders: Orders;
}

const DAY_MS = 86_400_000;
const LOW_SHOWN = 10;
const days: Record<Span, number> = { today: 1, week: 7, month: 30 };

/** The desk's first page: what was sold, what sells best, and what runs out. */
export function salesRoutes(desk: Desk<string>, { clock, catalog, inventory, orders }: SalesDeps): void {
  async function figuresOf(seller_id: string, span: Span): Promise<SalesFigures> {
    const nowMs = clock.nowMs();
    const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
    const read = await orders.getSalesFigures({
      seller_id,
      from: timestamp(todayMs - (days[span] - 1) * DAY_MS),
      to: timestamp(todayMs + DAY_MS),
      step: span === 'today' ? 'hour' : 'day',
    });
    assert(read.ok, 'thirty days are not too many steps');
    return read.value;
  }

  const query = object({ span: Type.Optional(oneOf('today', 'week', 'month')) });
  desk.page('', { query }, async ({ query: { span = 'month' }, seller_id }) => {
    const [today, week, month, low] = await Promise.all([
      figuresOf(seller_id, 'today'),
      figuresOf(seller_id, 'week'),
      figuresOf(seller_id, 'month'),
      listOwnLow({ catalog, inventory }, { seller_id, available_max: LOW_UNITS_MAX, limit: LOW_SHOWN }),
    ]);
    const figures = { today, week, month };
    const product_ids = figures[span].top_products.map(({ product_id }) => product_id);
    const found = product_ids.length === 0 ? [] : await catalog.getProducts({ product_ids });
    const living = found.filter(({ deleted, seller }) => !deleted && seller.seller_id === seller_id);
    const products = new Map(living.map(product => [product.product_id, product]));
    return { body: <SalesPage desk={desk} span={span} figures={figures} products={products} low={low} /> };
  });
}
