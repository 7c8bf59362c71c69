import { hash as digest } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '#limits';
import { mutates } from './answers.ts';
import { type Clock, systemClock } from './clock.ts';
import type { App } from './http.ts';
import { personOf } from './identity.ts';
import { bucketOf, type Ids } from './ids.ts';
import type { Claimed, KeyClaim, KeyStore } from './key-store.ts';
import type { Log } from './log.ts';
import { edgeProblem, invalidInput, PROBLEM_TYPE } from './problem.ts';
import { createSeal, type Seal } from './seal.ts';

/**
 * The `Idempotency-Key` of HTTP mutations. A key is claimed BEFORE its command runs, together with a fresh
 * `request.commandId`, which the command gives to what it creates (order, refund, review). A crash between claim and
 * answer is therefore no gap: the retry finds the claim unanswered and runs again under the SAME id, whose uniqueness
 * in the module's table makes the command safe to repeat. An outage (5xx) leaves the claim for a retry in the same way.
 *
 * A key belongs to a person and a path. Without a session that lasts (nobody, or a guest made by this request) the
 * input's hash stands for the person: a lost answer is found again by repeating the whole request, and nobody else's
 * key is ever met. Kept answers are sealed, since some carry an `access_token`.
 */
export interface IdempotencyOptions {
  stores: { sql: KeyStore; hot: KeyStore };
  ids: Ids;
  /** Seals the kept answers; answers kept under another secret can't be replayed. */
  secret: string;
  log: Log;
  clock?: Clock;
  waitMs?: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The key that this request runs under, until its answer is settled. */
    heldKey: HeldRun | undefined;
  }
}

interface HeldRun {
  claim: KeyClaim;
  store: KeyStore;
  run: Run;
  /** An earlier run under this key ended without an answer, so that "nothing happened" can't be said of the key. */
  isTakenOver: boolean;
}

/** A command under way in this process: whoever waits for it hears its answer at once, without asking the store. */
interface Run {
  inputHash: string;
  /** The store has said that the key is ours: until then, which input it stands for is not known. */
  isClaimed: boolean;
  startedMs: number;
  /** The kept answer, or undefined where none was kept. */
  done: Promise<Kept | undefined>;
  end(answer: Kept | undefined): void;
}

type Kept = { status: number; body: string };
/** A claim that is this request's to run. */
type Ours = { command_id: string; run: Run; isTakenOver: boolean };

const KEY = new RegExp(`^[\\x21-\\x7e]{1,${limits.idempotencyKeyLengthMax}}$`);

/** Adds the rules to every mutation that is registered afterwards, and fills `request.commandId`. */
export function idempotency(app: App, options: IdempotencyOptions): void {
  const { stores, ids, log } = options;
  const seal = createSeal({ secret: options.secret, purpose: 'idempotency answers', ids });
  const runs = new Map<string, Run>();
  const claimKey = keyClaimer(runs, options, seal);
  app.decorateRequest('heldKey', undefined);

  app.addHook('preHandler', async (request, reply) => {
    if (!mutates(request.method)) return;
    const person = personOf(request.caller);
    request.commandId = person === null ? ids.next() : ids.nextFor(person);
    const place = request.routeOptions.config.idempotency ?? 'sql';
    const key = request.headers['idempotency-key'] ?? keyOfForm(request);
    if (place === 'none' || key === undefined) return;
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw invalidInput(`an Idempotency-Key is 1 to ${limits.idempotencyKeyLengthMax} visible ASCII characters`);
    }
    const claim = claimOf(request, key);
    const store = stores[place];
    const claimed = await claimKey(store, claim);
    if ('kept' in claimed) return replay(request, reply, claimed.kept);
    request.commandId = claimed.command_id;
    request.heldKey = { claim, store, run: claimed.run, isTakenOver: claimed.isTakenOver };
  });

  async function settle(request: FastifyRequest, status: number, payload: unknown, location = ''): Promise<void> {
    const { heldKey } = request;
    if (heldKey === undefined) return;
    request.heldKey = undefined;
    const { claim, store, run, isTakenOver } = heldKey;
    const { scope, key, command_id: holder } = claim;
    let kept: Kept | undefined;
    try {
      if (isKept(request, status) && isText(payload)) {
        // A form is answered by the address where its effect is to be seen.
        kept = { status, body: status === 303 ? location : (payload ?? '') };
        await store.keep({ scope, key, status, body: seal.seal(kept.body, nameOf(claim)) });
      } else if (status >= 400 && status < 500 && !isTakenOver) await store.forget({ scope, key, holder });
      else await store.release({ scope, key, holder });
    } catch (error) {
      // The command's own answer is true whatever becomes of the key; a retry runs it again under its first id.
      log.warn({ err: error, trace_id: request.id }, 'the answer of an idempotency key was not kept');
    }
    if (runs.get(nameOf(claim)) === run) runs.delete(nameOf(claim));
    run.end(kept);
  }

  app.addHook('onSend', async (request, reply, payload) => {
    await settle(request, reply.statusCode, payload, String(reply.getHeader('location') ?? ''));
  });
  // An answer that bypassed `onSend` (a hijacked reply) must not leave its key claimed.
  app.addHook('onResponse', async request => {
    await settle(request, 500, null);
  });
}

/** An HTML form has no headers: its key is a hidden field. */
export const KEY_FIELD = '_key';

function keyOfForm({ routeOptions, body }: FastifyRequest): string | undefined {
  if (routeOptions.config.page !== true) return undefined;
  return (body as Record<string, string> | null | undefined)?.[KEY_FIELD];
}

function isKept({ routeOptions }: FastifyRequest, status: number): boolean {
  if (status === 303) return routeOptions.config.page === true;
  return (status >= 200 && status < 300) || status === 402 || status === 409 || status === 410;
}

