import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  circuitBreaker,
  handleAll,
  SamplingBreaker,
} from 'cockatiel';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Metrics } from '#platform/metrics';
import { Unavailable } from '#platform/outcome';
import type {
  AuthoriseRequest,
  FindRequest,
  Gateway,
  KeyedRequest,
  Listed,
  ListRequest,
  RefundRequest,
  Unknown,
} from './gateway.ts';

/** `not_sent`: the circuit was open, so that for certain nothing of this call has left us. */
export type NotSent = { state: 'not_sent' };
type Answer<Of extends (...input: never[]) => Promise<unknown>> = Awaited<ReturnType<Of>> | NotSent;

/** A gateway behind the one policy for calls: a bound for each try, bounded repeats of the same request, a breaker. */
export interface GatewayCalls {
  readonly name: string;
  readonly methods: Gateway['methods'];
  /** False while its circuit is open: nothing would be sent. */
  isAvailable(): boolean;
  authorise(request: AuthoriseRequest): Promise<Answer<Gateway['authorise']>>;
  capture(request: KeyedRequest & { amount: number }): Promise<Answer<Gateway['capture']>>;
  void(request: KeyedRequest): Promise<Answer<Gateway['void']>>;
  refund(request: RefundRequest): Promise<Answer<Gateway['refund']>>;
  find(request: FindRequest): Promise<Answer<Gateway['find']>>;
  list: ((request: ListRequest) => Promise<Listed | Unknown | NotSent>) | undefined;
  verifyWebhook: Gateway['verifyWebhook'];
}

export interface CallOptions {
  timeoutMs: number;
  clock: Clock;
  random: () => number;
  log: Log;
  metrics: Metrics;
}

const RETRY_FIRST_MS = 50;
const RETRY_PAUSE_MAX_MS = 1_000;
/** A shopper waits for an authorisation: after this many time limits the rest is left to the sweeper. */
const PATIENCE_IN_TIMEOUTS = 3;
/**
 * The circuit opens when nearly every one of many calls fails: a gateway that is down, but not cards that fail two
 * times of three on their way. Half a minute of shoppers is the price of a longer break, so the gateway is tried again
 * soon.
 */
const BREAKER = { threshold: 0.8, duration: 10_000, minimumRps: 5 };
const BREAK_MS = 3_000;

/** Every repeat carries the same key and the same input, so that a first try that did arrive is not done twice. */
export function gatewayCalls(gateway: Gateway, options: CallOptions): GatewayCalls {
  const { clock, random, log, metrics } = options;
  const timeoutMs = gateway.timeoutMs ?? options.timeoutMs;
  const of = { gateway: gateway.name };
  const { breaker, isAvailable } = openBreaker(gateway.name, options);
  // A call's time begins when it is sent: in a crowd the ones that wait here have not failed at the gateway.
  const lanes = bulkhead(limits.gatewayCallsMax, limits.gatewayQueueMax);
  const labels = ['gateway', 'operation', 'state'] as const;
  const calls = metrics.counter('gateway_calls', 'Tries at a gateway by what came of them', labels);

  async function repeat<Result extends { state: string }>(
    operation: string,
    call: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | Unknown | NotSent> {
    const deadlineMs = clock.nowMs() + PATIENCE_IN_TIMEOUTS * timeoutMs;
    let last: Unknown | NotSent = { state: 'not_sent' };
    for (let tries = 0; tries <= limits.gatewayRetriesMax; tries++) {
      if (tries > 0) {
        const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** tries, RETRY_PAUSE_MAX_MS) * (0.5 + random() / 2);
        if (clock.nowMs() + pauseMs >= deadlineMs) break;
        await clock.sleep(pauseMs);
      }
      try {
        const result: Result | Unknown = await lanes.execute(() => breaker.execute(() => attempt(call, timeoutMs)));
        calls.inc({ ...of, operation, state: result.state });
        if (result.state !== 'unknown') return result;
        last = result as Unknown;
      } catch (error) {
        if (error instanceof BulkheadRejectedError) throw new Unavailable('too many payments wait for their gateway');
        if (!(error instanceof BrokenCircuitError)) throw error;
        return last;
      }
    }
    log.warn({ ...of, operation, problem: (last as Unknown).problem }, 'the outcome at the gateway is unknown');
    return last;
  }

  return {
    name: gateway.name,
    methods: gateway.methods,
    isAvailable,
    authorise: request => repeat('authorise', signal => gateway.authorise(request, signal)),
    capture: request => repeat('capture', signal => gateway.capture(request, signal)),
    void: request => repeat('void', signal => gateway.void(request, signal)),
    refund: request => repeat('refund', signal => gateway.refund(request, signal)),
    find: request => repeat('find', signal => gateway.find(request, signal)),
    list: gateway.list && (request => repeat('list', signal => gateway.list!(request, signal))),
    verifyWebhook: webhook => gateway.verifyWebhook(webhook),
  };
}

function openBreaker(name: string, { clock, log, metrics }: CallOptions) {
  const of = { gateway: name };
  const breaker = circuitBreaker(
    handleAll.orWhenResult(result => (result as { state?: unknown } | undefined)?.state === 'unknown'),
    { halfOpenAfter: BREAK_MS, breaker: new SamplingBreaker(BREAKER) },
  );
  let openedAtMs = 0;
  breaker.onBreak(() => {
    openedAtMs = clock.nowMs();
    log.error(of, 'the gateway does not answer: its circuit is open');
  });
  breaker.onReset(() => log.info(of, 'the gateway answers again'));
  metrics.gauge(
    'gateway_circuit_open',
    '1 while calls of a gateway are held back',
    () => [{ labels: of, value: breaker.state === CircuitState.Open ? 1 : 0 }],
    ['gateway'],
  );
  // A circuit stays open until somebody tries again, so after its pause it is one to be tried.
  const isAvailable = () => breaker.state !== CircuitState.Open || clock.nowMs() - openedAtMs >= BREAK_MS;
  return { breaker, isAvailable };
}

/**
 * One try: an answer, or `unknown` after the time limit or a broken connection. A plain timer, since aborting a clock's
 * sleep after each call makes an exception with a stack each time: 15 µs of every payment.
 */
export async function attempt<Result extends { state: string }>(
  call: (signal: AbortSignal) => Promise<Result>,
  timeoutMs: number,
): Promise<Result | Unknown> {
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Unknown>(resolve => {
    timer = setTimeout(() => {
      resolve({ state: 'unknown', problem: `no answer within ${timeoutMs} ms` });
      limit.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([call(limit.signal), late]);
  } catch (error) {
    return { state: 'unknown', problem: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
