// Goal: what the contract of accounts promises of sign-up, login, sessions, passwords and roles, with every refusal.
// Method: the module on a cloned database with real hashes and a clock that moves when told; a second instance stands
// for a restart and for another process.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limits } from '#limits';
import { type Database, sql } from '#platform/sql';
import {
  accepted,
  network,
  OTHER_PASSWORD,
  openAccounts as open,
  PASSWORD,
  START_MS,
} from '../../test/support/accounts.ts';
import { argon2Hasher, NOBODYS_HASH } from './password-hasher.ts';

const DAY_MS = 24 * 3_600_000;

async function count(db: Database, table: 'users' | 'sessions' | 'addresses' | 'mail_tokens' | 'outbox') {
  const tables = {
    users: sql`select count(*) as n from accounts.users`,
    sessions: sql`select count(*) as n from accounts.sessions`,
    addresses: sql`select count(*) as n from accounts.addresses`,
    mail_tokens: sql`select count(*) as n from accounts.mail_tokens`,
    outbox: sql`select count(*) as n from accounts.outbox`,
  };
  return (await db.query<{ n: number }>(tables[table]))[0]!.n;
}

describe('signing up', () => {
  test('makes a customer who is signed in, and sends one event for the mail', async t => {
    const { api, signUp, sent } = await open(t);
    const { user, token, session_id } = await signUp('Ada@Example.com');
    assert.deepEqual(user, {
      user_id: user.user_id,
      email: 'ada@example.com',
      name: 'Ada',
      role: 'customer',
      seller_id: null,
      prime: false,
      email_verified: false,
      created_at: '2026-03-01T12:00:00.000Z',
    });
    assert.deepEqual(await api.getUser({ user_id: user.user_id }), user);
    const { user_id, email, name, role, seller_id, prime } = user;
    assert.deepEqual(await api.resolveSession({ token }), {
      session_id,
      user_id,
      role,
      seller_id,
      email,
      name,
      prime,
    });
    const [event, ...more] = await sent();
    assert.equal(more.length, 0);
    const { token_id } = event!.data as { token_id: string };
    assert.deepEqual(
      [event!.type, event!.aggregate_id, event!.version, event!.data],
      ['user.signed_up', user_id, 1, { user_id, email, name, token_id }],
    );
  });

  test('an e-mail in another case or Unicode form is taken, and nothing changes', async t => {
    const { api, db, ids, signUp } = await open(t);
    await signUp('zoë@example.com');
    for (const email of ['ZOË@EXAMPLE.COM', 'zoe\u0308@example.com']) {
      const again = await api.signUp({ user_id: ids.next(), email, password: PASSWORD, name: 'Eve', network });
      assert.deepEqual(again, { ok: false, code: 'EMAIL_TAKEN' });
    }
    assert.deepEqual([await count(db, 'users'), await count(db, 'sessions'), await count(db, 'outbox')], [1, 1, 1]);
  });

  test('20 at once with one e-mail make one user', async t => {
    const { api, db, ids } = await open(t);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        api.signUp({ user_id: ids.next(), email: 'ada@example.com', password: PASSWORD, name: 'Ada', network }),
      ),
    );
    assert.equal(outcomes.filter(outcome => outcome.ok).length, 1);
    assert.equal(outcomes.filter(outcome => !outcome.ok && outcome.code === 'EMAIL_TAKEN').length, 19);
    assert.deepEqual([await count(db, 'users'), await count(db, 'sessions'), await count(db, 'outbox')], [1, 1, 1]);
  });

  test('the id of an erased person becomes nobody else', async t => {
    const { api, signUp } = await open(t);
    const { user_id } = (await signUp('ada@example.com')).user;
    await api.eraseUser({ user_id });
    const again = await api.signUp({ user_id, email: 'ada@example.com', password: PASSWORD, name: 'Ada', network });
    assert.deepEqual(again, { ok: false, code: 'EMAIL_TAKEN' });
    assert.equal(await api.getUser({ user_id }), null);
  });

  test('a weak password is refused before anything happens', async t => {
    const { api, db, ids } = await open(t);
    const faults = { seven77: 'TOO_SHORT', ['x'.repeat(129)]: 'TOO_LONG', Password123: 'TOO_COMMON' };
    for (const [password, fault] of Object.entries(faults)) {
      const outcome = await api.signUp({
        user_id: ids.next(),
        email: 'ada@example.com',
        password,
        name: 'Ada',
        network,
      });
      assert.deepEqual(outcome, { ok: false, code: `PASSWORD_${fault}` });
    }
    assert.equal(await count(db, 'users'), 0);
  });

  test('a crash before the event is written leaves no user, no session and no token', async t => {
    const { db, ids, start, signUp } = await open(t);
    const crashing: Database = {
      ...db,
      transaction: work =>
        db.transaction(tx =>
          work({
            query: statement => {
              if (statement.text.includes('.outbox')) throw new Error('crash');
              return tx.query(statement);
            },
          }),
        ),
    };
    const { api } = start({ db: crashing });
    const input = { user_id: ids.next(), email: 'ada@example.com', password: PASSWORD, name: 'Ada', network };
    await assert.rejects(api.signUp(input), /crash/);
    assert.deepEqual(
      [await count(db, 'users'), await count(db, 'sessions'), await count(db, 'mail_tokens')],
      [0, 0, 0],
    );
    await signUp('ada@example.com');
  });
});

