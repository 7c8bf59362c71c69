import assert from 'node:assert/strict';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '#platform/clock';
import type { Ids } from '#platform/ids';
import type { Log } from '#platform/log';
import { Unavailable } from '#platform/outcome';
import type { CursorStore } from '#platform/subscription';
import type { IndexBuild, SearchEngine } from '../engine.ts';
import { type IndexThread, startIndexThread } from './index-thread.ts';

/** Names the folder of the index that serves; replaced in one step by renaming. */
const CURRENT = 'current';

/**
 * FTS5 for the words and typed arrays for everything else, in a thread. Each index is a folder with a thread of its own,
 * so a rebuild takes no time from the queries, and to swap is to point at another one.
 */
export function createEmbeddedEngine(options: {
  folder: string;
  ids: Ids;
  log: Log;
  clock: Clock;
  spawn?: () => Worker;
}): SearchEngine {
  const { folder, ids, log, clock } = options;
  const spawn = options.spawn ?? (() => new Worker(new URL('./index.worker.ts', import.meta.url)));
  let serving: IndexThread | undefined;
  let building: IndexThread | undefined;
  let isStopped = false;
  let onLost = () => {};

  async function openThread(name: string, isNew: boolean): Promise<IndexThread> {
    let thread: IndexThread | undefined;
    thread = await startIndexThread({
      folder: join(folder, name),
      isNew,
      spawn,
      log,
      clock,
      onBroken: () => {
        if (thread === undefined) return;
        if (building === thread) building = undefined;
        if (serving !== thread) return;
        serving = undefined;
        void discard(thread);
        onLost();
      },
    });
    return thread;
  }

  function toServe(): IndexThread {
    if (serving === undefined) throw new Unavailable('the search index is being built');
    return serving;
  }

  /** Writes reach the index that serves and the one that is to serve next. */
  async function toAll(work: (thread: IndexThread) => Promise<void>): Promise<void> {
    const threads = [serving, building].filter(thread => thread !== undefined);
    if (threads.length === 0) throw new Unavailable('there is no search index yet');
    await Promise.all(threads.map(work));
  }

  const cursors: CursorStore = {
    load: async source => await toServe().ask('loadCursor', { source }),
    save: (source, cursor) => toAll(thread => thread.ask('saveCursor', { source, cursor })),
  };

  async function build(): Promise<IndexBuild> {
    assert(building === undefined, 'one index is built at a time');
    const name = ids.next();
    await mkdir(join(folder, name), { recursive: true });
    const thread = await openThread(name, true);
    if (isStopped) await thread.close();
    building = thread;
    return {
      cursors: {
        load: source => thread.ask('loadCursor', { source }),
        save: (source, cursor) => thread.ask('saveCursor', { source, cursor }),
      },
      async add({ documents, gone, levels }) {
        await Promise.all([
          thread.ask('setStock', { levels, onlyUnknown: true }),
          thread.ask('upsert', documents),
          thread.ask('remove', gone),
        ]);
      },
      async swap() {
        if (serving !== undefined) await thread.ask('adoptQueries', await serving.ask('pastQueries', undefined));
        await thread.ask('finish', undefined);
        await pointAt(folder, name);
        const former = serving;
        serving = thread;
        building = undefined;
        if (former !== undefined) await discard(former);
      },
      async abandon() {
        if (building === thread) building = undefined;
        await discard(thread);
      },
    };
  }

  return {
    name: 'embedded',
    cursors,
    build,
    async start() {
      await mkdir(folder, { recursive: true });
      const name = await currentIn(folder);
      await removeOthers(folder, name);
      if (name === undefined) return 'empty';
      try {
        serving = await openThread(name, false);
        return 'serving';
      } catch (error) {
        log.warn({ err: error }, 'the search index is built anew');
        await removeOthers(folder, undefined);
        return 'empty';
      }
    },
    async stop() {
      isStopped = true;
      await Promise.all([serving?.close(), building?.close()]);
    },
    search: async query => await toServe().ask('search', query),
    suggest: async input => await toServe().ask('suggest', input),
    upsert: documents => toAll(thread => thread.ask('upsert', documents)),
    remove: products => toAll(thread => thread.ask('remove', products)),
    setStock: levels => toAll(thread => thread.ask('setStock', { levels, onlyUnknown: false })),
    stats: async () => (serving === undefined ? { products: 0 } : await serving.ask('stats', undefined)),
    onLost(listener) {
      onLost = listener;
    },
  };
}

async function discard(thread: IndexThread): Promise<void> {
  await thread.close();
  await rm(thread.folder, { recursive: true, force: true });
}

async function currentIn(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, CURRENT), 'utf8').catch(() => '');
  return /^[0-9a-f-]{36}$/.test(text) ? text : undefined;
}

async function pointAt(folder: string, name: string): Promise<void> {
  const draft = join(folder, `${CURRENT}.draft`);
  const file = await open(draft, 'w');
  await file.writeFile(name);
  await file.sync();
  await file.close();
  await rename(draft, join(folder, CURRENT));
}

/** Former indexes, and builds that a crash has cut off. */
async function removeOthers(folder: string, name: string | undefined): Promise<void> {
  const others = (await readdir(folder)).filter(each => each !== CURRENT && each !== name);
  for (const each of others) await rm(join(folder, each), { recursive: true, force: true });
}
