// `npm run import -- <file>`: imports products into the shop of DATA_DIR or DATABASE_URL, running or stopped.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { progress } from '@clack/prompts';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ImportFormat, ImportReport } from '#catalog';
import { type Config, ConfigError, readConfig } from '#config';
import { limits } from '#limits';
import { systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { migrate } from '#platform/migrate';
import { ensureDatabase, joinPostgres, startPostgres } from '#platform/postgres';
import { openDatabase } from '#platform/sql';
import { createCatalog } from '../src/catalog/index.ts';

interface Options {
  format?: ImportFormat;
  defaultStock: number;
}

const DEFAULT_STOCK = 100;
const LINE_EVERY_MS = 2_000;
const POOL_MAX = 4;

const log = createLog({ level: 'error' });
const write = (line: string) => void process.stdout.write(`${line}\n`);

await new Command('import')
  .description('Imports products: NDJSON, a JSON array, or CSV, also compressed by gzip.')
  .argument('<file>', 'the file', existingFile)
  .addOption(
    new Option('--format <format>', 'guessed from the file when left out').choices([
      'doorbuster',
      'google-merchant',
      'icecat',
    ]),
  )
  .option('--default-stock <units>', 'of new products for which the file says none', wholeNumber, DEFAULT_STOCK)
  .action(run)
  .parseAsync();

async function run(path: string, options: Options): Promise<void> {
  try {
    const report = await importInto(readConfig(), path, options);
    tell(report);
    process.exitCode = report.state === 'done' ? 0 : 1;
  } catch (error) {
    const isExpected = error instanceof ConfigError || (error as Error).name === 'ImportTaken';
    process.stderr.write(`${isExpected ? (error as Error).message : (error as Error).stack}\n`);
    process.exitCode = 1;
  }
}

async function importInto(config: Config, path: string, options: Options): Promise<ImportReport> {
  const server = await database(config);
  const db = openDatabase({ url: server.url, poolMax: POOL_MAX, statementTimeoutMs: limits.statementTimeoutMs });
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  process.once('SIGTERM', () => stopping.abort());
  try {
    const folder = new URL('../src/catalog/migrations/', import.meta.url);
    await migrate({ db, schema: 'catalog', folder, log });
    const catalog = createCatalog({
      db,
      clock: systemClock,
      ids: createIds(),
      random: Math.random,
      log,
      metrics: createMetrics(),
      events: { listen: () => () => {} },
      currency: config.currency,
      dataDir: config.dataDir,
    });
    const bar = process.stdout.isTTY ? drawnBar(path) : printedBar(path);
    const report = await catalog.importFile({
      path,
      format: options.format,
      defaultStock: options.defaultStock,
      signal: stopping.signal,
      onProgress: bar.show,
    });
    bar.end(report);
    return report;
  } finally {
    await db.end();
    await server.stop();
  }
}

/** The server that runs already, or one for the length of the import. */
async function database({ databaseUrl, dataDir }: Config): Promise<{ url: string; stop(): Promise<void> }> {
  const stop = async () => {};
  if (databaseUrl !== undefined) return { url: await ensureDatabase(databaseUrl), stop };
  const running = await joinPostgres({ dataDir });
  return running ? { url: running.url, stop } : startPostgres({ dataDir, log });
}

interface Progress {
  read: number;
  bytes_read: number;
  bytes_total: number;
}

interface Bar {
  show(now: Progress): void;
  end(report: ImportReport): void;
}

function percent({ bytes_read, bytes_total }: Progress): number {
  return bytes_total === 0 ? 100 : Math.floor((100 * bytes_read) / bytes_total);
}

function counted(records: number): string {
  return `${records.toLocaleString('en')} records`;
}

function drawnBar(path: string): Bar {
  const bar = progress({ max: 100 });
  let drawn = 0;
  bar.start(path);
  return {
    show(now) {
      bar.advance(percent(now) - drawn, counted(now.read));
      drawn = percent(now);
    },
    end: report => (report.state === 'done' ? bar.stop(counted(report.read)) : bar.error(counted(report.read))),
  };
}

/** For a log or a pipe: a line now and then. */
function printedBar(path: string): Bar {
  let toldMs = systemClock.nowMs();
  write(`importing ${path}`);
  return {
    show(now) {
      if (systemClock.nowMs() - toldMs < LINE_EVERY_MS) return;
      toldMs = systemClock.nowMs();
      write(`${String(percent(now)).padStart(3)} %  ${counted(now.read)}`);
    },
    end: () => {},
  };
}

function tell({ state, read, created, updated, unchanged, rejected, errors }: ImportReport): void {
  const counts = { read, created, updated, unchanged, rejected };
  for (const [name, count] of Object.entries(counts)) write(`${name.padEnd(10)}${count.toLocaleString('en')}`);
  for (const { line, message } of errors) write(line === 0 ? `  ${message}` : `  line ${line}: ${message}`);
  if (rejected > errors.length) write(`  … and ${(rejected - errors.length).toLocaleString('en')} more`);
  if (state === 'running') write('stopped; the same command goes on from here');
  if (state === 'failed') write('failed; what was imported before stays');
}

function existingFile(text: string): string {
  if (!existsSync(text)) throw new InvalidArgumentError('There is no such file.');
  return resolve(text);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.');
  return Number(text);
}
