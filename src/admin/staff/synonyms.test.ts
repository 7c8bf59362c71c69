// Goal: staff read, try out, change and take back the synonyms without a script and by the API, and a wrong line
// changes nothing. Method: a browser without JavaScript at a real shop.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from '../../../test/support/client.ts';
import type { Reader } from '../../../test/support/reader.ts';
import { startTestShop, type TestShop } from '../../../test/support/shop.ts';
import { newPerson, signIn } from '../../../test/support/staff-reader.ts';

const PATH = '/en/admin/synonyms';
const NOTHING_ELSE = 'A rule names two phrases or more, with a comma or => between them.';
let shop: TestShop;
let staff: Reader;
const later: (() => Promise<void>)[] = [];

before(async () => {
  shop = await startTestShop({ after: work => void later.push(work) });
  staff = await signIn(shop, await newPerson(shop, 'staff'));
});
after(async () => {
  for (const end of later) await end();
});

const admin = () => createClient(shop.url, shop.adminKey);
const listed = async () => (await admin().get('/api/admin/synonyms')).body;

test('the list that comes with the shop is shown, and can be tried out', async () => {
  const page = await staff.open(PATH);
  assert.match(page.text, /1\d\d rules are in force\. It is the list that comes with the shop\./);
  assert.equal(staff.fieldsOf(page, PATH).text, (await listed()).text);
  assert.doesNotMatch(page.text, /Remove our list/);
  const tried = await staff.open(`${PATH}?words=blue+COUCH`);
  assert.match(tried.text, /couch sofa, settee/);
  assert.match((await staff.open(`${PATH}?words=zzz`)).text, /No phrase of it has other ways to be said\./);
});

test('what is saved is in force at once, on the page and by the API; a removed list leads back', async () => {
  const ours = await listed();
  const saved = await staff.submit(await staff.open(PATH), PATH, { text: 'divan, sofa\r\ntv => television' });
  assert.match(
    saved.text,
    /Saved\. The next search already goes by it\. 2 rules are in force\. It is the shop's own list\./,
  );
  assert.deepEqual(await listed(), {
    text: 'divan, sofa\ntv => television',
    is_default: false,
    rules: 2,
    problems: [],
  });
  assert.match((await staff.open(`${PATH}?words=divan`)).text, /divan sofa/);
  const put = await admin().put('/api/admin/synonyms', { text: '# none' });
  assert.deepEqual([put.status, put.body], [200, { text: '# none', is_default: false, rules: 0, problems: [] }]);
  const back = await staff.submit(await staff.open(PATH), `${PATH}/reset`);
  assert.match(back.text, /The list that comes with the shop holds again\./);
  assert.deepEqual(await listed(), ours);
});

test('a wrong line is shown with what was typed, told by the API, and changes nothing', async () => {
  await admin().put('/api/admin/synonyms', { text: 'divan, sofa' });
  const was = await listed();
  const text = 'divan, bed\r\nonly this\r\na => b => c';
  const page = await staff.submit(await staff.open(PATH), PATH, { text });
  assert.equal(page.status, 400);
  assert.match(page.text, /Nothing was saved: some lines can not be rules\./);
  assert.match(page.text, /2 only this A rule needs two phrases or more, with a comma or => between them\./);
  assert.match(page.text, /3 a => b => c A rule has one => at most\./);
  assert.equal(staff.fieldsOf(page, PATH).text, 'divan, bed\nonly this\na => b => c');
  const { status, body } = await admin().put('/api/admin/synonyms', { text: 'divan, bed\nonly this' });
  assert.deepEqual(
    [status, body.code, body.problems],
    [400, 'SYNONYMS_INVALID', [{ line: 2, code: 'NOTHING_ELSE', message: NOTHING_ELSE }]],
  );
  assert.deepEqual(await listed(), was);
  const again = await admin().put('/api/admin/synonyms', { text: null });
  assert.deepEqual([again.status, again.body.is_default], [200, true]);
});

test('nobody but staff reads or changes them', async () => {
  const customer = await signIn(shop, await newPerson(shop, 'customer'));
  assert.equal((await customer.open(PATH)).status, 403);
  const was = await listed();
  for (const client of [createClient(shop.url), createClient(shop.url, 'no-key')]) {
    assert.equal((await client.get('/api/admin/synonyms')).status, 401);
    assert.equal((await client.put('/api/admin/synonyms', { text: '' })).status, 401);
  }
  assert.deepEqual(await listed(), was);
});
