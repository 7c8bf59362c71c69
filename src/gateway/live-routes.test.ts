// Goal: many watch the shop for the price of one, nobody for ever, and a stop waits for none of them. Method: the real
// app on a port, read by real requests; the sources of the figures are counted, and fail on demand.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '#limits';
import { type Clock, systemClock } from '#platform/clock';
import { type App, createApp } from '#platform/http';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { liveRoutes } from './live-routes.ts';
import { createRequestRates, noteRequests } from './request-rates.ts';
import { createVisits } from './visits.ts';

const log = createLog({ level: 'silent' });
const TICK_MS = 20;
const quick: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(ms === limits.liveTickMs ? TICK_MS : ms, signal),
};
const SALES = { orders_per_second: 1.5, revenue_per_second: 9_900, orders_today: 12, revenue_today: 99_000 };

async function openApp(t: TestContext, clock: Clock = quick) {
  const requests = createRequestRates({ clock });
  const visits = createVisits({ clock });
  const state = { reads: 0, isBroken: false };
  const app: App = await createApp({
    log,
    metrics: createMetrics(),
    clock,
    async identify(incoming) {
      incoming.caller = incoming.headers['x-as'] === 'key' ? { kind: 'key' } : { kind: 'nobody' };
    },
  });
  noteRequests(app, requests);
  liveRoutes(app, {
    async readSales() {
      state.reads += 1;
      if (state.isBroken) throw new Error('away');
      return { ...SALES, orders_last_hour: 1 };
    },
    countLowStock: async () => ({ low: 3, out: 2 }),
    countBacklog: async () => 7,
    visits,
    requests,
    clock,
    log,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return { app, state, visits, requests, url: `http://127.0.0.1:${port}/api/admin/live` };
}

const asKey = { 'x-as': 'key' };

/** What an EventSource sends; a request of its own connection, whose reading can be left off. */
async function open(url: string, headers: Record<string, string> = asKey): Promise<IncomingMessage> {
  const sent = request(url, { headers: { ...headers, accept: 'text/event-stream' }, agent: false });
  sent.on('error', () => {}).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  // Cut by a stop, it says so.
  return answer.on('error', () => {});
}

interface Heard {
  ticks: { at: string; [field: string]: unknown }[];
  ended: Promise<unknown>;
}

function hear(answer: IncomingMessage): Heard {
  const ticks: Heard['ticks'] = [];
  let text = '';
  answer.setEncoding('utf8').on('data', (part: string) => {
    const parts = (text + part).split('\n\n');
    text = parts.pop()!;
    ticks.push(...parts.filter(each => each.startsWith('data: ')).map(each => JSON.parse(each.slice(6))));
  });
  return { ticks, ended: once(answer, 'close') };
}

async function until(claim: () => boolean): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!claim()) {
    assert.ok(Date.now() < endMs, 'not within 10 s');
    await pause(5);
  }
}

test('a stream brings a tick at once and one after another, as JSON that is kept nowhere', async t => {
  const { url, visits } = await openApp(t);
  for (let i = 0; i < 8; i += 1) visits.count('visit');
  const answer = await open(url);
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(answer.headers['cache-control'], 'private, no-store');
  const { ticks } = hear(answer);
  await until(() => ticks.length >= 3);
  const { at, ...figures } = ticks[0]!;
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 10_000);
  assert.deepEqual(figures, {
    ...SALES,
    visits: 8,
    conversion: 0.125,
    low_stock: 3,
    out_of_stock: 2,
    http_per_second: 0,
    http_p99_ms: null,
    event_backlog: 7,
  });
  answer.destroy();
});

test('a second listener shares the ticker, which ends with the last one and begins anew with another', async t => {
  const { url, state } = await openApp(t);
  const [first, second] = [await open(url), await open(url)];
  const [one, other] = [hear(first), hear(second)];
  await until(() => one.ticks.length >= 5 && other.ticks.length >= 5);
  const all = new Set([...one.ticks, ...other.ticks].map(tick => tick.at));
  assert.ok(state.reads <= all.size + 1, `${state.reads} readings for ${all.size} different ticks`);
  first.destroy();
  const heard = other.ticks.length;
  await until(() => other.ticks.length > heard + 2);
  second.destroy();
  await pause(5 * TICK_MS);
  const { reads } = state;
  await pause(5 * TICK_MS);
  assert.equal(state.reads, reads);
  const third = await open(url);
  const { ticks } = hear(third);
  await until(() => ticks.length >= 2);
  assert.ok(state.reads >= reads + 2);
  third.destroy();
});

test('a figure that can’t be read is null and leaves the others alone', async t => {
  const { url, state } = await openApp(t);
  state.isBroken = true;
  const answer = await open(url);
  const { ticks } = hear(answer);
  await until(() => ticks.length >= 1);
  const { orders_per_second, revenue_today, conversion, low_stock, event_backlog } = ticks[0]!;
  assert.deepEqual([orders_per_second, revenue_today, conversion, low_stock, event_backlog], [null, null, null, 3, 7]);
  answer.destroy();
});

test('who does not ask for a stream gets one answer, HEAD leaves no listener, and strangers none at all', async t => {
  const { url, state } = await openApp(t);
  const answer = await fetch(url, { headers: asKey });
  assert.equal(answer.status, 200);
  assert.equal(((await answer.json()) as { orders_today: number }).orders_today, 12);
  const head = await fetch(url, { method: 'HEAD', headers: { ...asKey, accept: 'text/event-stream' } });
  assert.equal(head.status, 200);
  await pause(5 * TICK_MS);
  assert.equal(state.reads, 2);
  assert.equal((await open(url, {})).statusCode, 401);
  assert.equal(state.reads, 2);
});

test('beyond the bound of listeners the answer is 503, until one goes', async t => {
  const { url } = await openApp(t);
  const all = await Promise.all(Array.from({ length: limits.liveListenersMax }, () => open(url)));
  for (const answer of all) answer.resume();
  const refused = await open(url);
  assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [503, '30']);
  all[0]!.destroy();
  let again = await open(url);
  for (let tries = 0; again.statusCode === 503 && tries < 100; tries += 1) {
    await pause(10);
    again = await open(url);
  }
  assert.equal(again.statusCode, 200);
  for (const answer of [...all, again]) answer.destroy();
});

test('a stream ends when its time is over, so that who listens is asked for again', async t => {
  let aheadMs = 0;
  const { url, requests } = await openApp(t, { ...quick, nowMs: () => Date.now() + aheadMs });
  const answer = await open(url);
  const { ticks, ended } = hear(answer);
  await until(() => ticks.length >= 1);
  aheadMs = limits.liveStreamMs;
  await ended;
  assert.equal(answer.complete, true);
  aheadMs += 1_000;
  assert.equal(requests.read().http_per_second, 0, 'a stream is no slow request');
});

test('a stop ends all streams at once', async t => {
  const { app, url } = await openApp(t);
  const answers = [await open(url), await open(url)];
  const heard = answers.map(hear);
  await until(() => heard.every(({ ticks }) => ticks.length >= 1));
  const startedMs = performance.now();
  await app.close();
  await Promise.all(heard.map(({ ended }) => ended));
  assert.ok(performance.now() - startedMs < 2_000);
  assert.ok(answers.every(answer => answer.complete));
});
