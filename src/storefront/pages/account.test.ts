// Goal: people come in, look after their account and leave it by pages without JavaScript; nobody does it for them.
// Method: a whole shop over HTTP, filled in as a browser does; after each refusal a look at what did not change.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { putInCart } from '../../../test/support/buyer.ts';
import { address, createClient, eventually, newProduct } from '../../../test/support/client.ts';
import { openReader, type ReadPage } from '../../../test/support/reader.ts';
import { startTestShop } from '../../../test/support/shop.ts';
import { newPerson, signIn } from '../../../test/support/staff-reader.ts';

const shop = await startTestShop({ after });
const OTHER = 'seven lamps, one wick';
const newEmail = () => `reader-${randomUUID()}@example.com`;

/** Whoever this session is; null once it has ended. */
async function ownerOf(token: string | undefined) {
  const { status, body } = await createClient(shop.url, token).get('/api/me');
  return status === 200 ? (body.user as { name: string; email: string; email_verified: boolean }) : null;
}

async function apiLogin(email: string, password: string) {
  return createClient(shop.url).post('/api/account/login', { email, password });
}

/** The link of the newest mail of this kind: its path, since mails name the address that people reach the shop by. */
async function linkIn(kind: RegExp, to: string): Promise<string> {
  const link = await eventually(`a mail for ${to}`, async () => {
    const { body } = await createClient(shop.url).get(`/dev/mail.json?to=${encodeURIComponent(to)}`);
    const texts = body.items.map(({ text }: { text: string }) => text) as string[];
    return texts.flatMap(text => text.match(kind) ?? [])[0];
  });
  const { pathname, search } = new URL(link);
  return pathname + search;
}
const resetLink = (to: string) => linkIn(/http\S+\/account\/reset\?token=\S+/, to);
const verifyLink = (to: string) => linkIn(/http\S+\/account\/verify\?token=\S+/, to);

function assertPrivate({ headers, address: place }: ReadPage): void {
  assert.equal(headers.get('cache-control'), 'private, no-store', place);
}

describe('signing up', () => {
  test('opens an account, signs in and goes on to where it was wanted', async () => {
    const reader = openReader(shop);
    const login = await reader.open('/en/login?next=%2Forders');
    assert.match(login.html, /href="\/en\/signup\?next=%2Forders"/);
    const page = await reader.open('/en/signup?next=%2Forders');
    assertPrivate(page);
    const email = newEmail();
    const orders = await reader.submit(page, '/signup', { name: 'Ada Example', email, password: OTHER });
    assert.equal(orders.address, '/en/orders');
    assert.deepEqual((await ownerOf(reader.cookie('session')))?.email, email);
  });

  test('says at each field what is wrong, keeps what was typed, and never the password', async () => {
    const reader = openReader(shop);
    const page = await reader.open('/en/signup');
    const email = newEmail();
    const wrongs: [Record<string, string>, RegExp][] = [
      [{ name: '', email, password: OTHER }, /id="e-name"[\s\S]*Please fill this in/],
      [{ name: 'Ada', email: 'nobody', password: OTHER }, /id="e-email"/],
      [{ name: 'Ada', email, password: '' }, /id="e-password"/],
      [{ name: 'Ada', email, password: '1234567' }, /id="e-password"[\s\S]*at least 8 characters/],
      [{ name: 'Ada', email, password: 'x'.repeat(2_000) }, /id="e-password"[\s\S]*at most 128 characters/],
      [{ name: 'Ada', email, password: 'password123' }, /id="e-password"[\s\S]*on the lists/],
    ];
    for (const [fields, words] of wrongs) {
      const again = await reader.submit(page, '/signup', fields);
      assert.equal(again.status, 400, JSON.stringify(fields));
      assert.match(again.html, words);
      assert.deepEqual(
        { ...reader.fieldsOf(again, '/signup') },
        { next: '/account', name: fields.name, email: fields.email, password: '' },
      );
      assertPrivate(again);
    }
    assert.equal(reader.cookie('session'), undefined);
    assert.equal((await apiLogin(email, OTHER)).status, 401, 'and there is no account');
  });

  test('tells that an e-mail is taken, with the ways on', async () => {
    const { email } = await newPerson(shop, 'customer');
    const reader = openReader(shop);
    const page = await reader.open('/en/signup?next=%2Fcart');
    const taken = await reader.submit(page, '/signup', { name: 'Eve', email: email.toUpperCase(), password: OTHER });
    assert.equal(taken.status, 409);
    assert.match(taken.text, /There is an account with this e-mail already/);
    assert.match(taken.html, /href="\/en\/login\?next=%2Fcart"/);
    assert.equal(reader.cookie('session'), undefined);
  });
});

