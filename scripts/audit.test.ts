// Goal: `npm run audit` says by its exit code whether the shop is whole, and names what isn't. Method: the script itself,
// on a database of its own, before and after a unit is added that never came.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sql } from '#platform/sql';
import { openInventory, stocked, WEST } from '../test/support/inventory.ts';
import { temporaryFolder } from '../test/support/payment-shop.ts';
import { testDatabase } from '../test/support/postgres.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

async function audit(databaseUrl: string, dataDir: string): Promise<{ code: unknown; report: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['scripts/bootstrap.js', 'scripts/audit.ts'], {
    cwd: root,
    env: { PATH, HOME, DATA_DIR: dataDir, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let report = '';
  child.stdout.on('data', chunk => {
    report += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, report };
}

test('the audit exits 0 on a shop that is whole, and 1 on one that is not, naming the product', async t => {
  const { db, url } = await testDatabase(t, ['inventory', 'orders', 'payments', 'fulfillment']);
  const dataDir = await temporaryFolder(t);
  const { inventory, module } = await openInventory(t, { db });
  t.after(async () => module.stop?.());
  const product = await stocked(inventory, 5);
  const whole = await audit(url, dataDir);
  assert.match(whole.report, /^ok {4}the movements of a product sum to its stock {2}\(1 checked\)$/m);
  assert.match(whole.report, /All \d+ invariants hold\.\n$/);
  assert.equal(whole.code, 0);

  await db.query(sql`update inventory.stock set total_quantity = 6 where product_id = ${product}`);
  const broken = await audit(url, dataDir);
  const named = `${product} in ${WEST}: total 6 and reserved 0, but movements sum to 5 and 0`;
  assert.deepEqual(broken.report.match(/^(FAIL| {8}).*$/gm), [
    'FAIL  the movements of a product sum to its stock  (1 checked)',
    `        ${named}`,
  ]);
  assert.equal(broken.code, 1);
});
