// Goal: e-mail and password change only for who may change them, mails' tokens work once, and guessing is slowed.
// Method: the module on a cloned database with real hashes and a clock that moves when told.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Database, sql } from '#platform/sql';
import { accepted, network, OTHER_PASSWORD, openAccounts as open, PASSWORD } from '../../test/support/accounts.ts';

const NEW_PASSWORD = 'green kettle whistling';
const TOKEN_INVALID = { ok: false, code: 'TOKEN_INVALID' };
const MINUTE_MS = 60_000;

async function stateOf(db: Database) {
  const [users, sessions, tokens, events] = await Promise.all([
    db.query(sql`select email, name, password_hash, email_verified, version from accounts.users order by email`),
    db.query(sql`select session_id from accounts.sessions order by 1`),
    db.query(sql`select token_id, used_at from accounts.mail_tokens order by 1`),
    db.query(sql`select event_id from accounts.outbox order by 1`),
  ]);
  return { users, sessions, tokens, events };
}

describe('changing the login data', () => {
  test('a name needs nothing, nor does repeating the e-mail; nobody is told', async t => {
    const { api, signUp, sent } = await open(t);
    const { user, session_id } = await signUp('ada@example.com');
    const { user_id } = user;
    const updated = await api.updateUser({ user_id, session_id, name: 'Ada L.', email: 'ADA@example.com' });
    assert.deepEqual(accepted(updated), { ...user, name: 'Ada L.' });
    assert.equal((await sent()).length, 1);
  });

  test('a new password ends all other sessions and older reset links, and tells its owner', async t => {
    const { api, start, signUp, logIn, isLiving, sent, lastMail } = await open(t);
    const { user, session_id, token } = await signUp('ada@example.com');
    const { user_id, email, name } = user;
    const other = accepted(await logIn('ada@example.com'));
    await api.requestPasswordReset({ email, network });
    const reset = await lastMail('user.reset_requested');
    const change = { user_id, session_id, password: OTHER_PASSWORD, current_password: PASSWORD };
    assert.deepEqual(accepted(await api.updateUser(change)), user);
    assert.deepEqual([await isLiving(token), await isLiving(other.token)], [true, false]);
    assert.equal(await start().api.resolveSession({ token: other.token }), null);
    assert.deepEqual(await logIn(email), { ok: false, code: 'LOGIN_FAILED' });
    accepted(await logIn(email, OTHER_PASSWORD));
    assert.deepEqual(await api.confirmPasswordReset({ token: reset, password: NEW_PASSWORD, network }), TOKEN_INVALID);
    const last = (await sent()).at(-1)!;
    assert.deepEqual([last.type, last.version, last.data], ['user.password_changed', 3, { user_id, email, name }]);
  });

  test('the repeat of a change whose answer was lost succeeds', async t => {
    const { api, signUp, logIn } = await open(t);
    const { user, session_id } = await signUp('ada@example.com');
    const { user_id } = user;
    const change = { user_id, session_id, password: OTHER_PASSWORD, current_password: PASSWORD };
    const first = accepted(await api.updateUser(change));
    assert.deepEqual(accepted(await api.updateUser(change)), first);
    accepted(await logIn('ada@example.com', OTHER_PASSWORD));
  });

  test('a new e-mail is unverified, kills the links in old mails, and tells both addresses', async t => {
    const { api, signUp, logIn, isLiving, sent, lastMail } = await open(t);
    const { user, session_id, token } = await signUp('ada@example.com');
    const { user_id, name } = user;
    accepted(await api.verifyEmail({ token: await lastMail('user.signed_up'), network }));
    await api.requestPasswordReset({ email: 'ada@example.com', network });
    const reset = await lastMail('user.reset_requested');
    const change = { user_id, session_id, email: 'Ada@Example.org', current_password: PASSWORD };
    const changed = accepted(await api.updateUser(change));
    assert.deepEqual(changed, { ...user, email: 'ada@example.org', email_verified: false });
    assert.ok(await isLiving(token));
    assert.deepEqual(await api.confirmPasswordReset({ token: reset, password: NEW_PASSWORD, network }), TOKEN_INVALID);
    accepted(await logIn('ada@example.org'));
    assert.deepEqual(await logIn('ada@example.com'), { ok: false, code: 'LOGIN_FAILED' });
    const { type, version, data } = (await sent()).at(-1)!;
    const { token_id } = data as { token_id: string };
    const told = { user_id, email: 'ada@example.org', previous_email: 'ada@example.com', name, token_id };
    assert.deepEqual([type, version, data], ['user.email_changed', 3, told]);
    accepted(await api.verifyEmail({ token: await lastMail('user.email_changed'), network }));
    assert.equal((await api.getUser({ user_id }))?.email_verified, true);
  });

  test('both at once are two events in a row', async t => {
    const { api, signUp, sent } = await open(t);
    const { user, session_id } = await signUp('ada@example.com');
    const change = { email: 'ada@example.org', password: OTHER_PASSWORD, current_password: PASSWORD };
    accepted(await api.updateUser({ user_id: user.user_id, session_id, ...change }));
    assert.deepEqual(
      (await sent()).map(event => [event.type, event.version]),
      [
        ['user.signed_up', 1],
        ['user.email_changed', 2],
        ['user.password_changed', 3],
      ],
    );
  });

  test('every refusal changes nothing', async t => {
    const { api, db, ids, signUp } = await open(t);
    await signUp('bob@example.com');
    const { user, session_id } = await signUp('ada@example.com');
    const { user_id } = user;
    const before = await stateOf(db);
    const right = { current_password: PASSWORD };
    const wrong = { current_password: OTHER_PASSWORD };
    const refusals = [
      [{ password: NEW_PASSWORD }, 'CURRENT_PASSWORD_WRONG'],
      [{ password: NEW_PASSWORD, ...wrong }, 'CURRENT_PASSWORD_WRONG'],
      [{ email: 'ada@example.org', name: 'Eve' }, 'CURRENT_PASSWORD_WRONG'],
      [{ email: 'ada@example.org', ...wrong }, 'CURRENT_PASSWORD_WRONG'],
      [{ email: 'BOB@example.com', ...right }, 'EMAIL_TAKEN'],
      [{ email: 'bob@example.com', password: NEW_PASSWORD, ...right }, 'EMAIL_TAKEN'],
      [{ password: 'short', ...right }, 'PASSWORD_TOO_SHORT'],
      [{ password: 'x'.repeat(129), ...right }, 'PASSWORD_TOO_LONG'],
      [{ password: 'Qwerty123', ...right }, 'PASSWORD_TOO_COMMON'],
    ] as const;
    for (const [change, code] of refusals) {
      assert.deepEqual(await api.updateUser({ user_id, session_id, ...change }), { ok: false, code });
    }
    const stranger = await api.updateUser({ user_id: ids.next(), session_id, name: 'Eve' });
    assert.deepEqual(stranger, { ok: false, code: 'USER_NOT_FOUND' });
    assert.deepEqual(await stateOf(db), before);
  });

  test('of ten new passwords at once one wins, and it is the one that works', async t => {
    const { api, signUp, logIn, db } = await open(t);
    const { user, session_id } = await signUp('ada@example.com');
    const passwords = Array.from({ length: 10 }, (_, n) => `${NEW_PASSWORD} ${n}`);
    const outcomes = await Promise.all(
      passwords.map(password =>
        api.updateUser({ user_id: user.user_id, session_id, password, current_password: PASSWORD }),
      ),
    );
    assert.equal(outcomes.filter(outcome => outcome.ok).length, 1);
    accepted(await logIn('ada@example.com', passwords[outcomes.findIndex(outcome => outcome.ok)]));
    assert.deepEqual(await db.query(sql`select version from accounts.users`), [{ version: 2 }]);
  });
});

