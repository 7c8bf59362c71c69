// Goal: the embedded engine keeps what every engine promises. Method: the shared contract, with its threads and files.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { facetsContract, ordersContract } from '../engine.contract.ts';
import { suggestionsContract, wordsContract } from '../engine-words.contract.ts';
import { buildsContract, levelsContract, swapsContract, writesContract } from '../engine-writes.contract.ts';
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

test('what facets count is what choosing gives', t => facetsContract(t, open, { pages: 150 }));
test('orders and their pages are exact', t => ordersContract(t, open));
test('words find what they mean', t => wordsContract(t, open));
test('suggestions begin as what is typed', t => suggestionsContract(t, open));
test('writes hold in any order', t => writesContract(t, open));
test('levels hold without their product', t => levelsContract(t, open));
test('builds go beside what serves', t => buildsContract(t, open));
test('swaps are seen by nobody', t => swapsContract(t, open));
