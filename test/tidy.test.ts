// Goal: the house rules hold in every file, with a list of exceptions that may only shrink. Method: one test over the
// real tree, and for each rule a planted violation beside the neighbouring case that is fine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { measureFunctions } from './support/functions.ts';
import { readSourceTree, tell } from './support/source-tree.ts';
import { findUntidy, type TidyExceptions } from './support/tidy.ts';
import { codeOf, tokenize } from './support/typescript-tokens.ts';

const CONTRACT = '/** What the module promises. */\nexport const cart = 1;\n';

function rulesBrokenBy(path: string, text: string, exceptions?: TidyExceptions): string[] {
  const module = /^src\/([\w-]+)\//.exec(path)?.[1];
  const tree = new Map([[path, text]]);
  if (module !== undefined && !path.endsWith('/contract.ts')) tree.set(`src/${module}/contract.ts`, CONTRACT);
  return findUntidy(tree, exceptions).map(({ rule }) => rule);
}

function catches(rule: string, path: string, text: string): void {
  assert.deepEqual(rulesBrokenBy(path, text), [rule], `${path}: ${text.slice(0, 200)}`);
}

function passes(path: string, text: string): void {
  assert.deepEqual(rulesBrokenBy(path, text), [], `${path}: ${text.slice(0, 200)}`);
}

/** A function of `lines` lines in all. */
function functionOf(lines: number, head = 'export function long(): void {'): string {
  return `${head}\n${'  step();\n'.repeat(lines - 2)}}\n`;
}

test('the project keeps its house rules', () => {
  const tree = readSourceTree();
  const exceptions = JSON.parse(readFileSync(new URL('./tidy-exceptions.json', import.meta.url), 'utf8'));
  assert.ok(tree.has('src/limits.ts'), 'the tree was read');
  assert.equal(tell(findUntidy(tree, exceptions)), '');
});

describe('the list of exceptions may only shrink', () => {
  const path = 'src/cart/a.ts';

  test('an exception lets pass exactly what it names', () => {
    assert.deepEqual(rulesBrokenBy(path, functionOf(75), { 'function-lines': { [path]: 75 } }), []);
    assert.deepEqual(rulesBrokenBy(path, functionOf(76), { 'function-lines': { [path]: 75 } }), ['function-lines']);
    assert.deepEqual(rulesBrokenBy(path, 'const qty = 1;', { glossary: { [path]: 1 } }), []);
    assert.equal(rulesBrokenBy(path, 'const qty = 1; const qtyMax = 2;', { glossary: { [path]: 1 } }).length, 2);
  });

  test('an exception that is larger than needed is caught', () => {
    const looser = rulesBrokenBy(path, functionOf(75), { 'function-lines': { [path]: 80 } });
    assert.deepEqual(looser, ['function-lines exception']);
  });

  test('an exception that nothing needs any more is caught', () => {
    const stale = { 'function-lines': { [path]: 75 } };
    assert.deepEqual(rulesBrokenBy(path, functionOf(20), stale), ['function-lines exception']);
    assert.deepEqual(rulesBrokenBy('src/cart/b.ts', '', stale), ['function-lines exception']);
    assert.deepEqual(rulesBrokenBy(path, '', { 'no-such-rule': { [path]: 1 } }), ['no-such-rule exception']);
  });
});

