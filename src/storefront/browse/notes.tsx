import { Notice } from '#design/parts';
import { useView } from '#design/view';
import type { FoundProducts } from './find-products.ts';
import { type ListRoot, listAddress } from './links.ts';
import { type ReadSelection, type Selection, withoutFilters } from './selection.ts';

/** What the shop has understood otherwise than it was written, and how to say it better. */
export function Notes(props: { base: ListRoot; read: ReadSelection; query: FoundProducts['query'] }) {
  const { base, read, query } = props;
  const { selection, unreadable, wasTurned } = read;
  const { words, to, money, currency } = useView();
  const { browse } = words;
  const said = (amount: number | null) => money({ amount: amount ?? 0, currency });
  const others = query.did_you_mean.filter(other => other !== query.corrected);
  const link = (wanted: Selection) => <a href={to(listAddress(base, wanted))}>{wanted.q}</a>;
  const corrected = { ...selection, q: query.corrected ?? '', page: 1 };
  return (
    <>
      {query.corrected !== null && (
        <p class="browse-note">
          {browse.corrected(query.text)} <strong>{link(corrected)}</strong>.
        </p>
      )}
      {query.relaxed && <p class="browse-note">{browse.relaxed}</p>}
      {others.length > 0 && (
        <p class="browse-note">
          {browse.didYouMean}{' '}
          {others.map((other, index) => (
            <span key={other}>
              {index > 0 && ', '}
              {/* Other words are another search: with these filters they may find nothing. */}
              {link(withoutFilters({ q: other, category: [] }))}
            </span>
          ))}
          ?
        </p>
      )}
      {wasTurned && (
        <Notice isNews>
          <p>{browse.pricesTurned(said(selection.priceMin), said(selection.priceMax))}</p>
        </Notice>
      )}
      {Object.values(unreadable).map(written => (
        <Notice key={written} tone="careful" isNews>
          <p>{browse.priceUnreadable(written)}</p>
        </Notice>
      ))}
    </>
  );
}
