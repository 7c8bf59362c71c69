import { createHash } from 'node:crypto';
import type { Clock } from '#platform/clock';
import type { Ids } from '#platform/ids';
import type { SimulatorCharge } from '../contract.ts';
import { type BooksStore, type Charge, type KeyRow, openBooksStore } from './books-store.ts';
import type { Chaos } from './chaos.ts';
import {
  authoriseCharge,
  type ChargeTerms,
  captureCharge,
  no,
  refundCharge,
  type SimulatorAnswer,
  settleCharge,
  showCharge,
  type Till,
  voidCharge,
} from './charges.ts';
import { behaviourOf } from './tokens.ts';

/** What a shop may ask for: the same over HTTP (`http-server.ts`) and at the in-process door. */
export type SimulatorRequest =
  | ({ operation: 'authorise'; key: string; token: string } & ChargeTerms)
  | { operation: 'capture' | 'refund'; key: string; charge_id: string; amount: number }
  | { operation: 'void'; key: string; charge_id: string }
  | { operation: 'find'; order_id: string }
  | { operation: 'list'; from: string; to: string; after: string | null };
type Keyed = Exclude<SimulatorRequest, { operation: 'find' | 'list' }>;

export interface SimulatorBooks {
  /** Never resolves where the token says that the gateway falls silent. */
  ask(request: SimulatorRequest): Promise<SimulatorAnswer>;
  /** Charges with money: authorised or beyond. Without an order the newest 1,000. */
  list(query: { order_id?: string }): Promise<SimulatorCharge[]>;
}

export interface BooksOptions {
  dataDir: string;
  clock: Clock;
  ids: Ids;
  settleMs: number;
  /**
   * `untold`: webhooks only of what no answer has told (challenges, transfers, lost answers); `all`: of every change.
   */
  webhooks: 'untold' | 'all';
  chaos: Chaos;
  baseUrl: () => string;
  /** A webhook or a settlement has become due, or will be. */
  onScheduled: () => void;
}

const LISTED_MAX = 1_000;
const SETTLED_AT_ONCE = 100;

/** The books, with what the simulator itself needs of them. */
export interface Books extends SimulatorBooks {
  store: BooksStore;
  write: Write;
  findCharge(charge_id: string): Charge | undefined;
  /** The person's answer at the challenge page; a second one changes nothing. */
  answerChallenge(charge_id: string, answer: { isConfirmed: boolean }): Promise<Charge | undefined>;
  settleDue(): Promise<void>;
  close(): void;
}

export function openBooks({ dataDir, webhooks, onScheduled, ...rest }: BooksOptions): Books {
  const store = openBooksStore(dataDir);
  const write = batches(store);
  let isScheduled = false;
  const schedule = () => {
    isScheduled = true;
  };
  const till: Till = { ...rest, store, tellsAll: webhooks === 'all', schedule };

  /** Wakes the delivery only after the commit. */
  async function change<Value>(work: () => Value): Promise<Value> {
    const value = await write(work);
    if (isScheduled) {
      isScheduled = false;
      onScheduled();
    }
    return value;
  }

  async function answered(request: SimulatorRequest): Promise<Answered> {
    if (request.operation !== 'find' && request.operation !== 'list') {
      return await change(() => answerKeyed(till, request));
    }
    const read = (answer: SimulatorAnswer): Answered => ({ answer, isSilent: false, delayMs: 0 });
    if (request.operation === 'list') return read(listPage(till, request));
    const charge = store.findChargeOfOrder(request.order_id);
    return read(charge === undefined ? no(404, 'no_such_charge') : { status: 200, body: showCharge(till, charge) });
  }

  return {
    store,
    write,
    async ask(request) {
      const fate = till.chaos.requestFate();
      if (fate === 'not_done') return outOfOrder;
      const { answer, isSilent, delayMs } = await answered(request);
      if (isSilent || fate === 'silent') return await new Promise(() => {});
      if (delayMs > 0) await till.clock.sleep(delayMs);
      return fate === 'answer_lost' ? outOfOrder : answer;
    },
    async list({ order_id }) {
      const charges =
        order_id === undefined ? store.listCharges(LISTED_MAX) : store.listChargesOfOrder(order_id, LISTED_MAX);
      return charges.map(({ charge_id, order_id, amount, state, captured, refunded }) => {
        return { charge_id, order_id, amount, state: state as SimulatorCharge['state'], captured, refunded };
      });
    },
    findCharge: charge_id => store.findCharge(charge_id),
    answerChallenge: (charge_id, { isConfirmed }) =>
      change(() => {
        const charge = store.findCharge(charge_id);
        if (charge === undefined || charge.state !== 'requires_action') return charge;
        return settleCharge(till, charge, isConfirmed ? charge.decline_reason : 'challenge_declined');
      }),
    settleDue: () =>
      change(() => {
        const due = store.listSettling(till.clock.nowMs(), SETTLED_AT_ONCE);
        for (const charge of due) settleCharge(till, charge, charge.decline_reason);
      }),
    close: () => store.close(),
  };
}

