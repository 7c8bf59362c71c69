import { posix } from 'node:path';
import { type Import, importsOf } from './imports.ts';
import type { SourceTree, Violation } from './source-tree.ts';
import { codeOf, type Token, tokenize } from './typescript-tokens.ts';

/** Whose contract a module may import. This is the diagram of the shop: an arrow that is not here does not exist. */
export const MAY_KNOW: Record<string, string[] | 'everyone'> = {
  platform: [],
  accounts: [],
  catalog: [],
  inventory: [],
  payments: [],
  search: ['catalog', 'inventory', 'orders'],
  cart: ['catalog', 'inventory'],
  orders: ['cart', 'catalog', 'inventory', 'payments', 'accounts'],
  'flash-sale': ['catalog', 'inventory', 'orders'],
  fulfillment: ['orders', 'inventory'],
  notifications: ['orders', 'payments', 'fulfillment', 'accounts'],
  audit: 'everyone',
  gateway: 'everyone',
  storefront: 'everyone',
  admin: 'everyone',
  demo: 'everyone',
};

/** Tables that everybody reads: bounds, and which answers caches may keep. */
const OPEN_DOORS = new Set(['limits', 'shared-answers']);

/** What the shop's and the staff's pages have in common: the design, and everything that people read. */
const PAGE_DOORS = new Set(['design', 'words']);

/**
 * Where time and chance enter; everything else gets them through `deps`, so that a failure replays from its seed. What
 * starts PostgreSQL waits in real time and names locks and temporary files, and the configuration makes keys that
 * nobody set: no replay depends on these.
 */
const TIME_AND_CHANCE = /^src\/(config|platform\/(clock|ids|log|trace|folder-lock|migrate|postgres(-[\w-]+)?))\.ts$/;

/** Islands run in people's browsers, which have no deps and nothing to replay. */
const IN_BROWSERS = /^src\/(storefront|admin)\/islands\//;

const READS_ENVIRONMENT = [
  /^src\/config\.ts$/,
  // These start other programs and hand them the environment, or the part of it that is no secret.
  /^scripts\/[\w-]+\.js$/,
  /^scripts\/(test|check)\.ts$/,
  /^src\/platform\/postgres-server\.ts$/,
  // The test harness is told by it what it may skip.
  /^test\//,
  /\.test\.ts$/,
];

