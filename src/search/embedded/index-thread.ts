import type { Worker } from 'node:worker_threads';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { Unavailable } from '#platform/outcome';
import type { Answer, Question } from './messages.ts';
import type { SearchIndex } from './search-index.ts';

type Name = Exclude<keyof SearchIndex, 'flush' | 'close'>;
type Input<Of extends Name> = Parameters<SearchIndex[Of]>[0];
type Value<Of extends Name> = ReturnType<SearchIndex[Of]>;

/** An index in a thread of its own, seen from the process that serves. A thread that ends is started again. */
export interface IndexThread {
  readonly folder: string;
  /** Throws `Unavailable` when the thread ends before it answers, or when too many wait. */
  ask<Of extends Name>(name: Of, input: Input<Of>): Promise<Value<Of>>;
  /** After what was asked before. */
  close(): Promise<void>;
}

const RESTART_FIRST_MS = 50;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Resolves when the index is open, with the number of its products; rejects when it can't be used. */
export async function startIndexThread(options: {
  folder: string;
  isNew: boolean;
  spawn: () => Worker;
  log: Log;
  clock: Clock;
  /** The file can't be used any more; the thread has been ended. */
  onBroken: () => void;
}): Promise<IndexThread> {
  const { folder, spawn, log, clock, onBroken } = options;
  const waiting = new Map<number, Waiting>();
  let isNew = options.isNew;
  let worker: Worker | undefined;
  /** Asked while the thread is being started again. */
  let held: Question[] = [];
  let lastId = 0;
  let failures = 0;
  let isClosed = false;

  function post(question: Omit<Question, 'id'>): Promise<unknown> {
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      const numbered = { ...question, id } as Question;
      if (worker === undefined && question.name !== 'open') held.push(numbered);
      else worker?.postMessage(numbered);
    });
  }

  function rejectAll(message: string): void {
    held = [];
    const all = [...waiting.values()];
    waiting.clear();
    for (const { reject } of all) reject(new Unavailable(message));
  }

  function giveUp(reason: string): void {
    if (isClosed) return;
    isClosed = true;
    log.error({ folder, reason }, 'the search index on disk is of no use');
    rejectAll('the search index is lost and is being built anew');
    void worker?.terminate();
    onBroken();
  }

  function receive(answer: Answer): void {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.ok) {
      failures = 0;
      asked?.resolve(answer.value);
    } else {
      asked?.reject(answer.isBroken ? new Unavailable(answer.error) : new Error(`the search index: ${answer.error}`));
      if (answer.isBroken) giveUp(answer.error);
    }
  }

  async function open(): Promise<void> {
    const started = spawn();
    worker = started;
    started.on('message', receive);
    started.on('error', error => log.error({ err: error, folder }, 'the search thread failed'));
    started.on('exit', () => void recover(started));
    const opened = post({ name: 'open', input: { folder, isNew } });
    for (const question of held.splice(0)) started.postMessage(question);
    await opened;
    isNew = false;
  }

  async function recover(ended: Worker): Promise<void> {
    if (worker !== ended) return;
    worker = undefined;
    rejectAll('the search thread has ended');
    if (isClosed) return;
    const pauseMs = Math.min(RESTART_FIRST_MS * 2 ** failures++, limits.searchRestartMaxMs);
    log.warn({ folder, failures, pauseMs }, 'the search thread has ended; starting it again');
    await clock.sleep(pauseMs);
    // What fails here has ended the thread again, which comes back to `recover`, or has given up.
    if (!isClosed) await open().catch(() => {});
  }

  try {
    await open();
  } catch (error) {
    isClosed = true;
    void worker?.terminate();
    throw error;
  }
  return {
    folder,
    async ask<Of extends Name>(name: Of, input: Input<Of>) {
      if (isClosed) throw new Unavailable('the search index is closed');
      if (waiting.size >= limits.searchQueueMax) throw new Unavailable('too many searches wait');
      return (await post({ name, input })) as Value<Of>;
    },
    async close() {
      if (isClosed) return;
      const closing = worker === undefined ? undefined : post({ name: 'close' });
      isClosed = true;
      await closing?.catch(() => {});
      await worker?.terminate();
      rejectAll('the search index is closed');
    },
  };
}
