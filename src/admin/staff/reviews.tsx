import type { ModeratedReview } from '#catalog';
import { Button, Field, Key, Select } from '#design/forms';
import { Badge, Empty, Notice, Pagination, Stars } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import { edgeProblem } from '#platform/http';
import { params } from '#platform/schema';
import type { DeskDeps } from '../deps.ts';
import { filled, withQuery } from '../products/addresses.ts';
import { idIn, type ListQuery, listQuery, oneWord, pageOf } from './read-list.ts';
import { StaffShell } from './staff-shell.tsx';

type Filter = ListQuery<'state' | 'rating' | 'text' | 'product_id'>;
const SHOWN = 25;
const stars = ['1', '2', '3', '4', '5'] as const;

/** What people wrote about products; what breaks the rules is hidden, counts no more, and can be shown again. */
export function reviewsRoutes({ site, catalog }: DeskDeps): void {
  const query = listQuery('state', 'rating', 'text', 'product_id');
  privatePage(site, '/admin/reviews', { access: 'staff', query }, async ({ query: filter }) => {
    const rating = oneWord(filter.rating, stars);
    const product_id = idIn(filter.product_id);
    const listed = await catalog.listAllReviews({
      state: oneWord(filter.state, ['visible', 'hidden'] as const),
      rating: rating === undefined ? undefined : Number(rating),
      text: filled(filter.text)?.slice(0, 200),
      product_id: product_id === 'none' ? undefined : product_id,
      page: pageOf(filter),
      page_size: SHOWN,
    });
    const { items, total, page } = listed.ok ? listed.value : { items: [], total: 0, page: 1 };
    return {
      body: <Reviews reviews={items} total={total} page={page} filter={filter} nextKey={() => site.ids.next()} />,
    };
  });
  const options = { access: 'staff', params: params('review_id') } as const;
  formRoute(site, '/admin/reviews/:review_id/moderate', options, async ({ view, fields, params: { review_id } }) => {
    const hidden = fields.hidden === 'true';
    const reason = filled(fields.reason)?.slice(0, 500);
    const moderated = await catalog.moderateReview({ review_id, hidden, ...(reason !== undefined && { reason }) });
    if (!moderated.ok) throw edgeProblem('NOT_FOUND');
    const state = hidden ? 'hidden' : 'visible';
    return { redirect: view.to(withQuery('/admin/reviews', { state, done: hidden ? 'hidden' : 'shown' })) };
  });
}

interface ReviewsProps {
  reviews: ModeratedReview[];
  total: number;
  page: number;
  filter: Filter;
  nextKey(): string;
}

function Reviews({ reviews: listed, total, page, filter, nextKey }: ReviewsProps) {
  const { words, to } = useView();
  const { reviews } = words.staff;
  const { state, rating, text, product_id, done } = filter;
  const said = reviews.done[done as keyof typeof reviews.done];
  const href = (shown: number) =>
    to(withQuery('/admin/reviews', { state, rating, text, product_id, page: shown === 1 ? '' : shown }));
  return (
    <StaffShell title={words.desk.reviews} current="/admin/reviews">
      <h1>{words.desk.reviews}</h1>
      {said !== undefined && (
        <Notice tone="good" isNews>
          {said}
        </Notice>
      )}
      <ReviewFilters filter={filter} />
      {listed.length === 0 && <Empty icon="star" title={reviews.none} />}
      <ul class="plain stack">
        {listed.map(review => (
          <li key={review.review_id}>
            <ReviewCard review={review} key_={nextKey()} />
          </li>
        ))}
      </ul>
      <Pagination page={page} pages={Math.ceil(total / SHOWN)} href={href} />
    </StaffShell>
  );
}

function ReviewFilters({ filter }: { filter: Filter }) {
  const { words, to } = useView();
  const { reviews } = words.staff;
  const all = { value: '', label: words.things.all };
  const states = Object.entries(reviews.states).map(([value, label]) => ({ value, label }));
  const ratings = stars.map(value => ({ value, label: reviews.ratings(Number(value)) }));
  return (
    <form class="filters" method="get" action={to('/admin/reviews')} aria-label={words.desk.filters}>
      <Field name="text" type="search" label={reviews.search} value={filter.text} isFilter />
      <Select name="state" label={reviews.state} value={filter.state} options={[all, ...states]} isFilter />
      <Select name="rating" label={reviews.rating} value={filter.rating} options={[all, ...ratings]} isFilter />
      <input type="hidden" name="product_id" value={filter.product_id ?? ''} />
      <Button kind="secondary" icon="filter">
        {words.things.filter}
      </Button>
    </form>
  );
}

function ReviewCard({ review, key_ }: { review: ModeratedReview; key_: string }) {
  const { words, to, date } = useView();
  const { reviews } = words.staff;
  const isHidden = review.state === 'hidden';
  return (
    <article class="panel review-card">
      <div class="section-head">
        <h2>{review.title}</h2>
        {isHidden && <Badge tone="careful">{reviews.hiddenFor(review.hidden_reason ?? '–')}</Badge>}
      </div>
      <p class="button-row">
        <Stars rating={review.rating} />
        <span class="quiet">
          {review.author === '' ? reviews.anonymous : review.author}, {date(review.created_at)}
        </span>
      </p>
      <p>{review.body}</p>
      <p>
        <a href={to(`/admin/products/${review.product_id}`)}>{review.product_title}</a>
      </p>
      <form class="button-row" method="post" action={to(`/admin/reviews/${review.review_id}/moderate`)}>
        <Key value={key_} />
        <input type="hidden" name="hidden" value={String(!isHidden)} />
        {!isHidden && (
          <input
            class="input review-reason"
            name="reason"
            aria-label={reviews.reasonFor(review.title)}
            placeholder={words.desk.reason}
            maxLength={500}
          />
        )}
        <Button kind="secondary" icon={isHidden ? 'check' : 'cross'}>
          {isHidden ? reviews.show : reviews.hide}
        </Button>
      </form>
    </article>
  );
}