describe('names say the idea', () => {
  test('a file or folder that is not in kebab-case is caught', () => {
    catches('file-name', 'src/cart/addLine.ts', '');
    catches('file-name', 'src/cart/add_line.ts', '');
    catches('file-name', 'test/Flows/buy.test.ts', '');
    passes('src/cart/add-line.test.ts', '');
    passes('README.md', '');
  });

  test('a folder by layer is caught', () => {
    catches('folder', 'src/cart/services/add.ts', '');
    catches('folder', 'src/cart/models/line.ts', '');
    passes('src/search/engines/fts5.ts', '');
  });

  test('a word that names no idea is caught where we declare it', () => {
    catches('empty-name', 'src/cart/a.ts', 'export class CartService {}');
    catches('empty-name', 'src/cart/a.ts', 'export function cartHelper() {}');
    catches('empty-name', 'src/cart/a.ts', 'const requestHandler = 1;');
    catches('empty-name', 'src/cart/a.ts', 'type LineDto = { id: string };');
    catches('empty-name', 'src/cart/a.ts', 'export class StoreBase {}');
    catches('empty-name', 'src/cart/a.ts', 'export interface ICart { id: string }');
    catches('empty-name', 'src/cart/cart-manager.ts', '');
  });

  test('a word of someone else or an innocent one passes', () => {
    passes('src/cart/a.ts', "app.setErrorHandler(onError); import { type FastifyBaseLogger } from 'fastify';");
    passes('src/cart/a.ts', 'const baseUrl = 1; const database = 2; interface Id { x: string } type Item = 1;');
    passes('src/cart/a.ts', "// the CartService of old\nconst text = 'class CartService';");
  });

  test('a second word for an idea of the glossary is caught', () => {
    catches('glossary', 'src/cart/a.ts', 'const stockQty = 1;');
    catches('glossary', 'src/cart/a.ts', 'line.onHand += 1;');
    catches('glossary', 'src/cart/a.ts', 'await allocateStock(lines);');
    catches('glossary', 'src/cart/a.ts', 'const basket = 1;');
    catches('glossary', 'src/orders/a.ts', 'await chargeCard(order);');
    catches('glossary', 'src/orders/a.ts', 'const isCanceled = true;');
    catches('glossary', 'src/cart/migrations/001-lines.sql', 'create table cart.lines (qty integer);');
  });

  test('the same word in an outer API, a comment or a text passes', () => {
    passes('src/payments/gateways/stripe.ts', 'const charge = stripe.charges;');
    passes('src/payments/contract.ts', `${CONTRACT}type SimulatorCharge = { charge_id: string };`);
    passes('src/cart/a.ts', "// qty is not said here\nconst text = 'basket';");
    passes('src/inventory/a.ts', 'export function allocate() {} const allocation = 1; const discharge = 2;');
    passes('src/cart/migrations/001-lines.sql', '-- not qty\ncreate table cart.lines (quantity integer);');
  });
});

describe('nothing is too long to read', () => {
  test('a function of more than 70 lines is caught, however it is written', () => {
    catches('function-lines', 'src/cart/a.ts', functionOf(71));
    catches('function-lines', 'src/cart/a.ts', functionOf(71, 'export const long = async () => {'));
    catches('function-lines', 'src/cart/a.ts', functionOf(71, 'function long(a: { b: 1 }): Promise<{ c: 1 }> {'));
    catches('function-lines', 'src/cart/a.ts', `const cart = {\n${functionOf(71, 'async long(): Promise<void> {')}};`);
    catches('function-lines', 'src/cart/a.ts', `const long = () => [\n${'  1,\n'.repeat(70)}];`);
    passes('src/cart/a.ts', functionOf(70));
    passes('src/cart/a.ts', `if (a) {\n${'  step();\n'.repeat(80)}}\n`);
    passes('test/cart.test.ts', functionOf(90, "describe('a cart keeps its lines', () => {").replace(/\}\n$/, '});\n'));
  });

  test('braces in texts, templates, comments and regular expressions do not count', () => {
    const text =
      'function a() {\n  // }\n  b("}", `}${c({ d: "}" })}`, /[}/]}/);\n  return 1 / 2;\n}\nfunction e() {}\n';
    const measured = measureFunctions(codeOf(tokenize(text)));
    assert.deepEqual(
      measured.map(({ line, lines }) => [line, lines]),
      [
        [1, 5],
        [6, 1],
      ],
    );
  });

  test('closing tags of JSX are no regular expressions', () => {
    const text =
      'function a() {\n  return <b title="}">{x}</b>;\n}\nfunction e() {\n  return <p>{y.map(z => <i />)}</p>;\n}\n';
    const measured = measureFunctions(codeOf(tokenize(text)));
    assert.deepEqual(
      measured.map(({ line, lines }) => [line, lines]),
      [
        [1, 3],
        [4, 3],
        [5, 1],
      ],
    );
  });

  test('a file of more than 400 lines, or 600 of tests, is caught', () => {
    catches('file-lines', 'src/cart/a.ts', 'step();\n'.repeat(401));
    catches('file-lines', 'test/a.test.ts', 'step();\n'.repeat(601));
    passes('src/cart/a.ts', 'step();\n'.repeat(400));
    passes('src/cart/a.test.ts', 'step();\n'.repeat(600));
    passes('src/cart/a.contract.ts', 'step();\n'.repeat(600));
  });

  test('a line of more than 120 columns is caught', () => {
    catches('columns', 'src/cart/a.ts', `// ${'x'.repeat(118)}`);
    passes('src/cart/a.ts', `// ${'×'.repeat(117)}`);
  });
});

