// Goal: what every ledger promises, whatever its strategy and whatever stands in front of it. Method: its test file
// calls this with a maker of inventories on it; one command at a time on a clock that stands still, then crowds through
// two instances. After each proof movements sum to stock, and open holds to what is reserved.
import type { TestContext } from 'node:test';
import { type Clock, manualClock, systemClock } from '#platform/clock';
import { type Database, openDatabase } from '#platform/sql';
import { assertBalanced, type OpenInventory } from '../../test/support/inventory.ts';
import { answers } from './ledger-answers.contract.ts';
import { crowds } from './ledger-crowds.contract.ts';

/** An inventory on a database of its own, or a second one on a given database. */
export type OpenOnLedger = (t: TestContext, options: { db?: Database; clock?: Clock }) => Promise<OpenInventory>;

const START_MS = Date.parse('2026-11-27T08:00:00.000Z');

export async function ledgerContract(t: TestContext, open: OpenOnLedger): Promise<void> {
  for (const [says, prove] of Object.entries(answers)) {
    await t.test(says, async t => {
      const time = manualClock(START_MS);
      // Who retries pauses for real: nobody moves this clock meanwhile.
      const clock = { ...systemClock, nowMs: time.nowMs };
      const { inventory, db } = await open(t, { clock });
      await prove({ inventory, db, clock: time });
      await assertBalanced(db);
    });
  }
  for (const [says, prove] of Object.entries(crowds)) {
    await t.test(says, async t => {
      const clock = jumpingClock();
      const { inventory: one, module, db, url } = await open(t, { clock });
      const { inventory: two } = await open(t, { db: openSecond(t, url) });
      await prove({ one, two, module, clock, db, url, t });
      await assertBalanced(db);
    });
  }
}

/** Connections of its own, as another process has them. */
function openSecond(t: TestContext, url: string): Database {
  const db = openDatabase({ url, poolMax: 10, statementTimeoutMs: 30_000, applicationName: 'the second process' });
  t.after(() => db.end());
  return db;
}

/** The system's clock, some time ahead of everybody else's. */
function jumpingClock(): Clock & { leadMs: number } {
  return {
    leadMs: 0,
    nowMs() {
      return systemClock.nowMs() + this.leadMs;
    },
    sleep: systemClock.sleep,
  };
}
