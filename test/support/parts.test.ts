// Goal: a missing part is told on a laptop and is an error in CI. Method: parts that surely are or are not there, under
// both values of CI.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { need, PARTS } from './parts.ts';

const { CI, PATH } = process.env;
const reasons: string[] = [];
const t = { skip: (reason: string) => void reasons.push(reason) };

beforeEach(() => {
  reasons.length = 0;
  // No program is found on an empty path, so Chromium is missing on every machine.
  process.env.PATH = '';
});

afterEach(() => {
  process.env.PATH = PATH;
  if (CI === undefined) delete process.env.CI;
  else process.env.CI = CI;
});

test('a missing part skips its test with the command that would enable it', () => {
  process.env.CI = '';
  assert.equal(need(t, 'chromium'), null);
  assert.deepEqual(reasons, ['chromium is not on this machine: apt-get install chromium']);
});

test('a missing part fails its test in CI', () => {
  process.env.CI = 'true';
  assert.throws(() => need(t, 'chromium'), /chromium is not on this machine/);
  assert.deepEqual(reasons, []);
});

test('the catalogue file may be missing in CI too', t2 => {
  process.env.CI = 'true';
  t2.mock.method(PARTS.icecat, 'find', () => null);
  assert.equal(need(t, 'icecat'), null);
  assert.equal(reasons.length, 1);
});

test('a part that is there answers its path and skips nothing', t2 => {
  t2.mock.method(PARTS.postgres15, 'find', () => 'bin');
  assert.equal(need(t, 'postgres15'), 'bin');
  assert.deepEqual(reasons, []);
});
