// Goal: what shoppers type finds what they mean, on 19,406 real products and on both engines. Method: properties of
// first pages, never single products; and for each facet value shown on many random pages, what choosing it gives.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { seededRandom } from '#platform/seeded-random';
import type { SearchQuery } from '#search';
import { icecatDocuments } from '../../bench/support/icecat-documents.ts';
import { EmbeddedEngine } from '../../src/search/embedded/embedded-engine.ts';
import type { EngineAnswer, SearchDocument, SearchEngine } from '../../src/search/engine.ts';
import { OpenSearchEngine } from '../../src/search/opensearch/opensearch-engine.ts';
import { everything } from '../support/everything.ts';
import { startOpenSearch } from '../support/opensearch.ts';
import { mayLack, PARTS, type Part } from '../support/parts.ts';

const SEED = 'icecat 1';
const firstPage = { ...everything, page_size: 10 };
interface Opened {
  engine: SearchEngine;
  close(): Promise<void>;
}

const log = createLog({ level: 'silent' });
const deps = { ids: createIds(), log, clock: systemClock };

async function openEmbedded(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'icecat-search-'));
  const engine = new EmbeddedEngine({ ...deps, folder });
  const close = async () => {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { engine, close };
}

async function openOpenSearch(): Promise<Opened> {
  const server = await startOpenSearch(PARTS.opensearch.find()!);
  const engine = new OpenSearchEngine({ ...deps, url: `${server.url}/icecat` });
  const close = async () => {
    await engine.stop();
    await server.stop();
  };
  return { engine, close };
}

async function fill(engine: SearchEngine, documents: SearchDocument[]): Promise<void> {
  await engine.start();
  await engine.setSynonyms(readFileSync(new URL('../../src/search/synonyms.txt', import.meta.url), 'utf8'));
  const build = await engine.build();
  for (let at = 0; at < documents.length; at += 500) {
    const some = documents.slice(at, at + 500);
    const levels = some.map(({ product_id }) => ({ product_id, in_stock: true }));
    await build.add({ documents: some, gone: [], levels, popularity: [] });
  }
  await build.swap();
}

for (const [name, open, part, share] of [
  ['the embedded engine', openEmbedded, 'icecat', 0.05],
  ['OpenSearch', openOpenSearch, 'opensearch', 0.01],
] as const) {
  describe(`on the Icecat products, ${name}`, { skip: isAbsent(part) }, () => {
    findingProducts(open, share);
  });
}

function isAbsent(part: Part): boolean {
  return [part, 'icecat' as const].some(each => PARTS[each].find() === null && mayLack(each));
}

