import type { Connection } from '#platform/sql';
import type { Split } from './contract.ts';
import { balanceOf, captureEntry, type JournalEntry, refundEntry, saleEntry } from './journal-rules.ts';
import { readStandings } from './journal-store.ts';
import type { RefundRow } from './refund-rules.ts';
import type { PaymentRow } from './rules.ts';

/**
 * The accounts of these orders, whose payments the transaction has locked: what a group does to them one after another
 * becomes `entries`. A capture of an order that is not among them is posted as well.
 */
export async function openAccounts(tx: Connection, orderIds: string[]) {
  const standings = Map.groupBy(await readStandings(tx, orderIds), ({ order_id }) => order_id);
  const entries: JournalEntry[] = [];
  const left = (order_id: string) => balanceOf(standings.get(order_id) ?? []);

  function post(entry: JournalEntry): void {
    entries.push(entry);
    standings.set(entry.order_id, [...(standings.get(entry.order_id) ?? []), entry]);
  }

  return {
    entries,
    capture: (row: PaymentRow, split: Split | undefined, fee: number) => post(captureEntry(row, split, fee)),
    /** Of a captured payment whose money still stands with the customer; once. */
    sale(row: PaymentRow, split: Split): void {
      // What went back before it was sold was never anybody else's.
      if (row.refunded === 0 && left(row.order_id).customer < 0) post(saleEntry(row, split));
    },
    refund: (row: PaymentRow, refund: RefundRow) => post(refundEntry(row, refund, left(row.order_id))),
  };
}
