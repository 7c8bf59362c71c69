import { Type } from 'typebox';
import { type App, answer, answers, edgeProblem, NoContent } from '#platform/http';
import { edgeRefusals } from '#platform/problem';
import { nullable, object, oneOf, params, Timestamp, text } from '#platform/schema';
import { retryStuckEvent } from '#platform/subscription-status';
import { type BackgroundDeps, readOperations, startJob } from './background.ts';

const count = Type.Integer({ minimum: 0 });

const JobView = object({
  name: text(100),
  schedule: text(100),
  running: Type.Boolean(),
  runs: count,
  failures: count,
  last_started_at: nullable(Timestamp),
  last_finished_at: nullable(Timestamp),
  last_error: nullable(text(500, { min: 0 })),
});
const SubscriptionView = object({
  source: text(100),
  consumer: text(100),
  behind: nullable(count),
  behind_relation: oneOf('eq', 'gte'),
  oldest_at: nullable(Timestamp),
  stuck: count,
});
/** Of the process that answers: in a split shop each has its own. */
const Operations = object({
  jobs: Type.Array(JobView),
  subscriptions: Type.Array(SubscriptionView),
  database: object({ connections: count, waiting: count }),
  process: object({ uptime_seconds: count, memory_bytes: count, node: text(100) }),
});

const tags = ['admin: operations'];

/** What runs beside the requests, and how to push it. */
export function backgroundRoutes(app: App, deps: BackgroundDeps): void {
  app.get(
    '/api/admin/operations',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Jobs, event subscriptions, database and process',
        description:
          'Of the process that answers. `behind` is counted up to 10,000 and null where the source of the events runs ' +
          'in another process; runs of jobs are counted since the process started.',
        tags,
        response: answers({ 200: Operations }),
      },
    },
    () => readOperations(deps),
  );
  pushRoutes(app, deps);
}

function pushRoutes(app: App, { jobs, modules }: BackgroundDeps): void {
  app.post(
    '/api/admin/operations/jobs/:name/run',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Starts a job of this process now, and does not wait for it',
        description: 'Nothing happens while the job is running, or where another process leads its timer.',
        tags,
        params: params('name'),
        response: answers({ 204: NoContent }),
      },
    },
    async ({ params: { name } }, reply) => {
      if (!startJob(jobs, name)) throw edgeProblem('NOT_FOUND');
      reply.code(204);
      return null;
    },
  );
  app.post(
    '/api/admin/operations/stuck-events/retry',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Applies an event that was put aside, and the later ones that wait behind it',
        tags,
        body: object({ source: text(100), event_id: text(19) }),
        response: answers({ 204: NoContent }, edgeRefusals, ['NOT_FOUND', 'EVENT_STILL_STUCK']),
      },
    },
    async ({ body }, reply) => answer(reply, 204, await retryStuckEvent(modules, body), edgeRefusals),
  );
}
