// Goal: no log line can be forged or can tell a card, password or token; none is lost at the exit.
// Method: lines are caught by a stream and read back as JSON; the exit is that of a real process.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { createLog } from './log.ts';

function catching() {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: line => void lines.push(line) } });
  return { log, lines };
}

const SECRETS = ['s3cr3t-value', '4242424242424242', '4242 4242 4242 4242'];

test('secrets are hidden at any depth, in any spelling, in errors, bindings, links and messages', () => {
  const { log, lines } = catching();
  const secret = 's3cr3t-value';
  log.info({ req: { headers: { Authorization: secret, cookie: secret, 'order-access': secret } } }, 'asked');
  log.info({ order_access: secret, a: { b: { c: { sessionToken: secret, new_password: secret } } } });
  log.info({
    payment: { token: secret, method: 'card' },
    list: [{ Password: secret }],
    headers: { 'Set-Cookie': [secret] },
  });
  log.info({ url: `/api/orders/1?access=${secret}&x=1`, db: `postgres://u:${secret}@h/d` });
  log.info(`GET /orders/1?access=${secret} with card 4242424242424242`);
  log.info('asked for %s', `/x?token=${secret}`);
  log.child({ token: secret }).warn({ note: 'card 4242 4242 4242 4242' });
  const cause = Object.assign(new Error(`at /x?pass=${secret}`), { token: secret });
  log.error({ err: new Error('outer', { cause }), nested: { err: cause } });
  log.error(Object.assign(new Error('thrown'), { config: { headers: { authorization: secret } } }));
  assert.equal(lines.length, 9);
  for (const line of lines) for (const text of SECRETS) assert.ok(!line.includes(text), line);
  assert.equal(JSON.parse(lines[2]!).payment.method, 'card');
  assert.equal(JSON.parse(lines[3]!).url, '/api/orders/1?access=[hidden]&x=1');
});

test('what is no secret stays: ids, money, times, and where an error came from', () => {
  const { log, lines } = catching();
  const fields = {
    order_id: '01890a5d-ac96-774b-bcce-b302099a8057',
    amount: 129_900,
    at: '2026-01-01T00:00:00.000Z',
    tracking: '1234567890123',
    list: [1, 2],
  };
  log.info(fields, 'placed');
  log.error({ err: new TypeError('broken') }, 'failed');
  const [line, failed] = lines.map(each => JSON.parse(each));
  for (const [name, value] of Object.entries(fields)) assert.deepEqual(line[name], value);
  assert.deepEqual([line.level, line.msg, line.name], ['info', 'placed', 'doorbuster']);
  assert.deepEqual([failed.err.type, failed.err.message], ['TypeError', 'broken']);
  assert.match(failed.err.stack, /log\.test\.ts/);
});

test('no text makes a second line', () => {
  const { log, lines } = catching();
  log.info({ name: 'a\n{"level":"error"}\r\n\u2028' }, 'b\n{"level":"fatal"}');
  assert.equal(lines.length, 1);
  assert.equal(lines[0]!.trimEnd().split(/[\r\n]/).length, 1);
});

test('an exit at once loses no line', () => {
  const script = `const { createLog } = await import(${JSON.stringify(new URL('./log.ts', import.meta.url).href)});
    const log = createLog({ level: 'info' });
    for (let i = 0; i < 1000; i++) log.info({ i }, 'line');
    process.exit(3);`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  assert.equal(status, 3);
  assert.equal(stdout.trimEnd().split('\n').length, 1000);
});
