import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const READY_WITHIN_MS = 90_000;
/** The runner takes no port above them. */
const PORTS = { first: 9_201, last: 9_299 };

export interface OpenSearchServer {
  url: string;
  /** Ends it, by its id. */
  stop(): Promise<void>;
}

/** A real server of one node on loopback; `lib`: the folder with its jars. */
export async function startOpenSearch(lib: string): Promise<OpenSearchServer> {
  const port = await freePortAmong(PORTS);
  const folder = await mkdtemp(join(tmpdir(), 'doorbuster-opensearch-'));
  const runner = 'org.codelibs.opensearch.runner.OpenSearchRunner';
  // It answers on the port after its base.
  const settings = [
    '-basePath',
    folder,
    '-numOfNode',
    '1',
    '-clusterName',
    `test-${port}`,
    '-baseHttpPort',
    `${port - 1}`,
  ];
  const child = spawn('java', ['-Xms512m', '-Xmx1g', '-cp', join(lib, '*'), runner, ...settings], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const told: Buffer[] = [];
  child.stderr.on('data', chunk => told.push(chunk));
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await whenReady(url, child);
  } catch (error) {
    await stop();
    throw new Error(`OpenSearch does not start: ${Buffer.concat(told).toString().slice(-2_000)}`, { cause: error });
  }
  return { url, stop };
}

async function whenReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    assert.ok(child.exitCode === null && child.signalCode === null, 'it has ended');
    assert.ok(performance.now() < deadline, 'it took too long');
    const health = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=5s`).catch(() => undefined);
    if (health?.ok) return;
    await pause(200);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function freePortAmong({ first, last }: typeof PORTS): Promise<number> {
  const start = first + Math.floor(Math.random() * (last - first));
  for (let at = 0; at <= last - first; at++) {
    const port = first + ((start - first + at) % (last - first + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${first} to ${last} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = Promise.race([once(server, 'listening').then(() => true), once(server, 'error').then(() => false)]);
  server.listen(port, '127.0.0.1');
  const free = await listening;
  if (free) await new Promise(resolve => server.close(resolve));
  return free;
}
