import { categoryPath } from '#design/shell';
import { isFiltered, paramsOf, type Selection } from './selection.ts';

/** Search carries a category in its parameters, a category's page in its path. */
export type ListRoot = 'search' | 'category';

/** The address of a list, without language. What changes the list begins at its first page. */
export function listAddress(base: ListRoot, selection: Selection): string {
  const isInPath = base === 'category' && selection.category.length > 0;
  const path = isInPath ? categoryPath(selection.category) : '/search';
  const params = paramsOf(selection, { isInPath }).toString();
  return params === '' ? path : `${path}?${params}`;
}

/** Crawlers follow departments and pages; every mix of filters would be a page of its own to them. */
export function relOf(selection: Selection): 'nofollow' | undefined {
  return isFiltered(selection) || selection.sort !== 'relevance' ? 'nofollow' : undefined;
}