describe('logging in', () => {
  test('makes a new session each time, under a token that is stored nowhere', async t => {
    const { db, signUp, logIn, isLiving, lines, sent } = await open(t);
    const first = await signUp('ada@example.com');
    const second = accepted(await logIn('ADA@example.com'));
    assert.notEqual(second.token, first.token);
    assert.notEqual(second.session_id, first.session_id);
    assert.deepEqual(second.user, first.user);
    assert.deepEqual([await isLiving(first.token), await isLiving(second.token)], [true, true]);

    const tables = await db.query(sql`
      select row_to_json(u)::text as row from accounts.users u union all
      select row_to_json(s)::text from accounts.sessions s union all
      select row_to_json(m)::text from accounts.mail_tokens m`);
    const told = JSON.stringify([lines, await sent()]);
    for (const secret of [PASSWORD, first.token, second.token, first.token.slice(5)]) {
      assert.ok(!JSON.stringify(tables).includes(secret), 'the tables hold no secret');
      assert.ok(!told.includes(secret), 'neither log nor events hold a secret');
    }
    assert.ok(!told.includes('argon2'), 'neither log nor events hold a hash');
    assert.equal(lines.filter(line => line.includes('"logged in"')).length, 1);
  });

  test('an unknown e-mail and a wrong password are told alike, after one comparison with a like hash', async t => {
    const real = argon2Hasher();
    const compared: string[] = [];
    const hasher = {
      ...real,
      verify: (hash: string, password: string) => {
        compared.push(hash);
        return real.verify(hash, password);
      },
    };
    const { signUp, logIn, db, lines } = await open(t, { hasher });
    await signUp('ada@example.com');
    const wrong = await logIn('ada@example.com', OTHER_PASSWORD);
    const unknown = await logIn('eve@example.com', OTHER_PASSWORD);
    assert.deepEqual(wrong, { ok: false, code: 'LOGIN_FAILED' });
    assert.deepEqual(unknown, wrong);
    assert.equal(compared.length, 2);
    assert.equal(compared[1], NOBODYS_HASH);
    const parametersOf = (hash: string) => hash.split('$').slice(0, 4).join('$');
    assert.equal(parametersOf(compared[0]!), parametersOf(NOBODYS_HASH));
    assert.equal(await count(db, 'sessions'), 1);
    assert.equal(lines.filter(line => line.includes('login refused') && !line.includes('@')).length, 2);
  });

  test('with the old password, while it is changed, leaves no session behind', async t => {
    const { api, signUp, logIn, db } = await open(t);
    const { user, session_id } = await signUp('ada@example.com');
    const change = { current_password: PASSWORD, password: OTHER_PASSWORD };
    const logins = Array.from({ length: 8 }, () => logIn('ada@example.com'));
    const changed = api.updateUser({ user_id: user.user_id, session_id, ...change });
    const later = Array.from({ length: 8 }, () => logIn('ada@example.com'));
    accepted(await changed);
    for (const outcome of await Promise.all([...logins, ...later])) {
      if (outcome.ok) assert.equal(await api.resolveSession({ token: outcome.value.token }), null);
    }
    assert.equal(await count(db, 'sessions'), 1);
  });
});