describe('signing in', () => {
  test('brings the cart of the guest along, under another session', async () => {
    const lamp = await newProduct(shop, { stock: 5 });
    const person = await newPerson(shop, 'customer');
    const reader = openReader(shop);
    await putInCart(reader, lamp.product_id, 2);
    const guest = reader.cookie('session');
    const login = await reader.open('/de/login?next=%2Fcart');
    const cart = await reader.submit(login, '/login', { email: person.email, password: person.password });
    assert.equal(cart.address, '/de/cart');
    assert.match(cart.text, new RegExp(lamp.title));
    assert.notEqual(reader.cookie('session'), guest);
    const me = await createClient(shop.url, reader.cookie('session')).get('/api/me');
    assert.deepEqual([me.body.user.email, me.body.cart_items], [person.email, 2]);
  });

  test('refuses with the same words whether there is such an account or not', async () => {
    const person = await newPerson(shop, 'customer');
    const told = [];
    for (const email of [person.email, newEmail()]) {
      const reader = openReader(shop);
      const page = await reader.submit(await reader.open('/en/login'), '/login', { email, password: OTHER });
      assert.deepEqual(reader.fieldsOf(page, '/login'), { next: '/account', email, password: '' });
      assert.equal(reader.cookie('session'), undefined);
      assertPrivate(page);
      told.push([page.status, page.html.replaceAll(email, '')]);
    }
    assert.equal(told[0]![0], 401);
    assert.match(String(told[0]![1]), /The e-mail or the password is not right/);
    assert.deepEqual(told[0], told[1]);
  });

  test('leads to no other site, and who is in is led on', async () => {
    const person = await newPerson(shop, 'customer');
    const reader = openReader(shop);
    const login = await reader.open('/en/login?next=%2F%2Fevil.example');
    const fields = { email: person.email, password: person.password };
    const home = await reader.submit(login, '/login', { ...fields, next: '/\\evil.example' });
    assert.equal(home.address, '/en/account');
    assert.equal((await reader.open('/en/login?next=%2Fcart')).address, '/en/cart');
    assert.equal((await reader.open('/en/signup?next=https%3A%2F%2Fevil.example')).address, '/en/account');
  });

  test('takes a password with blanks around it as it was typed', async () => {
    const email = newEmail();
    const password = '  two blanks before ';
    await createClient(shop.url).post('/api/account/signup', { email, password, name: 'Blank' });
    const reader = await signIn(shop, { user_id: '', email, password });
    assert.equal((await ownerOf(reader.cookie('session')))?.email, email);
  });

  test('says how long to wait after too many tries', async t => {
    const slow = await startTestShop(t, { environment: { RATE_LIMITS: 'on' } });
    const reader = openReader(slow);
    const login = await reader.open('/en/login');
    let page = login;
    for (let tries = 0; tries < 12 && page.status !== 429; tries += 1) {
      page = await reader.submit(login, '/login', { email: 'ada@example.com', password: OTHER });
    }
    assert.equal(page.status, 429);
    const seconds = Number(page.headers.get('retry-after'));
    assert.ok(seconds >= 1 && seconds < 120, String(seconds));
    assert.match(page.text, new RegExp(`Too many tries\\. Please wait ${seconds} seconds?`));
  });
});

describe('signing out', () => {
  test('takes a form: looking at the page ends nothing', async () => {
    const reader = await signIn(shop, await newPerson(shop, 'customer'));
    const token = reader.cookie('session');
    const page = await reader.open('/en/logout');
    assert.notEqual(await ownerOf(token), null);
    const home = await reader.submit(page, '/logout');
    assert.equal(home.address, '/en');
    assert.equal(reader.cookie('session'), undefined);
    assert.equal(await ownerOf(token), null);
    assert.equal((await reader.open('/en/account')).address, '/en/login?next=%2Faccount');
  });
});

