import { Type } from 'typebox';
import { type App, answer, answers, edgeProblem } from '#platform/http';
import { Id, object, params } from '#platform/schema';
import {
  LedgerBalance,
  LedgerEntry,
  LedgerPeriod,
  type Payments,
  paymentsContract,
  ReconciliationReport,
  StartReconciliation,
} from './contract.ts';

const { refusals } = paymentsContract;
const tags = ['admin: money'];
const access = 'staff';

/** What staff's own tools read of the money: the ledger, and gateways' records compared with ours. */
export function booksRoutes(app: App, payments: Payments): void {
  app.get(
    '/api/admin/ledger',
    {
      config: { access },
      schema: {
        summary: 'The sums of each account by gateway, over a time',
        description: 'Double entry: debits are positive, credits negative, and all accounts together are 0.',
        tags,
        querystring: LedgerPeriod,
        response: answers({ 200: object({ items: Type.Array(LedgerBalance) }) }),
      },
    },
    async ({ query }) => ({ items: await payments.getLedger(query) }),
  );
  app.get(
    '/api/admin/orders/:order_id/ledger',
    {
      config: { access },
      schema: {
        summary: "An order's entries in the ledger",
        tags,
        params: params('order_id'),
        response: answers({ 200: object({ items: Type.Array(LedgerEntry) }) }),
      },
    },
    async ({ params }) => {
      const items = await payments.getLedgerEntries(params);
      if (items.length === 0) throw edgeProblem('NOT_FOUND');
      return { items };
    },
  );
  app.get(
    '/api/admin/reconciliations',
    {
      config: { access },
      schema: {
        summary: "The newest comparisons of gateways' records with ours, and what differs",
        tags,
        response: answers({ 200: ReconciliationReport }),
      },
    },
    () => payments.getReconciliation({}),
  );
  app.post(
    '/api/admin/reconciliations',
    {
      config: { access },
      schema: {
        summary: 'Compares a time now, in the background',
        tags,
        body: StartReconciliation,
        response: answers({ 202: object({ run_ids: Type.Array(Id) }) }, refusals, [
          'GATEWAY_UNKNOWN',
          'PERIOD_INVALID',
        ]),
      },
    },
    async ({ body }, reply) => answer(reply, 202, await payments.startReconciliation(body), refusals),
  );
}
