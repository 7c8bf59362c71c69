import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const START_TIMEOUT_MS = 20_000;

/**
 * The oldest supported server, from the distribution's own programs, on a loopback port and a folder of its own. It
 * leaves the services of the machine alone. PostgreSQL refuses to run as root, so there it runs as user `postgres`.
 */
export async function startPostgres15(bin: string): Promise<{ url: string; stop(): Promise<void> }> {
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-pg15-'));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  const options = { cwd: folder, ...user };
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '-N'], {
    ...options,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const port = await freePort();
  // Losing data is what a test server may do: without flushes the suite runs several times as fast.
  const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300'];
  const network = ['-h', '127.0.0.1', '-p', String(port), '-k', folder];
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, ...network, ...settings.flatMap(setting => ['-c', setting])],
    { ...options, stdio: 'ignore' },
  );
  const stop = async () => {
    await stopServer(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answers(bin, port, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
}

function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function answers(bin: string, port: number, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL 15 ended at once with code ${server.exitCode}`);
    try {
      execFileSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
      return;
    } catch {
      // Not yet: it is still starting.
      await sleep(50);
    }
  }
  throw new Error(`PostgreSQL 15 did not answer within ${START_TIMEOUT_MS} ms`);
}

/** SIGINT is PostgreSQL's fast shutdown: it ends sessions and writes nothing half. */
async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGINT');
  await once(server, 'exit');
}
