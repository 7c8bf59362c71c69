// Goal: the embedded engine keeps what every engine promises. Method: the shared contract, with its threads and files.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { searchEngineContract } from '../whole-engine.contract.ts';
import { EmbeddedEngine } from './embedded-engine.ts';

async function open(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-engine-'));
  const engine = new EmbeddedEngine({
    folder,
    ids: createIds(),
    log: createLog({ level: 'silent' }),
    clock: systemClock,
  });
  t.after(async () => {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await engine.start();
  return { engine, settled: async () => {} };
}

searchEngineContract(open, { pages: 150 });