function listPage(till: Till, { from, to, after }: Extract<SimulatorRequest, { operation: 'list' }>): SimulatorAnswer {
  const [afterMs = '0', afterId = ''] = after?.split(' ') ?? [];
  const period = [Date.parse(from), Date.parse(to)] as const;
  const charges = till.store.listChargesBetween(...period, Number(afterMs), afterId, LISTED_MAX);
  const last = charges.length < LISTED_MAX ? undefined : charges.at(-1);
  const next = last === undefined ? null : `${last.created_at} ${last.charge_id}`;
  return { status: 200, body: { items: charges.map(charge => showCharge(till, charge)), next } };
}

type Answered = { answer: SimulatorAnswer; isSilent: boolean; delayMs: number };

const outOfOrder = no(503, 'out_of_order');

/** Idempotent by key: an answer is kept with the hash of its input. Outages (503, silence) are not kept. */
function answerKeyed(till: Till, request: Keyed): Answered {
  const { store } = till;
  const input_hash = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
  const known = store.findKey(request.key);
  const at = (answer: SimulatorAnswer, isSilent = false, delayMs = 0) => ({ answer, isSilent, delayMs });
  if (known !== undefined && known.input_hash !== input_hash) return at(no(409, 'key_used_with_other_input'));
  if (known?.answer) return at({ status: known.status!, body: JSON.parse(known.answer) });
  const tries = known?.tries ?? 0;
  const key: KeyRow = { key: request.key, input_hash, tries: tries + 1, status: null, answer: null };
  const behaviour = request.operation === 'authorise' ? behaviourOf(request.token) : null;
  const silence = tries === 0 ? (behaviour?.silence ?? null) : null;
  if (silence === 'not_charged' || tries < (behaviour?.failures ?? 0)) {
    store.saveKey(key);
    return at(outOfOrder, silence !== null);
  }
  const answer =
    request.operation === 'authorise' ? authoriseCharge(till, request, behaviour!) : answerCharge(till, request);
  store.saveKey({ ...key, status: answer.status, answer: JSON.stringify(answer.body) });
  return at(answer, silence !== null, behaviour?.delayMs);
}

function answerCharge(till: Till, request: Exclude<Keyed, { operation: 'authorise' }>): SimulatorAnswer {
  const charge = till.store.findCharge(request.charge_id);
  if (charge === undefined) return no(404, 'no_such_charge');
  if (request.operation === 'capture') return captureCharge(till, charge, request.amount);
  return request.operation === 'void' ? voidCharge(till, charge) : refundCharge(till, charge, request);
}

type Write = <Value>(work: () => Value) => Promise<Value>;

/**
 * What came in during one turn of the event loop is written in one transaction, and answered when that is committed:
 * SQLite spends more on a commit than on several rows.
 */
function batches(store: BooksStore): Write {
  type Waiting = { run: () => () => void; reject: (error: unknown) => void };
  let waiting: Waiting[] = [];

  function flush(): void {
    const batch = waiting;
    waiting = [];
    try {
      store.begin();
      const answers = batch.map(({ run }) => run());
      store.commit();
      for (const answer of answers) answer();
    } catch (error) {
      try {
        store.rollback();
      } catch {
        // The transaction never began, or SQLite has rolled it back by itself.
      }
      for (const { reject } of batch) reject(error);
    }
  }

  return work =>
    new Promise((resolve, reject) => {
      const run = () => {
        const value = work();
        return () => resolve(value);
      };
      if (waiting.push({ run, reject }) === 1) setImmediate(flush);
    });
}
