/**
 * The simulated carrier with a small HTTP server in the shop's place. Its time is a manual clock's, so that a test
 * decides when parcels move; webhooks are awaited as they arrive.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { manualClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { isSignedBy } from '#platform/webhook-signature';
import type { HandedParcel } from './carrier.ts';
import { startSimulatedCarrier } from './simulated-carrier.ts';

const SHIPMENT = '01990000-0000-8000-8000-0000000001aa';
const parcel: HandedParcel = {
  shipment_id: SHIPMENT,
  order_id: '01990000-0000-7000-8000-0000000000aa',
  address: {
    name: 'Ada',
    line1: '1 Main St',
    city: 'Springfield',
    region: 'OR',
    postal_code: '97477',
    country: 'US',
  },
  parts: [],
};
const never = new AbortController().signal;

interface Webhook {
  event_id: string;
  type: string;
  created_at: string;
  data: { tracking_number: string; shipment_id: string; status: string; place: string };
}

/** Answers with the statuses of `answers`, then 200; `next` waits for a webhook that was answered 200. */
async function startShop(t: TestContext, answers: number[] = []) {
  let fellAsleep = () => {};
  const manual = manualClock(Date.parse('2026-01-01T12:00:00Z'));
  const clock: typeof manual = {
    ...manual,
    sleep(ms, signal) {
      fellAsleep();
      return manual.sleep(ms, signal);
    },
  };
  const taken: Webhook[] = [];
  const refused: Webhook[] = [];
  let told = () => {};
  const server = createServer(async (request, response) => {
    const rawBody = Buffer.concat(await request.toArray());
    const header = request.headers.signature as string;
    assert.ok(isSignedBy(['secret-1'], { signature: header, rawBody, nowMs: clock.nowMs() }));
    const status = answers.shift() ?? 200;
    (status === 200 ? taken : refused).push(JSON.parse(rawBody.toString()));
    response.writeHead(status).end('{}');
    told();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dataDir = await mkdtemp(join(tmpdir(), 'carrier-'));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(dataDir, { recursive: true });
  });
  const start = () =>
    startSimulatedCarrier({
      dataDir,
      secret: 'secret-1',
      stepMs: 60_000,
      log: createLog({ level: 'silent' }),
      clock,
      ids: createIds(),
    });
  const asleep = () => new Promise<void>(resolve => (fellAsleep = resolve));
  async function seen(list: Webhook[], count: number): Promise<void> {
    while (list.length < count) await new Promise<void>(resolve => (told = resolve));
    // The carrier still has to read the answer, and then sleeps until the next step.
    await asleep();
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { clock, taken, refused, seen, asleep, start, url };
}

test('a parcel moves a stage at each step and every stage is reported, signed', async t => {
  const { clock, taken, seen, start, url } = await startShop(t);
  const carrier = await start();
  carrier.setWebhookUrl(url);
  const { tracking_number } = await carrier.handOver(parcel, never);
  assert.match(tracking_number, /^DB[0-9A-Z]{14}$/);
  for (let step = 1; step <= 3; step++) {
    clock.advance(60_000);
    await seen(taken, step);
  }
  clock.advance(600_000);
  await carrier.stop();
  assert.deepEqual(
    taken.map(({ type, created_at, data }) => [type, created_at, data]),
    [
      ['in_transit', '12:01', 'Sorting centre, OR'],
      ['out_for_delivery', '12:02', 'Springfield'],
      ['delivered', '12:03', 'Springfield'],
    ].map(([status, time, place]) => [
      `parcel.${status}`,
      `2026-01-01T${time}:00.000Z`,
      { tracking_number, shipment_id: SHIPMENT, status, place },
    ]),
  );
  assert.equal(new Set(taken.map(({ event_id }) => event_id)).size, 3);
});

test('a parcel handed over again keeps its number and its place', async t => {
  const { clock, taken, seen, start, url } = await startShop(t);
  const carrier = await start();
  carrier.setWebhookUrl(url);
  const first = await carrier.handOver(parcel, never);
  clock.advance(60_000);
  await seen(taken, 1);
  assert.deepEqual(await carrier.handOver(parcel, never), first);
  clock.advance(60_000);
  await seen(taken, 2);
  await carrier.stop();
  assert.deepEqual(
    taken.map(({ type }) => type),
    ['parcel.in_transit', 'parcel.out_for_delivery'],
  );
});

test('a webhook that is not taken comes again, the same, until it is', async t => {
  const { clock, taken, refused, seen, start, url } = await startShop(t, [503, 500]);
  const carrier = await start();
  carrier.setWebhookUrl(url);
  await carrier.handOver(parcel, never);
  clock.advance(60_000);
  await seen(refused, 1);
  clock.advance(1_000);
  await seen(refused, 2);
  clock.advance(1_999);
  clock.advance(1);
  await seen(taken, 1);
  await carrier.stop();
  assert.deepEqual([refused[0], refused[1]], [taken[0], taken[0]]);
});

test('parcels and untold webhooks survive a restart', async t => {
  const { clock, taken, seen, asleep, start, url } = await startShop(t);
  const before = await start();
  await before.handOver(parcel, never);
  // Nobody has told it yet where the shop is.
  clock.advance(60_000);
  await asleep();
  await before.stop();
  assert.equal(taken.length, 0);
  const after = await start();
  after.setWebhookUrl(url);
  await seen(taken, 1);
  clock.advance(60_000);
  await seen(taken, 2);
  await after.stop();
  assert.deepEqual(
    taken.map(({ type }) => type),
    ['parcel.in_transit', 'parcel.out_for_delivery'],
  );
});
