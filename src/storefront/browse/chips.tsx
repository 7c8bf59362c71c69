import { Icon } from '#design/icon';
import { useView } from '#design/view';
import { chosenFilters } from './chosen-filters.ts';
import { type ListRoot, listAddress, relOf } from './links.ts';
import { type Selection, withoutFilters } from './selection.ts';

/** What was chosen, each to be taken away by a click. */
export function Chips({ base, selection }: { base: ListRoot; selection: Selection }) {
  const view = useView();
  const { browse } = view.words;
  const chips = chosenFilters(view, selection);
  if (chips.length === 0) return null;
  return (
    <nav aria-label={browse.chosen}>
      <ul class="chips">
        {chips.map(({ label, without }) => (
          <li key={label}>
            <a
              class="chip"
              href={view.to(listAddress(base, without))}
              rel={relOf(without)}
              aria-label={browse.removeFilter(label)}
            >
              {label}
              <Icon name="cross" />
            </a>
          </li>
        ))}
        {chips.length > 1 && (
          <li>
            <a class="chip chip-clear" href={view.to(listAddress(base, withoutFilters(selection)))}>
              {browse.clearAll}
            </a>
          </li>
        )}
      </ul>
    </nav>
  );
}