describe('sessions', () => {
  test('a logout ends the one session at once, in every process and after a restart', async t => {
    const { api, start, signUp, logIn, isLiving } = await open(t);
    const kept = await signUp('ada@example.com');
    const ended = accepted(await logIn('ada@example.com'));
    const other = start().api;
    assert.ok(await other.resolveSession({ token: ended.token }));
    assert.equal(await api.logOut({ token: ended.token }), null);
    assert.equal(await other.resolveSession({ token: ended.token }), null);
    assert.equal(await start().api.resolveSession({ token: ended.token }), null);
    assert.ok(await isLiving(kept.token));
    assert.equal(await api.logOut({ token: ended.token }), null);
  });

  test('noise, a guest token and a token of another bucket are nobody', async t => {
    const { api, signUp } = await open(t);
    const { token } = await signUp('ada@example.com');
    const bucket = token.slice(2, 4) === '00' ? '01' : '00';
    const strangers = ['', 'x', 'g.abc', `${token}x`, `u.${bucket}${token.slice(4)}`, token.toUpperCase()];
    for (const stranger of strangers) {
      assert.equal(await api.resolveSession({ token: stranger }), null);
      assert.equal(await api.logOut({ token: stranger }), null);
    }
    assert.ok(await api.resolveSession({ token }));
  });

  test('look-ups of one tick share a statement, and each gets its own', async t => {
    const { db, start, signUp } = await open(t);
    const people = await Promise.all([1, 2, 3].map(n => signUp(`ada${n}@example.com`)));
    let statements = 0;
    const counting: Database = {
      ...db,
      query: statement => {
        statements += 1;
        return db.query(statement);
      },
    };
    const { api } = start({ db: counting });
    const unknown = `u.00.${'A'.repeat(43)}`;
    const tokens = [people[2]!.token, unknown, people[0]!.token, people[2]!.token, people[1]!.token];
    const found = await Promise.all(tokens.map(token => api.resolveSession({ token })));
    assert.deepEqual(
      found.map(session => session?.email ?? null),
      ['ada3@example.com', null, 'ada1@example.com', 'ada3@example.com', 'ada2@example.com'],
    );
    assert.equal(statements, 1);
  });

  test('a session ends 30 days after its last use, and is prolonged at most once a day', async t => {
    const { db, clock, signUp, isLiving } = await open(t);
    const { token } = await signUp('ada@example.com');
    const end = async () =>
      (await db.query<{ at: string }>(sql`select expires_at as at from accounts.sessions`))[0]!.at;
    assert.equal(await end(), '2026-03-31T12:00:00.000Z');
    clock.advance(DAY_MS - 1);
    assert.ok(await isLiving(token));
    assert.equal(await end(), '2026-03-31T12:00:00.000Z');
    clock.advance(1);
    assert.ok(await isLiving(token));
    assert.equal(await end(), '2026-04-01T12:00:00.000Z');
    clock.advance(30 * DAY_MS - 1);
    assert.ok(await isLiving(token));
    clock.advance(30 * DAY_MS);
    assert.ok(!(await isLiving(token)));
  });

  test('a session in daily use ends a year after the login', async t => {
    const { clock, signUp, isLiving } = await open(t);
    const { token } = await signUp('ada@example.com');
    for (let day = 14; day <= 378; day += 14) {
      clock.advance(14 * DAY_MS);
      assert.equal(await isLiving(token), clock.nowMs() < START_MS + 365 * DAY_MS, `day ${day}`);
    }
  });

  test('what has expired is swept, and nothing else', async t => {
    const { db, clock, module, signUp, logIn, isLiving } = await open(t);
    await signUp('ada@example.com');
    clock.advance(20 * DAY_MS);
    const { token } = accepted(await logIn('ada@example.com'));
    clock.advance(15 * DAY_MS);
    const [sweep] = module.jobs!;
    assert.equal(await sweep!.run(new AbortController().signal), 2);
    assert.deepEqual([await count(db, 'sessions'), await count(db, 'mail_tokens')], [1, 0]);
    assert.ok(await isLiving(token));
  });
});

