import { createHash } from 'node:crypto';
import { ErrorReply } from '@redis/client';
import { limits } from '#limits';
import { Unavailable } from './outcome.ts';
import { parseRedisUrl } from './redis-address.ts';
import { type LinkDeps, openLink } from './redis-link.ts';

/** A Lua script that Redis knows by its hash once it has seen it. */
export interface RedisScript {
  text: string;
  sha: string;
}

/**
 * One server or a cluster. Whatever can't be answered now is thrown as `Unavailable` at once, or after
 * `limits.redisTimeoutMs`: nothing waits for Redis to come back, since all that is there can be lost.
 */
export interface Redis {
  /** One command; `key` says in which slot. */
  send(key: string, command: string[]): Promise<unknown>;
  /** All keys lie in one slot: they have the same hash tag. */
  run(script: RedisScript, keys: string[], args: (string | number)[]): Promise<unknown>;
  readonly isUp: boolean;
  /** For /readyz: 'ok', or what the shop does without. */
  state(): string;
  stop(): Promise<void>;
}

interface RedisDeps extends LinkDeps {
  url: string;
}

const START_WAIT_MS = 2_000;
/** How long a server that was too slow is left alone before one command tries it again. */
const SLOW_PAUSE_MS = 250;
/** How long after a refusal it is told: a server that is full answers who reads all the same. */
const REFUSAL_TOLD_MS = 1_000;

export function redisScript(text: string): RedisScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Answers when Redis does, or after 2 seconds without it: it is looked for until it comes. */
export async function connectRedis(deps: RedisDeps): Promise<Redis> {
  const address = parseRedisUrl(deps.url);
  if (address === null) throw new Error('REDIS_URL is no address of a Redis');
  const link = openLink(address, deps);
  const guard = guardCalls();
  const where = address.nodes.map(({ host, port }) => `${host}:${port}`).join(', ');
  let refused = { code: '', server: '', untilMs: 0 };

  async function send(key: string, command: string[]): Promise<unknown> {
    if (!link.isReady()) throw new Unavailable('Redis is not connected');
    const server = link.serverOf(key);
    try {
      return await guard.call(server, () => link.send(key, command));
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      const refusal = outageOf(error);
      if (refusal !== undefined) {
        refused = { code: refusal, server, untilMs: performance.now() + REFUSAL_TOLD_MS };
        throw new Unavailable(`Redis refuses commands: ${refusal}`, { cause: error });
      }
      // What else the server itself answers is told as it is; everything else means that there was no answer.
      if (error instanceof ErrorReply) throw error;
      throw new Unavailable('Redis does not answer', { cause: error });
    }
  }

  if (!(await link.firstReady(START_WAIT_MS))) {
    deps.log.warn({ redis: where }, 'Redis does not answer: the shop starts without it and goes on looking for it');
  }
  return {
    send,
    async run(script, keys, args) {
      const rest = [String(keys.length), ...keys, ...args.map(String)];
      try {
        return await send(keys[0]!, ['EVALSHA', script.sha, ...rest]);
      } catch (error) {
        // After a restart or on another node of a cluster: EVAL brings the text, and leaves it there.
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return await send(keys[0]!, ['EVAL', script.text, ...rest]);
      }
    },
    get isUp() {
      return link.isReady() && guard.slow().length === 0;
    },
    state() {
      const away = link.away().join(', ');
      if (away !== '') return `degraded: Redis at ${away} is not connected, the shop does without`;
      const slow = guard.slow().join(', ');
      if (slow !== '') return `degraded: Redis at ${slow} is too slow, the shop does without`;
      const isRefusing = performance.now() < refused.untilMs;
      return isRefusing ? `degraded: Redis at ${refused.server} refuses commands (${refused.code})` : 'ok';
    },
    stop: () => link.close(),
  };
}

/**
 * What a server answers that is there and can't do it now: it is full, loads its data, has lost its master or its part
 * of the cluster. A user of the store goes on without it as if it were away.
 */
const OUTAGES = [
  'OOM',
  'LOADING',
  'CLUSTERDOWN',
  'MASTERDOWN',
  'READONLY',
  'TRYAGAIN',
  'MISCONF',
  'NOREPLICAS',
  'BUSY',
];

function outageOf(error: unknown): string | undefined {
  if (!(error instanceof ErrorReply)) return undefined;
  const [code] = error.message.split(' ', 1);
  return OUTAGES.find(each => each === code);
}

/**
 * Bounds every call in time. The client's own time-out ends when a command is written, and a server that hangs would
 * cost each caller the whole wait; so after one call that was too slow all to this server fail at once, and one at a
 * time tries again.
 */
function guardCalls() {
  /** Until when each server that was too slow is left alone. */
  const slowUntilMs = new Map<string, number>();
  const trying = new Set<string>();

  function begin(server: string): boolean {
    const untilMs = slowUntilMs.get(server);
    if (untilMs === undefined) return false;
    if (trying.has(server) || performance.now() < untilMs) throw new Unavailable('Redis is too slow');
    trying.add(server);
    return true;
  }

  async function call(server: string, work: () => Promise<unknown>): Promise<unknown> {
    const isTrial = begin(server);
    const answer = work();
    // However late and whatever it is, an answer shows that the server is there again.
    const hear = () => void slowUntilMs.delete(server);
    answer.then(hear, hear);
    try {
      return await withinTime(answer);
    } catch (error) {
      if (error instanceof TooLate) slowUntilMs.set(server, performance.now() + SLOW_PAUSE_MS);
      throw error;
    } finally {
      if (isTrial) trying.delete(server);
    }
  }
  return { call, slow: () => [...slowUntilMs.keys()] };
}

class TooLate extends Unavailable {}

function withinTime(answer: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new TooLate(`Redis did not answer within ${limits.redisTimeoutMs} ms`));
    // A process that was busy for so long reads its sockets first: the answer may have been there for a while.
    const timer = setTimeout(() => void setImmediate(late), limits.redisTimeoutMs);
    answer.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
