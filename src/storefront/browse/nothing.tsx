import type { CategoryNode } from '#catalog';
import { LinkButton } from '#design/forms';
import { Empty, ProductShelf, Section } from '#design/parts';
import { categoryPath } from '#design/shell';
import { useView } from '#design/view';
import type { WaysOn } from './find-ways-on.ts';
import { type ListRoot, listAddress, relOf } from './links.ts';
import type { Selection } from './selection.ts';

interface NothingProps {
  base: ListRoot;
  selection: Selection;
  departments: CategoryNode[];
  waysOn: WaysOn;
}

/** Nothing fits: why that is, what there would be with fewer filters, and what the shop has elsewhere. */
export function Nothing({ base, selection, departments, waysOn }: NothingProps) {
  const { words, to } = useView();
  const { browse, shell } = words;
  const { inStock } = waysOn;
  return (
    <>
      <Wider base={base} selection={selection} waysOn={waysOn} />
      {departments.length > 0 && (
        <Section title={shell.departments}>
          <ul class="chips">
            {departments.map(({ name, path }) => (
              <li key={name}>
                <a class="chip" href={to(categoryPath(path))}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {inStock.length > 0 && (
        <Section title={browse.inStockNow} aside={<a href={to('/search?in_stock=true')}>{browse.moreInStock}</a>}>
          <ProductShelf products={inStock} />
        </Section>
      )}
    </>
  );
}

function Wider({ base, selection, waysOn }: Pick<NothingProps, 'base' | 'selection' | 'waysOn'>) {
  const { words, to, number } = useView();
  const { browse } = words;
  const { wider, unfiltered } = waysOn;
  const { q } = selection;
  const isHeldBack = unfiltered !== null && unfiltered.total > 0;
  const said = (total: number) => browse.results(total, number(total));
  return (
    <Empty icon="search" title={isHeldBack ? browse.emptyFilteredTitle(q) : browse.emptyTitle(q)}>
      <p>{isHeldBack ? browse.emptyFiltered(said(unfiltered.total)) : useReason(base, selection, unfiltered)}</p>
      {wider.length > 0 && (
        <ul class="chips chips-middle">
          {wider.map(way => (
            <li key={way.label}>
              <a class="chip" href={to(listAddress(base, way.selection))} rel={relOf(way.selection)}>
                {way.label} <small class="quiet">{said(way.total)}</small>
              </a>
            </li>
          ))}
        </ul>
      )}
      {isHeldBack && (
        <LinkButton href={to(listAddress(base, unfiltered.selection))}>{browse.withoutFilters}</LinkButton>
      )}
    </Empty>
  );
}

function useReason(base: ListRoot, { q }: Selection, unfiltered: WaysOn['unfiltered']): string {
  const { browse } = useView().words;
  if (unfiltered !== null) return browse.emptyAnyway;
  return base === 'category' || q === '' ? browse.emptyCategory : browse.emptyUnfiltered;
}