describe('a forgotten password', () => {
  test('is replaced by the link of a mail, once, and every session ends', async () => {
    const person = await newPerson(shop, 'customer');
    const elsewhere = (await signIn(shop, person)).cookie('session');
    const reader = openReader(shop);
    const sent = await reader.submit(await reader.open('/en/account/reset'), '/account/reset', { email: person.email });
    assert.match(sent.text, /Look into your mailbox/);

    const page = await reader.open(await resetLink(person.email));
    assert.match(page.address, /^\/en\/account\/reset\?token=.+/);
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    assertPrivate(page);
    const weak = await reader.submit(page, '/account/reset/password', { password: 'password123' });
    assert.equal(weak.status, 400);
    assert.match(weak.html, /id="e-password"[\s\S]*on the lists/);
    assert.notEqual(await ownerOf(elsewhere), null, 'nothing has changed so far');

    const login = await reader.submit(weak, '/account/reset/password', { password: OTHER });
    assert.equal(login.address, '/en/login?done=reset');
    assert.match(login.text, /Your new password is set/);
    assert.equal(await ownerOf(elsewhere), null);
    const statuses = [await apiLogin(person.email, person.password), await apiLogin(person.email, OTHER)];
    assert.deepEqual([statuses[0]!.status, statuses[1]!.status], [401, 200]);

    const dead = await reader.submit(page, '/account/reset/password', { password: 'another fine password' });
    assert.deepEqual([dead.status, /This link works no more/.test(dead.text)], [400, true]);
    assert.equal((await apiLogin(person.email, OTHER)).status, 200, 'and the password is as it was');
  });

  test('is answered alike where there is no such account', async () => {
    const person = await newPerson(shop, 'customer');
    const answers = [];
    for (const email of [person.email, newEmail()]) {
      const reader = openReader(shop);
      const page = await reader.submit(await reader.open('/en/account/reset'), '/account/reset', { email });
      answers.push([page.status, page.address, page.html]);
    }
    assert.deepEqual(answers[0], answers[1]);
  });
});

describe('an e-mail address', () => {
  test('is confirmed by a button and not by the link alone, once', async () => {
    const person = await newPerson(shop, 'customer');
    const reader = await signIn(shop, person);
    const isVerified = async () => (await ownerOf(reader.cookie('session')))?.email_verified;
    assert.match((await reader.open('/en/account')).text, new RegExp(`We have sent a mail to ${person.email}`));
    // Whoever opens the mail may be somewhere else, signed in or not.
    const stranger = openReader(shop);
    const page = await stranger.open(await verifyLink(person.email));
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(await isVerified(), false);
    const done = await stranger.submit(page, '/account/verify');
    assert.deepEqual([done.address, await isVerified()], ['/en/account/verify?done=verified', true]);
    assert.match(done.text, /Your e-mail address is confirmed/);
    assert.doesNotMatch((await reader.open('/en/account')).text, /We have sent a mail/);
    const again = await stranger.submit(await stranger.open(await verifyLink(person.email)), '/account/verify');
    assert.deepEqual([again.status, /This link works no more/.test(again.text)], [400, true]);
    assert.equal((await stranger.open('/en/account/verify?token=nonsense')).status, 200);
    assert.equal((await stranger.open('/en/account/verify')).status, 400);
  });
});

