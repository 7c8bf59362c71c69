// schemathesis reads /openapi.json and sends what it says, what it nearly says and what it forbids: no server error, no
// undocumented status, content type or header, no answer that breaks its schema, and nothing accepted that the document
// forbids. From a fixed seed, once for each kind of caller, each on a shop of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Cast, openCast } from '../security/cast.ts';
import { need } from '../support/parts.ts';
import { startTestShop, type TestShop } from '../support/shop.ts';

const SEED = 20_260_801;
/** For each operation, beside those of the coverage phase, which visits each bound of each field. */
const EXAMPLES = 10;
const RUN_MS = 240_000;
const REPORT_CHARACTERS = 20_000;
const OPTIONS = [
  ['--seed', String(SEED)],
  // Two threads of Python 3.11 that parse at once break each other's recursion count: "AST constructor … mismatch".
  ['--workers', '1'],
  // The known ids lead behind the 404s; links of a stateful phase would be a second way there.
  ['--phases', 'coverage,fuzzing'],
  ['--checks', 'all'],
  // A document can't say that a page is too deep, a cursor forged, a token wrong, a card declined or a text half of a
  // character: what is well-formed may be refused with 400, 402 or 410. The statuses are checked all the same.
  ['--exclude-checks', 'positive_data_acceptance'],
  ['--generation-database', 'none'],
  ['--output-truncate', 'true'],
  ['--warnings', 'off'],
  ['--continue-on-failure', '--no-color'],
].flat();

/** Takes what a session needs along, so that these come last and by themselves. */
const LEAVING = ['deleteApiMe', 'postApiAccountLogout'];

test('with the admin key, every admin route is as documented', async t => {
  await runAs(t, {
    token: shop => shop.adminKey,
    options: ['--max-examples', String(EXAMPLES), '--include-path-regex', '^/api/admin/'],
  });
});

test('with a user’s session, every other route is as documented', async t => {
  const others = ['--exclude-path-regex', '^/api/admin/', ...LEAVING.flatMap(id => ['--exclude-operation-id', id])];
  await runAs(t, {
    token: (_shop, cast) => cast.ada.client.token!,
    options: ['--max-examples', String(EXAMPLES), ...others],
  });
});

test('with a user’s session, leaving is as documented', async t => {
  await runAs(t, {
    token: (_shop, cast) => cast.bob.client.token!,
    options: ['--max-examples', String(EXAMPLES), ...LEAVING.flatMap(id => ['--include-operation-id', id])],
  });
});

test('with no session, every route is as documented', async t => {
  await runAs(t, { options: ['--max-examples', '2', '--phases', 'fuzzing'] });
});

interface Run {
  token?(shop: TestShop, cast: Cast): string;
  options: string[];
}

async function runAs(t: TestContext, { token, options }: Run): Promise<void> {
  const program = need(t, 'schemathesis');
  if (program === null) return;
  const shop = await startTestShop(t);
  const cast = await openCast(shop);
  const sent = token?.(shop, cast);
  const auth = sent === undefined ? [] : ['--header', `Authorization: Bearer ${sent}`];
  const { code, report } = await run(program, ['run', `${shop.url}/openapi.json`, ...OPTIONS, ...options, ...auth], {
    SCHEMATHESIS_HOOKS: 'known_ids',
    KNOWN_IDS: JSON.stringify(knownIds(cast, sent === shop.adminKey)),
    PYTHONPATH: fileURLToPath(new URL('./', import.meta.url)),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUTF8: '1',
  });
  assert.equal(code, 0, `schemathesis ended with ${code}:\n${report.slice(-REPORT_CHARACTERS)}`);
  assert.match(report, /\d+ generated, \d+ passed/);
}

/** The first order is shipped and refunded, the other one cancelled: each by somebody who may. */
function knownIds({ ada, guest, seller, product_id, warehouse_id }: Cast, isStaff: boolean): Record<string, string> {
  const { order_id, checkout_id, address_id } = ada;
  const other_order_id = isStaff ? guest.order_id : order_id;
  return { order_id, other_order_id, checkout_id, address_id, product_id, warehouse_id, import_id: seller.import_id };
}

/** In a folder of its own, since it leaves files where it runs. */
async function run(program: string, args: string[], environment: Record<string, string>) {
  const cwd = await mkdtemp(join(tmpdir(), 'doorbuster-schemathesis-'));
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(program, args, {
    cwd,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_MS,
  });
  let report = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      report += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  await rm(cwd, { recursive: true, force: true });
  return { code, report };
}
