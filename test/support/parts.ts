import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What some tests need beyond `npm install`. A laptop may lack it, CI may not. */
export type Part =
  | 'postgres15'
  | 'icecat'
  | 'schemathesis'
  | 'chromium'
  | 'redis'
  | 'opensearch'
  | 'stripe-mock'
  | 'toxiproxy'
  | 'varnish';

interface PartFacts {
  /** What it is for, told to whoever lacks it. */
  tests: string;
  /** The one command, or the one file, that would make these tests run. */
  enable: string;
  find(): string | null;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const PARTS: Record<Part, PartFacts> = {
  postgres15: {
    tests: 'the store tests on PostgreSQL 15, the oldest supported version',
    enable: 'apt-get install postgresql-15',
    find: () => folderOf('/usr/lib/postgresql/15/bin'),
  },
  icecat: {
    tests: 'the import of 19,406 real products',
    enable: 'put the file at ../shared/data/icecat/products.jsonl.gz',
    find: () => existing(join(ROOT, '../shared/data/icecat/products.jsonl.gz')),
  },
  schemathesis: {
    tests: 'the fuzzing of every route from the OpenAPI document',
    enable: 'bash scripts/ci/install-servers.sh',
    find: () => existing(join(ROOT, '.venv/bin/schemathesis')),
  },
  chromium: {
    tests: 'the pages in a real browser',
    enable: 'apt-get install chromium',
    find: () => onPath(['chromium', 'chromium-browser', 'google-chrome']),
  },
  redis: {
    tests: 'carts, limits and the gate on a real Redis, alone and as a cluster',
    enable: 'apt-get install redis-server',
    find: () => onPath(['redis-server']),
  },
  opensearch: {
    tests: 'the search on a real OpenSearch',
    enable: 'bash scripts/ci/install-servers.sh',
    find: () => existing(join(ROOT, '.servers/opensearch')),
  },
  'stripe-mock': {
    tests: "every call to Stripe against Stripe's own description of its API",
    enable: 'bash scripts/ci/install-servers.sh',
    find: () => existing(join(ROOT, '.servers/stripe-mock')),
  },
  toxiproxy: {
    tests: 'payments and Redis over a network that is slow, resets, and cuts answers',
    enable: 'bash scripts/ci/install-servers.sh',
    find: () => existing(join(ROOT, '.servers/toxiproxy-server')),
  },
  varnish: {
    tests: 'the shop behind a real Varnish',
    enable: 'apt-get install varnish varnish-modules',
    find: () => (hasXkey() ? existing('/usr/sbin/varnishd') : null),
  },
};

/** In CI every part must be there, but for the catalogue file, which is not ours to install. */
export function mayLack(part: Part): boolean {
  return part === 'icecat' || process.env.CI !== 'true';
}

/**
 * The path of a part. Without it the test is skipped with the reason and gets null, so it returns; in CI it fails
 * instead, so that a missing server can't hide behind a green run.
 */
export function need(t: { skip(reason: string): void }, part: Part): string | null {
  const path = PARTS[part].find();
  if (path !== null) return path;
  const reason = `${part} is not on this machine: ${PARTS[part].enable}`;
  if (!mayLack(part)) throw new Error(reason);
  t.skip(reason);
  return null;
}

function existing(path: string): string | null {
  return existsSync(path) ? path : null;
}

/** Its purges by key are a package of their own. */
function hasXkey(): boolean {
  return globSync('/usr/lib/*/varnish/vmods/libvmod_xkey.so').length > 0;
}

function folderOf(bin: string): string | null {
  return existsSync(join(bin, 'initdb')) ? bin : null;
}

function onPath(names: string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
  const paths = names.flatMap(name => folders.map(folder => join(folder, name)));
  return paths.find(existsSync) ?? null;
}
