/**
 * The module on a real database, from events to mails. The other modules are plain objects whose events a test appends;
 * the mail server is a real one on a loopback port.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import type { Accounts } from '#accounts';
import type { Fulfillment, Shipment } from '#fulfillment';
import type { OrderDelivery, Orders } from '#orders';
import type { Payment, Payments } from '#payments';
import { type Clock, manualClock, systemClock } from '#platform/clock';
import { createIds, derivedId } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { DomainEvent, EventBatch, ReadEvents } from '#platform/outbox';
import { sql } from '#platform/sql';
import { testDatabase } from '../../test/support/postgres.ts';
import type { Notifications } from './contract.ts';
import { createNotifications } from './index.ts';

const ids = createIds();
const SHOP = 'https://shop.test';

/** A source of events, as a module's outbox: position n after n events. */
function eventSource() {
  const events: DomainEvent[] = [];
  return {
    append(type: string, aggregate_id: string, data: object, at = new Date().toISOString()): string {
      const event_id = String(events.length + 1);
      events.push({ event_id, type, aggregate_id, version: 1, at, data });
      return event_id;
    },
    repeatAll: () => void events.push(...events.slice()),
    async readEvents({ after, limit }: ReadEvents): Promise<EventBatch> {
      const head = String(events.length);
      if (after === 'now') return { events: [], cursor: after, seen_to: head, head };
      const batch = events.slice(Number(after), Number(after) + limit);
      return { events: batch, cursor: String(Number(after) + batch.length), seen_to: head, head };
    },
  };
}

function fakeShop() {
  const [orderEvents, shipmentEvents, accountEvents] = [eventSource(), eventSource(), eventSource()];
  const deliveries: OrderDelivery[] = [];
  const payments: Payment[] = [];
  const shipments = new Map<string, Shipment[]>();
  const among = (asked: string[]) => (row: { order_id: string }) => asked.includes(row.order_id);
  const modules = {
    orders: {
      readEvents: orderEvents.readEvents,
      getDeliveries: async ({ order_ids }: { order_ids: string[] }) => deliveries.filter(among(order_ids)),
    } as unknown as Orders,
    payments: {
      getPayments: async ({ order_ids }: { order_ids: string[] }) => payments.filter(among(order_ids)),
    } as unknown as Payments,
    fulfillment: {
      readEvents: shipmentEvents.readEvents,
      listShipments: async ({ order_ids }: { order_ids: string[] }) =>
        order_ids.flatMap(order_id => ({ order_id, shipments: shipments.get(order_id) ?? [] })),
    } as unknown as Fulfillment,
    accounts: {
      readEvents: accountEvents.readEvents,
      mintMailToken: async ({ token_id }: { token_id: string }) => ({ token: `token of ${token_id}` }),
    } as unknown as Accounts,
  };
  function place(email: string | null = 'ada@example.com'): OrderDelivery {
    const order_id = ids.next();
    const address = { name: 'Ada', line1: '1 Main', city: 'Rome', region: 'RM', postal_code: '00100', country: 'IT' };
    const price = { amount: 1999, currency: 'USD' };
    const item = { product_id: ids.next(), seller_id: ids.next(), title: 'Lamp', quantity: 1, unit_price: price };
    const order = {
      order_id,
      person_id: ids.nextFor(order_id),
      email,
      access_token: `access-${order_id}`,
      shipping_address: address,
      shipping_method: 'standard',
      items: [{ ...item, subtotal: price }],
      total: { amount: 2450, currency: 'USD' },
    } as OrderDelivery;
    deliveries.push(order);
    return order;
  }
  return { modules, orderEvents, shipmentEvents, accountEvents, payments, shipments, place };
}

