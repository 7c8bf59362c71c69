import { createHash } from 'node:crypto';
import { type Clock, timestamp } from '#platform/clock';
import type { Ids } from '#platform/ids';
import type { PaymentMethod, SimulatorCharge } from '../contract.ts';
import { type BooksStore, type Charge, type KeyRow, openBooksStore } from './books-store.ts';
import { type Behaviour, behaviourOf } from './tokens.ts';

/** What a shop may ask for: the same over HTTP (`http-server.ts`) and at the in-process door. */
export type SimulatorRequest =
  | ({ operation: 'authorise'; key: string; token: string } & ChargeTerms)
  | { operation: 'capture' | 'refund'; key: string; charge_id: string; amount: number }
  | { operation: 'void'; key: string; charge_id: string }
  | { operation: 'find'; order_id: string };
export type SimulatorAnswer = { status: number; body: Record<string, unknown> };
type Keyed = Exclude<SimulatorRequest, { operation: 'find' }>;

export interface ChargeTerms {
  order_id: string;
  payment_id: string;
  person_id: string;
  amount: number;
  currency: string;
  method: PaymentMethod;
}

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
  /** After this a bank transfer ends. */
  settleMs: number;
  /** `untold`: webhooks only of what no answer has told (challenges, transfers, lost answers); `all`: of every change. */
  webhooks: 'untold' | 'all';
  /** Where the challenge pages are. */
  baseUrl: () => string;
  /** A webhook or a settlement has become due, or will be. */
  onScheduled: () => void;
}

const LISTED_MAX = 1_000;
const SETTLED_AT_ONCE = 100;

export type Books = ReturnType<typeof openBooks>;

