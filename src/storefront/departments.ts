import type { Catalog, CategoryNode } from '#catalog';

/** More than this many would not be read in a bar. */
const DEPARTMENTS_MAX = 16;

/**
 * The top of the category tree for the bar of every public page, the fullest first. A page that shows it carries the
 * tag `categories`.
 */
export async function listDepartments(catalog: Catalog): Promise<CategoryNode[]> {
  const { items } = await catalog.listCategories({});
  return topDepartments(items);
}

export function topDepartments(tree: CategoryNode[]): CategoryNode[] {
  const filled = tree.filter(({ product_count }) => product_count > 0);
  return filled.sort((a, b) => b.product_count - a.product_count).slice(0, DEPARTMENTS_MAX);
}

/** Undefined where the tree has no such category. */
export function findCategory(tree: CategoryNode[], path: string[]): CategoryNode | undefined {
  let siblings = tree;
  let found: CategoryNode | undefined;
  for (const name of path) {
    found = siblings.find(node => node.name === name);
    if (found === undefined) return undefined;
    siblings = found.children;
  }
  return found;
}
