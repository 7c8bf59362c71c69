import { test } from 'node:test';
import { facetsContract, type OpenEngine, ordersContract } from './engine.contract.ts';
import { suggestionsContract, wordsContract } from './engine-words.contract.ts';
import { buildsContract, levelsContract, swapsContract, writesContract } from './engine-writes.contract.ts';

/** All that an engine promises, as tests of the file that calls it. `pages`: how many random ones are looked at. */
export function searchEngineContract(open: OpenEngine, { pages }: { pages: number }): void {
  test('what facets count is what choosing gives', t => facetsContract(t, open, { pages }));
  test('orders and their pages are exact', t => ordersContract(t, open));
  test('words find what they mean', t => wordsContract(t, open));
  test('suggestions begin as what is typed', t => suggestionsContract(t, open));
  test('writes hold in any order', t => writesContract(t, open));
  test('levels hold without their product', t => levelsContract(t, open));
  test('builds go beside what serves', t => buildsContract(t, open));
  test('swaps are seen by nobody', t => swapsContract(t, open));
}
