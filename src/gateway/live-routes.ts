import { type App, answers, edgeProblem } from '#platform/http';
import { object } from '#platform/schema';
import { createLiveFeed } from './live-feed.ts';
import { type LiveSources, LiveTick, readLive } from './read-live.ts';

/** How long one who finds no place is told to wait. */
const FULL_RETRY_SECONDS = '30';

const stream = {
  description: 'The shop as it is; as `text/event-stream` a line of data a second, each a document of this form.',
  content: { 'application/json': { schema: LiveTick }, 'text/event-stream': { schema: {} } },
};

/** The dashboard's figures: one answer, or to who accepts `text/event-stream` one every second. */
export function liveRoutes(app: App, sources: LiveSources): { now(): Promise<LiveTick> } {
  const feed = createLiveFeed({ clock: sources.clock, read: () => readLive(sources) });
  app.addHook('preClose', () => feed.stop());
  app.get(
    '/api/admin/live',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'The shop’s figures of this second',
        description:
          'With `Accept: text/event-stream`, as an EventSource sends, the answer is a stream with an event a second. ' +
          'It ends after some minutes and is then to be opened again. Revenue is in minor units of the shop’s currency.',
        tags: ['admin: operations'],
        querystring: object({}),
        response: answers({ 200: stream as never }),
      },
    },
    async (request, reply) => {
      const wantsStream = request.headers.accept?.includes('text/event-stream') === true;
      if (!wantsStream || request.method === 'HEAD') return (await feed.now()) as never;
      const events = feed.listen();
      if (events === null) throw edgeProblem('UNAVAILABLE', { headers: { 'Retry-After': FULL_RETRY_SECONDS } });
      // When the stream ends its connection does too, so that a stop of the shop need not wait for it to be idle.
      return reply
        .headers({ Connection: 'close', 'X-Accel-Buffering': 'no' })
        .type('text/event-stream; charset=utf-8')
        .send(events) as never;
    },
  );
  return { now: () => feed.now() };
}