describe('the profile', () => {
  test('takes a new name, and a new e-mail with the current password', async () => {
    const person = await newPerson(shop, 'customer');
    const reader = await signIn(shop, person);
    const me = () => ownerOf(reader.cookie('session'));
    const page = await reader.open('/en/account/profile');
    assertPrivate(page);
    // The first form of the page is the name's; the others differ by their `part`.
    const named = await reader.submit(page, '/account/profile', { name: 'Grace <Hopper>' });
    assert.match(named.text, /Your name is saved/);
    assert.match(named.html, /Grace &lt;Hopper/);
    assert.equal((await me())?.name, 'Grace <Hopper>');
    const email = newEmail();
    const change = { part: 'email', email, email_password: OTHER };
    const wrong = await reader.submit(page, '/account/profile', change);
    assert.equal(wrong.status, 403);
    assert.match(wrong.html, /id="e-email_password"[\s\S]*not your current password/);
    assert.equal((await me())?.email, person.email);
    const other = await newPerson(shop, 'customer');
    const taken = { ...change, email: other.email, email_password: person.password };
    assert.equal((await reader.submit(page, '/account/profile', taken)).status, 409);
    const moved = await reader.submit(page, '/account/profile', { ...change, email_password: person.password });
    assert.match(moved.text, /Your e-mail is changed/);
    assert.equal((await me())?.email, email);
  });

  test('takes a new password, and ends all other sessions with it', async () => {
    const person = await newPerson(shop, 'customer');
    const [here, elsewhere] = [await signIn(shop, person), await signIn(shop, person)];
    const page = await here.open('/en/account/profile');
    const change = { part: 'password', current_password: person.password, password: OTHER };
    const refusals: [Record<string, string>, number, RegExp][] = [
      [{ current_password: '' }, 400, /id="e-current_password"/],
      [{ current_password: 'not the one it is' }, 403, /id="e-current_password"[\s\S]*not your current password/],
      [{ password: 'short' }, 400, /id="e-password"[\s\S]*at least 8/],
    ];
    for (const [wrong, status, words] of refusals) {
      const refused = await here.submit(page, '/account/profile', { ...change, ...wrong });
      assert.deepEqual([refused.status, words.test(refused.html)], [status, true], JSON.stringify(wrong));
      assert.doesNotMatch(refused.html, /seven lamps/);
    }
    assert.notEqual(await ownerOf(elsewhere.cookie('session')), null);
    const done = await here.submit(page, '/account/profile', change);
    assert.match(done.text, /Your password is changed/);
    assert.notEqual(await ownerOf(here.cookie('session')), null);
    assert.equal(await ownerOf(elsewhere.cookie('session')), null);
  });
});