describe('roles', () => {
  const seller_id = '01990000-0000-7000-8000-0000000000aa';

  test('a new role or seller ends the sessions, in the answer and for every process', async t => {
    const { api, start, signUp, logIn, isLiving } = await open(t);
    const { user, token } = await signUp('ada@example.com');
    const { user_id } = user;
    const seller = accepted(await api.setRole({ user_id, role: 'seller', seller_id }));
    assert.deepEqual(seller, { ...user, role: 'seller', seller_id });
    assert.equal(await start().api.resolveSession({ token }), null);
    const again = accepted(await logIn('ada@example.com'));
    accepted(await api.setRole({ user_id, role: 'seller', prime: true }));
    const session = await api.resolveSession({ token: again.token });
    assert.deepEqual([session?.role, session?.seller_id, session?.prime], ['seller', seller_id, true]);
    const staff = accepted(await api.setRole({ user_id, role: 'staff' }));
    assert.deepEqual([staff.role, staff.seller_id, staff.prime], ['staff', null, true]);
    assert.ok(!(await isLiving(again.token)));
  });

  test('a seller without a shop and an unknown user are refused', async t => {
    const { api, ids, signUp, isLiving } = await open(t);
    const { user, token } = await signUp('ada@example.com');
    const { user_id } = user;
    assert.deepEqual(await api.setRole({ user_id, role: 'seller' }), { ok: false, code: 'SELLER_MISSING' });
    const unknown = await api.setRole({ user_id: ids.next(), role: 'staff' });
    assert.deepEqual(unknown, { ok: false, code: 'USER_NOT_FOUND' });
    assert.deepEqual(await api.getUser({ user_id }), user);
    assert.ok(await isLiving(token));
  });
});

test('users are listed newest first, by page, and found by part of name or e-mail without wildcards', async t => {
  const { api, clock, signUp } = await open(t);
  for (const name of ['ada', 'bob', 'cyd_100%']) {
    await signUp(`${name}@example.com`);
    clock.advance(1000);
  }
  const list = async (input: { text?: string; page?: number; page_size?: number }) => {
    const { items, total } = await api.listUsers({ page: 1, page_size: 24, ...input });
    return [items.map(user => user.email.split('@')[0]), total];
  };
  assert.deepEqual(await list({}), [['cyd_100%', 'bob', 'ada'], 3]);
  assert.deepEqual(await list({ page: 2, page_size: 2 }), [['ada'], 3]);
  assert.deepEqual(await list({ text: 'BOB@' }), [['bob'], 1]);
  assert.deepEqual(await list({ text: '_100%' }), [['cyd_100%'], 1]);
  assert.deepEqual(await list({ text: '%' }), [['cyd_100%'], 1]);
  assert.deepEqual(await list({ text: "' or 1=1 --" }), [[], 0]);
});

