import { createClient, createCluster } from '@redis/client';
import { limits } from '#limits';
import type { Log } from './log.ts';
import type { RedisAddress } from './redis-address.ts';
import { slotOf } from './redis-slot.ts';

/** The connections to one server, or to the nodes of a cluster: they reconnect by themselves until they are closed. */
export interface Link {
  send(key: string, command: string[]): Promise<unknown>;
  /** The server that answers for a key: what it does is no fault of another one. */
  serverOf(key: string): string;
  isReady(): boolean;
  /** Servers that are not connected, though others may be. */
  away(): string[];
  /** Whether it was ready within this time. */
  firstReady(withinMs: number): Promise<boolean>;
  close(): Promise<void>;
}

export interface LinkDeps {
  log: Pick<Log, 'info' | 'warn'>;
  /** 0 to 1, for the jitter of reconnecting. */
  random?: () => number;
}

const CONNECT_MS = 2_000;
const PING_MS = 1_000;
/** A socket on which nothing has come or gone for so long belongs to a server that is gone: pings are more often. */
const SILENCE_MS = 3_000;
const RECONNECT_FIRST_MS = 50;
const RECONNECT_MAX_MS = 2_000;

export function openLink(address: RedisAddress, deps: LinkDeps): Link {
  const watch = watchLink(deps.log);
  return address.isCluster ? openCluster(address, deps, watch) : openServer(address, deps, watch);
}

type Watch = ReturnType<typeof watchLink>;

/** Tells each coming and going once; the client tells every failed try. */
function watchLink(log: LinkDeps['log']) {
  let isUp = false;
  let isStopping = false;
  const nodesAway = new Set<string>();
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
    nodeUp(node: string) {
      if (nodesAway.delete(node)) log.info({ redis: node }, 'a node of Redis is connected again');
    },
    nodeDown(error: unknown, node: string) {
      if (nodesAway.has(node) || isStopping) return;
      nodesAway.add(node);
      log.warn({ err: error, redis: node }, 'a node of Redis is gone: the shop does without, and looks for it');
    },
    /** It belongs to the cluster no more. */
    nodeLeft: (node: string) => void nodesAway.delete(node),
    nodesAway: () => [...nodesAway],
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
function settings({ tls, username, password }: RedisAddress, { random = Math.random }: LinkDeps) {
  const reconnectStrategy = (tries: number) =>
    Math.min(RECONNECT_FIRST_MS * 2 ** Math.min(tries, 10), RECONNECT_MAX_MS) * (0.5 + random());
  const socket = { connectTimeout: CONNECT_MS, socketTimeout: SILENCE_MS, reconnectStrategy };
  return {
    ...{ username, password },
    disableOfflineQueue: true,
    commandsQueueMaxLength: limits.redisQueueMax,
    pingInterval: PING_MS,
    socket: tls ? { ...socket, tls: true as const } : socket,
  };
}

function openServer(address: RedisAddress, deps: LinkDeps, watch: Watch): Link {
  const { socket, ...others } = settings(address, deps);
  const client = createClient({ ...others, database: address.database, socket: { ...socket, ...address.nodes[0]! } });
  const server = nameOf(address.nodes[0]!);
  client.on('ready', watch.up);
  client.on('error', watch.down);
  // It reconnects by itself until it is closed, and that alone rejects this.
  client.connect().catch(watch.down);
  return {
    send: (_key, command) => client.sendCommand(command),
    serverOf: () => server,
    isReady: () => client.isReady,
    away: () => (client.isReady ? [] : [server]),
    firstReady: watch.firstUp,
    async close() {
      watch.stop();
      client.destroy();
    },
  };
}

interface Node {
  host: string;
  port: number;
}

function nameOf({ host, port }: Node): string {
  return `${host}:${port}`;
}

/**
 * Its nodes reconnect by themselves, and where one took another's place the client looks for it; finding them for the
 * first time is tried here, since the client tries it once.
 */
function openCluster(address: RedisAddress, deps: LinkDeps, watch: Watch): Link {
  const { socket, ...others } = settings(address, deps);
  const rootNodes = address.nodes.map(node => ({ socket: { ...socket, ...node } }));
  // Nodes are connected when a command first needs them: one that is away at the start keeps nobody from the others.
  const cluster = createCluster({ rootNodes, defaults: { ...others, socket }, minimizeConnections: true });
  let isFound = false;
  cluster.on('error', error => {
    if (!isFound) watch.down(error);
  });
  cluster.on('node-error', (error: unknown, node: Node) => watch.nodeDown(error, nameOf(node)));
  cluster.on('node-ready', (node: Node) => watch.nodeUp(nameOf(node)));
  cluster.on('node-disconnect', (node: Node) => watch.nodeLeft(nameOf(node)));

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
    serverOf: key => cluster.slots[slotOf(key)]?.master.address ?? 'none',
    isReady: () => isFound && watch.nodesAway().length < cluster.masters.length,
    away: () => (isFound ? watch.nodesAway() : address.nodes.map(nameOf)),
    firstReady: watch.firstUp,
    async close() {
      watch.stop();
      await finding;
      if (isFound) cluster.destroy();
    },
  };
}