/** `part`: of the values that are shown, those that are chosen; each costs a search. */
function findingProducts(open: () => Promise<Opened>, part: number): void {
  let documents: Map<string, SearchDocument>;
  let opened: Opened;

  before(async () => {
    const all = icecatDocuments() ?? [];
    documents = new Map(all.map(document => [document.product_id, document]));
    opened = await open();
    await fill(opened.engine, all);
  });
  after(() => opened?.close());

  const search = (query: Partial<SearchQuery>) => opened.engine.search({ ...firstPage, ...query });
  const page = async (q: string) => (await search({ q })).hits.map(hit => documents.get(hit.product_id)!);
  const isIn =
    (...names: string[]) =>
    (document: SearchDocument) =>
      names.includes(document.category_path.at(-1)!);
  const says = (word: RegExp) => (document: SearchDocument) =>
    word.test([document.title, document.description, document.attribute_words].join(' '));
  const share = async (q: string, isRight: (document: SearchDocument) => boolean) => {
    const found = await page(q);
    assert.ok(found.length > 0, `${q} finds nothing`);
    return found.filter(isRight).length / found.length;
  };

  for (const [q, least, isRight] of [
    ['laptop', 0.8, isIn('Laptops')],
    ['wireless headphones', 0.8, isIn('Headphones & headsets')],
    ['head set', 0.9, isIn('Headphones & headsets')],
    ['ssd 1tb', 0.9, says(/1000 ?GB|1 ?TB/i)],
    ['hp toner', 0.8, document => document.brand === 'HP' && /toner/i.test(document.title)],
    ['usb c cable 2m', 0.9, document => says(/USB.?C/i)(document) && says(/\b2 ?m\b|200 ?cm/i)(document)],
    ['tripod', 0.9, says(/tripod/i)],
    ['gaming mouse', 0.7, isIn('Mice')],
    ['flat screen tv', 0.8, isIn('Televisions')],
    ['aa batteries', 0.9, isIn('Batteries')],
    ['iphone case', 0.8, isIn('Bags & cases', 'Mobile accessories')],
    ['4k monitor 27', 0.9, document => isIn('Monitors')(document) && says(/27"/)(document)],
    ['nas 4 bay', 0.3, says(/\bNAS\b/)],
  ] as [string, number, (document: SearchDocument) => boolean][]) {
    test(`${q}: at least ${100 * least} % of the first page are it`, async () => {
      const right = await share(q, isRight);
      assert.ok(right >= least, `${right} of ${(await page(q)).map(document => `\n${document.title}`)}`);
    });
  }

  test('two slips find what the words without them find, and say so', async () => {
    const { query, hits } = await search({ q: 'wireles hedphones' });
    assert.equal(query.corrected, 'wireless headphones');
    assert.deepEqual(hits, (await search({ q: 'wireless headphones' })).hits);
  });

  test('a model number is found however it is written', async () => {
    const first = (await page('TN-2110'))[0]?.title;
    assert.match(first ?? '', /TN-?2110/);
    for (const q of ['tn2110', 'TN 2110', 'tn-2110']) {
      assert.equal((await page(q))[0]?.title, first, q);
    }
  });
  choosingFacets(search, () => [...documents.values()], part);
}

function choosingFacets(
  search: (query: Partial<SearchQuery>) => Promise<EngineAnswer>,
  allOf: () => SearchDocument[],
  part: number,
): void {
  test('every value that facets show on 200 random pages gives its count when it is chosen alone', async t => {
    t.diagnostic(`seed ${SEED}`);
    const draw = seededRandom(SEED);
    const all = allOf();
    let checked = 0;
    for (let round = 0; round < 200; round++) {
      const { title, category_path, brand } = all[Math.floor(draw() * all.length)]!;
      const words = title.split(/[^A-Za-z]+/).filter(word => word.length > 2);
      const query = {
        ...firstPage,
        q: draw() < 0.8 ? words.slice(0, 1 + Math.floor(draw() * 2)).join(' ') : '',
        category: draw() < 0.3 ? category_path.slice(0, 1) : [],
        brands: draw() < 0.2 && brand !== null ? [brand] : [],
        price_max: draw() < 0.2 ? 20_000 : null,
      };
      const { facets } = await search(query);
      const chosen = [
        ...facets.categories.map(one => ({ count: one.count, query: { ...query, category: one.path } })),
        ...facets.brands.map(one => ({ count: one.count, query: { ...query, brands: [one.value] } })),
        ...facets.price_ranges.map(one => ({
          count: one.count,
          query: { ...query, price_min: one.from, price_max: one.to === null ? null : one.to - 1 },
        })),
        ...facets.ratings.map(one => ({ count: one.count, query: { ...query, rating_min: one.from } })),
        ...Object.entries(facets.attributes).flatMap(([name, values]) =>
          values.map(one => ({ count: one.count, query: { ...query, attributes: { [name]: [one.value] } } })),
        ),
      ];
      for (const { count, query: alone } of chosen) {
        // A part of them: each costs a search.
        if (draw() > part) continue;
        checked += 1;
        assert.equal((await search(alone)).total, count, JSON.stringify(alone));
      }
    }
    assert.ok(checked > 150, `${checked} values were chosen`);
  });
}
