// Goal: a hot table without its constant bucket is found wherever it stands in a statement. Method: statements as they
// are written here, each with one bucket taken away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unroutedReferences } from './routed-statements.ts';

const TABLES = ['s.hot', 's.cool'];
const missing = (text: string) => unroutedReferences(text, TABLES).map(found => found.split(',')[0]);

test('a table has its bucket under its own alias, or without one', () => {
  assert.deepEqual(missing('select a from s.hot h where h.bucket = $1::smallint and h.id = $2'), []);
  assert.deepEqual(missing('select a from s.hot where bucket = $1 and id = $2'), []);
  assert.deepEqual(missing('select a from s.hot h join s.cool c on c.id = h.id where h.bucket = $1'), ['s.cool as c']);
  assert.deepEqual(missing('select a from s.hot h where h.bucket = any($1)'), ['s.hot as h']);
});

test('what stands in other brackets, or another select, does not count', () => {
  assert.deepEqual(missing('with k as (select $1 from x where bucket = $1) select a from s.hot'), ['s.hot as hot']);
  const lateral = (more: string) =>
    `select * from unnest($1) as k cross join lateral (select a from s.hot where ${more})`;
  assert.deepEqual(missing(`${lateral('bucket = k.bucket')} where bucket = $2`), ['s.hot as hot']);
  assert.deepEqual(missing(lateral('bucket = k.bucket and bucket = $2 for update')), []);
  const both = 'select a from s.hot h where h.bucket = $1 union all select a from s.cool c where c.id = $2';
  assert.deepEqual(missing(both), ['s.cool as c']);
});

test('changes and new rows need it too', () => {
  assert.deepEqual(missing('update s.hot h set a = 1 from k where h.bucket = k.bucket'), ['s.hot as h']);
  assert.deepEqual(missing('delete from s.hot where bucket = $1'), []);
  assert.deepEqual(missing('insert into s.hot (bucket, a) select u.bucket, u.a from unnest($1) as u'), [
    's.hot as hot',
  ]);
  assert.deepEqual(missing('insert into s.hot (bucket, a) select $1::smallint, u.a from unnest($2) as u'), []);
  const second = 'insert into s.hot (bucket) select $1::smallint from k union all select u.* from unnest($2) as u';
  assert.deepEqual(missing(second), ['s.hot as hot']);
  assert.deepEqual(missing(`${second} (bucket) where u.bucket = $3`), []);
});
