// Goal: `npm start` installs once, passes arguments, exit codes and signals on, and leaves no child behind. Method: the
// real script in a small project of its own without any packages.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CHILD = `
  process.on('disconnect', () => process.exit(3));
  const [what] = process.argv.slice(2);
  if (what === 'exit') process.exit(7);
  if (what === 'echo') { console.log(JSON.stringify(process.argv.slice(2))); process.exit(0); }
  let terms = 0;
  process.on('SIGTERM', () => { terms += 1; console.log('SIGTERM ' + terms); setTimeout(() => process.exit(5), 200); });
  console.log('pid ' + process.pid);
  setInterval(() => {}, 1000);
`;

async function project(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'doorbuster-bootstrap-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'scripts'));
  await cp(fileURLToPath(new URL('./bootstrap.js', import.meta.url)), join(root, 'scripts', 'bootstrap.js'));
  const about = { name: 'small', version: '1.0.0', type: 'module' };
  await writeFile(join(root, 'package.json'), JSON.stringify(about));
  const packages = { '': { name: about.name, version: about.version } };
  await writeFile(
    join(root, 'package-lock.json'),
    JSON.stringify({ ...about, lockfileVersion: 3, requires: true, packages }),
  );
  await writeFile(join(root, 'child.ts'), CHILD);
  return root;
}

function run(t: TestContext, root: string, ...args: string[]) {
  return follow(t, spawn(process.execPath, ['scripts/bootstrap.js', 'child.ts', ...args], { cwd: root }));
}

function follow(t: TestContext, child: ChildProcess) {
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  child.stdout!.on('data', chunk => (output += chunk));
  child.stderr!.on('data', chunk => (errors += chunk));
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  const says = async (text: RegExp) => {
    for (let waited = 0; !text.test(output); waited += 20) {
      assert.ok(waited < 30_000, `says ${text}, but: ${output} ${errors}`);
      await sleep(20);
    }
    return output.match(text)!;
  };
  return { child, ended, says, output: () => output, errors: () => errors };
}

test('the first run installs, the second does not, a changed lockfile installs again', async t => {
  const root = await project(t);
  const first = run(t, root, 'echo', 'a b', '--flag');
  assert.deepEqual(await first.ended, [0, null]);
  assert.equal(first.output(), '["echo","a b","--flag"]\n');
  assert.match(first.errors(), /installing packages/);
  const second = run(t, root, 'echo');
  await second.ended;
  assert.equal(second.errors(), '');
  const lockfile = join(root, 'package-lock.json');
  await writeFile(lockfile, `${await readFile(lockfile, 'utf8')}\n`);
  const third = run(t, root, 'echo');
  await third.ended;
  assert.match(third.errors(), /installing packages/);
});

test('packages that a person installed with npm are taken as they are', async t => {
  const root = await project(t);
  await run(t, root, 'echo').ended;
  await unlink(join(root, 'node_modules', '.doorbuster-lock'));
  await writeFile(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: {} }));
  const again = run(t, root, 'echo');
  assert.deepEqual(await again.ended, [0, null]);
  assert.equal(again.errors(), '');
});

test('several at once install once, also past the lock of one that died', async t => {
  const root = await project(t);
  await mkdir(join(root, '.doorbuster-install'));
  await writeFile(join(root, '.doorbuster-install', 'pid'), String(2 ** 22 + 1));
  const runs = [1, 2, 3].map(() => run(t, root, 'echo'));
  for (const each of runs) assert.deepEqual(await each.ended, [0, null], each.errors());
  assert.equal(runs.filter(each => /installing packages/.test(each.errors())).length, 1);
  await assert.rejects(stat(join(root, '.doorbuster-install')));
});

test('the exit code of the script becomes the exit code', async t => {
  assert.deepEqual(await run(t, await project(t), 'exit').ended, [7, null]);
});

test('a signal reaches the script once, and its own end decides', { skip: process.platform === 'win32' }, async t => {
  const started = run(t, await project(t), 'wait');
  await started.says(/pid \d+/);
  started.child.kill('SIGTERM');
  assert.deepEqual(await started.ended, [5, null]);
  assert.match(started.output(), /SIGTERM 1\n$/);
});

test('a script that a signal ends, ends this by the same signal', { skip: process.platform === 'win32' }, async t => {
  const started = run(t, await project(t), 'wait');
  const [, pid] = await started.says(/pid (\d+)/);
  process.kill(Number(pid), 'SIGKILL');
  assert.deepEqual(await started.ended, [null, 'SIGKILL']);
});

test('a killed bootstrap takes the script with it', async t => {
  const started = run(t, await project(t), 'wait');
  const [, pid] = await started.says(/pid (\d+)/);
  started.child.kill('SIGKILL');
  for (let waited = 0; isAlive(Number(pid)); waited += 20) {
    assert.ok(waited < 10_000, 'the script ends soon');
    await sleep(20);
  }
});

test("when npm's shell is ended, the script is told to stop", { skip: process.platform === 'win32' }, async t => {
  const root = await project(t);
  const command = `'${process.execPath}' scripts/bootstrap.js child.ts wait; true`;
  const environment = { ...process.env, npm_lifecycle_event: 'start' };
  const started = follow(t, spawn('sh', ['-c', command], { cwd: root, env: environment }));
  const [, pid] = await started.says(/pid (\d+)/);
  started.child.kill('SIGTERM');
  await started.says(/SIGTERM 1\n/);
  for (let waited = 0; isAlive(Number(pid)); waited += 20) {
    assert.ok(waited < 10_000, 'the script ends soon');
    await sleep(20);
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