describe('addresses', () => {
  const address = {
    name: 'Ada',
    line1: '1 Main St',
    city: 'Springfield',
    region: 'IL',
    postal_code: '62701',
    country: 'US',
  };

  test('are kept in order, once per id, and are nobody else’s', async t => {
    const { api, ids, signUp } = await open(t);
    const [ada, bob] = [(await signUp('ada@example.com')).user.user_id, (await signUp('bob@example.com')).user.user_id];
    const [first, second] = [ids.nextFor(ada), ids.nextFor(ada)];
    const saved = { address_id: first, ...address };
    assert.deepEqual(accepted(await api.addAddress({ address_id: first, user_id: ada, address })), saved);
    assert.deepEqual(accepted(await api.addAddress({ address_id: first, user_id: ada, address })), saved);
    const changed = { ...address, line2: 'Apt 2' };
    accepted(await api.addAddress({ address_id: second, user_id: ada, address: changed }));
    assert.deepEqual(await api.listAddresses({ user_id: ada }), [saved, { address_id: second, ...changed }]);
    assert.deepEqual(await api.listAddresses({ user_id: bob }), []);
    const stolen = await api.removeAddress({ user_id: bob, address_id: first });
    assert.deepEqual(stolen, { ok: false, code: 'ADDRESS_NOT_FOUND' });
    accepted(await api.removeAddress({ user_id: ada, address_id: first }));
    assert.deepEqual(await api.removeAddress({ user_id: ada, address_id: first }), stolen);
    assert.equal((await api.listAddresses({ user_id: ada })).length, 1);
  });

  test('60 added at once fill the book to its bound and no further', async t => {
    const { api, ids, db, signUp } = await open(t);
    const { user_id } = (await signUp('ada@example.com')).user;
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, () => api.addAddress({ address_id: ids.nextFor(user_id), user_id, address })),
    );
    assert.equal(outcomes.filter(outcome => outcome.ok).length, limits.addressesMax);
    const refused = outcomes.filter(outcome => !outcome.ok);
    assert.deepEqual(refused[0], { ok: false, code: 'TOO_MANY_ADDRESSES' });
    assert.equal(refused.length, 10);
    assert.equal(await count(db, 'addresses'), limits.addressesMax);
  });

  test('of an unknown user are refused', async t => {
    const { api, ids, db } = await open(t);
    const outcome = await api.addAddress({ address_id: ids.next(), user_id: ids.next(), address });
    assert.deepEqual(outcome, { ok: false, code: 'USER_NOT_FOUND' });
    assert.equal(await count(db, 'addresses'), 0);
  });
});

describe('a person who leaves', () => {
  const address = {
    name: 'Ada',
    line1: '1 Main St',
    city: 'Springfield',
    region: 'IL',
    postal_code: '62701',
    country: 'US',
  };

  test('takes along everything that is known of them, without secrets', async t => {
    const { api, ids, signUp } = await open(t);
    const { user, token, session_id } = await signUp('ada@example.com');
    const { user_id } = user;
    const address_id = ids.nextFor(user_id);
    accepted(await api.addAddress({ address_id, user_id, address }));
    const exported = await api.exportUser({ user_id });
    assert.deepEqual(exported, {
      user,
      addresses: [{ address_id, ...address }],
      sessions: [{ session_id, created_at: '2026-03-01T12:00:00.000Z', expires_at: '2026-03-31T12:00:00.000Z' }],
    });
    const text = JSON.stringify(exported);
    for (const secret of ['argon2', 'hash', token, PASSWORD]) assert.ok(!text.includes(secret));
  });

  test('leaves a row with nothing personal; sessions and tokens end, the e-mail is free, one event tells', async t => {
    const { api, db, ids, signUp, isLiving, logIn, sent } = await open(t);
    const { user, token } = await signUp('ada@example.com');
    const { user_id } = user;
    accepted(await api.addAddress({ address_id: ids.nextFor(user_id), user_id, address }));
    const { token_id } = (await sent())[0]!.data as { token_id: string };
    const mail = await api.mintMailToken({ token_id });
    await Promise.all([api.eraseUser({ user_id }), api.eraseUser({ user_id }), api.eraseUser({ user_id })]);
    assert.equal(await api.eraseUser({ user_id }), null);
    assert.ok(!(await isLiving(token)));
    assert.deepEqual(await logIn('ada@example.com'), { ok: false, code: 'LOGIN_FAILED' });
    assert.deepEqual(await api.verifyEmail({ ...mail, network }), { ok: false, code: 'TOKEN_INVALID' });
    assert.deepEqual([await api.getUser({ user_id }), await api.exportUser({ user_id })], [null, null]);
    assert.deepEqual(await db.query(sql`select email, name, password_hash, seller_id, version from accounts.users`), [
      { email: null, name: '', password_hash: null, seller_id: null, version: 2 },
    ]);
    for (const table of ['sessions', 'addresses', 'mail_tokens'] as const) assert.equal(await count(db, table), 0);
    const events = (await sent()).filter(event => event.type === 'user.erased');
    assert.deepEqual(
      events.map(event => [event.version, event.data]),
      [[2, { user_id }]],
    );
    const next = await signUp('ada@example.com');
    assert.notEqual(next.user.user_id, user_id);
  });
});
