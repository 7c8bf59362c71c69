import { timestamp } from '#platform/clock';
import { Unavailable } from '#platform/outcome';
import type { CatalogParts } from '../deps.ts';
import { failStaleImports, listRunningImports, listUnfinishedImports, readImport } from '../import-store.ts';
import { endImport, runImport } from './run-import.ts';
import type { Spool } from './spool.ts';
import { ImportTaken } from './write-batch.ts';

export interface ImportRunner {
  /** Takes up what an earlier process left unfinished. */
  start(): Promise<void>;
  run(importId: string): void;
  /** Resolves when nothing is left to run. */
  idle(): Promise<void>;
  /** After the batch in hand; the next process goes on behind it. */
  stop(): Promise<void>;
  /** Ends uploads that stopped before `olderThanMs`, and removes files that no import needs. */
  sweep(olderThanMs: number): Promise<void>;
}

const OUTAGE_PAUSE_MS = 1_000;

/** Runs uploaded imports one after the other, behind the requests that this process serves. */
export function createImportRunner(parts: CatalogParts, spool: Spool): ImportRunner {
  const { db, clock, log } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> = Promise.resolve();

  function run(importId: string): void {
    running = running.then(() => runToEnd(importId));
  }

  /** Never throws: an import that can't go on is told as failed, and the next one has its turn. */
  async function runToEnd(importId: string): Promise<void> {
    while (!signal.aborted) {
      try {
        return await runOnce(importId);
      } catch (error) {
        if (error instanceof ImportTaken) return log.warn({ import_id: importId }, error.message);
        if (!(error instanceof Unavailable)) return await giveUp(importId, error);
        log.warn({ import_id: importId, err: error }, 'an import waits for the database');
        await clock.sleep(OUTAGE_PAUSE_MS, signal);
      }
    }
  }

  async function runOnce(importId: string): Promise<void> {
    const row = await readImport(db, importId);
    if (row?.state !== 'running') return;
    const isEnded = await runImport(parts, { row, bytes: spool.read(importId), signal });
    if (!isEnded) return;
    await spool.remove(importId);
    log.info({ import_id: importId, read: row.read, rejected: row.rejected }, 'an import has ended');
  }

  async function giveUp(importId: string, error: unknown): Promise<void> {
    const isGone = (error as { code?: string }).code === 'ENOENT';
    const message = isGone ? 'the uploaded file is gone' : 'the import met a fault on our side; it is in our log';
    log.error({ import_id: importId, err: error }, 'an import has failed');
    try {
      const row = await readImport(db, importId);
      if (row?.state === 'running') await endImport(parts, row, 'failed', { line: 0, message });
      await spool.remove(importId);
    } catch (failure) {
      // It stays unfinished, and is taken up at the next start.
      log.error({ import_id: importId, err: failure }, 'a failed import could not be ended');
    }
  }

  return {
    run,
    idle: () => running,
    async start() {
      for (const importId of await listRunningImports(db)) run(importId);
    },
    async stop() {
      stopping.abort();
      await running;
    },
    async sweep(olderThanMs) {
      const now = clock.nowMs();
      const error = { line: 0, message: 'it did not go on for a day' };
      await failStaleImports(db, timestamp(now - olderThanMs), error, timestamp(now));
      const spooled = await spool.list();
      const needed = new Set(await listUnfinishedImports(db, spooled));
      for (const importId of spooled) if (!needed.has(importId)) await spool.remove(importId);
    },
  };
}
