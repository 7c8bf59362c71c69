/**
 * The thread that owns one index: answers one question after the other, so that the process that serves HTTP never
 * waits.
 */
import { parentPort } from 'node:worker_threads';
import type { Answer, Question } from './messages.ts';
import { openSearchIndex, type SearchIndex } from './search-index.ts';

const FLUSH_EVERY_MS = 1_000;

const port = parentPort!;
let index: SearchIndex | undefined;

function answer({ name, input }: Question): unknown {
  if (name === 'open') {
    index = openSearchIndex(input.folder, input);
    index.setSynonyms(input.synonyms);
    setInterval(flush, FLUSH_EVERY_MS).unref();
    return index.stats();
  }
  if (index === undefined) throw new Error('the index is not open');
  const value = (index[name] as (input: unknown) => unknown)(input);
  if (name === 'close') index = undefined;
  return value;
}

function flush(): void {
  try {
    index?.flush();
  } catch {
    // A full disk: past queries stay in memory and are written the next time.
  }
}

port.on('message', (question: Question) => {
  const { id } = question;
  let told: Answer;
  try {
    told = { id, ok: true, value: answer(question) };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // What can't be opened can't be used, whatever the reason.
    told = { id, ok: false, error: text, isBroken: question.name === 'open' };
  }
  port.postMessage(told);
});
