import { readFile, stat } from 'node:fs/promises';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { readSynonyms } from './language/synonyms.ts';

const DEFAULT = new URL('./synonyms.txt', import.meta.url);

/** The shop's own list where there is one, else ours; read again when it changes. */
export interface SynonymFile {
  /** Tells the list that holds, at once and whenever it changes, until it is stopped. */
  follow(tell: (text: string) => Promise<void>): Promise<void>;
  stop(): void;
}

export function synonymFile(file: string, { clock, log }: { clock: Clock; log: Log }): SynonymFile {
  const stopped = new AbortController();
  let told: string | undefined;

  async function look(tell: (text: string) => Promise<void>): Promise<void> {
    const own = await stat(file).catch(() => null);
    const state = own === null ? '' : `${own.mtimeMs} ${own.size}`;
    if (state === told) return;
    const text = await readFile(own === null ? DEFAULT : file, 'utf8');
    if (text.length > limits.synonymTextMax) {
      log.error({ file, most: limits.synonymTextMax }, 'the list of synonyms is too long; the one before holds');
    } else {
      const { problems } = readSynonyms(text);
      if (problems.length > 0) log.warn({ file, problems }, 'these lines of the list of synonyms are left out');
      await tell(text);
    }
    told = state;
  }

  async function keepLooking(tell: (text: string) => Promise<void>): Promise<void> {
    while (!stopped.signal.aborted) {
      await clock.sleep(limits.synonymPollMs, stopped.signal);
      if (stopped.signal.aborted) return;
      await look(tell).catch(error => log.warn({ err: error, file }, 'the list of synonyms could not be read'));
    }
  }

  return {
    async follow(tell) {
      await look(tell);
      void keepLooking(tell);
    },
    stop: () => stopped.abort(),
  };
}
