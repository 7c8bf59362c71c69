import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { everything } from '../../test/support/everything.ts';
import { fakeId, fakeProduct } from '../../test/support/fake-shop.ts';
import { type EngineUnderTest, filled, type OpenEngine } from './engine.contract.ts';

const TITLES = [
  'Philips 15.6" monitor (27°) – black',
  'Intel® Core™2 Duo + cooler -- 4 GB',
  'Wireless headphones',
  'Wireless charger',
  'Café crème Ünder İstanbul ß ½ ﬁne',
  '日本語 の タイトル',
  '" OR 1=1; DROP TABLE words; --',
  '®™',
  'NEAR(AND OR NOT*) title: ^x',
  "O'Brien's 100% \\ wool",
  `${'long title '.repeat(45)}end`,
  'wireless headphones',
  '40 4000',
];

/** How the words of a query are read; in small, since `understand` has tables of its own. */
export async function wordsContract(t: TestContext, open: OpenEngine): Promise<void> {
  const opened = await filled(
    t,
    open,
    TITLES.map((title, n) => fakeProduct({ product_id: fakeId(n + 1), title, brand: 'Sennheiser' })),
  );
  await findingWords(t, opened);
  await understandingWords(t, opened);
  await rankingWords(t, opened);
}

function asking({ engine }: EngineUnderTest) {
  const find = (q: string, more = {}) => engine.search({ ...everything, q, ...more });
  const idsOf = async (q: string) => (await find(q)).hits.map(hit => hit.product_id);
  return { find, idsOf };
}

async function findingWords(t: TestContext, opened: EngineUnderTest): Promise<void> {
  const { engine } = opened;
  const { find, idsOf } = asking(opened);

  await t.test('every title finds its product first', async () => {
    for (const [n, title] of TITLES.entries()) assert.equal((await idsOf(title))[0], fakeId(n + 1), title);
  });

  await t.test('case and accents do not matter', async () => {
    assert.deepEqual(await idsOf('CAFE CREME istanbul fine'), [fakeId(5)]);
  });

  await t.test('what asks for no word at all finds what is called so, and blanks find everything', async () => {
    assert.equal((await find('"')).total, 0);
    assert.deepEqual(await idsOf('®™'), [fakeId(8)]);
    assert.equal((await find(' \t')).total, TITLES.length);
  });

  await t.test(
    '500 characters of one-letter words, of unknown words, of operators and of NULs are answered',
    async () => {
      for (const q of ['a b c d e f ', 'zxqwvt kjhgfd ', '"( NEAR * ^ : ', 'ab*', '\\', '\u0000', '\ud83d', '{"a":[']) {
        const asked = q.repeat(500).slice(0, 500);
        assert.equal((await find(asked)).query.text, asked);
        assert.ok((await engine.suggest({ q: asked })).length <= 10);
      }
    },
  );
}

async function understandingWords(t: TestContext, opened: EngineUnderTest): Promise<void> {
  const { engine } = opened;
  const { find, idsOf } = asking(opened);

  await t.test('all words are wanted; any will do when no product has all, and the answer says so', async () => {
    assert.deepEqual(new Set(await idsOf('headphones wireless')), new Set([fakeId(3), fakeId(12)]));
    const relaxed = await find('wireless wool');
    assert.deepEqual(relaxed.query, { text: 'wireless wool', corrected: null, did_you_mean: [], relaxed: true });
    assert.equal(relaxed.total, 4);
  });

  await t.test('relaxing and correcting are decided without filters', async () => {
    const narrow = await find('wireless headphones', { brands: ['Nobody'] });
    assert.deepEqual([narrow.total, narrow.query.relaxed], [0, false]);
    const typo = await find('wireles', { brands: ['Nobody'] });
    assert.deepEqual([typo.total, typo.query.corrected], [0, 'wireless']);
  });

  await t.test('unknown words become the nearest known ones, in the text as it was written', async () => {
    const { query, total } = await find('Wireles, hedphones!');
    assert.deepEqual([query.corrected, query.relaxed, total], ['wireless, headphones!', false, 2]);
    assert.equal((await find('senheisser')).query.corrected, 'sennheiser');
  });

  await t.test('words with digits and short words are never corrected', async () => {
    for (const q of ['4001', '40x', 'oo']) {
      const { query, total } = await find(q);
      assert.deepEqual([query.corrected, total], [null, 0], q);
    }
  });

  await t.test('a size is found in another unit, a model however it is written', async () => {
    assert.deepEqual(await idsOf('4096 mb cooler'), [fakeId(2)]);
    assert.equal((await idsOf('monitor 15.6 inch'))[0], fakeId(1));
    assert.deepEqual(await idsOf('core 2'), [fakeId(2)]);
  });

  await t.test('synonyms hold from the next query on: both ways, one way, and no more', async () => {
    await engine.setSynonyms('headphones, kopfhoerer\ncans => headphones');
    assert.deepEqual(new Set(await idsOf('kopfhoerer')), new Set([fakeId(3), fakeId(12)]));
    assert.deepEqual(new Set(await idsOf('wireless cans')), new Set([fakeId(3), fakeId(12)]));
    await engine.setSynonyms('');
    assert.equal((await find('kopfhoerer')).total, 0);
  });
}

