import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { manualClock } from '#platform/clock';
import { createHotStore } from '#platform/hot-store';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { Outcome } from '#platform/outcome';
import type { AccountsOptions } from '../../src/accounts/deps.ts';
import { createAccounts } from '../../src/accounts/index.ts';
import { allEvents } from './events.ts';
import { testDatabase } from './postgres.ts';

export const START_MS = Date.parse('2026-03-01T12:00:00Z');
export const PASSWORD = 'a quiet heron at dawn';
export const OTHER_PASSWORD = 'seven lamps, one wick';
export const network = '192.0.2.1';

/**
 * The accounts module on a database of its own, under a clock that is moved; without brakes on guessing unless told.
 */
export async function openAccounts(
  t: { after(work: () => Promise<void>): void },
  options: Partial<AccountsOptions> = {},
) {
  const { db, url } = await testDatabase(t, ['accounts']);
  const clock = { ...manualClock(START_MS), sleep: async () => {} };
  const lines: string[] = [];
  const log = createLog({ level: 'trace', destination: { write: line => void lines.push(line) } });
  const ids = createIds({ nowMs: clock.nowMs, fillRandom: bytes => void randomFillSync(bytes) });
  const hotStore = createHotStore({ clock });
  const events = { listen: () => () => {} };
  const given = { db, clock, ids, random: Math.random, log, events, hotStore, mailTokenSecret: 'a secret of mails' };
  /** Another process, or this one after a restart: nothing is shared but the stores. */
  const start = (more: Partial<AccountsOptions> = {}) =>
    createAccounts({ ...given, metrics: createMetrics(), rateLimits: false, ...options, ...more });
  const { api, ...module } = start();
  const signUp = (email: string, password = PASSWORD) =>
    api.signUp({ user_id: ids.next(), email, password, name: 'Ada', network }).then(accepted);
  const logIn = (email: string, password = PASSWORD) => api.logIn({ email, password, network });
  const isLiving = async (token: string) => (await api.resolveSession({ token })) !== null;
  const sent = () => allEvents(api);
  /** The token of the mail that the last event of this type leads to. */
  const lastMail = async (type: string) => {
    const event = (await sent()).findLast(one => one.type === type);
    const { token_id } = (event?.data ?? {}) as { token_id?: string };
    assert.ok(token_id !== undefined, `${type} was sent`);
    return (await api.mintMailToken({ token_id })).token;
  };
  return { db, url, clock, ids, log, lines, hotStore, start, api, module, signUp, logIn, isLiving, sent, lastMail };
}

export function accepted<Value>(outcome: Outcome<Value, string>): Value {
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
}
