import { connect, type Socket } from 'node:net';
import { answerReader } from './answer-reader.ts';
import { latencyHistogram } from './latency-histogram.ts';

export interface LoadJob {
  /** Where the shop listens, `http://127.0.0.1:PORT`. */
  url: string;
  /** Asked for in turn, over all connections. */
  paths: string[];
  headers: Record<string, string>;
  connections: number;
  /** Before counting begins: code gets compiled, caches fill. */
  warmSeconds: number;
  seconds: number;
}

export interface LoadResult {
  /** Answers of 200 within the counted seconds. */
  answered: number;
  perSecond: number;
  bytesPerAnswer: number;
  latencyMs: { p50: number; p95: number; p99: number };
  /** Other answers than 200, by status, the warming included. */
  otherStatuses: Record<string, number>;
  /** Connections that ended or said what isn't HTTP while an answer was awaited, with the first reason. */
  broken: number;
  brokenReason: string | undefined;
  /** Of the generator's own process: near 1 it is the generator that was measured. */
  cpuShare: number;
}

const READ_BYTES = 65_536;
/** A shop that isn't there is told by the count, not asked 10,000 times a second. */
const RECONNECT_AFTER_MS = 100;

/** Keeps `connections` requests under way, one a connection, without pipelining: as many browsers would. */
export async function generateLoad(job: LoadJob): Promise<LoadResult> {
  const requests = job.paths.map(path => requestOf(job, path));
  const tally = createTally();
  const state = { next: 0, isOver: false, sockets: new Set<Socket>() };
  const nextRequest = () => requests[state.next++ % requests.length]!;
  for (let made = 0; made < job.connections; made += 1) openConnection(job, state, tally, nextRequest);

  await new Promise(resolve => setTimeout(resolve, job.warmSeconds * 1_000));
  tally.begin();
  await new Promise(resolve => setTimeout(resolve, job.seconds * 1_000));
  const result = tally.end();
  state.isOver = true;
  for (const socket of state.sockets) socket.destroy();
  return result;
}

function requestOf({ url, headers }: LoadJob, path: string): Buffer {
  const lines = Object.entries({ host: new URL(url).host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
}

type Tally = ReturnType<typeof createTally>;

function createTally() {
  const histogram = latencyHistogram();
  const otherStatuses: Record<string, number> = {};
  let [answered, bytes, broken, beganMs] = [0, 0, 0, 0];
  let brokenReason: string | undefined;
  let cpu = process.cpuUsage();
  return {
    begin() {
      beganMs = performance.now();
      cpu = process.cpuUsage();
    },
    read(count: number) {
      if (beganMs > 0) bytes += count;
    },
    answer(status: number, latencyMs: number) {
      if (status !== 200) otherStatuses[status] = (otherStatuses[status] ?? 0) + 1;
      else if (beganMs > 0) {
        answered += 1;
        histogram.add(latencyMs);
      }
    },
    breakOff(reason: string) {
      broken += 1;
      brokenReason ??= reason;
    },
    end(): LoadResult {
      const seconds = (performance.now() - beganMs) / 1_000;
      const { user, system } = process.cpuUsage(cpu);
      return {
        answered,
        perSecond: answered / seconds,
        bytesPerAnswer: answered === 0 ? 0 : bytes / answered,
        latencyMs: { p50: histogram.percentile(0.5), p95: histogram.percentile(0.95), p99: histogram.percentile(0.99) },
        otherStatuses,
        broken,
        brokenReason,
        cpuShare: (user + system) / 1e6 / seconds,
      };
    },
  };
}

function openConnection(
  job: LoadJob,
  state: { isOver: boolean; sockets: Set<Socket> },
  tally: Tally,
  nextRequest: () => Buffer,
): void {
  let sentMs = 0;
  let reason = 'the connection was closed';
  const send = () => {
    sentMs = performance.now();
    socket.write(nextRequest());
  };
  const reader = answerReader(status => {
    tally.answer(status, performance.now() - sentMs);
    if (!state.isOver) send();
  });
  // Every read goes into the same memory: nothing is left for the garbage collector.
  const onread = {
    buffer: Buffer.allocUnsafe(READ_BYTES),
    callback(count: number, bytes: Uint8Array): boolean {
      tally.read(count);
      try {
        reader.push(bytes as Buffer, count);
      } catch (error) {
        socket.destroy(error as Error);
      }
      return true;
    },
  };
  const { hostname, port } = new URL(job.url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
  state.sockets.add(socket);
  socket.on('connect', send);
  socket.on('error', error => {
    reason = error.message;
  });
  socket.on('close', () => {
    state.sockets.delete(socket);
    if (state.isOver) return;
    tally.breakOff(reason);
    setTimeout(() => !state.isOver && openConnection(job, state, tally, nextRequest), RECONNECT_AFTER_MS);
  });
}
