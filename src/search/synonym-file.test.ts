// Goal: what staff save and what somebody writes into the file by hand is in force at once, and never half of it or a
// list that is wrong. Method: a folder, a clock that is moved by hand, and files as editors leave them.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { manualClock } from '#platform/clock';
import { createLog } from '#platform/log';
import { SynonymFile } from './synonym-file.ts';

const ours = readFileSync(new URL('./synonyms.txt', import.meta.url), 'utf8');

async function openFile(t: TestContext, text?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'synonyms-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'synonyms.txt');
  if (text !== undefined) writeFileSync(path, text);
  const clock = manualClock(Date.UTC(2027, 0, 1));
  const told: string[] = [];
  const tell = async (list: string) => void told.push(list);
  const file = new SynonymFile({ path, tell, clock, log: createLog({ level: 'silent' }) });
  await file.start();
  t.after(() => file.stop());
  const waysOf = (said: string) => file.current().explain(said)[0]?.ways;
  /** A second later; a save waits until what the second has begun is done. */
  const looked = async () => {
    clock.advance(1_000);
    await new Promise(setImmediate);
    await file.save('not a rule');
  };
  return { folder, path, file, waysOf, looked, told };
}

test('where there is no file, the list that comes with the shop holds', async t => {
  const { file, waysOf, folder } = await openFile(t);
  const { rules, ...shown } = file.list();
  assert.deepEqual(shown, { text: ours, is_default: true, problems: [] });
  assert.ok(rules >= 120);
  assert.deepEqual(waysOf('couch'), ['sofa', 'settee']);
  assert.deepEqual(readdirSync(folder), []);
});

test('what is saved is in force, in the file and after a restart; null leads back', async t => {
  const { file, waysOf, path, folder } = await openFile(t);
  const shown = { text: 'lamp, light\n', is_default: false, rules: 1, problems: [] };
  assert.deepEqual(await file.save('lamp, light\r\n'), { ok: true, value: shown });
  assert.deepEqual(file.list(), shown);
  assert.deepEqual([waysOf('light'), waysOf('couch')], [['lamp'], undefined]);
  assert.deepEqual(readdirSync(folder), ['synonyms.txt']);
  const again = new SynonymFile({
    path,
    tell: async () => {},
    clock: manualClock(0),
    log: createLog({ level: 'silent' }),
  });
  await again.start();
  await again.stop();
  assert.deepEqual(again.list(), shown);
  const back = await file.save(null);
  assert.ok(back.ok && back.value.is_default);
  assert.deepEqual(waysOf('couch'), ['sofa', 'settee']);
  assert.deepEqual(readdirSync(folder), []);
  assert.ok((await file.save(null)).ok, 'back from where it is already');
});

test('a start that comes again looks and tells no second time', async t => {
  const { file, told } = await openFile(t, 'lamp, light');
  assert.deepEqual(told, [ours, 'lamp, light'], 'ours first, in case that the other one is wrong');
  await file.start();
  assert.equal(told.length, 2);
});

test('a list with a wrong line is refused, and nothing changes', async t => {
  const { file, waysOf, path } = await openFile(t, 'lamp, light');
  const [before, rules] = [file.list(), file.current()];
  const refused = await file.save('lamp, torch\nsofa');
  const message = 'A rule names two phrases or more, with a comma or => between them.';
  const problems = [{ line: 2, code: 'NOTHING_ELSE', message }];
  assert.deepEqual(refused, { ok: false, code: 'SYNONYMS_INVALID', detail: { problems } });
  assert.deepEqual(file.list(), before);
  assert.equal(file.current(), rules);
  assert.deepEqual(waysOf('lamp'), ['light']);
  assert.equal(readFileSync(path, 'utf8'), 'lamp, light');
});

test('an empty list is a list: nothing stands for anything else', async t => {
  const { file, waysOf } = await openFile(t);
  assert.deepEqual(await file.save(''), { ok: true, value: { text: '', is_default: false, rules: 0, problems: [] } });
  assert.equal(waysOf('couch'), undefined);
});

test('a file that is changed by hand is read within a second, and once', async t => {
  const { path, file, waysOf, looked } = await openFile(t, 'lamp, light');
  const rules = file.current();
  await looked();
  assert.equal(file.current(), rules, 'nothing has changed');
  writeFileSync(path, 'lamp, lantern\nrug, carpet');
  await looked();
  assert.deepEqual([waysOf('lamp'), file.list().rules], [['lantern'], 2]);
  rmSync(path);
  await looked();
  assert.deepEqual([waysOf('couch'), file.list().is_default], [['sofa', 'settee'], true]);
});

test('a file that is wrong leaves the former rules in force and is told; mended, it holds', async t => {
  const { path, file, waysOf, looked } = await openFile(t, 'lamp, light');
  writeFileSync(path, 'lamp, lantern\n=> carpet');
  await looked();
  assert.deepEqual(waysOf('lamp'), ['light']);
  const { text, rules, problems } = file.list();
  assert.deepEqual([text, rules], ['lamp, lantern\n=> carpet', 1]);
  assert.deepEqual(problems, [
    { line: 2, code: 'PHRASE_EMPTY', message: 'Between two commas, or at an end, a phrase is missing.' },
  ]);
  writeFileSync(path, 'lamp, lantern');
  await looked();
  assert.deepEqual([waysOf('lamp'), file.list().problems], [['lantern'], []]);
});

test('a file that is wrong at the start leaves the list of the shop in force', async t => {
  const { file, waysOf } = await openFile(t, 'lamp');
  assert.deepEqual(waysOf('couch'), ['sofa', 'settee']);
  assert.deepEqual([file.list().text, file.list().is_default, file.list().problems.length], ['lamp', false, 1]);
});

test('a file without end is not read to its end', async t => {
  const { file, waysOf } = await openFile(t, '#'.repeat(1_000_000));
  assert.deepEqual(waysOf('couch'), ['sofa', 'settee']);
  const { text, problems } = file.list();
  assert.equal(text.length, 50_000);
  assert.deepEqual(
    problems.map(({ line, code }) => [line, code]),
    [[1, 'TEXT_TOO_LONG']],
  );
});

test('of many who save at once one stands, whole', async t => {
  const { file, path } = await openFile(t);
  const texts = Array.from({ length: 20 }, (_, n) => `lamp, light${n}\n`.repeat(n + 1));
  const saved = await Promise.all(texts.map(text => file.save(text)));
  assert.deepEqual(
    saved.map(each => each.ok && each.value.text),
    texts,
  );
  assert.equal(readFileSync(path, 'utf8'), texts.at(-1));
  assert.equal(file.list().text, texts.at(-1));
});
