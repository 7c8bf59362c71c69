import { type Static, Type } from 'typebox';
import type { Orders } from '#orders';
import type { Payments } from '#payments';
import { type App, answers } from '#platform/http';
import type { Metrics } from '#platform/metrics';
import { object, oneOf, text } from '#platform/schema';
import type { StuckEvent } from '#platform/subscription';

const Part = object({ name: text(100), state: text(1000) });
const Readiness = object({ ready: Type.Boolean(), parts: Type.Array(Part) });
export type Readiness = Static<typeof Readiness>;

const StuckItem = object({
  kind: oneOf('order', 'payment', 'event'),
  id: text(200, { min: 0 }),
  detail: text(5000),
  since: Type.String({ format: 'date-time' }),
  what_to_do: text(1000),
});

export interface OperationRoutesDeps {
  metrics: Metrics;
  readiness(): Promise<Readiness>;
  orders: Orders;
  payments: Payments;
  stuckEvents(): Promise<StuckEvent[]>;
}

/** For those who run the shop. */
export function operationRoutes(app: App, deps: OperationRoutesDeps): void {
  const tags = ['operations'];
  const Alive = object({ alive: Type.Boolean() });
  app.get(
    '/healthz',
    { config: { access: 'anyone' }, schema: { summary: 'Alive', tags, response: answers({ 200: Alive }) } },
    async () => ({ alive: true }),
  );
  app.get(
    '/readyz',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'Each part and its state; 503 until all are ready',
        tags,
        response: answers({ 200: Readiness, 503: Readiness }) as object,
      },
    },
    async (_request, reply) => {
      const state = await deps.readiness();
      void reply.code(state.ready ? 200 : 503);
      if (!state.ready) void reply.header('Retry-After', '1');
      return state;
    },
  );
  app.get(
    '/metrics',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'Prometheus metrics',
        tags,
        response: answers({ 200: { content: { 'text/plain': { schema: Type.String() } } } as never }),
      },
    },
    async (_request, reply) => {
      void reply.type('text/plain; version=0.0.4; charset=utf-8');
      return (await deps.metrics.text()) as never;
    },
  );
  app.get(
    '/api/admin/stuck',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Orders, payments and events that need a person, with what to do',
        tags: ['admin: operations'],
        response: answers({ 200: object({ items: Type.Array(StuckItem) }) }),
      },
    },
    async () => ({ items: await readStuck(deps) }),
  );
}

async function readStuck(deps: OperationRoutesDeps): Promise<Static<typeof StuckItem>[]> {
  const [orders, payments, events] = await Promise.all([
    deps.orders.listStuck({}),
    deps.payments.listStuck({}),
    deps.stuckEvents(),
  ]);
  return [
    ...orders.map(order => ({ kind: 'order' as const, id: order.order_id, ...tell(order) })),
    ...payments.map(payment => ({ kind: 'payment' as const, id: payment.order_id ?? '', ...tell(payment) })),
    ...events.map(({ source, event, error, at }) => ({
      kind: 'event' as const,
      id: `${source}/${event.event_id}`,
      detail: `${event.type} of ${event.aggregate_id} could not be applied: ${error}`.slice(0, 5000),
      since: at,
      what_to_do: 'Mend the cause: events that were put aside are tried again every ten minutes.',
    })),
  ];
}

function tell({ detail, since, what_to_do }: { detail: string; since: string; what_to_do: string }) {
  return { detail, since, what_to_do };
}
