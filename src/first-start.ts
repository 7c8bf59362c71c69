import { createReadStream } from 'node:fs';
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync, constants as zlib } from 'node:zlib';
import type { Catalog, ImportEncoding, ImportFormat, ImportReport } from '#catalog';
import { timestamp } from '#platform/clock';
import { derivedId } from '#platform/ids';
import type { ModuleDeps } from '#platform/module';
import { Unavailable } from '#platform/outcome';
import type { Config } from './config.ts';
import { seedPeople } from './demo/people.ts';
import { seedDemo } from './demo/seed-demo.ts';
import type { Modules } from './modules.ts';

/** The shop's first catalogue: the demo's, or the file that CATALOG names. It comes in while the shop answers already. */
export interface FirstStart {
  begin(): void;
  /** What was begun goes on at the next start. */
  stop(): Promise<void>;
  /** Imported and searchable. Rejects where the file can't be imported. */
  done: Promise<void>;
  state(): { ready: boolean; text: string };
  onProgress(say: (line: string) => void): void;
}

export interface FirstStartDeps extends ModuleDeps {
  modules: Modules;
}

const POLL_MS = 250;
const CHUNK_BYTES = 1 << 20;
const DEFAULT_STOCK = 100;
const NOWHERE = '00000000-0000-7000-8000-000000000000';

export function firstStart(config: Config, deps: FirstStartDeps): FirstStart {
  const { log } = deps;
  const stopping = new AbortController();
  const finished = Promise.withResolvers<void>();
  finished.promise.catch(() => {});
  let listener: ((line: string) => void) | undefined;
  let text = 'not begun';
  let ready = false;
  const say = (line: string) => {
    text = line;
    log.info(line);
    listener?.(line);
  };

  async function run(): Promise<void> {
    if (!config.modules.has('gateway')) return;
    const source = await sourceOf(config);
    if (source === undefined || (await isDone(config, source))) return;
    if (config.demo) await patiently(deps, stopping.signal, () => seedPeople({ ...deps.modules.apis, log }));
    if (config.catalogFile !== undefined) await importCatalog(config.catalogFile, source, { deps, say, stopping });
    else await seedDemo({ ...deps, ...deps.modules.apis, currency: config.currency, say, signal: stopping.signal });
    if (stopping.signal.aborted) return;
    await untilSearchable(deps, say, stopping.signal);
    if (!stopping.signal.aborted) await markDone(config, source, timestamp(deps.clock.nowMs()));
  }

  return {
    begin() {
      run().then(
        () => {
          ready = !stopping.signal.aborted;
          if (text !== 'not begun' && ready) say('The first catalogue is in, and searchable.');
          finished.resolve();
        },
        error => {
          say(`The first catalogue could not be imported: ${(error as Error).message}`);
          finished.reject(error);
        },
      );
    },
    async stop() {
      stopping.abort();
      await finished.promise.catch(() => {});
    },
    done: finished.promise,
    state: () => ({ ready, text }),
    onProgress(to) {
      listener = to;
      if (!ready && text !== 'not begun') to(text);
    },
  };
}

/** What names a source: a file that has changed is another one. Undefined where nothing is to be imported. */
async function sourceOf(config: Config): Promise<string | undefined> {
  if (config.catalogFile === undefined) return config.demo ? 'demo' : undefined;
  const { size, mtimeMs } = await stat(config.catalogFile);
  return `${basename(config.catalogFile)} ${size} ${Math.floor(mtimeMs)}`;
}

function markerOf(config: Config): string {
  return join(config.dataDir, 'first-start.json');
}

async function isDone(config: Config, source: string): Promise<boolean> {
  try {
    const marker = JSON.parse(await readFile(markerOf(config), 'utf8')) as { source?: string };
    // A shop that has a catalogue does not get the demo's on top.
    return marker.source === source || source === 'demo';
  } catch {
    // No marker, or one that a crash cut short: everything below may be repeated.
    return false;
  }
}

async function markDone(config: Config, source: string, doneAt: string): Promise<void> {
  const file = markerOf(config);
  await writeFile(`${file}.new`, JSON.stringify({ source, done_at: doneAt }));
  await rename(`${file}.new`, file);
}

