import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';

type Scope = { after(work: () => Promise<void>): void };

/** What the network does to a connection: `downstream` is what the other side answers, `upstream` what it is asked. */
export interface Toxic {
  type: 'latency' | 'reset_peer' | 'limit_data';
  stream: 'downstream' | 'upstream';
  /** The share of connections that it hits. */
  toxicity: number;
  attributes: Record<string, number>;
}

export interface Toxiproxy {
  /** Where the other side is reached through the proxy. */
  url: string;
  /** From now on the network does this and nothing else; without a toxic it is well again. */
  setToxics(toxics: Toxic[]): Promise<void>;
  /** False cuts every connection, and lets none in until it is true again. */
  setOpen(isOpen: boolean): Promise<void>;
}

const READY_WITHIN_MS = 10_000;
const PROXY = 'proxied';

/** A real toxiproxy before the server at `to`, on free ports of loopback, and stopped afterwards. */
export async function startToxiproxy(scope: Scope, path: string, to: string): Promise<Toxiproxy> {
  const api = `http://127.0.0.1:${await startServer(scope, path)}`;
  const listen = `127.0.0.1:${await freePort()}`;
  await ask(`${api}/proxies`, 'POST', { name: PROXY, listen, upstream: new URL(to).host, enabled: true });
  let active: string[] = [];
  return {
    url: `http://${listen}`,
    async setToxics(toxics) {
      for (const name of active) await ask(`${api}/proxies/${PROXY}/toxics/${name}`, 'DELETE');
      active = [];
      for (const toxic of toxics) {
        const name = `${toxic.type}_${toxic.stream}`;
        await ask(`${api}/proxies/${PROXY}/toxics`, 'POST', { name, ...toxic });
        active.push(name);
      }
    },
    setOpen: isOpen => ask(`${api}/proxies/${PROXY}`, 'POST', { enabled: isOpen }),
  };
}

async function startServer(scope: Scope, path: string): Promise<number> {
  const port = await freePort();
  const child: ChildProcess = spawn(path, ['-host', '127.0.0.1', '-port', String(port)], { stdio: 'ignore' });
  scope.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await isThere(`http://127.0.0.1:${port}/version`))) {
    assert.ok(performance.now() < deadline, `no toxiproxy on port ${port}`);
    await pause(20);
  }
  return port;
}

async function isThere(url: string): Promise<boolean> {
  return await fetch(url).then(
    async answer => {
      await answer.arrayBuffer();
      return answer.ok;
    },
    () => false,
  );
}

async function ask(url: string, method: string, body?: unknown): Promise<void> {
  const answer = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `toxiproxy answered ${answer.status}: ${text}`);
}
