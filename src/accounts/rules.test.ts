// Goal: the pure decisions of accounts. Method: exact values, and properties over generated texts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { createIds } from '#platform/ids';
import { compileCheck } from '#platform/validate';
import { SignUp } from './contract.ts';
import { networkOf } from './network.ts';
import {
  findPasswordFault,
  makeSessionToken,
  mintMailToken,
  normaliseEmail,
  readMailToken,
  readSessionToken,
  sessionEnd,
} from './rules.ts';

const ids = createIds();

test('a password has 8 to 128 characters as people count them, and nothing else is demanded', () => {
  const faults = (passwords: string[]) => passwords.map(findPasswordFault);
  assert.deepEqual(faults(['', 'sevenxy', '🦆🦆🦆🦆🦆🦆🦆']), Array(3).fill('PASSWORD_TOO_SHORT'));
  assert.deepEqual(
    faults(['eightxyz', '        x'.slice(1), '🦆🦆🦆🦆🦆🦆🦆🦆', 'пароль из слов']),
    Array(4).fill(undefined),
  );
  // Seven letters with a combining accent each: 14 code points before, 7 after normalization.
  assert.equal(findPasswordFault('e\u0301'.repeat(7)), 'PASSWORD_TOO_SHORT');
  assert.equal(findPasswordFault('e\u0301'.repeat(128)), undefined);
  assert.equal(findPasswordFault('é'.repeat(129)), 'PASSWORD_TOO_LONG');
});

test('the list of common passwords has 3,000 that would pass otherwise, each once, as they are compared', () => {
  const text = readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8');
  const passwords = text.trimEnd().split('\n');
  assert.ok(passwords.length >= 3000);
  assert.equal(new Set(passwords).size, passwords.length);
  for (const password of passwords) {
    assert.equal(password, password.trim().toLowerCase().normalize('NFC'));
    assert.equal(findPasswordFault(password), 'PASSWORD_TOO_COMMON', password);
  }
});

test('common passwords are refused in any case, longer ones that hold them are not', () => {
  for (const password of [
    'password',
    'PASSWORD',
    'Password1',
    '12345678',
    'qwertyuiop',
    'iloveyou',
    'Summer2024',
    'contraseña1',
  ]) {
    assert.equal(findPasswordFault(password), 'PASSWORD_TOO_COMMON', password);
  }
  for (const password of [
    'passwordless mornings',
    'correct horse battery staple',
    'hunter2-but-longer',
    'Tr0ub4dor&3',
  ]) {
    assert.equal(findPasswordFault(password), undefined, password);
  }
});

test('e-mails are one in any case and Unicode form', () => {
  assert.equal(normaliseEmail('Zoe\u0308@EXAMPLE.com'), 'zo\u00eb@example.com');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => normaliseEmail(normaliseEmail(text)) === normaliseEmail(text)),
  );
});

test('an e-mail is one address: what a mail header could read as two is refused', () => {
  const check = compileCheck(SignUp.properties.email);
  for (const good of ['a@b.co', 'first.last+tag@sub.example.com', "o'neil@example.ie", 'zoë@exämple.de']) {
    assert.equal(check(good), 'valid', good);
  }
  const bad = ['', 'a', '@b.co', 'a@b', 'a@b.', 'a@@b.co', 'a b@c.co', 'a@b.co,d', 'a,b@c.co', 'a;b@c.co', '<a@b.co>'];
  bad.push('"a"@b.co', 'a@b.co\n', 'a\r\nBcc:x@b.co', 'a\u0007@b.co', `${'a'.repeat(250)}@b.co`);
  for (const text of bad) assert.notEqual(check(text), 'valid', JSON.stringify(text));
});

test('a session token leads to its user’s bucket and is known by its hash', () => {
  const userId = '01990000-0000-7000-8000-0000000000ab';
  const token = makeSessionToken(userId, ids.secret);
  assert.match(token, /^u\.ab\.[\w-]{43}$/);
  const key = readSessionToken(token);
  assert.deepEqual([key?.bucket, key?.token_hash.length], [0xab, 32]);
  assert.notEqual(makeSessionToken(userId, ids.secret), token);
  fc.assert(fc.property(fc.string(), noise => readSessionToken(noise) === null));
});

test('a session ends 30 days on, a year after the login at the latest', () => {
  const loginMs = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(sessionEnd(loginMs, loginMs), '2026-01-31T00:00:00.000Z');
  assert.equal(sessionEnd(Date.parse('2026-12-20T00:00:00Z'), loginMs), '2027-01-01T00:00:00.000Z');
});

test('a mail token is read back under its secret, and by no other or altered text', () => {
  const tokenId = ids.next();
  const token = mintMailToken('secret', tokenId);
  assert.equal(readMailToken('secret', token), tokenId);
  assert.equal(readMailToken('other', token), null);
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom('0', 'f', 'A', '.', 'é'), (at, letter) => {
      const altered = token.slice(0, at) + letter + token.slice(at + 1);
      return altered === token || readMailToken('secret', altered) === null;
    }),
  );
  fc.assert(fc.property(fc.string(), noise => readMailToken('secret', noise) === null));
});

test('a limit counts an IPv4 address, also where IPv6 wraps it, and the /64 of IPv6', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8:1:2:ffff::1'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8:1:3::1'), '2001:db8:1:3::/64');
  assert.equal(networkOf('unknown'), 'unknown');
});
