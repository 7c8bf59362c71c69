import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { SynonymList } from './contract.ts';
import { readSynonyms, Synonyms } from './language/synonyms.ts';

const OURS = new URL('./synonyms.txt', import.meta.url);
/** A character is four bytes at most: more of a file is not even read. */
const BYTES_READ_MAX = 4 * limits.synonymTextMax + 4;
const PROBLEMS_LOGGED = 10;

interface SynonymFileOptions {
  path: string;
  /** Told at the start and at every change; resolves when the list holds. */
  tell: (text: string) => Promise<void>;
  clock: Clock;
  log: Log;
}

/**
 * The shop's synonyms: a file that people edit, by the admin's page or by hand. Where there is none, the list that
 * comes with the shop holds.
 */
export class SynonymFile {
  readonly #options: SynonymFileOptions;
  readonly #stopped = new AbortController();
  #synonyms = new Synonyms([]);
  #list: SynonymList = { text: '', is_default: true, rules: 0, problems: [] };
  #seen: string | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #rounds: Promise<void> = Promise.resolve();

  constructor(options: SynonymFileOptions) {
    this.#options = options;
  }

  /** What is in force: the same object until it changes. */
  current(): Synonyms {
    return this.#synonyms;
  }

  list(): SynonymList {
    return this.#list;
  }

  /** null: back to the list that comes with the shop. */
  save(text: string | null): Promise<Outcome<SynonymList, 'SYNONYMS_INVALID'>> {
    return this.#inTurn(async () => {
      const { problems } = readSynonyms(text ?? '');
      if (problems.length > 0) return refuse('SYNONYMS_INVALID', { problems });
      if (text === null) await rm(this.#options.path, { force: true });
      else await write(this.#options.path, text.replaceAll('\r\n', '\n'));
      await this.#look();
      return accept(this.#list);
    });
  }

  /** Reads the file, and from then on looks every second whether somebody has changed it. */
  async start(): Promise<void> {
    // A start that waits for another part comes again.
    if (this.#seen !== undefined) return;
    // First, so that a file which is wrong at the start leaves this list in force.
    await this.#take(await readFile(OURS, 'utf8'), true);
    await this.#lookInTurn();
    this.#rounds = this.#keepLooking();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#rounds;
    await this.#last;
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#options.clock.sleep(limits.synonymPollMs, signal);
      if (!signal.aborted) await this.#lookInTurn();
    }
  }

  /** A disk that fails leaves the former list in force, and the next look tries again. */
  #lookInTurn(): Promise<void> {
    const { path, log } = this.#options;
    return this.#inTurn(() => this.#look()).catch(error => log.warn({ err: error, path }, 'synonyms can not be read'));
  }

  /** Reads the file when it is another one than before: by when it was written, its length, and which file it is. */
  async #look(): Promise<void> {
    const mark = await markOf(this.#options.path);
    if (mark === this.#seen) return;
    if (mark === NO_FILE) await this.#take(await readFile(OURS, 'utf8'), true);
    else await this.#take(await readText(this.#options.path), false);
    this.#seen = mark;
  }

  async #take(text: string, isDefault: boolean): Promise<void> {
    const { path, tell, log } = this.#options;
    const { rules, problems } = readSynonyms(text);
    const isRight = problems.length === 0;
    if (isRight) await tell(text);
    if (isRight) this.#synonyms = new Synonyms(rules);
    else log.warn({ path, problems: problems.slice(0, PROBLEMS_LOGGED) }, 'synonyms with wrong lines are not in force');
    const inForce = isRight ? rules.length : this.#list.rules;
    this.#list = { text: shownText(text), is_default: isDefault, rules: inForce, problems };
  }

  /** One after the other: of two who save at once the later one's text stands, whole. */
  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

const NO_FILE = 'none';

async function markOf(path: string): Promise<string> {
  try {
    const { mtimeNs, size, ino } = await stat(path, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NO_FILE;
    throw error;
  }
}

/** Not more than is needed to see that it is too long. */
async function readText(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BYTES_READ_MAX), 0, BYTES_READ_MAX, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What is too long is told, and its beginning shown. */
function shownText(text: string): string {
  return text.length <= limits.synonymTextMax ? text : text.slice(0, limits.synonymTextMax).toWellFormed();
}

/** By renaming, so that a crash leaves the former file or this one. */
async function write(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
