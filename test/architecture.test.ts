// Goal: the walls of the design hold in every file of src. Method: one test over the real tree, and for each rule a
// planted violation that it must catch (and the neighbouring case that it must let pass).
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readSourceTree, tell } from './support/source-tree.ts';
import { findBreaches, MAY_KNOW } from './support/walls.ts';

function rulesBrokenBy(files: Record<string, string>): string[] {
  return findBreaches(new Map(Object.entries(files))).map(({ rule }) => rule);
}

function catches(rule: string, path: string, text: string): void {
  assert.deepEqual(rulesBrokenBy({ [path]: text }), [rule], `${path}: ${text}`);
}

function passes(path: string, text: string): void {
  assert.equal(tell(findBreaches(new Map([[path, text]]))), '');
}

test('the project keeps its walls', () => {
  const tree = readSourceTree();
  assert.ok(tree.has('src/limits.ts'), 'the tree was read');
  assert.equal(tell(findBreaches(tree)), '');
});

test('package.json names the contract of every module that others may know', () => {
  const { imports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  for (const [name, target] of Object.entries(imports as Record<string, string>)) {
    const [, folder, file] = target.split('/').slice(1);
    if (/^#(platform|design|words)/.test(name) || file === undefined) continue;
    assert.equal(target, `./src/${folder}/contract.ts`, `${name} is a door to a contract`);
    assert.ok(folder! in MAY_KNOW, `${name} stands in the may-know table`);
    const isBuilt = existsSync(new URL(`../src/${folder}/`, import.meta.url));
    assert.ok(!isBuilt || name === `#${folder}`, `${name} is named for its folder`);
  }
});

describe('a module knows only whom the table names', () => {
  test('a contract outside the table is caught in every form of import', () => {
    catches('may-know', 'src/cart/add-line.ts', "import { orders } from '#orders';");
    catches('may-know', 'src/cart/add-line.ts', "import type { Order } from '#orders';");
    catches('may-know', 'src/cart/add-line.ts', "export { orders } from '#orders';");
    catches('may-know', 'src/cart/add-line.ts', "const orders = await import('#orders');");
    catches('may-know', 'src/cart/add-line.ts', "let order: import('#orders').Order;");
    catches('may-know', 'src/cart/add-line.ts', "import '#orders';");
    catches('may-know', 'src/catalog/read.ts', "import {\n  stock, // why\n} from '#inventory';");
  });

  test('a contract inside the table may be imported', () => {
    passes('src/cart/add-line.ts', "import { catalog } from '#catalog';");
    passes('src/orders/index.ts', "import type { Payments } from '#payments';");
    passes('src/gateway/index.ts', "import type { Orders } from '#orders';");
    passes('src/cart/add-line.ts', "import { sql } from '#platform/sql'; import { limits } from '#limits';");
  });

  test('event types may be imported by any module, and nothing beside them', () => {
    passes('src/inventory/on-import.ts', "import type { ProductImportedEvent, CatalogEvents } from '#catalog';");
    passes('src/inventory/on-import.ts', "import { type ProductImportedEvent } from '#catalog';");
    catches('may-know', 'src/inventory/on-import.ts', "import { ProductImportedEvent } from '#catalog';");
    catches('may-know', 'src/inventory/on-import.ts', "import type { CatalogEvents, Product } from '#catalog';");
    catches('may-know', 'src/inventory/on-import.ts', "import { type CatalogEvents, read } from '#catalog';");
  });

  test('the platform knows no module, not even its events', () => {
    catches('may-know', 'src/platform/outbox.ts', "import type { CatalogEvents } from '#catalog';");
    passes('src/platform/outbox.ts', "import { limits } from '#limits'; import './sql.ts';");
  });

  test('a folder that the table does not name is caught', () => {
    catches('may-know', 'src/loyalty/index.ts', 'export const points = 1;');
  });

  test('mentions in comments, strings, templates and regular expressions are no imports', () => {
    passes('src/cart/a.ts', "// import { orders } from '#orders';\n/* import '#orders'; */\nexport const a = 1;");
    passes('src/cart/a.ts', 'export const a = "import x from \'#orders\'";');
    passes('src/cart/a.ts', 'export const a = `import x from "#orders" ${b("import(\'#orders\')")}`;');
    passes('src/cart/a.ts', "export const a = /import x from '#orders'/;");
    passes('src/cart/a.ts', "export const a = { import: 1, from: '#orders' }; a.import('#orders');");
  });
});

describe('another module is reached by its name only', () => {
  test('a relative path out of the own folder is caught', () => {
    catches('own-folder', 'src/cart/add-line.ts', "import { stock } from '../inventory/contract.ts';");
    catches('own-folder', 'src/gateway/index.ts', "import { stock } from '../inventory/store.ts';");
    catches('own-folder', 'src/cart/add-line.ts', "import { config } from '../config.ts';");
    catches('own-folder', 'src/cart/add-line.ts', "import { need } from '../../test/support/parts.ts';");
    passes('src/search/engines/fts5.ts', "import { rules } from '../rules.ts';");
  });

  test('the composition root may import what it wires', () => {
    passes('src/main.ts', "import { cart } from './cart/index.ts'; import { config } from '#config';");
  });

  test('a test beside the code may wire real modules but reaches no inside of another', () => {
    passes('src/cart/cart.test.ts', "import '../inventory/index.ts'; import '../../test/support/postgres.ts';");
    passes('src/cart/cart.test.ts', "import '../../test/doubles/stripe.ts';");
    catches('own-folder', 'src/cart/cart.test.ts', "import { rows } from '../inventory/store.ts';");
  });

  test('a module that reads the configuration is caught', () => {
    catches('config', 'src/cart/index.ts', "import { config } from '#config';");
    catches('config', 'src/platform/sql.ts', "import { config } from '#config';");
  });
});

describe('SQL stands in stores, migrations and the platform', () => {
  test('a tagged statement elsewhere is caught', () => {
    catches('sql', 'src/cart/add-line.ts', 'await db.query(sql`update cart.lines set quantity = 1`);');
    passes('src/cart/store.ts', 'await db.query(sql`select 1`);');
    passes('src/cart/backup-store.ts', 'await db.query(sql`select 1`);');
    passes('src/platform/outbox.ts', 'await db.query(sql`select 1`);');
    passes('src/cart/store.test.ts', 'await db.query(sql`select 1`);');
    passes('src/cart/store.contract.ts', 'await db.query(sql`select 1`);');
    catches('sql', 'src/cart/contract.ts', 'await db.query(sql`select 1`);');
  });

  test('a statement hidden in a plain text is caught', () => {
    catches('sql', 'src/cart/rules.ts', "const text = 'select id from cart.lines';");
    catches('sql', 'src/cart/rules.ts', 'const text = `\n  INSERT INTO cart.lines values (${id})`;');
    catches('sql', 'src/cart/rules.ts', 'const text = "delete from cart.lines";');
    catches('sql', 'src/cart/rules.ts', 'const text = `with gone as (delete from x) select 1`;');
    catches('sql', 'src/cart/rules.ts', "const text = 'update cart.lines set quantity = 1';");
  });

  test('a sentence that begins with the same verb is no statement', () => {
    passes('src/cart/rules.ts', "const title = 'Select a size'; const b = 'update your cart'; const c = 'with love';");
    passes('src/cart/rules.ts', "const title = 'delete the line'; const b = 'Insert coin';");
  });

  test('the driver itself is caught outside the platform', () => {
    catches('sql', 'src/cart/store.ts', "import pg from 'pg';");
    passes('src/platform/sql.ts', "import pg from 'pg';");
  });
});

describe('the environment is read in one file', () => {
  test('process.env outside config.ts is caught', () => {
    catches('environment', 'src/cart/index.ts', 'const ttl = process.env.TTL;');
    catches('environment', 'src/main.ts', "const ttl = process['env'].TTL;");
    catches('environment', 'src/cart/index.ts', "import { env } from 'node:process';");
    catches('environment', 'scripts/import.ts', 'const url = process.env.DATABASE_URL;');
    catches('environment', 'bench/run.ts', 'const url = process.env.DATABASE_URL;');
  });

  test('config.ts, the bootstrap and the test harness may read it', () => {
    passes('src/config.ts', 'export const port = process.env.PORT;');
    passes('scripts/bootstrap.js', 'spawn(node, { env: process.env });');
    passes('test/support/parts.ts', 'const isCi = process.env.CI;');
    passes('src/platform/folder-lock.ts', "spawn('ps', { env: { ...process.env, LC_ALL: 'C' } });");
    passes('src/cart/index.ts', '// process.env is for config.ts\nexport const a = "process.env";');
  });
});

describe('time and chance come through deps', () => {
  test('reading the clock outside the platform is caught', () => {
    catches('time', 'src/cart/rules.ts', 'const now = Date.now();');
    catches('time', 'src/cart/rules.ts', 'const now = new Date();');
    catches('time', 'src/main.ts', 'const now = new Date;');
    catches('time', 'src/platform/outbox.ts', 'const now = Date.now();');
    passes('src/platform/clock.ts', 'const now = Date.now();');
    passes('src/cart/rules.ts', 'const then = new Date(ms);');
  });

  test('making chance outside the platform is caught', () => {
    catches('chance', 'src/cart/rules.ts', 'const dice = Math.random();');
    catches('chance', 'src/cart/rules.ts', 'const id = crypto.randomUUID();');
    catches('chance', 'src/platform/outbox.ts', 'const dice = Math.random();');
    passes('src/platform/outbox.ts', 'const { random = Math.random } = deps;');
    passes('src/platform/ids.ts', 'randomFillSync(pool);');
  });
});

describe('files do not import each other', () => {
  test('a ring of files is caught with its way', () => {
    const breaches = findBreaches(
      new Map([
        ['src/cart/a.ts', "import { b } from './b.ts';"],
        ['src/cart/b.ts', "\nimport type { c } from './c.ts';"],
        ['src/cart/c.ts', "import { a } from './a.ts';"],
      ]),
    );
    assert.equal(breaches.length, 1);
    assert.match(tell(breaches), /^src\/cart\/c\.ts:1 \[cycle\] .*a\.ts → .*b\.ts → .*c\.ts → .*a\.ts\. Mend: /);
  });

  test('a ring through the contract of two modules is caught', () => {
    const files = { 'src/cart/contract.ts': "import '#catalog';", 'src/catalog/contract.ts': "import '#cart';" };
    assert.deepEqual(rulesBrokenBy(files).sort(), ['cycle', 'may-know']);
  });

  test('two ways to one file are no ring', () => {
    const files = { 'src/cart/a.ts': "import './b.ts';import './c.ts';", 'src/cart/b.ts': "import './c.ts';" };
    assert.deepEqual(rulesBrokenBy({ ...files, 'src/cart/c.ts': 'export const c = 1;' }), []);
  });
});

test('a breach is told with file, line, rule and mend', () => {
  const breaches = findBreaches(new Map([['src/cart/rules.ts', '\n\nconst now = Date.now();']]));
  assert.equal(
    tell(breaches),
    'src/cart/rules.ts:3 [time] reads the clock. Mend: take clock.nowMs() from deps (#platform/clock).',
  );
});
