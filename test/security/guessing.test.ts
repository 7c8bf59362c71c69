// Goal: who guesses or hoards is slowed, and learns nothing meanwhile. Method: a shop with its rate limits on, behind a
// proxy that it trusts, so that every test has a network of its own; and one that trusts nobody.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { type Answer, card, createClient, newProduct } from '../support/client.ts';
import { delivery, succeeded } from './cast.ts';
import { sharedShop } from './shared-shop.ts';

const shop = sharedShop({ RATE_LIMITS: 'on', TRUSTED_PROXIES: '127.0.0.1' });
const distrustful = sharedShop({ RATE_LIMITS: 'on' });

const PASSWORD = 'correct horse battery';
let networks = 0;
/** Another network with each call. */
function somewhere(): Record<string, string> {
  networks += 1;
  return { 'x-forwarded-for': `198.${18 + (networks >> 16)}.${(networks >> 8) & 255}.${networks & 255}` };
}

const nobody = () => createClient(shop.url);

async function signUp(from = somewhere()): Promise<string> {
  const email = `${randomUUID()}@example.com`;
  const account = { email, password: PASSWORD, name: 'Ada Example' };
  succeeded(await nobody().post('/api/account/signup', account, from));
  return email;
}

/** Asks until it is slowed; answers how often it was not. */
async function askUntilSlowed(most: number, ask: (i: number) => Promise<Answer>): Promise<number> {
  for (let i = 0; i < most; i += 1) {
    const answer = await ask(i);
    if (answer.status !== 429) continue;
    const seconds = Number(answer.headers.get('retry-after'));
    assert.ok(Number.isInteger(seconds) && seconds >= 1, `Retry-After: ${seconds}`);
    return i;
  }
  assert.fail(`${most} tries, and none was slowed`);
}

const logIn = (email: string, from: Record<string, string>, password = 'wrong horse battery') =>
  nobody().post('/api/account/login', { email, password }, from);

test('13: who holds and lets go in a loop is slowed, by checkouts and by declined purchases', async () => {
  const { product_id } = await newProduct(shop, { stock: 5 });
  const email = 'loop@example.com';
  const wish = { product_id, quantity: 1, ...delivery('loop'), email };
  const newGuest = async (from: Record<string, string>) =>
    nobody().as(succeeded(await nobody().post('/api/sessions', undefined, from)).token);
  const from = somewhere();
  const guest = await newGuest(from);
  succeeded(await guest.post('/api/cart/items', { product_id, quantity: 1 }, from));
  const held = await askUntilSlowed(30, async () => {
    const checkout = await guest.post('/api/checkouts', { ...delivery('loop'), email }, from);
    if (checkout.status === 201) await guest.delete(`/api/checkouts/${checkout.body.checkout_id}`, from);
    return checkout;
  });
  assert.ok(held <= 15, `${held} holds`);
  const other = await newGuest(somewhere());
  const declines = somewhere();
  const bought = await askUntilSlowed(30, () =>
    other.post('/api/buy-now', { ...wish, payment: card('tok_declined') }, declines),
  );
  assert.ok(bought <= 15, `${bought} purchases`);
  // A new guest for each try is no way round: the network counts too.
  const swarm = somewhere();
  const crowd = await askUntilSlowed(15, async () => {
    const buys = Array.from({ length: 20 }, async () => {
      return (await newGuest(swarm)).post('/api/buy-now', { ...wish, payment: card('tok_declined') }, swarm);
    });
    const answers = await Promise.all(buys);
    return answers.find(({ status }) => status === 429) ?? answers[0]!;
  });
  assert.ok(crowd <= 10, `${crowd * 20} guests`);
});

test('19: guessing passwords is slowed per account and per network', async () => {
  const email = await signUp();
  const one = somewhere();
  const tries = await askUntilSlowed(20, () => logIn(email, one));
  assert.ok(tries <= 12, `${tries} tries at one account from one network`);
  assert.equal((await logIn(email, one, PASSWORD)).status, 429, 'the right one is not told either');
  assert.equal((await logIn(email, somewhere(), PASSWORD)).status, 200, 'and its owner comes in from elsewhere');
  const many = await signUp();
  const spread = await askUntilSlowed(60, () => logIn(many, somewhere()));
  assert.ok(spread <= 40, `${spread} tries at one account from everywhere`);
  const network = somewhere();
  const wide = await askUntilSlowed(120, () => logIn(`${randomUUID()}@example.com`, network));
  assert.ok(wide <= 90, `${wide} tries at many accounts from one network`);
});

