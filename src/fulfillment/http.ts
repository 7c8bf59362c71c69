import assert from 'node:assert/strict';
import type { FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { type App, answer, answers, refusal } from '#platform/http';
import { accept } from '#platform/outcome';
import { object, params, text } from '#platform/schema';
import { type Fulfillment, fulfillmentContract, ShipInput } from './contract.ts';

const { refusals } = fulfillmentContract;
const WEBHOOK_BYTES_MAX = 65_536;

export interface FulfillmentRoutesDeps {
  fulfillment: Fulfillment;
  /** The order with its parcels, as the gateway composes it. */
  orderView(orderId: string): Promise<unknown>;
  OrderView: TSchema;
}

export function fulfillmentRoutes(app: App, deps: FulfillmentRoutesDeps): void {
  staffRoutes(app, deps);
  app.register(async scope => webhookRoute(scope as App, deps));
}

function staffRoutes(app: App, { fulfillment, orderView, OrderView }: FulfillmentRoutesDeps): void {
  const tags = ['admin: orders'];
  app.post(
    '/api/admin/orders/:order_id/ship',
    {
      config: { access: 'staff' },
      // Nothing to say is a way to say it: a request without a body ships with the shop's carrier.
      preValidation: async request => {
        if (request.body === undefined) (request as FastifyRequest).body = {};
      },
      schema: {
        summary: 'Hand the parcels of a confirmed order to a carrier',
        description:
          'What is given is used as it is; without anything, the simulated carrier takes the parcels and gives their ' +
          'numbers. Shipping an order that is shipped already changes nothing.',
        tags,
        params: params('order_id'),
        body: ShipInput,
        response: answers({ 200: OrderView }, refusals, ['ORDER_NOT_FOUND', 'NOT_SHIPPABLE']) as object,
      },
    },
    async ({ params, body }, reply) => {
      const shipped = await fulfillment.shipOrder({ ...params, ...body });
      return shipped.ok ? orderView(params.order_id) : refusal(reply, shipped, refusals);
    },
  );
  app.post(
    '/api/admin/orders/:order_id/deliver',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Note that all parcels of an order have arrived',
        tags,
        params: params('order_id'),
        response: answers({ 200: OrderView }, refusals, ['ORDER_NOT_FOUND', 'NOT_DELIVERABLE']) as object,
      },
    },
    async ({ params }, reply) => {
      const delivered = await fulfillment.deliverOrder(params);
      return delivered.ok ? orderView(params.order_id) : refusal(reply, delivered, refusals);
    },
  );
}

const Received = object({ received: Type.Literal(true) });

/** In a scope of its own: the signature is over the raw bytes, which a parser would have lost. */
function webhookRoute(scope: App, { fulfillment }: FulfillmentRoutesDeps): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  scope.post(
    '/api/webhooks/carriers/:carrier',
    {
      config: { access: 'anyone', idempotency: 'none' },
      bodyLimit: WEBHOOK_BYTES_MAX,
      // What is in the body is asked after its signature; here it is bytes. `params` are checked as everywhere.
      validatorCompiler: route => (route.httpPart === 'body' ? () => true : scope.validatorCompiler!(route)),
      schema: {
        summary: 'What a carrier tells of its parcels',
        description:
          'Signed: `Signature: t=<unix>,v1=<hex HMAC-SHA256(secret, "t.rawbody")>`. Kept in a durable inbox, once ' +
          'per event id, and applied afterwards in whatever order it came.',
        tags: ['fulfillment'],
        params: object({ carrier: text(40) }),
        body: Type.Unsafe<Buffer>({ type: 'object', description: 'event_id, type, created_at, data' }),
        response: answers({ 200: Received }, refusals, ['CARRIER_UNKNOWN', 'SIGNATURE_INVALID', 'WEBHOOK_INVALID']),
      },
    },
    async (request, reply) => {
      const body: unknown = request.body;
      assert(body === undefined || body === null || Buffer.isBuffer(body), 'this route reads raw bytes');
      const { signature } = request.headers;
      const received = await fulfillment.receiveWebhook({
        carrier: request.params.carrier,
        headers: typeof signature === 'string' ? { signature } : {},
        body: (body ?? Buffer.alloc(0)).toString('base64'),
      });
      return answer(reply, 200, received.ok ? accept({ received: true as const }) : received, refusals);
    },
  );
}
