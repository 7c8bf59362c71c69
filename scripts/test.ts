// `npm test`: every test, or with arguments only those whose path holds or matches one of them. The store tests run
// twice, on PostgreSQL 15 first and then with everything else on the version that ships with the project; the suites of
// stock and orders once more at the end, as they would run on Citus (docs/adr/0014), and two flows on a Redis cluster.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mayLack, PARTS, type Part } from '../test/support/parts.ts';
import { startTestPostgres } from '../test/support/postgres.ts';
import { startPostgres15 } from '../test/support/postgres15.ts';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** Of those that failed: where they stand and what they say. */
  failures: string[];
}

interface TestServer {
  url: string;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TEST_FILES = ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'];
const STORE_TESTS = ['src/**/*store.test.ts', 'src/platform/{sql,migrate,outbox,group-commit}.test.ts'];
const SHARDED_TESTS = [
  'src/inventory/!(redis-gate*).test.ts',
  'src/{orders,payments}/**/*.test.ts',
  'test/flows/{journey,payment,restart,contention}.test.ts',
];
const REDIS_TESTS = ['test/flows/{journey,repeat}.test.ts'];
const CONCURRENCY = 2;

let running: ChildProcess | undefined;
let isStopping = false;

process.chdir(ROOT);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isStopping = true;
    running?.kill(signal);
  });
}
process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const flags = args.filter(arg => arg.startsWith('-'));
  const files = findTests(args.filter(arg => !arg.startsWith('-')));
  if (files.length === 0) {
    console.error('No test file matches.');
    return 1;
  }
  if (!tellMissingParts()) return 1;
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const storeTests = files.filter(file => STORE_TESTS.some(pattern => matchesGlob(file, pattern)));
  const bin = PARTS.postgres15.find();
  if (storeTests.length > 0 && bin !== null) {
    console.log(`\nThe store tests on PostgreSQL 15 (${storeTests.length} files)`);
    add(tally, await runOn(() => startPostgres15(bin), storeTests, flags));
  }
  console.log(`\nAll tests on PostgreSQL 18 (${files.length} files)`);
  add(tally, await runOn(startOrJoin, files, flags));
  const sharded = files.filter(file => SHARDED_TESTS.some(pattern => matchesGlob(file, pattern)));
  if (sharded.length > 0 && process.env.LEDGER_SHARDING === undefined) {
    console.log(`\nStock and orders in groups a bucket (${sharded.length} files)`);
    add(tally, await runOn(startOrJoin, sharded, flags, { LEDGER_SHARDING: 'citus' }));
  }
  const onRedis = files.filter(file => REDIS_TESTS.some(pattern => matchesGlob(file, pattern)));
  if (onRedis.length > 0 && PARTS.redis.find() !== null && process.env.TEST_REDIS === undefined) {
    console.log(`\nFlows with their hot state on a Redis cluster (${onRedis.length} files)`);
    add(tally, await runOn(startOrJoin, onRedis, flags, { TEST_REDIS: 'cluster' }));
  }
  // Each pass tells its own at its end, which of a long run is far above.
  for (const failure of tally.failures) console.log(`\n✖ ${failure}`);
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
  console.log(`\n${tally.passed} passed, ${tally.failed} failed${skipped}`);
  return tally.failed > 0 || isStopping ? 1 : 0;
}

function findTests(wanted: string[]): string[] {
  const paths = globSync(TEST_FILES)
    .map(path => path.replaceAll('\\', '/'))
    .sort();
  const names = wanted.map(name => name.replace(/^\.\//, ''));
  return paths.filter(path => names.length === 0 || names.some(name => path.includes(name) || matchesGlob(path, name)));
}

/** Says what will be skipped before anything runs; false when CI lacks a part, which no green run may hide. */
function tellMissingParts(): boolean {
  const missing = (Object.keys(PARTS) as Part[]).filter(part => PARTS[part].find() === null);
  if (missing.length === 0) return true;
  const rule = '='.repeat(100);
  const rows = missing.map(
    part => `  ${part.padEnd(13)} ${PARTS[part].tests}\n  ${' '.repeat(13)} to enable: ${PARTS[part].enable}`,
  );
  const title = 'THIS MACHINE LACKS PARTS THAT SOME TESTS NEED. Those tests are SKIPPED (in CI they fail):';
  console.log([rule, title, ...rows, rule].join('\n'));
  // Tests of the other parts fail by themselves in CI, through need(); a pass that never starts could not.
  return !missing.includes('postgres15') || mayLack('postgres15');
}

/** A server that is already up may be joined: `TEST_DATABASE_URL=… npm test`. */
async function startOrJoin(): Promise<TestServer> {
  const url = process.env.TEST_DATABASE_URL;
  return url === undefined ? await startTestPostgres() : { url, stop: async () => {} };
}

async function runOn(
  start: () => Promise<TestServer>,
  files: string[],
  flags: string[],
  mode: Record<string, string> = {},
): Promise<Tally> {
  if (isStopping) return { passed: 0, failed: 0, skipped: 0, failures: [] };
  const server = await start();
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-tally-'));
  const report = join(folder, 'report.tap');
  try {
    const code = await runNodeTests({ ...mode, TEST_DATABASE_URL: server.url }, report, files, flags);
    return readTally(report, code);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** People read the spec report; the figures come from a second one in TAP, which has no colours to strip. */
async function runNodeTests(
  environment: Record<string, string>,
  report: string,
  files: string[],
  flags: string[],
): Promise<number> {
  const reporters = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=tap', `--test-reporter-destination=${report}`],
  ];
  running = spawn(process.execPath, ['--test', `--test-concurrency=${CONCURRENCY}`, ...reporters, ...flags, ...files], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const [code] = await once(running, 'exit');
  running = undefined;
  return code ?? 1;
}

/** A run that ended without its closing figures, or badly in spite of them, counts as a failure of its own. */
function readTally(report: string, code: number): Tally {
  const text = readFileSync(report, 'utf8');
  const figure = (name: string) =>
    Number(
      text
        .match(new RegExp(`^# ${name} (\\d+)$`, 'gm'))
        ?.at(-1)
        ?.split(' ')[2] ?? 0,
    );
  const failed = figure('fail') + figure('cancelled');
  const skipped = figure('skipped') + figure('todo');
  const tally = { passed: figure('pass'), failed, skipped, failures: readFailures(text) };
  return code !== 0 && failed === 0 ? { ...tally, failed: 1 } : tally;
}

/** With all that TAP says of them; a suite that failed by its tests says nothing more. */
function readFailures(text: string): string[] {
  const failed = text.matchAll(/^( *)not ok \d+ - (.*)\n\1 {2}---\n([\s\S]*?)\n\1 {2}\.\.\.$/gm);
  return [...failed].flatMap(([, , name, told]) =>
    told!.includes("failureType: 'subtestsFailed'") ? [] : `${name}\n${told}`,
  );
}

function add(sum: Tally, part: Tally): void {
  sum.passed += part.passed;
  sum.failed += part.failed;
  sum.skipped += part.skipped;
  sum.failures.push(...part.failures);
}
