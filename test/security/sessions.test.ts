// Goal: a session ends when it should, and for good; a password is what people can remember and guessers can't. Method:
// a shop that is stopped and started again on its database, as after a crash, with all that was only in memory gone.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createClient, newProduct } from '../support/client.ts';
import { startTestShop, type TestShop } from '../support/shop.ts';
import { newPerson, succeeded } from './cast.ts';

/** The same shop after a restart: the database is kept, hot state is not. */
async function restart(t: Parameters<typeof startTestShop>[0], shop: TestShop): Promise<TestShop> {
  await shop.shop!.stop();
  return await startTestShop(t, { environment: { DATABASE_URL: shop.databaseUrl } });
}

async function isSignedIn(shop: TestShop, token: string): Promise<boolean> {
  const { status } = await createClient(shop.url, token).get('/api/orders');
  assert.ok(status === 200 || status === 401);
  return status === 200;
}

const BETTER = 'seven lamps, one wick';

test('18: logout and a password change end sessions at once, also after a restart and with the cart store restored from backup', async t => {
  const shop = await startTestShop(t);
  const { product_id } = await newProduct(shop, { stock: 5 });
  const person = await newPerson(shop, 'leaver');
  const { email, password } = person;
  const nobody = createClient(shop.url);
  const logIn = async () => succeeded(await nobody.post('/api/account/login', { email, password })).token as string;
  const [left, other, changer] = [await logIn(), await logIn(), await logIn()];
  succeeded(await nobody.as(left).post('/api/cart/items', { product_id, quantity: 2 }));
  // Many requests are under way with the session while it ends: none of those that begin later gets in.
  const busy = Array.from({ length: 10 }, () => nobody.as(left).get('/api/cart'));
  assert.equal((await nobody.as(left).post('/api/account/logout')).status, 204);
  assert.equal(await isSignedIn(shop, left), false);
  await Promise.all(busy);
  assert.equal(await isSignedIn(shop, left), false, 'a cache filled meanwhile does not bring it back');
  assert.equal(await isSignedIn(shop, other), true, 'logout ends the one session');
  const change = { password: BETTER, current_password: password };
  assert.equal((await nobody.as(changer).patch('/api/me', change)).status, 200);
  assert.deepEqual([await isSignedIn(shop, other), await isSignedIn(shop, changer)], [false, true]);

  const again = await restart(t, shop);
  for (const token of [left, other, person.client.token!]) assert.equal(await isSignedIn(again, token), false);
  assert.equal(await isSignedIn(again, changer), true);
  const cart = succeeded(await createClient(again.url, changer).get('/api/cart'));
  assert.deepEqual(
    cart.items.map((item: { quantity: number }) => item.quantity),
    [2],
    'the cart is back from its backup',
  );
  const old = await createClient(again.url).post('/api/account/login', { email, password });
  assert.equal(old.status, 401);
  // The dead session neither reads nor empties the restored cart.
  assert.equal((await createClient(again.url, left).delete('/api/cart')).status, 401);
  assert.equal((await createClient(again.url, left).get('/api/cart')).status, 401);
});

test('18: a reset of the password ends every session, and its token works once', async t => {
  const shop = await startTestShop(t);
  const { client, email } = await newPerson(shop, 'forgetful');
  const nobody = createClient(shop.url);
  assert.equal((await nobody.post('/api/account/password-reset', { email })).status, 202);
  const token = await resetTokenOf(shop, email);
  const confirm = { token, password: BETTER };
  assert.equal((await nobody.post('/api/account/password-reset/confirm', confirm)).status, 204);
  assert.equal(await isSignedIn(shop, client.token!), false);
  const second = await nobody.post('/api/account/password-reset/confirm', {
    ...confirm,
    password: 'another long word',
  });
  assert.deepEqual([second.status, second.body.code], [400, 'TOKEN_INVALID']);
  assert.equal((await nobody.post('/api/account/login', { email, password: BETTER })).status, 200);
});

async function resetTokenOf(shop: TestShop, email: string): Promise<string> {
  await shop.shop!.drained();
  const { items } = succeeded(await createClient(shop.url).get(`/dev/mail.json?to=${email}`));
  const mail = items.find(({ text }: { text: string }) => /reset/i.test(text));
  const token = /token=([\w.-]+)/.exec(mail?.text ?? '')?.[1];
  assert.ok(token !== undefined, JSON.stringify(items));
  return decodeURIComponent(token);
}

test('21: passwords: 8 to 128 characters, a list of common ones refused, nothing else demanded', async t => {
  const shop = await startTestShop(t);
  const nobody = createClient(shop.url);
  const signUp = (password: string) =>
    nobody.post('/api/account/signup', { email: `${randomUUID()}@example.com`, password, name: 'Ada' });
  const refused = {
    PASSWORD_TOO_SHORT: ['', 'a', 'seven77', '🐟🐟🐟🐟🐟🐟🐟'],
    PASSWORD_TOO_LONG: [`${'xy'.repeat(64)}z`],
  };
  const common = ['password', 'Password', '12345678', 'qwertyuiop', 'iloveyou', 'password1', 'baseball'];
  for (const [code, passwords] of Object.entries({ ...refused, PASSWORD_TOO_COMMON: common })) {
    for (const password of passwords) {
      const answer = await signUp(password);
      assert.deepEqual([answer.status, answer.body.code], [400, code], password.slice(0, 20));
    }
  }
  const fine = [
    'kmwvbqzt',
    '  spaces  ',
    'xq'.repeat(64),
    '四川麻婆豆腐大王',
    'lamp lamp',
    '🐟🐠🐡🦈🐙🦑🦐🦞',
    "'; drop table--",
  ];
  for (const password of fine) {
    const email = `${randomUUID()}@example.com`;
    const made = await nobody.post('/api/account/signup', { email, password, name: 'Ada' });
    assert.equal(made.status, 201, `${password.slice(0, 20)} ${JSON.stringify(made.body)}`);
    assert.equal((await nobody.post('/api/account/login', { email, password })).status, 200);
    assert.equal((await nobody.post('/api/account/login', { email, password: `${password} ` })).status, 401);
  }
});
