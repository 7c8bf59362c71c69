import type { DifferenceKind } from './contract.ts';
import type { FoundPayment } from './gateway.ts';
import { contradiction, type PaymentRow } from './rules.ts';

export interface Disagreement {
  kind: DifferenceKind;
  /** In words, ours first. */
  detail: string;
}

/** Something is still to come from one of the sides: a sweeper has it, and it is compared when that is over. */
export function isUnderWay(row: PaymentRow): boolean {
  return row.status === 'pending' || row.wanted !== null || row.refunding > 0 || row.next_try_at !== null;
}

/** What the gateway's record of a payment says otherwise than ours; null where both agree. */
export function compareBooks(row: PaymentRow, found: FoundPayment | null): Disagreement | null {
  const isOver = row.status === 'failed' || row.status === 'voided';
  if (found === null) {
    const detail = `here it is ${row.status}, there nobody has heard of it`;
    return isOver ? null : { kind: 'unknown_there', detail };
  }
  const { gateway_ref, amount, currency } = found;
  const terms = contradiction(row, { gateway: row.gateway, gateway_ref, amount, currency });
  if (terms !== null) return { kind: 'terms', detail: terms };
  if (row.captured !== found.captured) {
    return { kind: 'captured', detail: `here ${row.captured} were captured, there ${found.captured}` };
  }
  if (row.refunded !== found.refunded) {
    return { kind: 'refunded', detail: `here ${row.refunded} were refunded, there ${found.refunded}` };
  }
  const isHeld = row.status === 'authorized';
  const isHeldThere = found.state === 'authorized';
  if (isHeld === isHeldThere) return null;
  return { kind: 'state', detail: `here it is ${row.status}, there ${found.state}` };
}
