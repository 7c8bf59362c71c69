import assert from 'node:assert/strict';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { type App, answer, answers, edgeProblem } from '#platform/http';
import { object, params } from '#platform/schema';
import { sharedAnswers } from '#shared-answers';
import { booksRoutes } from './books-routes.ts';
import { OfferedMethod, type Payments, paymentsContract, SimulatorCharge, TimelineEntry } from './contract.ts';
import { webhookLogRoutes } from './webhook-log-routes.ts';

const { refusals } = paymentsContract;
const WEBHOOK_BYTES_MAX = 262_144;

const Books = object({ items: Type.Array(SimulatorCharge) });
const BooksQuery = object({ order_id: Type.Optional(Type.String({ format: 'uuid' })) });

export function paymentsRoutes(
  app: App,
  { payments, simulatorEnabled }: { payments: Payments; simulatorEnabled: boolean },
): void {
  webhookRoute(app, payments);
  booksRoutes(app, payments);
  webhookLogRoutes(app, payments);
  methodsRoute(app, payments);
  app.get(
    '/api/admin/orders/:order_id/payment-timeline',
    {
      config: { access: 'staff' },
      schema: {
        summary: "What became of an order's payment, in order of time",
        tags: ['admin: orders'],
        params: params('order_id'),
        response: answers({ 200: object({ items: Type.Array(TimelineEntry) }) }),
      },
    },
    async ({ params }) => {
      const items = await payments.getTimeline(params);
      if (items.length === 0) throw edgeProblem('NOT_FOUND');
      return { items };
    },
  );
  app.get(
    '/api/admin/simulator/charges',
    {
      config: { access: 'staff' },
      schema: {
        summary: "The simulator's own books",
        tags: ['payments'],
        querystring: BooksQuery,
        response: answers({ 200: Books }),
      },
    },
    async ({ query }) => {
      if (!simulatorEnabled) throw edgeProblem('NOT_FOUND');
      return { items: await payments.listSimulatorCharges(query) };
    },
  );
}

/** Kept briefly: a gateway that falls silent is soon offered last. */
function methodsRoute(app: App, payments: Payments): void {
  app.get(
    '/api/payment-methods',
    {
      config: { access: 'anyone', shared: sharedAnswers['/api/payment-methods'] },
      schema: {
        summary: 'The ways to pay, best first',
        description:
          'A payment that names no gateway goes to the first available one of its method. `is_available` is false ' +
          'while a gateway does not answer: it may be tried all the same.',
        tags: ['payments'],
        response: answers({ 200: object({ items: Type.Array(OfferedMethod) }) }),
      },
    },
    async () => ({ items: await payments.listMethods({}) }),
  );
}

/** In a scope of its own: the signature is over the raw bytes, which a parser would have lost. */
function webhookRoute(app: App, payments: Payments): void {
  app.register(async plugin => {
    const scope = plugin.withTypeProvider<TypeBoxTypeProvider>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post(
      '/api/webhooks/payments/:gateway',
      {
        config: { access: 'anyone', idempotency: 'none' },
        bodyLimit: WEBHOOK_BYTES_MAX,
        // The gateway's adapter checks the body after its signature; here it is bytes.
        validatorCompiler: () => () => true,
        schema: {
          summary: 'What a payment gateway tells',
          description: 'Signed by the gateway. Kept in a durable inbox, once per event id, and processed afterwards.',
          tags: ['payments'],
          params: params('gateway'),
          body: Type.Unsafe<Buffer>({ type: 'object', description: "The gateway's event" }),
          response: answers({ 200: object({ received: Type.Literal(true) }) }, refusals, [
            'GATEWAY_UNKNOWN',
            'SIGNATURE_INVALID',
            'WEBHOOK_INVALID',
          ]),
        },
      },
      async (request, reply) => {
        const body: unknown = request.body;
        assert(body === undefined || body === null || Buffer.isBuffer(body), 'this route reads raw bytes');
        const outcome = await payments.receiveWebhook({
          gateway: request.params.gateway,
          headers: plainHeaders(request.headers),
          body: (body ?? Buffer.alloc(0)).toString('base64'),
        });
        return answer(reply, 200, outcome.ok ? { ok: true, value: { received: true as const } } : outcome, refusals);
      },
    );
  });
}

/** Gateways sign with headers of their own names; what authenticates anybody else stays outside. */
function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const { authorization, cookie, ...rest } = headers;
  return Object.fromEntries(
    Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
