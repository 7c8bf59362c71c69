import { limits } from '#limits';
import type { EventFacts } from '#platform/event-facts';
import { type Check, defineCheck } from './check.ts';
import { eventInvariants } from './event-invariants.ts';
import { gateCheck } from './gate-invariant.ts';
import { streamFacts, streamSpans } from './merge-facts.ts';
import { checkoutInvariants, orderInvariants, parcelInvariants, saleInvariants } from './order-invariants.ts';
import {
  type AuditedModules,
  orderAgeMs,
  orderViews,
  readOrderView,
  readSaleView,
  type SaleView,
  saleViews,
} from './order-views.ts';
import { holdInvariants, stockInvariants } from './stock-invariants.ts';

const limit = limits.factsPerReadMax;

/** All that is checked. To check more, add facts to a module's contract, invariants over them, and an entry here. */
export function checksOf(modules: AuditedModules): Check[] {
  const { inventory, orders, fulfillment } = modules;
  return [
    defineCheck({
      of: 'shelves',
      facts: () => streamFacts(after => inventory.readStockFacts({ after, limit })),
      invariants: stockInvariants,
    }),
    defineCheck({
      of: 'holds',
      facts: () => streamSpans(span => inventory.readHoldFacts(span)),
      invariants: holdInvariants,
    }),
    defineCheck({
      of: 'orders',
      facts: () => orderViews(modules),
      invariants: fulfillment ? [...orderInvariants, ...parcelInvariants] : orderInvariants,
      readAgain: view => readOrderView(modules, view),
      ageMs: orderAgeMs,
    }),
    defineCheck<SaleView>({
      of: 'sales',
      facts: () => saleViews(modules),
      invariants: saleInvariants,
      readAgain: view => readSaleView(modules, view),
      ageMs: ({ order }) => order?.age_ms ?? Number.POSITIVE_INFINITY,
    }),
    defineCheck({
      of: 'checkouts',
      facts: () => streamSpans(span => orders.readCheckoutFacts(span)),
      invariants: checkoutInvariants,
    }),
    defineCheck({ of: 'events', facts: () => eventFacts(modules), invariants: eventInvariants }),
    gateCheck(inventory),
  ];
}

/** Each module compares its own: an event is committed with its change. */
async function* eventFacts({ orders, payments, fulfillment }: AuditedModules): AsyncGenerator<EventFacts> {
  for (const module of [orders, payments, ...(fulfillment ? [fulfillment] : [])]) {
    yield* streamSpans(span => module.readEventFacts(span));
  }
}