async function open(t: TestContext, options: { smtpUrl?: string; clock?: Clock } = {}) {
  const { db } = await testDatabase(t, ['notifications']);
  const shop = fakeShop();
  const make = () =>
    createNotifications({
      db,
      clock: options.clock ?? systemClock,
      ids,
      random: () => 0.5,
      log: createLog({ level: 'silent' }),
      metrics: createMetrics(),
      events: { listen: () => () => {} },
      ...shop.modules,
      publicUrl: SHOP,
      smtpUrl: options.smtpUrl,
      mailFrom: 'Doorbuster <shop@shop.test>',
    });
  const module = make();
  t.after(() => module.stop!());
  /** A new module each time, whose position is the stored one: subscriptions can't be started again. */
  async function follow(): Promise<void> {
    const reader = make();
    for (const subscription of reader.subscriptions!) {
      subscription.start();
      await subscription.drained();
      await subscription.stop();
      assert.deepEqual(await subscription.stuck(), []);
    }
    await reader.stop!();
  }
  const run = (name: string) => module.jobs!.find(job => job.name === name)!.run(new AbortController().signal);
  const sent = (filter: Partial<Parameters<Notifications['listSentMails']>[0]> = {}) =>
    module.api.listSentMails({ page: 1, page_size: 10, ...filter });
  return { db, ...shop, follow, run, sent, mails: (to?: string) => module.api.listMails({ to }) };
}

