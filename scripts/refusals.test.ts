// The page of refusals says what the code does: made from the contracts and the edge, it is compared with what is
// committed, and a code means one thing wherever it comes from.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { listRefusals, renderRefusals } from './refusals.ts';

test('docs/refusals.md is current; `npm run docs` makes it so', () => {
  const page = readFileSync(new URL('../docs/refusals.md', import.meta.url), 'utf8');
  assert.equal(page, renderRefusals());
});

test('a code has one status, whichever module says it', () => {
  const statuses = Map.groupBy(listRefusals(), line => line.code);
  for (const [code, lines] of statuses) {
    assert.equal(new Set(lines.map(line => line.status)).size, 1, `${code}: ${JSON.stringify(lines)}`);
  }
});

test('every refusal is a 4xx or 5xx with an upper-case code and a sentence that fits a table', () => {
  for (const { code, status, meaning, from } of listRefusals()) {
    assert.match(code, /^[A-Z][A-Z0-9_]*$/);
    assert.ok(status >= 400 && status < 600, `${from} ${code}: ${status}`);
    assert.match(meaning, /^[^|\n]+\.$/, `${from} ${code}: ${meaning}`);
  }
});
