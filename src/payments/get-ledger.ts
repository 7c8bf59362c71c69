import { timestamp } from '#platform/clock';
import { money } from '#platform/money';
import type { Database } from '#platform/sql';
import type { LedgerBalance, LedgerEntry } from './contract.ts';
import { type BalanceRow, type EntryRow, readBalances, readEntries } from './journal-store.ts';

const YEAR_10000_MS = 253_402_300_800_000;

/** In UTC, and within what the database has times for: nothing is older than 1970, and no leap second has a time. */
export function periodIn({ from, to }: { from: string; to: string }): { from: string; to: string } {
  const within = (text: string) => Math.min(Math.max(Date.parse(text) || 0, 0), YEAR_10000_MS - 1);
  return { from: timestamp(within(from)), to: timestamp(within(to)) };
}

/** The sums of each account by gateway. */
export async function getLedger(db: Database, period: { from: string; to: string }): Promise<LedgerBalance[]> {
  const rows = await readBalances(db, periodIn(period));
  return rows.map(row => ({ gateway: row.gateway, entries: row.entries, ...accountsOf(row) }));
}

/** What one order has moved. */
export async function getLedgerEntries(db: Database, { order_id }: { order_id: string }): Promise<LedgerEntry[]> {
  const rows = await readEntries(db, order_id);
  return rows.map(row => ({
    at: row.at,
    kind: row.kind,
    gateway: row.gateway,
    ...accountsOf(row),
    sellers: row.parts.map(({ seller_id, amount }) => ({ seller_id, amount: money(amount, row.currency) })),
  }));
}

function accountsOf(row: BalanceRow | EntryRow) {
  const { currency, customer, clearing, sellers, tax, shipping, fees } = row;
  return {
    customer: money(customer, currency),
    gateway_clearing: money(clearing, currency),
    seller_payable: money(sellers, currency),
    tax: money(tax, currency),
    shipping: money(shipping, currency),
    fees: money(fees, currency),
  };
}
