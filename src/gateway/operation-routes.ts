import { type Static, Type } from 'typebox';
import { type App, answers } from '#platform/http';
import type { Metrics } from '#platform/metrics';
import { object, text } from '#platform/schema';
import { readStuck, StuckItem, type StuckSources } from './read-stuck.ts';

const Part = object({ name: text(100), state: text(1000) });
const Readiness = object({ ready: Type.Boolean(), parts: Type.Array(Part) });
export type Readiness = Static<typeof Readiness>;

export interface OperationRoutesDeps extends StuckSources {
  metrics: Metrics;
  readiness(): Promise<Readiness>;
}

/** For those who run the shop. */
export function operationRoutes(app: App, deps: OperationRoutesDeps): void {
  const tags = ['operations'];
  const Alive = object({ alive: Type.Boolean() });
  app.get(
    '/healthz',
    {
      config: { access: 'anyone', shared: 'never' },
      schema: { summary: 'Alive', tags, response: answers({ 200: Alive }) },
    },
    async () => ({ alive: true }),
  );
  app.get(
    '/readyz',
    {
      config: { access: 'anyone', shared: 'never' },
      schema: {
        summary: 'Each part and its state; 503 until all are ready, or degraded: the shop does without them',
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
      config: { access: 'anyone', shared: 'never' },
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