async function startMailServer(t: TestContext, answer: (address: string) => Error | null = () => null) {
  const received: { from: string; to: string[]; source: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    // The module keeps its connections open, and is stopped after the server.
    closeTimeout: 1,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: ({ address }, _session, done) => done(answer(address)),
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', chunk => chunks.push(chunk));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        received.push({ from, to, source: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  t.after(() => new Promise<void>(resolve => server.close(resolve)));
  return { received, smtpUrl: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
}

const dataOf = ({ order_id, person_id }: OrderDelivery) => ({ order_id, person_id });

test('each event of an order makes its mail, with a link that opens the order', async t => {
  const { orderEvents, payments, place, follow, mails } = await open(t);
  const order = place();
  const id = order.order_id;
  const short = id.slice(-8).toUpperCase();
  payments.push({ order_id: id, captured: 2450, currency: 'USD' } as Payment);
  orderEvents.append('order.confirmed', id, dataOf(order));
  orderEvents.append('order.delivered', id, dataOf(order));
  orderEvents.append('order.payment_failed', id, { ...dataOf(order), reason: 'insufficient_funds' });
  orderEvents.append('order.cancelled', id, dataOf(order));
  orderEvents.append('order.refunded', id, { ...dataOf(order), refund_id: ids.next(), amount: 500, currency: 'USD' });
  orderEvents.append('order.shipped', id, dataOf(order));
  await follow();
  const found = await mails();
  assert.deepEqual(Object.fromEntries(found.map(({ kind, subject }) => [kind, subject])), {
    order_confirmed: `Your order ${short} is confirmed`,
    order_delivered: `Your order ${short} has arrived`,
    payment_failed: `The payment of your order ${short} did not go through`,
    order_cancelled: `Your order ${short} is cancelled`,
    order_refunded: `A refund of $5.00 for your order ${short}`,
  });
  for (const { to, text, html, order_id, sent_at } of found) {
    assert.deepEqual([to, order_id, sent_at !== null], ['ada@example.com', id, true]);
    for (const form of [text, html]) assert.ok(form.includes(`${SHOP}/orders/${id}?access=access-${id}`), form);
  }
  const textOf = (kind: string) => found.find(mail => mail.kind === kind)!.text;
  assert.match(textOf('order_confirmed'), /1 × Lamp: \$19\.99\nTotal, with shipping and tax: \$24\.50/);
  assert.match(textOf('payment_failed'), /We could not take \$24\.50 .*: the account does not hold enough\./);
  assert.match(textOf('order_cancelled'), /The \$24\.50 that you paid go back to you/);
});

test('events that come again make no second mail', async t => {
  const { db, orderEvents, accountEvents, place, follow, mails } = await open(t);
  const order = place();
  const user_id = ids.next();
  orderEvents.append('order.confirmed', order.order_id, dataOf(order));
  const changed = { user_id, email: 'new@example.com', previous_email: 'old@example.com', name: 'Ada', token_id: '1' };
  accountEvents.append('user.email_changed', user_id, changed);
  orderEvents.repeatAll();
  accountEvents.repeatAll();
  await follow();
  await db.query(sql`delete from notifications.event_cursors`);
  await follow();
  const found = (await mails()).map(({ kind, to }) => `${kind} ${to}`).toSorted();
  assert.deepEqual(found, [
    'email_changed old@example.com',
    'order_confirmed ada@example.com',
    'verification new@example.com',
  ]);
});

test('that an order has left is told once, with its numbers, when its last parcel is gone', async t => {
  const { shipmentEvents, shipments, place, follow, mails } = await open(t);
  const order = place();
  const { order_id } = order;
  const [first, last] = [1, 2].map(n => derivedId(order_id, `shipment ${n}`));
  const parcel = (shipment_id: string, status: Shipment['status'], tracking_number: string | null): Shipment => {
    return { shipment_id, status, tracking_number, carrier: tracking_number && 'Post', events: [] };
  };
  shipments.set(order_id, [parcel(first!, 'shipped', 'RX1'), parcel(last!, 'pending', null)]);
  shipmentEvents.append('shipment.moved', first!, { order_id, shipment_id: first, status: 'shipped' });
  await follow();
  assert.deepEqual(await mails(), []);
  shipments.set(order_id, [parcel(first!, 'in_transit', 'RX1'), parcel(last!, 'shipped', 'RX2')]);
  shipmentEvents.append('shipment.moved', first!, { order_id, shipment_id: first, status: 'in_transit' });
  shipmentEvents.append('shipment.moved', last!, { order_id, shipment_id: last, status: 'shipped' });
  shipmentEvents.repeatAll();
  await follow();
  const found = await mails();
  assert.deepEqual(
    found.map(({ kind, order_id }) => [kind, order_id]),
    [['order_shipped', order_id]],
  );
  assert.match(found[0]!.text, /has left us in 2 parcels, to 1 Main, 00100 Rome\./);
  assert.match(found[0]!.text, /Tracking number at Post: RX1\n\nTracking number at Post: RX2/);
});

test('accounts: the token stands in the link, and a reset that came too late is not mailed', async t => {
  const { accountEvents, follow, mails } = await open(t);
  const user = { user_id: ids.next(), email: 'ada@example.com', name: 'Ada' };
  accountEvents.append('user.signed_up', user.user_id, { ...user, token_id: 't1' });
  accountEvents.append('user.reset_requested', user.user_id, { ...user, token_id: 't2' });
  const longAgo = new Date(Date.now() - 3_600_001).toISOString();
  accountEvents.append('user.reset_requested', user.user_id, { ...user, token_id: 't3' }, longAgo);
  accountEvents.append('user.password_changed', user.user_id, user);
  await follow();
  const found = await mails('ADA@example.com');
  const textOf = (kind: string) => found.filter(mail => mail.kind === kind).map(({ text }) => text);
  assert.deepEqual(found.map(({ kind }) => kind).toSorted(), ['password_changed', 'password_reset', 'verification']);
  assert.match(textOf('verification')[0]!, /https:\/\/shop\.test\/account\/verify\?token=token%20of%20t1\n/);
  assert.match(textOf('password_reset')[0]!, /https:\/\/shop\.test\/account\/reset\?token=token%20of%20t2\n/);
  assert.deepEqual(await mails('eve@example.com'), []);
});

test('erased people get no mail, and mail to them goes with them', async t => {
  const { db, orderEvents, accountEvents, place, follow, mails } = await open(t);
  const [erased, other] = [place(), place('bob@example.com')];
  orderEvents.append('order.confirmed', erased.order_id, dataOf(erased));
  orderEvents.append('order.confirmed', other.order_id, dataOf(other));
  await follow();
  assert.equal((await mails()).length, 2);
  erased.email = null;
  orderEvents.append('order.delivered', erased.order_id, dataOf(erased));
  accountEvents.append('user.erased', erased.person_id, { user_id: erased.person_id });
  await follow();
  assert.deepEqual(
    (await mails()).map(({ to }) => to),
    ['bob@example.com'],
  );
  assert.deepEqual(await db.query(sql`select count(*) as mails from notifications.mails`), [{ mails: 1 }]);
});

test('a mail server gets each mail once, to one address, with its two forms', async t => {
  const { received, smtpUrl } = await startMailServer(t);
  const { orderEvents, place, follow, run, mails } = await open(t, { smtpUrl });
  // A comma does not make two of one: the address is quoted.
  const orders = Array.from({ length: 60 }, (_, i) => place(`ada,bob+${i}@example.com`));
  for (const order of orders) orderEvents.append('order.confirmed', order.order_id, dataOf(order));
  await follow();
  await Promise.all([run('notifications_send'), run('notifications_send')]);
  const to = received.flatMap(mail => mail.to).toSorted();
  assert.deepEqual(to, orders.map(({ email }) => email!.replace('ada,bob', '"ada,bob').replace('@', '"@')).toSorted());
  assert.deepEqual(new Set(received.map(mail => mail.from)), new Set(['shop@shop.test']));
  const { source } = received[0]!;
  assert.match(source, /^Message-ID: <[0-9a-f-]{36}@shop\.test>\r$/m);
  assert.match(source, /^Auto-Submitted: auto-generated\r$/m);
  assert.match(source, /^Content-Type: text\/plain; charset=utf-8\r$/m);
  assert.match(source, /^Content-Type: text\/html; charset=utf-8\r$/m);
  assert.equal((await mails()).filter(({ sent_at }) => sent_at === null).length, 0);
});

test('what the mail server does not take comes again after growing pauses, for a day', async t => {
  const answers = new Map<string, Error | null>();
  const refusal = (code: number) => Object.assign(new Error('no'), { responseCode: code });
  const { received, smtpUrl } = await startMailServer(t, address => answers.get(address) ?? null);
  const clock = manualClock(Date.now());
  const { db, orderEvents, place, follow, run, mails } = await open(t, { smtpUrl, clock });
  answers.set('later@example.com', refusal(451)).set('never@example.com', refusal(451));
  answers.set('unknown@example.com', refusal(550));
  for (const to of answers.keys()) {
    const order = place(to);
    orderEvents.append('order.confirmed', order.order_id, dataOf(order));
  }
  const states = async () => {
    const rows = await db.query<{ told: string }>(sql`
      select recipient || ' ' || state || ' ' || tries as told from notifications.mails order by recipient`);
    return rows.map(({ told }) => told);
  };
  await follow();
  await run('notifications_send');
  assert.deepEqual(await states(), [
    'later@example.com queued 1',
    'never@example.com queued 1',
    'unknown@example.com failed 1',
  ]);
  await run('notifications_send');
  assert.equal((await states())[0], 'later@example.com queued 1');
  clock.advance(10_000);
  await run('notifications_send');
  assert.equal((await states())[0], 'later@example.com queued 2');
  answers.set('later@example.com', null);
  clock.advance(20_000);
  await run('notifications_send');
  assert.deepEqual((await states()).slice(0, 2), ['later@example.com sent 3', 'never@example.com queued 3']);
  clock.advance(24 * 3_600_000);
  await run('notifications_send');
  assert.equal((await states())[1], 'never@example.com failed 4');
  clock.advance(24 * 3_600_000);
  await run('notifications_send');
  assert.deepEqual(
    received.map(mail => mail.to),
    [['later@example.com']],
  );
  assert.equal((await mails('never@example.com'))[0]!.sent_at, null);
});

test('a mail that was being sent when we crashed is sent when its lease is over', async t => {
  const { received, smtpUrl } = await startMailServer(t);
  const clock = manualClock(Date.now());
  const { db, orderEvents, place, follow, run } = await open(t, { smtpUrl, clock });
  const order = place();
  orderEvents.append('order.confirmed', order.order_id, dataOf(order));
  await follow();
  await run('notifications_send');
  // As the crash left it: taken, and neither sent nor put off.
  const again = new Date(clock.nowMs() + 300_000).toISOString();
  await db.query(sql`update notifications.mails set state = 'queued', sent_at = null, next_try_at = ${again}`);
  clock.advance(299_000);
  await run('notifications_send');
  assert.equal(received.length, 1);
  clock.advance(1_000);
  await run('notifications_send');
  const names = received.map(({ source }) => /^Message-ID: (.*)\r$/m.exec(source)![1]);
  assert.deepEqual(names, [names[0], names[0]]);
});

test('mails are kept for seven days, and older events make none', async t => {
  const clock = manualClock(Date.now());
  const { db, orderEvents, accountEvents, place, follow, run, mails } = await open(t, { clock });
  const order = place();
  orderEvents.append('order.confirmed', order.order_id, dataOf(order));
  await follow();
  clock.advance(7 * 24 * 3_600_000 - 1);
  await run('notifications_drop_mails');
  assert.equal((await mails()).length, 1);
  clock.advance(3_600_000);
  await run('notifications_drop_mails');
  const user_id = ids.next();
  accountEvents.append('user.password_changed', user_id, { user_id, email: 'a@example.com', name: 'A' });
  await db.query(sql`delete from notifications.event_cursors`);
  await follow();
  assert.deepEqual(await mails(), []);
});

test('staff see what was mailed by address, kind and state, why it failed, and never a body', async t => {
  const answers = new Map<string, Error | null>();
  const { smtpUrl } = await startMailServer(t, address => answers.get(address) ?? null);
  const clock = manualClock(Date.now());
  const { orderEvents, accountEvents, place, follow, run, sent } = await open(t, { smtpUrl, clock });
  const refuse = (to: string, code: number, why: string) =>
    answers.set(to, Object.assign(new Error(why), { responseCode: code }));
  refuse('later@example.com', 451, 'the box is busy');
  refuse('unknown@example.com', 550, 'nobody of that name');
  for (const to of ['ada@example.com', 'later@example.com', 'unknown@example.com']) {
    const order = place(to);
    orderEvents.append('order.confirmed', order.order_id, dataOf(order));
  }
  const user_id = ids.next();
  const signedUp = { user_id, email: 'ada@example.com', name: 'Ada', token_id: 'secret' };
  accountEvents.append('user.signed_up', user_id, signedUp);
  await follow();
  await run('notifications_send');
  const told = async (filter: Parameters<typeof sent>[0]) => {
    const found = await sent(filter);
    assert(found.ok);
    assert.equal(found.value.total, found.value.items.length);
    assert.equal(JSON.stringify(found.value).includes('token of'), false);
    return found.value.items.map(({ to, kind, state, tries }) => `${to} ${kind} ${state} ${tries}`).toSorted();
  };
  assert.deepEqual(await told({}), [
    'ada@example.com order_confirmed sent 1',
    'ada@example.com verification sent 1',
    'later@example.com order_confirmed waiting 1',
    'unknown@example.com order_confirmed failed 1',
  ]);
  assert.deepEqual(await told({ to: 'ADA@example.com', kind: 'verification' }), [
    'ada@example.com verification sent 1',
  ]);
  assert.deepEqual(await told({ to: 'ada' }), []);
  const [waiting, failed] = [await sent({ state: 'waiting' }), await sent({ state: 'failed' })];
  assert(waiting.ok && failed.ok);
  assert.match(waiting.value.items[0]!.last_error!, /the box is busy/);
  assert.match(failed.value.items[0]!.last_error!, /nobody of that name/);
  assert.deepEqual(Object.keys(failed.value.items[0]!).sort(), [
    ...['created_at', 'kind', 'last_error', 'mail_id', 'order_id', 'sent_at', 'state', 'subject', 'to', 'tries'],
  ]);
  answers.clear();
  clock.advance(10_000);
  await run('notifications_send');
  const [later] = await sent({ to: 'later@example.com' }).then(found => (found.ok ? found.value.items : []));
  assert.deepEqual([later?.state, later?.tries, later?.last_error], ['sent', 2, null]);
  assert.deepEqual(await sent({ page: 1_001 }), { ok: false, code: 'PAGE_TOO_DEEP' });
});