describe('a forgotten password', () => {
  test('is replaced once by the link of the mail, which ends all sessions', async t => {
    const { api, signUp, logIn, isLiving, sent, lastMail, lines } = await open(t);
    const { user, token: session } = await signUp('ada@example.com');
    const { user_id, email, name } = user;
    accepted(await api.requestPasswordReset({ email: 'ADA@example.com', network }));
    const token = await lastMail('user.reset_requested');
    const { data } = (await sent()).at(-1)!;
    assert.deepEqual(data, { user_id, email, name, token_id: token.slice(0, 36) });
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => api.confirmPasswordReset({ token, password: NEW_PASSWORD, network })),
    );
    assert.equal(outcomes.filter(outcome => outcome.ok).length, 1);
    assert.deepEqual(
      outcomes.find(outcome => !outcome.ok),
      TOKEN_INVALID,
    );
    assert.ok(!(await isLiving(session)));
    assert.deepEqual(await logIn(email), { ok: false, code: 'LOGIN_FAILED' });
    accepted(await logIn(email, NEW_PASSWORD));
    assert.deepEqual(
      (await sent()).map(event => [event.type, event.version]),
      [
        ['user.signed_up', 1],
        ['user.reset_requested', 2],
        ['user.password_changed', 3],
      ],
    );
    assert.ok(!JSON.stringify([lines, await sent()]).includes(token.slice(37)));
  });

  test('asked for with an unknown e-mail is answered alike, after the same time, and sends nothing', async t => {
    const slept: number[] = [];
    const { api, db, clock, signUp, start } = await open(t);
    await signUp('ada@example.com');
    const before = await stateOf(db);
    const patient = start({ clock: { ...clock, sleep: async ms => void slept.push(ms) } }).api;
    const unknown = await patient.requestPasswordReset({ email: 'eve@example.com', network });
    assert.deepEqual(await stateOf(db), before);
    assert.deepEqual(await patient.requestPasswordReset({ email: 'ada@example.com', network }), unknown);
    assert.deepEqual(slept, [200, 200]);
    assert.equal((await stateOf(db)).events.length, 2);
    accepted(await api.requestPasswordReset({ email: 'not even one', network }));
  });

  test('a newer link ends the older one, and each ends within the hour', async t => {
    const { api, clock, signUp, lastMail } = await open(t);
    const { email } = (await signUp('ada@example.com')).user;
    const mail = async () => {
      await api.requestPasswordReset({ email, network });
      return await lastMail('user.reset_requested');
    };
    const [older, newer] = [await mail(), await mail()];
    const confirm = (token: string) => api.confirmPasswordReset({ token, password: NEW_PASSWORD, network });
    assert.deepEqual(await confirm(older), TOKEN_INVALID);
    clock.advance(60 * MINUTE_MS - 1);
    accepted(await confirm(newer));
    const late = await mail();
    clock.advance(60 * MINUTE_MS);
    assert.deepEqual(await confirm(late), TOKEN_INVALID);
  });

  test('a forged link, one of another kind, and a weak password change nothing and use nothing up', async t => {
    const { api, db, ids, signUp, start, lastMail } = await open(t);
    const { email } = (await signUp('ada@example.com')).user;
    const verify = await lastMail('user.signed_up');
    await api.requestPasswordReset({ email, network });
    const token = await lastMail('user.reset_requested');
    const forger = start({ mailTokenSecret: 'another secret' }).api;
    const forged = (await forger.mintMailToken({ token_id: token.slice(0, 36) })).token;
    const unknown = (await api.mintMailToken({ token_id: ids.next() })).token;
    const before = await stateOf(db);
    for (const bad of ['x', token.slice(0, 36), `${token}x`, token.slice(0, -1), forged, unknown, verify]) {
      assert.deepEqual(await api.confirmPasswordReset({ token: bad, password: NEW_PASSWORD, network }), TOKEN_INVALID);
    }
    assert.deepEqual(await api.verifyEmail({ token, network }), TOKEN_INVALID);
    const weak = await api.confirmPasswordReset({ token, password: 'password1', network });
    assert.deepEqual(weak, { ok: false, code: 'PASSWORD_TOO_COMMON' });
    assert.deepEqual(await stateOf(db), before);
    accepted(await api.confirmPasswordReset({ token, password: NEW_PASSWORD, network }));
  });
});

