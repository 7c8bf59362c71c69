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

export interface IndexThreadOptions {
  folder: string;
  isNew: boolean;
  /** The folder of the index that it begins with. */
  copyOf?: string | undefined;
  /** Those that hold now. */
  synonyms: () => string;
  spawn: () => Worker;
  log: Log;
  clock: Clock;
  /** The file can't be used any more; the thread has been ended. */
  onBroken: () => void;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

const RESTART_FIRST_MS = 50;

/** An index in a thread of its own, seen from the process that serves. A thread that ends is started again. */
export class IndexThread {
  readonly #options: IndexThreadOptions;
  #isNew: boolean;
  /** Undefined while it is being started again. */
  #worker: Worker | undefined;
  #isClosed = false;
  #failures = 0;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();
  /** Asked while there is no worker. */
  #held: Question[] = [];

  constructor(options: IndexThreadOptions) {
    this.#options = options;
    this.#isNew = options.isNew;
  }

  get folder(): string {
    return this.#options.folder;
  }

  /** Resolves when the index is open; rejects, and is closed, when it can't be used. */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.#isClosed = true;
      void this.#worker?.terminate();
      throw error;
    }
  }

  /** Throws `Unavailable` when the thread ends before it answers, or when too many wait. */
  async ask<Of extends Name>(name: Of, input: Input<Of>): Promise<Value<Of>> {
    if (this.#isClosed) throw new Unavailable('the search index is closed');
    if (this.#waiting.size >= limits.searchQueueMax) throw new Unavailable('too many searches wait');
    return (await this.#post({ name, input })) as Value<Of>;
  }

  /** After what was asked before. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const closing = this.#worker === undefined ? undefined : this.#post({ name: 'close' });
    this.#isClosed = true;
    // A thread that has died meanwhile has nothing left to close.
    await closing?.catch(() => {});
    await this.#worker?.terminate();
    this.#rejectAll('the search index is closed');
  }

  async #open(): Promise<void> {
    const { spawn, log, folder, copyOf, synonyms } = this.#options;
    const worker = spawn();
    this.#worker = worker;
    worker.on('message', answer => this.#receive(answer));
    worker.on('error', error => log.error({ err: error, folder }, 'the search thread failed'));
    worker.on('exit', () => void this.#recover(worker));
    const opened = this.#post({ name: 'open', input: { folder, isNew: this.#isNew, copyOf, synonyms: synonyms() } });
    for (const question of this.#held.splice(0)) worker.postMessage(question);
    await opened;
    this.#isNew = false;
  }

  #post(question: Omit<Question, 'id'>): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const numbered = { ...question, id } as Question;
      if (this.#worker === undefined) this.#held.push(numbered);
      else this.#worker.postMessage(numbered);
    });
  }

  #receive(answer: Answer): void {
    const asked = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) {
      this.#failures = 0;
      asked?.resolve(answer.value);
    } else {
      asked?.reject(answer.isBroken ? new Unavailable(answer.error) : new Error(`the search index: ${answer.error}`));
      if (answer.isBroken) this.#giveUp(answer.error);
    }
  }

  async #recover(ended: Worker): Promise<void> {
    if (this.#worker !== ended) return;
    this.#worker = undefined;
    this.#rejectAll('the search thread has ended');
    if (this.#isClosed) return;
    const { log, clock, folder } = this.#options;
    const pauseMs = Math.min(RESTART_FIRST_MS * 2 ** this.#failures++, limits.searchRestartMaxMs);
    log.warn({ folder, failures: this.#failures, pauseMs }, 'the search thread has ended; starting it again');
    await clock.sleep(pauseMs);
    // What fails here has ended the thread again, which comes back to `#recover`, or has given up.
    if (!this.#isClosed) await this.#open().catch(() => {});
  }

  #giveUp(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.log.error({ folder: this.folder, reason }, 'the search index on disk is of no use');
    this.#rejectAll('the search index is lost and is being built anew');
    void this.#worker?.terminate();
    this.#options.onBroken();
  }

  #rejectAll(message: string): void {
    this.#held = [];
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(new Unavailable(message));
  }
}
