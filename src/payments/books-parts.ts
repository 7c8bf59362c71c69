import { type Static, Type } from 'typebox';
import { Id, nullable, object, oneOf, Timestamp, text } from '#platform/schema';

/** What staff reads of the ledger, and of gateways' records compared with ours. A part of the contract. */

/** As somebody types it, with any offset; see `periodIn`. */
const Moment = Type.String({ format: 'date-time', maxLength: 40 });

/** Debits positive, credits negative. */
const Balance = object({ amount: Type.Integer(), currency: text(3) });

/**
 * `customer`: what customers owe us; negative: paid for what is not sold to them. `gateway_clearing`: what gateways
 * hold for us. `seller_payable`, `tax`, `shipping`: owed to others, so negative. `fees`: what gateways have kept.
 */
const accounts = {
  customer: Balance,
  gateway_clearing: Balance,
  seller_payable: Balance,
  tax: Balance,
  shipping: Balance,
  fees: Balance,
};

/** From inclusive to exclusive. */
export const LedgerPeriod = object({ from: Moment, to: Moment });

export const LedgerBalance = object({ gateway: text(40), entries: Type.Integer(), ...accounts });
export type LedgerBalance = Static<typeof LedgerBalance>;

/** An entry of the ledger. `opening`: what there was before there was a ledger. */
export const LedgerEntry = object({
  at: Timestamp,
  kind: oneOf('opening', 'capture', 'sale', 'refund'),
  gateway: text(40),
  ...accounts,
  sellers: Type.Array(object({ seller_id: nullable(Id), amount: Balance })),
});
export type LedgerEntry = Static<typeof LedgerEntry>;

/** What differs: no payment here or there, its amount or currency, what was captured or refunded, or its state. */
export const DifferenceKind = oneOf('unknown_here', 'unknown_there', 'terms', 'captured', 'refunded', 'state');
export type DifferenceKind = Static<typeof DifferenceKind>;

/** A comparison of a gateway's records with ours, from inclusive to exclusive. `open`: still under way somewhere. */
export const Reconciliation = object({
  run_id: Id,
  gateway: text(40),
  from: Timestamp,
  to: Timestamp,
  is_scheduled: Type.Boolean(),
  state: oneOf('running', 'done', 'failed'),
  compared: Type.Integer(),
  open: Type.Integer(),
  differences: Type.Integer(),
  problem: nullable(text(2000)),
  started_at: Timestamp,
  ended_at: nullable(Timestamp),
});
export type Reconciliation = Static<typeof Reconciliation>;

/** The newest runs, and what differs: what does so still comes first. */
export const ReconciliationReport = object({
  runs: Type.Array(Reconciliation),
  differences: Type.Array(
    object({
      gateway: text(40),
      order_id: Id,
      kind: DifferenceKind,
      detail: text(2000),
      found_at: Timestamp,
      seen_at: Timestamp,
      resolved_at: nullable(Timestamp),
    }),
  ),
});
export type ReconciliationReport = Static<typeof ReconciliationReport>;

/** Every gateway where none is named; at most 31 days. */
export const StartReconciliation = object({ gateway: Type.Optional(text(40)), from: Moment, to: Moment });
