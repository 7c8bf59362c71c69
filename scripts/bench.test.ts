// Goal: a benchmark is found by its file's name. Method: the program itself, without measuring anything.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

function bench(...args: string[]) {
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/bench.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
}

test('--list names every file of bench/ with its description', () => {
  const { stdout, status } = bench('--list');
  const names = globSync('bench/*.ts', { cwd: root }).map(path => basename(path, '.ts'));
  const lines = stdout.trimEnd().split('\n');
  assert.equal(status, 0);
  assert.deepEqual(
    lines.map(line => line.split(' ')[0]),
    names.sort(),
  );
  for (const line of lines) assert.match(line, /^[\w-]+ {2,}\S+ \S+/);
});

test('a name that is no benchmark, and a bad option, are refused before a shop is started', () => {
  assert.match(bench('no-such-thing').stderr, /unknown command 'no-such-thing'/);
  const { stderr, status } = bench('browse', '--seconds', '0');
  assert.match(stderr, /It takes a whole number from 1 on/);
  assert.equal(status, 1);
});