export function openBooks(options: BooksOptions) {
  const { clock, ids, settleMs, onScheduled } = options;
  const store = openBooksStore(options.dataDir);
  const write = batches(store);
  let isScheduled = false;

  function tell(type: string, charge: Charge, fields: Record<string, unknown> = {}): void {
    const { order_id, amount, currency, charge_id, reason } = charge;
    const created_at = timestamp(clock.nowMs());
    const event_id = `evt_${ids.secret(18)}`;
    const data = { order_id, amount, currency, charge_id, reason: reason ?? undefined, ...fields };
    store.saveWebhook({
      event_id,
      body: JSON.stringify({ event_id, type, created_at, data }),
      due_at: clock.nowMs(),
      tries: 0,
    });
    isScheduled = true;
  }
  const tellAnswered = options.webhooks === 'all' ? tell : () => {};

  function change(charge: Charge, fields: Partial<Charge>): Charge {
    const changed = { ...charge, ...fields };
    store.updateCharge(changed);
    return changed;
  }

  function authorise(request: Extract<Keyed, { operation: 'authorise' }>, behaviour: Behaviour): SimulatorAnswer {
    const { order_id, payment_id, person_id, amount, currency, method } = request;
    const isTransfer = method === 'bank_transfer';
    const declined = isTransfer ? null : behaviour.declineReason;
    const state = stateAtFirst(behaviour, isTransfer);
    const charge: Charge = {
      charge_id: `ch_${ids.secret(18)}`,
      ...{ order_id, payment_id, person_id, amount, currency, method, state },
      captured: 0,
      refunded: 0,
      reason: declined,
      decline_reason: behaviour.declineReason,
      capture_fails: behaviour.captureFails ? 1 : 0,
      settle_at: state === 'settling' ? clock.nowMs() + settleMs : null,
      authorized_at: state === 'authorized' ? clock.nowMs() : null,
      created_at: clock.nowMs(),
    };
    store.insertCharge(charge);
    if (state === 'settling') isScheduled = true;
    const isUntold = behaviour.silence === 'charged' && state === 'authorized';
    if (state === 'authorized' || state === 'failed') (isUntold ? tell : tellAnswered)(`payment.${state}`, charge);
    return { status: state === 'failed' ? 402 : 200, body: shown(charge) };
  }

  function shown(charge: Charge): Record<string, unknown> {
    const { capture_fails, decline_reason, settle_at, ...rest } = charge;
    const url = charge.state === 'requires_action' ? `${options.baseUrl()}/challenges/${charge.charge_id}` : undefined;
    return { ...rest, url };
  }

  function capture(charge: Charge, amount: number): SimulatorAnswer {
    if (charge.state !== 'authorized') return no(409, `charge_is_${charge.state}`);
    if (amount > charge.amount) return no(409, 'more_than_authorized');
    if (charge.capture_fails === 1) return no(402, 'capture_failed');
    const captured = change(charge, { state: 'captured', captured: amount });
    tellAnswered('payment.captured', captured);
    return { status: 200, body: shown(captured) };
  }

  function giveBack(charge: Charge): SimulatorAnswer {
    if (charge.state === 'voided') return { status: 200, body: shown(charge) };
    const isOpen = charge.state === 'authorized' || charge.state === 'requires_action' || charge.state === 'settling';
    if (!isOpen) return no(409, `charge_is_${charge.state}`);
    const voided = change(charge, { state: 'voided', settle_at: null });
    tellAnswered('payment.voided', voided);
    return { status: 200, body: shown(voided) };
  }

  function refund(charge: Charge, amount: number, key: string): SimulatorAnswer {
    const refunded = charge.refunded + amount;
    if (refunded > charge.captured) return no(409, 'more_than_captured');
    const changed = change(charge, { refunded, state: refunded === charge.captured ? 'refunded' : 'captured' });
    tellAnswered('payment.refunded', changed, { amount, refund_key: key });
    return { status: 200, body: { ...shown(changed), refund_ref: `re_${ids.secret(12)}` } };
  }

  /** Idempotent by key: an answer is kept with the hash of its input. Outages (503, silence) are not kept. */
  function answerKeyed(request: Keyed): { answer: SimulatorAnswer; isSilent: boolean; delayMs: number } {
    const input_hash = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
    const known = store.findKey(request.key);
    const at = (answer: SimulatorAnswer, isSilent = false, delayMs = 0) => ({ answer, isSilent, delayMs });
    if (known !== undefined && known.input_hash !== input_hash) return at(no(409, 'key_used_with_other_input'));
    if (known?.answer) return at({ status: known.status!, body: JSON.parse(known.answer) });
    const tries = known?.tries ?? 0;
    const key: KeyRow = { key: request.key, input_hash, tries: tries + 1, status: null, answer: null };
    const behaviour = request.operation === 'authorise' ? behaviourOf(request.token) : undefined;
    const isSilent = tries === 0 && behaviour !== undefined && behaviour.silence !== null;
    if (isSilent && behaviour.silence === 'not_charged') {
      store.saveKey(key);
      return at(no(503, 'silent'), true);
    }
    if (behaviour !== undefined && tries < behaviour.failures) {
      store.saveKey(key);
      return at(no(503, 'out_of_order'));
    }
    const answer = request.operation === 'authorise' ? authorise(request, behaviour!) : answerCharge(request);
    store.saveKey({ ...key, status: answer.status, answer: JSON.stringify(answer.body) });
    return at(answer, isSilent, behaviour?.delayMs);
  }

  function answerCharge(request: Exclude<Keyed, { operation: 'authorise' }>): SimulatorAnswer {
    const charge = store.findCharge(request.charge_id);
    if (charge === undefined) return no(404, 'no_such_charge');
    if (request.operation === 'capture') return capture(charge, request.amount);
    return request.operation === 'void' ? giveBack(charge) : refund(charge, request.amount, request.key);
  }

  /** Ends what waited: for the person at the challenge page, or for the bank. */
  function settle(charge: Charge, declineReason: string | null): Charge {
    const settled =
      declineReason === null
        ? change(charge, { state: 'authorized', authorized_at: clock.nowMs(), settle_at: null })
        : change(charge, { state: 'failed', reason: declineReason, settle_at: null });
    tell(`payment.${settled.state}`, settled);
    return settled;
  }

  async function scheduled<Value>(work: () => Value): Promise<Value> {
    const value = await write(work);
    if (isScheduled) {
      isScheduled = false;
      onScheduled();
    }
    return value;
  }

  return {
    store,
    async ask(request: SimulatorRequest): Promise<SimulatorAnswer> {
      if (request.operation === 'find') {
        const charge = store.findChargeOfOrder(request.order_id);
        return charge === undefined ? no(404, 'no_such_charge') : { status: 200, body: shown(charge) };
      }
      const { answer, isSilent, delayMs } = await scheduled(() => answerKeyed(request));
      if (isSilent) return await new Promise(() => {});
      if (delayMs > 0) await clock.sleep(delayMs);
      return answer;
    },
    async list({ order_id }: { order_id?: string }): Promise<SimulatorCharge[]> {
      const charges =
        order_id === undefined ? store.listCharges(LISTED_MAX) : store.listChargesOfOrder(order_id, LISTED_MAX);
      return charges.map(({ charge_id, order_id, amount, state, captured, refunded }) => {
        return { charge_id, order_id, amount, state: state as SimulatorCharge['state'], captured, refunded };
      });
    },
    findCharge: (charge_id: string) => store.findCharge(charge_id),
    /** The person's answer at the challenge page; a second one changes nothing. */
    answerChallenge: (charge_id: string, isConfirmed: boolean) =>
      scheduled(() => {
        const charge = store.findCharge(charge_id);
        if (charge === undefined || charge.state !== 'requires_action') return charge;
        return settle(charge, isConfirmed ? charge.decline_reason : 'challenge_declined');
      }),
    settleDue: () =>
      scheduled(() => {
        for (const charge of store.listSettling(clock.nowMs(), SETTLED_AT_ONCE)) settle(charge, charge.decline_reason);
      }),
    write,
    close: () => store.close(),
  };
}

function stateAtFirst(behaviour: Behaviour, isTransfer: boolean): Charge['state'] {
  if (behaviour.isChallenged) return 'requires_action';
  if (isTransfer) return 'settling';
  return behaviour.declineReason === null ? 'authorized' : 'failed';
}

function no(status: number, reason: string): SimulatorAnswer {
  return { status, body: { reason } };
}

/**
 * What came in during one turn of the event loop is written in one transaction, and answered when that is committed:
 * SQLite spends more on a commit than on several rows.
 */
function batches(store: BooksStore): <Value>(work: () => Value) => Promise<Value> {
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
