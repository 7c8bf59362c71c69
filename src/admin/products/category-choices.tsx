import type { Catalog, CategoryNode } from '#catalog';
import { limits } from '#limits';
import { pathText } from './product-draft.ts';

/** The known paths, for a field with `list: 'category-choices'`. */
export function CategoryChoices({ categories }: { categories: string[] }) {
  return (
    <datalist id="category-choices">
      {categories.map(path => (
        <option key={path} value={path} />
      ))}
    </datalist>
  );
}

/** The wide ones first, so that they are there where not all are offered. */
export async function knownCategories(catalog: Pick<Catalog, 'listCategories'>): Promise<string[]> {
  const { items } = await catalog.listCategories({});
  const found: string[] = [];
  for (let level: CategoryNode[] = items; level.length > 0; level = level.flatMap(({ children }) => children)) {
    found.push(...level.map(({ path }) => pathText(path)));
    if (found.length >= limits.categoriesOfferedMax) break;
  }
  return found.slice(0, limits.categoriesOfferedMax).sort();
}