/** A text that is a statement of SQL and not a sentence of English: the verb and what must follow it. */
const SQL_TEXT = new RegExp(
  String.raw`^\s*(?:${[
    String.raw`(?:select|SELECT)\s(?:[\s\S]*\s(?:from|FROM)\s|\*|\d|[\w.]+\()`,
    String.raw`(?:insert\s+into|INSERT\s+INTO)\s`,
    String.raw`(?:update|UPDATE)\s+\S+\s+(?:(?:as\s+)?\w+\s+)?(?:set|SET)\s`,
    String.raw`(?:delete\s+from|DELETE\s+FROM)\s`,
    String.raw`(?:with|WITH)\s+(?:recursive\s+)?\w+\s*(?:\([^)]*\)\s*)?(?:as|AS)\s+(?:not\s+)?(?:materialized\s+)?\(`,
    String.raw`(?:create|alter|drop|CREATE|ALTER|DROP)\s+(?:table|index|schema|TABLE|INDEX|SCHEMA)\s`,
  ].join('|')})`,
);

interface SourceFile {
  path: string;
  code: Token[];
  imports: Import[];
}

/** Every breach of the walls in `tree`, in the order of its files. */
export function findBreaches(tree: SourceTree): Violation[] {
  const files = [...tree]
    .filter(([path]) => /^(src|scripts|bench|test)\/.*\.(ts|tsx|js)$/.test(path))
    .map(([path, text]) => readSource(path, text));
  const own = files.filter(file => file.path.startsWith('src/'));
  return [
    ...own.flatMap(file => [...knowledgeBreaches(file), ...sqlBreaches(file), ...chanceBreaches(file)]),
    ...files.flatMap(environmentBreaches),
    ...cycleBreaches(own),
  ];
}

function readSource(path: string, text: string): SourceFile {
  const code = codeOf(tokenize(text));
  return { path, code, imports: importsOf(code) };
}

/** The module of a file of src: its first folder, or '' for the files of the composition root. */
function moduleOf(path: string): string {
  const parts = path.split('/');
  return parts.length > 2 ? parts[1]! : '';
}

/** A contract test, which the test of each adapter runs, is a test; a module's `contract.ts` is none. */
function isTest(path: string): boolean {
  return /\.(test|contract)\.ts$/.test(path);
}

function knowledgeBreaches(file: SourceFile): Violation[] {
  const own = moduleOf(file.path);
  if (own === '') return [];
  if (!(own in MAY_KNOW)) {
    return [breach('may-know', file, 1, `src/${own}/ is not in the may-know table`, 'add the module to MAY_KNOW')];
  }
  return file.imports.flatMap(one =>
    one.specifier.startsWith('#') ? doorBreaches(file, own, one) : pathBreaches(file, own, one),
  );
}

/** Imports by `#name`: platform and limits for everyone, contracts by the table, event types by anybody. */
function doorBreaches(file: SourceFile, own: string, one: Import): Violation[] {
  const name = one.specifier.slice(1).split('/')[0]!;
  const isEventType = one.isTypeOnly && one.names.length > 0 && one.names.every(imported => /Events?$/.test(imported));
  if (name === own || name === 'platform' || OPEN_DOORS.has(name) || isTest(file.path)) return [];
  if (name === 'config') {
    return [breach('config', file, one.line, 'a module reads #config', 'take the value through the deps from main.ts')];
  }
  if (PAGE_DOORS.has(name) && (own === 'storefront' || own === 'admin')) return [];
  const known = MAY_KNOW[own]!;
  if (own !== 'platform' && (known === 'everyone' || known.includes(name) || isEventType)) return [];
  const mend =
    own === 'platform'
      ? 'the platform has no business words: let the caller hand it in'
      : 'import only event types, or compose the two modules in the gateway';
  return [breach('may-know', file, one.line, `${own} may not know ${one.specifier}`, mend)];
}

/** Imports by path stay within the folder; a package of the database is the platform's business. */
function pathBreaches(file: SourceFile, own: string, one: Import): Violation[] {
  if (!one.specifier.startsWith('.')) {
    const isDatabase = one.specifier === 'pg' || one.specifier === 'sql-template-tag';
    if (!isDatabase || own === 'platform' || isTest(file.path)) return [];
    return [breach('sql', file, one.line, `${one.specifier} outside the platform`, 'import #platform/sql')];
  }
  const target = posix.join(posix.dirname(file.path), one.specifier);
  if (target.startsWith(`src/${own}/`)) return [];
  // A test may wire real modules and use the test harness, but it reaches no other module's inside.
  if (isTest(file.path) && /^test\/(support|doubles)\/|^src\/[\w-]+\/index\.ts$|^src\/[\w-]+\.ts$/.test(target))
    return [];
  const name = moduleOf(target) || posix.basename(target, '.ts');
  const mend = target.startsWith('src/') ? `import it as #${name}` : 'what runs in production stands under src/';
  return [breach('own-folder', file, one.line, `${one.specifier} leaves src/${own}/`, mend)];
}

function sqlBreaches(file: SourceFile): Violation[] {
  const isStore = /(^|\/|-)store\.ts$/.test(file.path);
  if (isStore || moduleOf(file.path) === 'platform' || isTest(file.path)) return [];
  return file.code.flatMap((token, index) => {
    const before = file.code[index - 1];
    const isTagged = token.kind === 'template' && before?.kind === 'word' && before.text === 'sql';
    const isText = (token.kind === 'template' || token.kind === 'string') && SQL_TEXT.test(token.text);
    if (!isTagged && !isText) return [];
    return [breach('sql', file, token.line, 'SQL outside a store', 'move the statement into store.ts or *-store.ts')];
  });
}

function environmentBreaches(file: SourceFile): Violation[] {
  if (READS_ENVIRONMENT.some(pattern => pattern.test(file.path))) return [];
  const direct = file.code.filter((token, index) => {
    const [, dot, name] = file.code.slice(index, index + 3);
    if (token.kind !== 'word' || token.text !== 'process') return false;
    // `{ ...process.env, LC_ALL: 'C' }` hands the environment to a child process: no setting is read.
    if (moduleOf(file.path) === 'platform' && /^(\.\.\.|:)$/.test(file.code[index - 1]?.text ?? '')) return false;
    return (dot?.text === '.' || dot?.text === '?.' || dot?.text === '[') && name?.text === 'env';
  });
  const imported = file.imports.filter(one => /^(node:)?process$/.test(one.specifier) && one.names.includes('env'));
  return [...direct, ...imported].map(({ line }) =>
    breach('environment', file, line, 'process.env outside src/config.ts', 'add the variable to src/config.ts'),
  );
}

const CHANCE = new Set(['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues', 'randomFillSync', 'randomFill']);

function chanceBreaches(file: SourceFile): Violation[] {
  if (TIME_AND_CHANCE.test(file.path) || IN_BROWSERS.test(file.path) || isTest(file.path)) return [];
  return file.code.flatMap((token, index) => {
    if (token.kind !== 'word') return [];
    const next = file.code.slice(index + 1, index + 4).map(one => one.text);
    const isNow = token.text === 'Date' && next[0] === '.' && next[1] === 'now';
    const isNewDate = token.text === 'new' && next[0] === 'Date' && (next[1] !== '(' || next[2] === ')');
    // In the platform `random = Math.random` may be the default of a dep that tests replace.
    const isCalled = next[2] === '(' || moduleOf(file.path) !== 'platform';
    const isRandom = token.text === 'Math' && next[0] === '.' && next[1] === 'random' && isCalled;
    if (isNow || isNewDate) {
      return [breach('time', file, token.line, 'reads the clock', 'take clock.nowMs() from deps (#platform/clock)')];
    }
    if (!isRandom && !CHANCE.has(token.text)) return [];
    return [
      breach(
        'chance',
        file,
        token.line,
        `${isRandom ? 'Math.random' : token.text} makes chance`,
        'take ids from deps (#platform/ids)',
      ),
    ];
  });
}

/** Cycles of files, type imports included: two files that need each other are one idea, or a third file is missing. */
function cycleBreaches(files: SourceFile[]): Violation[] {
  const edges = new Map(files.map(file => [file.path, targetsOf(file)]));
  const state = new Map<string, 'open' | 'done'>();
  const found: Violation[] = [];
  const trail: string[] = [];
  function visit(path: string): void {
    state.set(path, 'open');
    trail.push(path);
    for (const [target, line] of edges.get(path) ?? []) {
      if (state.get(target) === 'open') {
        const ring = [...trail.slice(trail.indexOf(target)), target].join(' → ');
        const mend = 'move what both need into a file of its own';
        found.push({ rule: 'cycle', path, line, problem: `files import each other: ${ring}`, mend });
      } else if (edges.has(target) && !state.has(target)) visit(target);
    }
    trail.pop();
    state.set(path, 'done');
  }
  for (const path of edges.keys()) if (!state.has(path)) visit(path);
  return found;
}

function targetsOf(file: SourceFile): Map<string, number> {
  const targets = new Map<string, number>();
  for (const { specifier, line } of file.imports) {
    const target = resolveOwn(file.path, specifier);
    if (target !== undefined && !targets.has(target)) targets.set(target, line);
  }
  return targets;
}

/** The file of src that a specifier means, by the rules of package.json `imports`. */
function resolveOwn(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  if (specifier === '#config' || specifier === '#limits') return `src/${specifier.slice(1)}.ts`;
  if (specifier.startsWith('#platform/')) return `src/${specifier.slice(1)}.ts`;
  if (specifier.startsWith('#design/')) return `src/storefront/${specifier.slice(1)}.tsx`;
  if (specifier === '#words') return 'src/storefront/words/words.ts';
  return specifier.startsWith('#') ? `src/${specifier.slice(1)}/contract.ts` : undefined;
}

function breach(rule: string, file: SourceFile, line: number, problem: string, mend: string): Violation {
  return { rule, path: file.path, line, problem, mend };
}