interface Work {
  deps: FirstStartDeps;
  say: (line: string) => void;
  stopping: AbortController;
}

async function importCatalog(path: string, source: string, { deps, say, stopping }: Work): Promise<void> {
  const { catalog } = deps.modules.apis;
  const { signal } = stopping;
  const importId = derivedId(NOWHERE, `first catalogue: ${source}`);
  const shape = await guessShape(path);
  await patiently(deps, signal, () =>
    catalog.startImport({ import_id: importId, seller_id: null, ...shape, default_stock: DEFAULT_STOCK }),
  );
  let offset = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    if (signal.aborted) return;
    await catalog.appendImport({ import_id: importId, offset, chunk: chunk.toString('base64') });
    offset += chunk.length;
  }
  await catalog.finishImport({ import_id: importId });
  await followImport({ catalog, deps, importId, name: basename(path), say, signal });
}

/** Tells how an import goes until it ends. */
export async function followImport(options: {
  catalog: Catalog;
  deps: Pick<ModuleDeps, 'clock'>;
  importId: string;
  name: string;
  say: (line: string) => void;
  signal: AbortSignal;
}): Promise<ImportReport | undefined> {
  const { catalog, deps, importId, name, say, signal } = options;
  const startedMs = deps.clock.nowMs();
  let told = 0;
  while (!signal.aborted) {
    const report = await catalog.getImport({ import_id: importId });
    if (report === null) throw new Error(`the import of ${name} is gone`);
    if (report.state === 'failed') throw new Error(report.errors[0]?.message ?? `${name} can't be read`);
    const seconds = (deps.clock.nowMs() - startedMs) / 1000;
    if (report.state === 'done') {
      const { read, created, updated, unchanged, rejected } = report;
      say(
        `Imported ${name}: ${read} read, ${created} created, ${updated} updated, ${unchanged} unchanged, ` +
          `${rejected} rejected in ${seconds.toFixed(1)} s`,
      );
      return report;
    }
    if (report.read > told && seconds > 0) {
      say(`Importing ${name}: ${report.read} products (${Math.round(report.read / seconds)} a second)`);
      told = report.read;
    }
    await deps.clock.sleep(POLL_MS, signal);
  }
  return undefined;
}

/** The first bytes tell: gzip by its magic number, icecat by its attribute names, google by its headings. */
async function guessShape(path: string): Promise<{ format: ImportFormat; encoding: ImportEncoding; gzip: boolean }> {
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536), 0, 65_536, 0);
  await file.close();
  const bytes = buffer.subarray(0, bytesRead);
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const head = (gzip ? gunzipSync(bytes, { finishFlush: zlib.Z_SYNC_FLUSH }) : bytes).toString('utf8').trimStart();
  const encoding = head.startsWith('{') ? 'ndjson' : head.startsWith('[') ? 'json' : 'csv';
  const isIcecat = head.includes('"short_description"') && head.includes('"supplier"');
  const isGoogle = /image[ _]link/.test(head.slice(0, 4_096)) && !head.includes('"category_path"');
  return { format: isIcecat ? 'icecat' : isGoogle ? 'google-merchant' : 'doorbuster', encoding, gzip };
}

/** Every product that the catalogue holds can be found. */
async function untilSearchable(deps: FirstStartDeps, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const { search } = deps.modules.apis;
  let told = false;
  while (!signal.aborted) {
    const { ready, products } = await patiently(deps, signal, () => search.status({}));
    const count = await countProducts(deps);
    if (ready && products >= count) return;
    if (!told) say(`Indexing ${count} products`);
    told = true;
    await deps.clock.sleep(POLL_MS, signal);
  }
}

async function countProducts({ modules }: FirstStartDeps): Promise<number> {
  const { items } = await modules.apis.catalog.listCategories({});
  return items.reduce((sum, node) => sum + node.product_count, 0);
}

/** In a split shop the other processes may still be starting. */
async function patiently<Value>(
  { clock }: Pick<ModuleDeps, 'clock'>,
  signal: AbortSignal,
  work: () => Promise<Value>,
): Promise<Value> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable) || signal.aborted) throw error;
      await clock.sleep(1_000, signal);
    }
  }
}