async function rankingWords(t: TestContext, opened: EngineUnderTest): Promise<void> {
  const { engine, settled } = opened;
  const { find, idsOf } = asking(opened);

  await t.test('of titles that match alike, what can be bought stands first', async () => {
    assert.deepEqual(await idsOf('wireless'), [fakeId(3), fakeId(12), fakeId(4)].toSorted(byStock));
  });

  await t.test('why a hit stands where it does is told by the factors of its relevance', async () => {
    const { hits } = await find('wireless', { explain: true });
    const whole = hits.map(({ explanation }) => {
      const { text, exact_title: isExact, ...factors } = explanation!;
      assert.equal(isExact, false);
      return Object.values(factors).reduce((product, factor) => product * factor, text!);
    });
    assert.equal(whole.length, 3);
    assert.deepEqual(
      whole,
      whole.toSorted((a, b) => b - a),
    );
    const [exact] = (await find('Wireless charger', { explain: true })).hits;
    assert.deepEqual([exact!.product_id, exact!.explanation!.exact_title], [fakeId(4), true]);
  });

  await t.test('past queries that found something are suggested', async () => {
    await find('Charger');
    await find('charade xyz');
    const deadline = performance.now() + 10_000;
    for (;;) {
      await settled();
      const [first, second] = await engine.suggest({ q: 'char' });
      if (first?.kind !== 'query' && performance.now() < deadline) continue;
      assert.deepEqual(first, { text: 'charger', kind: 'query' });
      assert.equal(second?.kind, 'product');
      break;
    }
  });
}

/** The first of three products is out of stock. */
function byStock(a: string, b: string): number {
  const isOut = (id: string) => Number((Number.parseInt(id.slice(24), 16) - 1) % 3 === 0);
  return isOut(a) - isOut(b);
}

export async function suggestionsContract(t: TestContext, open: OpenEngine): Promise<void> {
  const { engine } = await filled(t, open, [
    fakeProduct({
      product_id: fakeId(1),
      title: 'Laptop sleeve',
      brand: 'Lapland',
      category_path: ['Laptops', 'Bags'],
    }),
    fakeProduct({ product_id: fakeId(2), title: 'Gaming laptop 17"', brand: 'Hal', category_path: ['Laptops'] }),
    fakeProduct({ product_id: fakeId(3), title: 'Desk', brand: 'Hal', category_path: ['Office desks'] }),
  ]);
  const kindsOf = async (q: string) => (await engine.suggest({ q })).map(one => `${one.kind} ${one.text}`);

  await t.test('categories, brands and titles are told by the beginnings of their words', async () => {
    const all = ['category Laptops', 'brand Lapland', 'product Laptop sleeve', 'product Gaming laptop 17"'];
    assert.deepEqual(await kindsOf('lap'), all);
    assert.deepEqual(await engine.suggest({ q: 'desk' }), [
      { text: 'Office desks', kind: 'category', path: ['Office desks'] },
      { text: 'Desk', kind: 'product', product_id: fakeId(3) },
    ]);
    assert.deepEqual(await kindsOf('gaming l'), ['product Gaming laptop 17"']);
  });

  await t.test('a slip is passed over, in the last word and before it', async () => {
    assert.deepEqual(await kindsOf('latpop'), [
      'category Laptops',
      'product Gaming laptop 17"',
      'product Laptop sleeve',
    ]);
    assert.deepEqual(await kindsOf('gamign lap'), ['product Gaming laptop 17"']);
  });

  await t.test('nothing is suggested for nothing, and operators are no operators', async () => {
    for (const q of ['', ' ', '"', '*', 'lap" OR "d', 'title:lap', '.*', '[a-z]+', '\u0000']) {
      assert.ok((await engine.suggest({ q })).length <= 10, q);
    }
    assert.deepEqual(await engine.suggest({ q: '"' }), []);
  });
}
