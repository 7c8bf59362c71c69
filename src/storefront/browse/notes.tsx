import { Notice } from '#design/parts';
import { useView } from '#design/view';
import type { FoundProducts } from './find-products.ts';
import { type ListRoot, listAddress } from './links.ts';
import { type ReadSelection, withoutFilters } from './selection.ts';

/** What the shop has understood otherwise than it was written, and how to say it better. */
export function Notes(props: { base: ListRoot; read: ReadSelection; query: FoundProducts['query'] }) {
  const { base, read, query } = props;
  const { selection, unreadable, wasTurned } = read;
  const { words, to, money, currency } = useView();
  const { browse } = words;
  const said = (amount: number | null) => money({ amount: amount ?? 0, currency });
  const others = query.did_you_mean.filter(other => other !== query.corrected);
  const link = (q: string) => (
    <a href={to(listAddress(base, withoutFilters({ q, category: selection.category })))}>{q}</a>
  );
  return (
    <>
      {query.corrected !== null && (
        <p class="browse-note">
          {browse.corrected(query.text)} <strong>{link(query.corrected)}</strong>.
        </p>
      )}
      {query.relaxed && <p class="browse-note">{browse.relaxed}</p>}
      {others.length > 0 && (
        <p class="browse-note">
          {browse.didYouMean}{' '}
          {others.map((other, index) => (
            <span key={other}>
              {index > 0 && ', '}
              {link(other)}
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