describe('types are whole and erasable', () => {
  test('any and muted type errors are caught', () => {
    catches('type-hole', 'src/cart/a.ts', 'const line: any = 1;');
    catches('type-hole', 'src/cart/a.ts', 'const lines = [] as any[];');
    catches('type-hole', 'src/cart/a.ts', 'const map = new Map<string, any>();');
    catches('type-hole', 'src/cart/a.ts', '// @ts-expect-error\nf();');
    passes('src/cart/a.ts', "const first = await Promise.any(all); const any = 'any of these: any';");
  });

  test('what Node cannot erase is caught', () => {
    catches('erasable', 'src/cart/a.ts', 'export enum Status { open }');
    catches('erasable', 'src/cart/a.ts', 'namespace cart { }');
    catches('erasable', 'src/cart/a.ts', '@injectable() class Cart {}');
    passes('src/cart/a.ts', "const status = { enum: ['open'] }; type Status = 'open'; const mail = 'a@b.c';");
  });
});

describe('nothing is left lying about', () => {
  test('a loose end is caught in comments only', () => {
    catches('loose-end', 'src/cart/a.ts', `// ${'TO'}DO later`);
    catches('loose-end', 'src/cart/migrations/001-lines.sql', `-- ${'FIX'}ME later`);
    passes('src/cart/a.ts', `const status = '${'TO'}DO';`);
  });

  test('a barrel and an index that makes no module are caught', () => {
    catches('barrel', 'src/cart/index.ts', "export * from './store.ts'; export function createCart() {}");
    catches('barrel', 'src/cart/index.ts', "export { rows } from './store.ts';");
    catches('barrel', 'src/search/engines/index.ts', 'export function createEngines() {}');
    passes('src/cart/index.ts', 'export function createCart() {}');
  });

  test('paths of one machine and hosts of registries are caught', () => {
    catches('machine', 'docs/runbook.md', `cd ${'/wo'}rk/main`);
    catches('machine', 'src/cart/a.ts', `const folder = '${'/ro'}ot/data';`);
    catches('machine', 'docs/runbook.md', `see ${'/ho'}me/ann/shop`);
    catches('machine', '.npmrc', `registry=https://${'registry.npm'}js.org`);
    catches('machine', 'package-lock.json', '      "resolved": "https://mirror.example/a.tgz",');
    passes('docs/runbook.md', 'see docs/work/plan.md, https://shop.example/home/ann/ and ./root/x');
    passes('package-lock.json', '      "resolved": false,');
  });

  test('a module without a contract, or a contract without a header, is caught', () => {
    const lone = findUntidy(new Map([['src/cart/a.ts', '']]));
    assert.deepEqual(
      lone.map(({ rule }) => rule),
      ['contract'],
    );
    catches('contract', 'src/cart/contract.ts', 'export const cart = 1;');
    passes('src/cart/contract.ts', CONTRACT);
    assert.deepEqual(findUntidy(new Map([['src/gateway/a.ts', '']])), []);
  });
});

describe('tests say what they hold and do hold it', () => {
  test('a test that is not named by a sentence is caught', () => {
    catches('test-name', 'src/cart/a.test.ts', "test('adds', () => {});");
    catches('test-name', 'src/cart/a.test.ts', "it('case 7', () => {});");
    passes('src/cart/a.test.ts', "test('two adds are summed', () => {}); /re/.test('x'); test(name, run);");
  });

  test('a test that is muted without a reason is caught', () => {
    catches('muted-test', 'src/cart/a.test.ts', "test.only('two adds are summed', () => {});");
    catches('muted-test', 'src/cart/a.test.ts', "describe.skip('two adds are summed', () => {});");
    catches('muted-test', 'src/cart/a.test.ts', "test('two adds are summed', { skip: true }, () => {});");
    catches('muted-test', 'src/cart/a.test.ts', 't.skip();');
    passes('src/cart/a.test.ts', "t.skip('no server here'); test('two adds are summed', { skip: reason }, run);");
  });
});

test('an untidy file is told with file, line, rule and mend', () => {
  const found = findUntidy(new Map([['scripts/a.ts', '\nconst line: any = 1;']]));
  assert.equal(
    tell(found),
    'scripts/a.ts:2 [type-hole] the type any. Mend: give it its type; unknown, when it is not known.',
  );
});