test('19: guessing reset tokens, verification tokens, order tokens and the admin key is slowed', async () => {
  const [resets, verifications, orders, keys] = [somewhere(), somewhere(), somewhere(), somewhere()];
  const token = () => `${randomUUID()}.${'A'.repeat(43)}`;
  const reset = () =>
    nobody().post('/api/account/password-reset/confirm', { token: token(), password: PASSWORD }, resets);
  assert.ok((await askUntilSlowed(60, reset)) <= 40);
  const verify = () => nobody().post('/api/account/verify', { token: token() }, verifications);
  assert.ok((await askUntilSlowed(60, verify)) <= 40);
  const guessOrder = () => nobody().get(`/api/orders/${randomUUID()}?access=${token()}`, orders);
  // As fast as a guesser can: a shopper who looks again and again is not slowed.
  const batches = await askUntilSlowed(50, async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, guessOrder));
    return answers.find(({ status }) => status === 429) ?? answers[0]!;
  });
  assert.ok(batches <= 30, `${batches * 50} order tokens`);
  const guessed = await askUntilSlowed(500, i => nobody().as(`test-admin-key-${i}`).get('/api/admin/orders', keys));
  assert.ok(guessed <= 300, `${guessed} keys`);
  const session = await askUntilSlowed(500, () =>
    nobody()
      .as(`u.00.${'A'.repeat(43)}`)
      .post('/api/cart/items', {}, keys),
  );
  assert.ok(session <= 300);
});

test('19: who asks for resets of one mailbox is slowed, so that nobody is flooded with mail', async () => {
  const email = await signUp();
  const reset = () => nobody().post('/api/account/password-reset', { email }, somewhere());
  assert.ok((await askUntilSlowed(20, reset)) <= 10);
});

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

test('20: login and reset tell nothing about which e-mails exist: message, status, time', async () => {
  const known = await Promise.all(Array.from({ length: 9 }, () => signUp()));
  const ways = {
    login: (email: string) => logIn(email, somewhere()),
    reset: (email: string) => nobody().post('/api/account/password-reset', { email }, somewhere()),
  };
  for (const [name, ask] of Object.entries(ways)) {
    const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
    const told = new Set<string>();
    for (const email of known) {
      for (const who of ['known', 'unknown'] as const) {
        const started = performance.now();
        const { status, body, headers } = await ask(who === 'known' ? email : `${randomUUID()}@example.com`);
        times[who].push(performance.now() - started);
        const { request_id: _, ...rest } = body;
        const names = [...headers.keys()].filter(header => header !== 'request-id').sort();
        told.add(JSON.stringify([status, rest, names, headers.get('set-cookie')]));
      }
    }
    assert.equal(told.size, 1, `${name}: ${[...told].join('\n')}`);
    // One hash is 20 ms or more; an answer without it would be ten times as fast. Half or double is a busy machine.
    const ratio = median(times.known) / median(times.unknown);
    assert.ok(ratio > 0.5 && ratio < 2, `${name} takes ${median(times.known)} ms or ${median(times.unknown)} ms`);
  }
});

test('20: signup tells, and is rate-limited', async () => {
  const email = await signUp();
  const account = { email: email.toUpperCase(), password: PASSWORD, name: 'Ada' };
  const taken = await nobody().post('/api/account/signup', account, somewhere());
  assert.deepEqual([taken.status, taken.body.code], [409, 'EMAIL_TAKEN']);
  const from = somewhere();
  const asked = await askUntilSlowed(60, () => nobody().post('/api/account/signup', account, from));
  assert.ok(asked <= 40, `${asked} signups`);
});

test('26: forwarding headers count only from trusted proxies', async () => {
  const client = createClient(distrustful.url);
  const spoofs = (i: number) => ({
    'x-forwarded-for': `203.0.113.${i}, 10.0.0.${i}`,
    'x-real-ip': `203.0.113.${i}`,
    'true-client-ip': `203.0.113.${i}`,
    'cf-connecting-ip': `203.0.113.${i}`,
    forwarded: `for=203.0.113.${i}`,
  });
  const email = `${randomUUID()}@example.com`;
  const tries = await askUntilSlowed(30, i => client.post('/api/account/login', { email, password: 'x' }, spoofs(i)));
  assert.ok(tries <= 12, `${tries} tries under as many names`);
  // Behind a trusted proxy the last address that it did not add itself counts, whatever a client wrote before it.
  const chained = (i: number) => ({ 'x-forwarded-for': `203.0.113.${i}, 198.51.100.7` });
  const through = await askUntilSlowed(30, i => logIn(email, chained(i)));
  assert.ok(through <= 12, `${through} tries behind one proxy`);
});

test('26: a forwarded host or scheme from a stranger changes no address, no link and no cookie', async () => {
  const client = createClient(distrustful.url);
  const spoof = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '444',
    host: 'evil.example',
  };
  const email = `${randomUUID()}@example.com`;
  const { token } = succeeded(
    await client.post('/api/account/signup', { email, password: PASSWORD, name: 'Ada' }, spoof),
  );
  await client.post('/api/account/password-reset', { email }, spoof);
  await distrustful.shop!.drained();
  const mails = await client.get(`/dev/mail.json?to=${email}`);
  assert.ok(mails.body.items.length >= 1);
  assert.ok(!JSON.stringify(mails.body).includes('evil.example'), 'a link in a mail leads to the shop');
  const headers = {
    cookie: `session=${token}`,
    origin: 'https://evil.example',
    'content-type': 'application/json',
    ...spoof,
    host: '',
  };
  const forged = await client.patch('/api/me', { name: 'Evil' }, headers);
  assert.deepEqual([forged.status, forged.body.code], [403, 'CROSS_SITE']);
});
