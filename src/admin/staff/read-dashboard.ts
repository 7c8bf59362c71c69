import { LOW_UNITS_MAX } from '#inventory';
import type { Order, OrderStatus, SalesFigures } from '#orders';
import { timestamp } from '#platform/clock';
import { Unavailable } from '#platform/outcome';
import type { DeskDeps } from '../deps.ts';
import { historyOf, type SalesPoint } from '../islands/sales-history.ts';
import type { LiveTick, StuckItem } from './running-shop.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LIVE_MS = 120_000;
const ALARMS = 8;
const LATEST_ORDERS = 8;

export interface StockAlarm {
  product_id: string;
  /** Null where the product is no longer in the catalogue. */
  title: string | null;
  available: number;
  reserved: number;
}

/** Everything that the dashboard shows; null is what a part of the shop that is away would have told. */
export interface Dashboard {
  nowMs: number;
  tick: LiveTick | null;
  history: SalesPoint[];
  day: SalesFigures | null;
  month: SalesFigures | null;
  statuses: { status: OrderStatus; count: number; relation: 'eq' | 'gte' }[] | null;
  latest: Order[] | null;
  alarms: { items: StockAlarm[]; total: number } | null;
  stuck: StuckItem[] | null;
}

export async function readDashboard(deps: DeskDeps): Promise<Dashboard> {
  const { clock, orders, running } = deps;
  const nowMs = clock.nowMs();
  const sold = async (from: number, step: 'hour' | 'day') => {
    const figures = await orders.getSalesFigures({ from: timestamp(from), to: timestamp(nowMs), step });
    return figures.ok ? figures.value : null;
  };
  const [tick, live, day, month, statuses, latest, alarms, stuck] = await Promise.all([
    orNull(running.readLive()),
    orNull(orders.getLiveSales({ after: timestamp(nowMs - LIVE_MS) })),
    orNull(sold(nowMs - DAY_MS + HOUR_MS, 'hour')),
    orNull(sold(nowMs - 29 * DAY_MS, 'day')),
    orNull(orders.countOrders({})),
    orNull(orders.listAllOrders({ page: 1, page_size: LATEST_ORDERS })),
    orNull(readAlarms(deps)),
    orNull(running.readStuck()),
  ]);
  return {
    nowMs,
    tick,
    history: live === null ? [] : historyOf(live.seconds),
    day,
    month,
    statuses,
    latest: latest?.ok === true ? latest.value.items : null,
    alarms,
    stuck,
  };
}

async function readAlarms({ inventory, catalog }: DeskDeps): Promise<Dashboard['alarms']> {
  const listed = await inventory.listStock({ available_max: LOW_UNITS_MAX, page: 1, page_size: ALARMS });
  if (!listed.ok) return null;
  const { items, total } = listed.value;
  const products = await catalog.getProducts({ product_ids: items.map(({ product_id }) => product_id) });
  const titles = new Map(products.map(({ product_id, title }) => [product_id, title]));
  return { items: items.map(item => ({ ...item, title: titles.get(item.product_id) ?? null })), total };
}

/** A dashboard is looked at when something is wrong: one part that is away does not take the others with it. */
async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Unavailable) return null;
    throw error;
  }
}