function isText(payload: unknown): payload is string | null | undefined {
  return typeof payload === 'string' || payload === null || payload === undefined;
}

function replay({ routeOptions }: FastifyRequest, reply: FastifyReply, { status, body }: Kept): FastifyReply {
  reply.code(status).header('Idempotency-Replayed', 'true');
  if (status === 303) return reply.redirect(body, 303);
  if (routeOptions.config.page === true) return reply.type('text/html; charset=utf-8').send(body);
  if (body === '') return reply.send();
  return reply.type(status >= 400 ? PROBLEM_TYPE : 'application/json; charset=utf-8').send(body);
}

/** Scope and input of a request. The scope ends with its bucket: the person's, or else one of the hash. */
function claimOf(request: FastifyRequest, key: string): KeyClaim {
  const { caller, method, url, commandId } = request;
  const path = url.split('?', 1)[0]!;
  const inputHash = hash(canonicalJson([path, request.query, request.body]));
  const isLasting = caller.kind !== 'nobody' && !request.isNewGuest;
  const person = personOf(caller);
  const owner = isLasting ? `${caller.kind} ${person ?? ''}` : `input ${inputHash}`;
  const scope = hash(`${owner}\n${method} ${path}`);
  const bucket = isLasting && person !== null ? bucketOf(person) : Buffer.from(scope, 'base64url')[0]!;
  const scopeInBucket = `${scope}.${bucket.toString(16).padStart(2, '0')}`;
  return { scope: scopeInBucket, key, input_hash: inputHash, command_id: commandId };
}

function hash(text: string): string {
  return digest('sha256', text, 'base64url');
}

/** JSON with sorted names: the same input has the same text, however a client orders its fields. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString('base64'));
  const members = value as Record<string, unknown>;
  let text = '';
  for (const name of Object.keys(members).sort()) {
    if (members[name] === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(members[name])}`;
  }
  return `{${text}}`;
}

function nameOf({ scope, key }: { scope: string; key: string }): string {
  return `${scope} ${key}`;
}

const POLL_FIRST_MS = 20;
const POLL_MAX_MS = 500;

/** Claims a key, waiting for the run that holds it; answers what was kept, or the id to run under. */
function keyClaimer(runs: Map<string, Run>, options: IdempotencyOptions, seal: Seal) {
  const { clock = systemClock, waitMs = limits.idempotencyWaitMs, log } = options;

  async function claimHere(store: KeyStore, claim: KeyClaim): Promise<{ claimed: Claimed; run: Run }> {
    const run = createRun(claim.input_hash, clock.nowMs());
    // Before the first await, so that of parallel requests in this process one alone asks the store.
    runs.set(nameOf(claim), run);
    try {
      const claimed = await store.claim(claim);
      run.isClaimed = claimed.state === 'new' || claimed.state === 'taken_over';
      if (!run.isClaimed) endRun(claim, run);
      return { claimed, run };
    } catch (error) {
      endRun(claim, run);
      throw error;
    }
  }

  function endRun(claim: KeyClaim, run: Run): void {
    if (runs.get(nameOf(claim)) === run) runs.delete(nameOf(claim));
    run.end(undefined);
  }

  function open(claim: KeyClaim, { status, body }: Kept): { kept: Kept } {
    const text = seal.open(body, nameOf(claim));
    if (text !== undefined) return { kept: { status, body: text } };
    log.error({}, 'a kept answer was sealed with another secret');
    throw edgeProblem('UNAVAILABLE', { detail: 'The first answer was kept, but it cannot be read any more.' });
  }

  return async (store: KeyStore, claim: KeyClaim): Promise<{ kept: Kept } | Ours> => {
    const deadlineMs = clock.nowMs() + waitMs;
    for (let pollMs = POLL_FIRST_MS; ; ) {
      const running = runs.get(nameOf(claim));
      const leftMs = deadlineMs - clock.nowMs();
      // A run that outlived its lease may hang for ever: the store decides then.
      if (running !== undefined && clock.nowMs() - running.startedMs < limits.idempotencyLeaseMs) {
        const isOther = running.inputHash !== claim.input_hash;
        if (isOther && running.isClaimed) throw edgeProblem('IDEMPOTENCY_KEY_REUSED');
        const kept = await within(running.done, leftMs, clock);
        if (kept !== undefined && !isOther) return { kept };
      } else {
        const { claimed, run } = await claimHere(store, claim);
        if (claimed.state === 'answered') return open(claim, claimed);
        if (claimed.state === 'reused') throw edgeProblem('IDEMPOTENCY_KEY_REUSED');
        if (claimed.state !== 'in_flight') {
          return { command_id: claimed.command_id, run, isTakenOver: claimed.state === 'taken_over' };
        }
        await clock.sleep(Math.min(pollMs, Math.max(0, leftMs)));
        pollMs = Math.min(pollMs * 2, POLL_MAX_MS);
      }
      if (clock.nowMs() >= deadlineMs) throw edgeProblem('IDEMPOTENCY_IN_FLIGHT');
    }
  };
}

/** A claim that finds other input in the store is not known here, so a first comer's 422 must not become a wait. */
function createRun(inputHash: string, startedMs: number): Run {
  const { promise, resolve } = Promise.withResolvers<Kept | undefined>();
  return { inputHash, isClaimed: false, startedMs, done: promise, end: resolve };
}

async function within<Value>(work: Promise<Value>, ms: number, clock: Clock): Promise<Value | undefined> {
  const stop = new AbortController();
  const timeout = clock.sleep(Math.max(0, ms), stop.signal).then(() => undefined);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    stop.abort();
  }
}
