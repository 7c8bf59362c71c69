// Goal: an address says what is looked for, and the shortest address of a selection says the same. Method: pure
// functions over parameters as a browser sends them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFiltered, type Params, paramsOf, readSelection, withoutFilters } from './selection.ts';

const options = { digits: 2, pagesMax: 417 };
const read = (params: Params) => readSelection(params, options);

function paramsIn(search: string): Params {
  const params: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) params[name] = [...(params[name] ?? []), value];
  return params;
}

test('every parameter of the API is read, and written back in one order', () => {
  const address =
    'q=desk+lamp&category=Home&category=Lighting&brand=Ostvik&brand=Skarn&price_min=1000&price_max=5000&rating_min=4' +
    '&prime=true&in_stock=true&attr.color=black&attr.color=oak&attr.size=M&sort=price_asc&page=3';
  const { selection, isFromForm, unreadable, wasTurned } = read(paramsIn(address));
  assert.deepEqual(selection, {
    q: 'desk lamp',
    category: ['Home', 'Lighting'],
    brands: ['Ostvik', 'Skarn'],
    priceMin: 1000,
    priceMax: 5000,
    ratingMin: 4,
    prime: true,
    inStock: true,
    attributes: { color: ['black', 'oak'], size: ['M'] },
    sort: 'price_asc',
    page: 3,
  });
  assert.deepEqual([isFromForm, unreadable, wasTurned], [false, {}, false]);
  assert.equal(paramsOf(selection).toString(), address);
});

test("the form's prices are major units and count before those of the address", () => {
  const { selection, isFromForm } = read(paramsIn('q=&min=10&max=49,90&price_min=1&sort=relevance'));
  assert.equal(isFromForm, true);
  assert.equal(paramsOf(selection).toString(), 'price_min=1000&price_max=4990');
});

test('an emptied price of the form takes the filter away', () => {
  assert.equal(paramsOf(read(paramsIn('price_min=1000&min=&max=')).selection).toString(), '');
});

test('prices in the wrong order are turned around, and that is told', () => {
  const { selection, wasTurned } = read(paramsIn('price_min=5000&price_max=1000'));
  assert.deepEqual([selection.priceMin, selection.priceMax, wasTurned], [1000, 5000, true]);
});

test('a price that is none is kept as it was written and filters nothing', () => {
  const { selection, unreadable } = read(paramsIn('min=cheap&max=20'));
  assert.deepEqual([selection.priceMin, selection.priceMax], [null, 2000]);
  assert.deepEqual(unreadable, { min: 'cheap' });
  assert.deepEqual(read(paramsIn('price_max=-5')).unreadable, { max: '-5' });
});

test('what makes no sense is left out', () => {
  const odd = `sort=best&page=0&rating_min=9&prime=yes&attr.=x&attr.color=&brand=&brand=${'b'.repeat(201)}&utm_source=mail`;
  assert.deepEqual(read(paramsIn(odd)).selection, withoutFilters({ q: '', category: [] }));
  assert.equal(read(paramsIn('page=99999')).selection.page, 417);
});

test("a category's page leaves the category out of its parameters", () => {
  const { selection } = read(paramsIn('category=Home&brand=Ostvik'));
  assert.equal(paramsOf(selection, { isInPath: true }).toString(), 'brand=Ostvik');
});

test('words, a category, an order and a page are no filters', () => {
  assert.equal(isFiltered(read(paramsIn('q=lamp&category=Home&sort=newest&page=2')).selection), false);
  assert.equal(isFiltered(read(paramsIn('q=lamp&in_stock=true')).selection), true);
});
