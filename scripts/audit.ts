/**
 * `npm run audit`: every invariant over DATA_DIR or DATABASE_URL, beside a running shop or without one. The report goes
 * to stdout, the progress of a long one to stderr. Exit 1 on a violation.
 */

import { readConfig } from '#config';
import { limits } from '#limits';
import { systemClock } from '#platform/clock';
import { createHotStore } from '#platform/hot-store';
import { createIds, systemRandom } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { ensureDatabase, joinPostgres, startPostgres } from '#platform/postgres';
import { connectRedis } from '#platform/redis';
import { openDatabase } from '#platform/sql';
import type { AuditReport } from '../src/audit/contract.ts';
import { runAudit } from '../src/audit/run-audit.ts';
import { createModules } from '../src/modules.ts';

const PROGRESS_EVERY_MS = 2_000;

const config = readConfig();
const log = createLog({ level: 'error' });
const started = await database();
const redis = config.redisUrl === undefined ? undefined : await connectRedis({ url: config.redisUrl, log });
const db = openDatabase({ url: started.url, poolMax: 4, statementTimeoutMs: limits.statementTimeoutMs * 20 });
try {
  const hotStore = createHotStore({ clock: systemClock });
  const modules = createModules(
    config,
    {
      db,
      log,
      clock: systemClock,
      ids: createIds(),
      random: systemRandom,
      metrics: createMetrics(),
      events: { listen: () => () => {} },
      sharding: config.ledgerSharding,
    },
    { hotStore, redis, simulatorBooks: undefined, gateways: [], carrier: undefined },
  );
  // Not by the contract's operation, which answers at its end: whoever waits here sees how far it is.
  const report = await runAudit({ ...modules.apis, clock: systemClock, onProgress: progressTo(process.stderr) });
  print(report);
  process.exitCode = report.ok ? 0 : 1;
} finally {
  await redis?.stop();
  await db.end();
  await started.stop();
}

/** The server that runs already, or one for the length of the audit. */
async function database(): Promise<{ url: string; stop(): Promise<void> }> {
  const stop = async () => {};
  if (config.databaseUrl !== undefined) return { url: await ensureDatabase(config.databaseUrl), stop };
  const running = await joinPostgres({ dataDir: config.dataDir });
  return running ? { url: running.url, stop } : startPostgres({ dataDir: config.dataDir, log });
}

/** Told every few seconds, beside the report and not in it. */
function progressTo(stream: NodeJS.WritableStream): (progress: { of: string; checked: number }) => void {
  const startedMs = systemClock.nowMs();
  let toldMs = startedMs;
  return ({ of, checked }) => {
    const nowMs = systemClock.nowMs();
    if (nowMs - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = nowMs;
    const seconds = Math.round((nowMs - startedMs) / 1000);
    stream.write(`${String(seconds).padStart(4)} s  ${checked.toLocaleString('en')} ${of} checked\n`);
  };
}

function print(report: AuditReport): void {
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  for (const { ok, name, checked, violations } of report.invariants) {
    write(`${ok ? 'ok  ' : 'FAIL'}  ${name}  (${checked.toLocaleString('en')} checked)`);
    for (const violation of violations) write(`        ${violation}`);
  }
  write(
    report.ok ? `\nAll ${report.invariants.length} invariants hold.` : '\nThe shop breaks its invariants, see above.',
  );
}