test('an e-mail is verified once, within seven days', async t => {
  const { api, clock, signUp, lastMail } = await open(t);
  const { user_id } = (await signUp('ada@example.com')).user;
  const token = await lastMail('user.signed_up');
  const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => api.verifyEmail({ token, network })));
  assert.equal(outcomes.filter(outcome => outcome.ok).length, 1);
  assert.deepEqual(await api.verifyEmail({ token, network }), TOKEN_INVALID);
  assert.equal((await api.getUser({ user_id }))?.email_verified, true);
  await signUp('bob@example.com');
  clock.advance(7 * 24 * 60 * MINUTE_MS);
  assert.deepEqual(await api.verifyEmail({ token: await lastMail('user.signed_up'), network }), TOKEN_INVALID);
});

describe('guessing is slowed', () => {
  const brakes = { rateLimits: true };
  const hasher = {
    hash: async (text: string) => `hash of ${text}`,
    verify: async (hash: string, text: string) => hash === `hash of ${text}`,
  };
  const tooMany = (retry_after_seconds: number) => ({
    ok: false,
    code: 'TOO_MANY_TRIES',
    detail: { retry_after_seconds },
  });

  test('at one account from one network: ten tries, then one a minute, also after a restart', async t => {
    const { clock, signUp, start } = await open(t, { ...brakes, hasher });
    await signUp('ada@example.com');
    const guess = (email = 'ada@example.com') => start().api.logIn({ email, password: OTHER_PASSWORD, network });
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => guess()));
    assert.equal(outcomes.filter(outcome => !outcome.ok && outcome.code === 'LOGIN_FAILED').length, 10);
    assert.deepEqual(await guess(), tooMany(60));
    clock.advance(20 * 1000);
    assert.deepEqual(await guess('ADA@example.com'), tooMany(40));
    assert.deepEqual(await guess('bob@example.com'), { ok: false, code: 'LOGIN_FAILED' });
    clock.advance(40 * 1000);
    assert.deepEqual(await guess(), { ok: false, code: 'LOGIN_FAILED' });
  });

  test('at one account from everywhere: thirty tries, then one in 52 seconds, whether it exists or not', async t => {
    const { api, signUp } = await open(t, { ...brakes, hasher });
    await signUp('ada@example.com');
    for (const email of ['ada@example.com', 'unknown@example.com']) {
      const codes: string[] = [];
      for (let n = 0; n < 40; n++) {
        const outcome = await api.logIn({ email, password: OTHER_PASSWORD, network: `192.0.2.${n}` });
        codes.push(outcome.ok ? 'in' : outcome.code);
      }
      assert.deepEqual(codes.lastIndexOf('LOGIN_FAILED'), 29, email);
      assert.deepEqual(new Set(codes.slice(30)), new Set(['TOO_MANY_TRIES']), email);
    }
  });

  test('from one network over many accounts: sixty tries, then one in two seconds', async t => {
    const { api } = await open(t, { ...brakes, hasher });
    for (let n = 0; n < 60; n++) {
      const outcome = await api.logIn({ email: `u${n}@example.com`, password: OTHER_PASSWORD, network });
      assert.deepEqual(outcome, { ok: false, code: 'LOGIN_FAILED' });
    }
    const next = { email: 'u60@example.com', password: OTHER_PASSWORD };
    assert.deepEqual(await api.logIn({ ...next, network }), tooMany(2));
    assert.deepEqual(await api.logIn({ ...next, network: '192.0.2.2' }), { ok: false, code: 'LOGIN_FAILED' });
  });

  test('a right password forgives the tries before it', async t => {
    const { signUp, logIn } = await open(t, { ...brakes, hasher });
    await signUp('ada@example.com');
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 9; n++) assert.ok(!(await logIn('ada@example.com', OTHER_PASSWORD)).ok);
      accepted(await logIn('ada@example.com'));
    }
  });

  test('signing up, resets, links and the current password have their limits', async t => {
    const { api, ids, db, signUp } = await open(t, { ...brakes, hasher });
    const { user, session_id } = await signUp('ada@example.com');
    const { user_id } = user;
    const tries = {
      signUp: (n: number) =>
        api.signUp({ user_id: ids.next(), email: 'ada@example.com', password: `${PASSWORD}${n}`, name: 'E', network }),
      reset: (n: number) => api.requestPasswordReset({ email: 'ada@example.com', network: `192.0.2.${n}` }),
      confirm: () => api.confirmPasswordReset({ token: 'guess', password: PASSWORD, network }),
      current: () =>
        api.updateUser({ user_id, session_id, email: 'eve@example.com', current_password: OTHER_PASSWORD }),
    };
    const allowed: Record<string, number> = {};
    for (const [name, attempt] of Object.entries(tries)) {
      let n = 0;
      while (n < 100) {
        const outcome = await attempt(n);
        if (!outcome.ok && outcome.code === 'TOO_MANY_TRIES') break;
        n += 1;
      }
      allowed[name] = n;
    }
    // The first sign-up of 30 made Ada.
    assert.deepEqual(allowed, { signUp: 29, reset: 5, confirm: 20, current: 10 });
    const right = await api.updateUser({ user_id, session_id, password: NEW_PASSWORD, current_password: PASSWORD });
    assert.equal(right.ok, false);
    const stopped = await api.verifyEmail({ token: 'guess', network });
    assert.deepEqual(stopped, tooMany(60));
    assert.deepEqual(await db.query(sql`select email from accounts.users`), [{ email: 'ada@example.com' }]);
  });

  test('without rate limits nobody is slowed', async t => {
    const { signUp, logIn } = await open(t, { rateLimits: false, hasher });
    await signUp('ada@example.com');
    for (let n = 0; n < 100; n++) {
      assert.deepEqual(await logIn('ada@example.com', OTHER_PASSWORD), { ok: false, code: 'LOGIN_FAILED' });
    }
  });

  test('the hot store holds nobody’s e-mail and no address of a network', async t => {
    const keys: string[] = [];
    const { hotStore, start } = await open(t, { ...brakes, hasher });
    const watching = {
      ...hotStore,
      take: (key: string, limit: { rate: number; burst: number }) => {
        keys.push(key);
        return hotStore.take(key, limit);
      },
    };
    await start({ hotStore: watching }).api.logIn({ email: 'ada@example.com', password: PASSWORD, network });
    assert.equal(keys.length, 3);
    for (const key of keys) assert.match(key, /^tries:login_(network|pair|account):[\w-]{43}$/);
  });
});
