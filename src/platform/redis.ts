import { createHash } from 'node:crypto';
import { createClient, createCluster, ErrorReply } from '@redis/client';
import { limits } from '#limits';
import type { Log } from './log.ts';
import { Unavailable } from './outcome.ts';
import { parseRedisUrl, type RedisAddress } from './redis-address.ts';

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

interface RedisDeps {
  url: string;
  log: Pick<Log, 'info' | 'warn'>;
  /** 0 to 1, for the jitter of reconnecting. */
  random?: () => number;
}

const START_WAIT_MS = 2_000;
const PING_MS = 1_000;
/** A socket on which nothing has come or gone for so long belongs to a server that is gone: pings are more often. */
const SILENCE_MS = 3_000;
const RECONNECT_FIRST_MS = 50;
const RECONNECT_MAX_MS = 2_000;
/** How long a server that was too slow is left alone before one command tries it again. */
const SLOW_PAUSE_MS = 250;
/** How long after a refusal it is told: a server that is full answers who reads all the same. */
const REFUSAL_TOLD_MS = 5_000;

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
  let refused = { code: '', untilMs: 0 };

  async function send(key: string, command: string[]): Promise<unknown> {
    if (!link.isReady()) throw new Unavailable('Redis is not connected');
    try {
      return await guard.call(() => link.send(key, command));
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      const refusal = outageOf(error);
      if (refusal !== undefined) {
        refused = { code: refusal, untilMs: performance.now() + REFUSAL_TOLD_MS };
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
      return link.isReady() && !guard.isSlow();
    },
    state() {
      if (!link.isReady()) return `degraded: Redis at ${where} is not connected, the shop does without`;
      if (guard.isSlow()) return `degraded: Redis at ${where} is too slow, the shop does without`;
      const isRefusing = performance.now() < refused.untilMs;
      return isRefusing ? `degraded: Redis at ${where} refuses commands (${refused.code})` : 'ok';
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
 * cost each caller the whole wait; so after one call that was too slow all fail at once, and one at a time tries again.
 */
function guardCalls() {
  let slowUntilMs = 0;
  let isTrying = false;
  const isSlow = () => slowUntilMs > 0;

  function begin(): boolean {
    if (!isSlow()) return false;
    if (isTrying || performance.now() < slowUntilMs) throw new Unavailable('Redis is too slow');
    isTrying = true;
    return true;
  }

  async function call(work: () => Promise<unknown>): Promise<unknown> {
    const isTrial = begin();
    const answer = work();
    // However late and whatever it is, an answer shows that the server is there again.
    const hear = () => {
      slowUntilMs = 0;
    };
    answer.then(hear, hear);
    try {
      return await withinTime(answer);
    } catch (error) {
      if (error instanceof TooLate) slowUntilMs = performance.now() + SLOW_PAUSE_MS;
      throw error;
    } finally {
      if (isTrial) isTrying = false;
    }
  }
  return { call, isSlow };
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

interface Link {
  send(key: string, command: string[]): Promise<unknown>;
  isReady(): boolean;
  /** Whether it was ready within this time. */
  firstReady(withinMs: number): Promise<boolean>;
  close(): Promise<void>;
}

function openLink(address: RedisAddress, deps: RedisDeps): Link {
  const watch = watchLink(deps.log);
  return address.isCluster ? openCluster(address, deps, watch) : openServer(address, deps, watch);
}

type Watch = ReturnType<typeof watchLink>;

/** Tells each coming and going once; the client tells every failed try. */
function watchLink(log: RedisDeps['log']) {
  let isUp = false;
  let isStopping = false;
  const whenUp: (() => void)[] = [];
  return {
    up() {
      if (!isUp) log.info('Redis is connected');
      isUp = true;
      for (const wake of whenUp.splice(0)) wake();
    },
    down(error: unknown) {
      if (isUp && !isStopping) log.warn({ err: error }, 'Redis is gone: the shop does without, and looks for it');
      isUp = false;
    },
    stop() {
      isStopping = true;
    },
    isStopping: () => isStopping,
    firstUp: (withinMs: number) =>
      new Promise<boolean>(resolve => {
        if (isUp) return resolve(true);
        const timer = setTimeout(() => resolve(false), withinMs);
        whenUp.push(() => {
          clearTimeout(timer);
          resolve(true);
        });
      }),
  };
}

/** Settings of each connection. Without an offline queue a command fails at once while there is no connection. */
function settings({ tls, username, password }: RedisAddress, { random = Math.random }: RedisDeps) {
  const reconnectStrategy = (tries: number) =>
    Math.min(RECONNECT_FIRST_MS * 2 ** Math.min(tries, 10), RECONNECT_MAX_MS) * (0.5 + random());
  const socket = { connectTimeout: START_WAIT_MS, socketTimeout: SILENCE_MS, reconnectStrategy };
  return {
    ...{ username, password },
    disableOfflineQueue: true,
    commandsQueueMaxLength: limits.redisQueueMax,
    pingInterval: PING_MS,
    socket: tls ? { ...socket, tls: true as const } : socket,
  };
}

function openServer(address: RedisAddress, deps: RedisDeps, watch: Watch): Link {
  const { socket, ...others } = settings(address, deps);
  const client = createClient({ ...others, database: address.database, socket: { ...socket, ...address.nodes[0]! } });
  client.on('ready', watch.up);
  client.on('error', watch.down);
  // It reconnects by itself until it is closed, and that alone rejects this.
  client.connect().catch(watch.down);
  return {
    send: (_key, command) => client.sendCommand(command),
    isReady: () => client.isReady,
    firstReady: watch.firstUp,
    async close() {
      watch.stop();
      client.destroy();
    },
  };
}

/** Its nodes reconnect by themselves; finding them for the first time is tried here, since the client tries it once. */
function openCluster(address: RedisAddress, deps: RedisDeps, watch: Watch): Link {
  const { socket, ...others } = settings(address, deps);
  const rootNodes = address.nodes.map(node => ({ socket: { ...socket, ...node } }));
  // Nodes are connected when a command first needs them: one that is away at the start keeps nobody from the others.
  const cluster = createCluster({ rootNodes, defaults: { ...others, socket }, minimizeConnections: true });
  let isFound = false;
  cluster.on('error', watch.down);
  cluster.on('node-error', watch.down);
  cluster.on('node-ready', watch.up);

  async function find(): Promise<void> {
    for (let tries = 0; !isFound && !watch.isStopping(); tries += 1) {
      try {
        await cluster.connect();
        isFound = true;
        watch.up();
      } catch (error) {
        watch.down(error);
        await new Promise(resolve => setTimeout(resolve, socket.reconnectStrategy(tries)));
      }
    }
  }
  const finding = find();
  return {
    send: (key, command) => cluster.sendCommand(key, false, command),
    isReady: () => isFound,
    firstReady: watch.firstUp,
    async close() {
      watch.stop();
      await finding;
      if (isFound) cluster.destroy();
    },
  };
}
