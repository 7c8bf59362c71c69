import { type Refusal, refuse } from '#platform/outcome';
import type { Route } from '#platform/route';
import { addUp, createRefusalCheck, type RefusalCheck, shortLines } from './check-refusal.ts';
import type { LedgerCommand } from './commands.ts';
import type { Answers, LedgerDeps } from './decide-group.ts';
import type { Ledger } from './ledger.ts';
import { submitCommands } from './submit-commands.ts';

type Decide = (commands: LedgerCommand[], route: Route) => Promise<Answers>;

/**
 * A ledger whose strategy decides each command by itself, on half of the connections at most: more of them only make a
 * hot product slower, and everything else needs some too. When its turn has come, who could only be told that it is
 * sold out is told so after one look at the stock, shared by all who look at that moment: otherwise a crowd that comes
 * too late costs, one after the other, as much as one that buys.
 */
export function decideAlone(deps: LedgerDeps, decide: Decide): Ledger {
  const check = createRefusalCheck({ ...deps, name: 'inventory_ledger_check' });
  const ledger = submitCommands(deps, {
    sizeMax: 1,
    parallel: Math.ceil(deps.db.pool.max / 2),
    async run(commands, route) {
      const refusal = await refusalOf(check, commands[0]!);
      return refusal === undefined ? await decide(commands, route) : [refusal];
    },
  });
  return {
    ...ledger,
    async stop() {
      await ledger.stop();
      await check.stop();
    },
  };
}

/** Undefined: the strategy decides, also what was asked before. */
async function refusalOf(check: RefusalCheck, command: LedgerCommand): Promise<Refusal<'OUT_OF_STOCK'> | undefined> {
  if (command.do !== 'reserve') return undefined;
  const wants = addUp(command.lines);
  const product_ids = wants.map(want => want.product_id);
  const ledger = await check.ask({ reservation_id: command.reservation_id, product_ids });
  const lines = ledger.isKnown ? [] : shortLines(ledger, wants, 0);
  return lines.length === 0 ? undefined : refuse('OUT_OF_STOCK', { lines });
}
