import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { outputOf } from './shop-process.ts';

export interface VarnishServer {
  url: string;
  /** Requests that had to wait for the shop since the start, passed ones apart. */
  countMisses(): Promise<number>;
}

type TestContext = { after(work: () => Promise<void>): void };

const DEPLOYED = fileURLToPath(new URL('../../deploy/varnish/', import.meta.url));
const READY_WITHIN_MS = 20_000;

/** The shop's own part of the configuration, with the addresses of a test. */
function shopVcl(shopUrl: string): string {
  const { hostname, port } = new URL(shopUrl);
  const probe = '{ .url = "/healthz"; .interval = 200ms; .timeout = 5s; .window = 5; .threshold = 2; .initial = 2; }';
  return `backend shop { .host = "${hostname}"; .port = "${port}"; .probe = ${probe} }
acl purgers { "127.0.0.1"/32; }
`;
}

/** A real Varnish on loopback with the deployed configuration before `shopUrl`; stopped and removed after the test. */
export async function startVarnish(
  t: TestContext,
  { path, port, shopUrl }: { path: string; port: number; shopUrl: string },
): Promise<VarnishServer> {
  const dir = await mkdtemp(join(tmpdir(), 'doorbuster-varnish-'));
  await writeFile(join(dir, 'shop.vcl'), shopVcl(shopUrl));
  const child = spawn(
    path,
    [
      ...['-F', '-j', 'none', '-n', join(dir, 'work'), '-a', `127.0.0.1:${port}`, '-T', 'none'],
      ...['-f', join(DEPLOYED, 'doorbuster.vcl'), '-p', `vcl_path=${dir}:${DEPLOYED}`, '-s', 'malloc,256m'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = outputOf(child);
  t.after(async () => {
    await stop(child);
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, child, output);
  return { url, countMisses: () => readCounter(join(dir, 'work'), 'MAIN.cache_miss') };
}

async function readCounter(workDir: string, name: string): Promise<number> {
  const { stdout } = await promisify(execFile)('varnishstat', ['-1', '-j', '-n', workDir, '-f', name]);
  return (JSON.parse(stdout) as { counters: Record<string, { value: number }> }).counters[name]!.value;
}

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`varnishd ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    if (performance.now() > deadline)
      throw new Error(`varnishd is not ready within ${READY_WITHIN_MS} ms:\n${output()}`);
    await pause(50);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
}