describe('the address book', () => {
  test('takes an address once however often its form is sent, and asks before it gives one up', async () => {
    const reader = await signIn(shop, await newPerson(shop, 'customer'));
    const listed = async () => (await createClient(shop.url, reader.cookie('session')).get('/api/me/addresses')).body;
    assert.match((await reader.open('/en/account/addresses')).text, /No addresses yet/);
    const form = await reader.open('/en/account/addresses/new');
    const wrong = await reader.submit(form, '/addresses/new', { ...address, city: '', country: 'Mars' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.html, /id="e-city"[\s\S]*id="e-country"/);
    assert.equal(reader.fieldsOf(wrong, '/addresses/new').line1, address.line1);
    assert.equal((await listed()).total, 0);
    const added = await reader.submit(form, '/addresses/new', address);
    assert.equal((await reader.submit(form, '/addresses/new', address)).address, added.address);
    assert.match(added.text, /The address is saved.*1 Main Street.*United States/);
    const { items } = await listed();
    const { address_id } = items[0];
    assert.deepEqual(items, [{ address_id, ...address }]);

    const ask = await reader.open(`/en/account/addresses/${address_id}/remove`);
    assert.equal((await listed()).total, 1);
    const stranger = await signIn(shop, await newPerson(shop, 'customer'));
    assert.equal((await stranger.open(ask.address)).address, '/en/account/addresses', "another's does not exist");
    await stranger.submit(ask, '/remove');
    assert.equal((await listed()).total, 1);
    assert.match((await reader.submit(ask, '/remove')).text, /The address is removed.*No addresses yet/);
    assert.equal((await listed()).total, 0);
  });
});

describe('leaving', () => {
  test('everything known of a person can be taken along as a file', async () => {
    const person = await newPerson(shop, 'customer');
    const reader = await signIn(shop, person);
    assert.match((await reader.open('/en/account/privacy')).text, /This device Signed in on/);
    const file = await reader.open('/en/account/export');
    assertPrivate(file);
    assert.equal(file.headers.get('content-disposition'), 'attachment; filename="my-data.json"');
    const known = JSON.parse(file.html);
    assert.deepEqual(Object.keys(known).sort(), ['addresses', 'cart', 'orders', 'reviews', 'sessions', 'user']);
    assert.equal(known.user.email, person.email);
    assert.doesNotMatch(file.html, /password|token/);
    assert.equal((await openReader(shop).open('/en/account/export')).address, '/en/login?next=%2Faccount%2Fexport');
  });

  test('erases the account when its e-mail was typed, and nothing before', async () => {
    const person = await newPerson(shop, 'customer');
    const reader = await signIn(shop, person);
    const token = reader.cookie('session');
    const page = await reader.open('/en/account/erase');
    for (const email of ['', 'somebody@example.com']) {
      const refused = await reader.submit(page, '/account/erase', { email });
      assert.deepEqual([refused.status, /Nothing was erased/.test(refused.text)], [400, true]);
      assert.notEqual(await ownerOf(token), null);
    }
    const typed = ` ${person.email.toUpperCase()} `;
    const goodbye = await reader.submit(page, '/account/erase', { email: typed });
    assert.equal(goodbye.address, '/en/goodbye');
    assert.equal(reader.cookie('session'), undefined);
    assert.equal(await ownerOf(token), null);
    assert.equal((await apiLogin(person.email, person.password)).status, 401);
  });

  test('warns of orders that would have nowhere to go', async () => {
    const person = await newPerson(shop, 'customer');
    const reader = await signIn(shop, person);
    const lamp = await newProduct(shop, { stock: 5 });
    assert.doesNotMatch((await reader.open('/en/account/erase')).text, /not left yet/);
    const api = createClient(shop.url, reader.cookie('session'));
    const payment = { method: 'card', token: 'tok_visa' };
    const order = { product_id: lamp.product_id, quantity: 1, shipping_method: 'standard', shipping_address: address };
    assert.equal((await api.post('/api/buy-now', { ...order, payment })).status, 201);
    assert.match((await reader.open('/en/account/erase')).text, /You have orders that have not left yet/);
    assert.match((await reader.open('/en/account')).text, new RegExp(`Order of .* ${lamp.title}`));
  });
});

describe('who may', () => {
  test('the ways to a desk are shown to those who have one', async () => {
    const { body: seller } = await createClient(shop.url, shop.adminKey).post('/api/admin/sellers', { name: 'Lamps' });
    const people = {
      customer: await newPerson(shop, 'customer'),
      seller: await newPerson(shop, 'seller', seller.seller_id),
      staff: await newPerson(shop, 'staff'),
    };
    const desks = { customer: [false, false, null], seller: [true, false, 'seller'], staff: [false, true, 'admin'] };
    for (const role of ['customer', 'seller', 'staff'] as const) {
      const reader = await signIn(shop, people[role]);
      const { html } = await reader.open('/en/account');
      const fragment = JSON.parse((await reader.open('/fragments/me')).html);
      const seen = [html.includes('href="/en/seller"'), html.includes('href="/en/admin"'), fragment.desk];
      assert.deepEqual(seen, desks[role], role);
    }
  });

  test('a page of the account sends strangers to the login, and back', async () => {
    for (const page of ['', '/profile', '/addresses', '/addresses/new', '/privacy', '/erase']) {
      const path = `/account${page}`;
      const { address: place } = await openReader(shop).open(`/en${path}`);
      assert.equal(place, `/en/login?next=${encodeURIComponent(path)}`);
    }
  });

  test("another site's form is refused everywhere, with a session and without", async () => {
    const person = await newPerson(shop, 'customer');
    const session = (await signIn(shop, person)).cookie('session');
    const forms = ['/login', '/signup', '/logout', '/account/reset', '/account/reset/password', '/account/verify'];
    const own = ['/account/profile', '/account/addresses/new', '/account/erase'];
    for (const path of [...forms, ...own]) {
      for (const cookie of own.includes(path) ? [`session=${session}`] : [`session=${session}`, '']) {
        const response = await fetch(`${shop.url}/en${path}`, {
          method: 'POST',
          redirect: 'manual',
          headers: { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', accept: 'text/html' },
          body: new URLSearchParams({ email: person.email, password: person.password, part: 'name', name: 'Eve' }),
        });
        assert.deepEqual([response.status, response.headers.getSetCookie()], [403, []], path);
      }
    }
    assert.equal((await ownerOf(session))?.name, 'A customer');
  });
});
