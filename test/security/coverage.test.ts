// Goal: no line of SECURITY.md is forgotten. Method: the titles of the tests in this folder are read from their files;
// each line stands at the beginning of one of them or, with the reason, in the list of what is not applicable yet.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { notApplicable } from './not-applicable.ts';

const LINES = Array.from({ length: 35 }, (_, i) => i + 1);
const TITLE = /\btest\(\s*(['"`])(\d+): /g;

async function linesWithTests(): Promise<Set<number>> {
  const folder = new URL('./', import.meta.url);
  const files = (await readdir(folder)).filter(name => name.endsWith('.test.ts'));
  const texts = await Promise.all(files.map(name => readFile(new URL(name, folder), 'utf8')));
  return new Set(texts.flatMap(text => [...text.matchAll(TITLE)].map(match => Number(match[2]))));
}

test('each line of SECURITY.md has a test, or a reason why not', async () => {
  const tested = await linesWithTests();
  const excused = new Set(notApplicable.filter(({ part }) => part === undefined).map(({ line }) => line));
  assert.deepEqual(
    LINES.filter(line => !tested.has(line) && !excused.has(line)),
    [],
    'lines that nobody tests',
  );
  assert.deepEqual(
    LINES.filter(line => tested.has(line) && excused.has(line)),
    [],
    'lines that are tested and excused',
  );
  assert.deepEqual(
    [...tested].filter(line => !LINES.includes(line)),
    [],
  );
});

test('what is not applicable says why, and a part of a line stands beside its tests', async () => {
  const tested = await linesWithTests();
  for (const { line, part, reason } of notApplicable) {
    assert.ok(LINES.includes(line) && reason.length > 20, `line ${line}`);
    if (part !== undefined) assert.ok(tested.has(line), `line ${line} has tests beside "${part}"`);
  }
});
