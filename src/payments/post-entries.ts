import type { Connection } from '#platform/sql';
import type { Split } from './contract.ts';
import { balanceOf, type JournalEntry, refundEntry, saleEntry } from './journal-rules.ts';
import { readStandings } from './journal-store.ts';
import type { RefundRow } from './refund-rules.ts';
import { type Change, isUnwanted, type PaymentRow, type Row } from './rules.ts';

/** For captured payments whose money still stands with the customer: whose it is. Once an order. */
export async function saleEntries(
  tx: Connection,
  commands: { order_id: string; change: Change }[],
  payments: ReadonlyMap<string, Row>,
): Promise<JournalEntry[]> {
  const splits = new Map<string, Split>();
  for (const { order_id, change } of commands) if (change.kind === 'sale') splits.set(order_id, change.split);
  const standings = Map.groupBy(await readStandings(tx, [...splits.keys()]), ({ order_id }) => order_id);
  return [...splits].flatMap(([order_id, split]) => {
    const row = payments.get(order_id);
    // What went back before it was sold was never anybody else's.
    const isKept = row !== undefined && !isUnwanted(row) && row.refunded === 0;
    const { customer } = balanceOf(standings.get(order_id) ?? []);
    return isKept && customer < 0 ? saleEntry(row, split) : [];
  });
}

/** What refunds that have ended take from the accounts of their orders, one after another. */
export async function openAccounts(tx: Connection, orderIds: string[]) {
  const standings = Map.groupBy(await readStandings(tx, orderIds), ({ order_id }) => order_id);
  const entries: JournalEntry[] = [];
  return {
    entries,
    refund(row: PaymentRow, refund: RefundRow): void {
      const standing = standings.get(row.order_id) ?? [];
      const entry = refundEntry(row, refund, balanceOf(standing));
      entries.push(entry);
      standings.set(row.order_id, [...standing, entry]);
    },
  };
}
