// Goal: `npm run migrate` brings an empty database to this version once, and refuses what it can't do without a change.
// Method: the script itself on a database of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../test/support/payment-shop.ts';
import { testDatabase } from '../test/support/postgres.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test('a database is migrated once; without Citus, --citus says so and exits 1', async t => {
  const { url } = await testDatabase(t, []);
  const dataDir = await temporaryFolder(t);
  async function migrate(...args: string[]): Promise<{ code: unknown; told: string; wrong: string }> {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, ['scripts/bootstrap.js', 'scripts/migrate.ts', ...args], {
      cwd: root,
      env: { PATH, HOME, DATA_DIR: dataDir, DATABASE_URL: url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [told, wrong] = ['', ''];
    child.stdout.on('data', chunk => {
      told += chunk;
    });
    child.stderr.on('data', chunk => {
      wrong += chunk;
    });
    const [code] = await once(child, 'close');
    return { code, told, wrong };
  }

  const first = await migrate();
  assert.match(first.told, /^catalog: applied 0001-catalog\.sql$/m);
  assert.match(first.told, /^gateway: applied 0001-idempotency-keys\.sql$/m);
  assert.match(first.told, /\n\d+ migrations were applied\.\n$/);
  assert.equal(first.code, 0);
  const second = await migrate();
  assert.deepEqual(second, { code: 0, told: 'All schemas are of this version already.\n', wrong: '' });
  const sharded = await migrate('--citus');
  assert.equal(sharded.code, 1);
  assert.match(sharded.wrong, /^This database has no Citus: nothing was distributed\.$/m);
  const misspelt = await migrate('--citrus');
  assert.deepEqual(misspelt, {
    code: 1,
    told: '',
    wrong: 'npm run migrate knows --citus and nothing else, not --citrus.\n',
  });
});
