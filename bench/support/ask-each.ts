import { connect } from 'node:net';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { answerReader } from './answer-reader.ts';

export interface AskJob {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Each is asked for once, in this order, by whichever connection is free. */
  paths: string[];
  headers: Record<string, string>;
  connections: number;
}

/** Asks for each path once; answers how many answers came by status, and how long it took. Throws where one is lost. */
export async function askEach(job: AskJob): Promise<{ statuses: Record<string, number>; seconds: number }> {
  const statuses: Record<string, number> = {};
  const beganMs = performance.now();
  let next = 0;
  const takePath = () => job.paths[next++];
  const note = (status: number) => {
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  await Promise.all(Array.from({ length: job.connections }, () => askInTurn(job, takePath, note)));
  return { statuses, seconds: (performance.now() - beganMs) / 1_000 };
}

/** One connection, one request at a time, until there is nothing left to ask. */
function askInTurn(
  { url, headers }: AskJob,
  takePath: () => string | undefined,
  note: (status: number) => void,
): Promise<void> {
  const { hostname, port, host } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let isDone = false;
    const send = () => {
      const path = takePath();
      if (path !== undefined) return void socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
      isDone = true;
      socket.end();
      resolve();
    };
    const reader = answerReader(status => {
      note(status);
      send();
    });
    socket.on('connect', send);
    socket.on('data', bytes => reader.push(bytes, bytes.length));
    socket.on('error', reject);
    socket.on('close', () => isDone || reject(new Error(`${url} closed a connection that waited for an answer`)));
  });
}

/** `count` of `items` by Zipf's law with exponent 1: the first is asked for twice as often as the second. */
export function drawZipf<Item>(items: readonly Item[], count: number, seed: string): Item[] {
  const random = seededRandom(seed);
  const upTo: number[] = [];
  let sum = 0;
  for (const rank of items.keys()) {
    sum += 1 / (rank + 1);
    upTo.push(sum);
  }
  return Array.from({ length: count }, () => items[firstAbove(upTo, random() * sum)]!);
}

function firstAbove(upTo: readonly number[], wanted: number): number {
  let [low, high] = [0, upTo.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (upTo[middle]! > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
