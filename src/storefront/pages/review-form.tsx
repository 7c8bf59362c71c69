import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type Catalog, type CatalogProduct, ReviewInput } from '#catalog';
import { Button, Field, Key, LinkButton, TextArea } from '#design/forms';
import { Notice, productPath, Stars } from '#design/parts';
import { Picture } from '#design/picture';
import { formRoute, privatePage, type Rendered } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { type FieldErrors, type Fields, formReader } from '#platform/form';
import { edgeProblem } from '#platform/http';
import { params } from '#platform/schema';
import type { StorefrontDeps } from '../deps.ts';
import { productGone } from './product-gone.tsx';

const PATH = '/p/:product_id/review';
const { body, ...needed } = ReviewInput.properties;
const readReview = formReader(Type.Object({ ...needed, body: Type.Optional(body) }));

/** Where a review is written: once a person, and seen at once on the product's page. */
export function reviewRoutes({ site, catalog, accounts }: StorefrontDeps): void {
  const options = { access: 'user', params: params('product_id') } as const;
  const page = (state: Omit<ReviewPageProps, 'formKey'>): Rendered => ({
    body: <ReviewPage {...state} formKey={site.ids.next()} />,
    status: state.errors === undefined ? 200 : 400,
  });

  privatePage(site, PATH, options, async ({ params: { product_id }, request }) => {
    const product = await findProduct(catalog, product_id);
    if (product === null || product.deleted) return productGone(catalog, product ?? undefined);
    const own = await catalog.listReviewsOf({ user_id: userOf(request) });
    if (own.some(review => review.product_id === product_id)) return { body: <ReviewedPage product={product} /> };
    return page({ product });
  });

  formRoute(site, PATH, options, async ({ view, params: { product_id }, fields, request }) => {
    const product = await findProduct(catalog, product_id);
    if (product === null || product.deleted) return productGone(catalog, product ?? undefined);
    const read = readReview(fields);
    if (!read.ok) return page({ product, fields, errors: read.errors });
    const user_id = userOf(request);
    const author = (await accounts.getUser({ user_id }))?.name ?? '';
    const review = { ...read.value, body: read.value.body ?? '' };
    const added = await catalog.addReview({ review_id: request.commandId, product_id, user_id, author, review });
    if (!added.ok) {
      if (added.code === 'PRODUCT_NOT_FOUND') return productGone(catalog, product);
      return { body: <ReviewedPage product={product} />, status: 409 };
    }
    // The event does the same a moment later, which its author would see.
    site.cache.purge([`product:${product_id}`]);
    return { redirect: `${view.to(productPath(product))}#thanks` };
  });
}

async function findProduct(catalog: Catalog, productId: string): Promise<CatalogProduct | null> {
  const [product] = await catalog.getProducts({ product_ids: [productId] });
  return product ?? null;
}

function userOf({ caller }: FastifyRequest): string {
  if (caller.kind !== 'user') throw edgeProblem('UNAUTHENTICATED');
  return caller.person_id;
}

interface ReviewPageProps {
  product: CatalogProduct;
  formKey: string;
  fields?: Fields;
  errors?: FieldErrors;
}

function ReviewPage({ product, formKey, fields = {}, errors }: ReviewPageProps) {
  const { words, to } = useView();
  const { reviewTitle, headline, headlineHint, body: bodyLabel, bodyHint, publish } = words.product;
  return (
    <Shell title={reviewTitle} width="narrow">
      <h1>{reviewTitle}</h1>
      <p class="lead">{words.product.reviewLead}</p>
      <ReviewedProduct product={product} />
      {errors !== undefined && (
        <Notice tone="bad" isNews>
          {words.problems.formHasErrors}
        </Notice>
      )}
      <form class="stack" method="post" action={to(`/p/${product.product_id}/review`)}>
        <Key value={formKey} />
        <Rating value={fields.rating} isWrong={errors?.rating !== undefined} />
        <Field
          name="title"
          label={headline}
          hint={headlineHint}
          value={fields.title}
          errors={errors}
          required
          more={{ maxLength: 200 }}
        />
        <TextArea
          name="body"
          label={bodyLabel}
          hint={bodyHint}
          value={fields.body}
          errors={errors}
          rows={7}
          more={{ maxLength: 5000 }}
        />
        <div class="button-row">
          <Button>{publish}</Button>
          <LinkButton kind="secondary" href={to(productPath(product))}>
            {words.things.cancel}
          </LinkButton>
        </div>
      </form>
    </Shell>
  );
}

function ReviewedProduct({ product }: { product: CatalogProduct }) {
  const { to } = useView();
  return (
    <div class="reviewed-product">
      <Picture url={product.images[0]} alt="" sizes="4.5rem" isFirst />
      <a href={to(productPath(product))}>{product.title}</a>
    </div>
  );
}

function Rating({ value, isWrong }: { value: string | undefined; isWrong: boolean }) {
  const { words } = useView();
  const { yourRating, ratings, ratingMissing } = words.product;
  return (
    <fieldset class="rating" aria-describedby={isWrong ? 'e-rating' : undefined}>
      <legend>{yourRating}</legend>
      <div class="rating-choices">
        {[5, 4, 3, 2, 1].map(stars => (
          <label key={stars} class="radio radio-card">
            <input type="radio" name="rating" value={stars} required checked={value === String(stars)} />
            <Stars rating={stars} />
            <span>{ratings[stars - 1]}</span>
          </label>
        ))}
      </div>
      {isWrong && (
        <small class="wrong" id="e-rating">
          {ratingMissing}
        </small>
      )}
    </fieldset>
  );
}

function ReviewedPage({ product }: { product: CatalogProduct }) {
  const { words, to } = useView();
  const { reviewTitle, alreadyReviewed, backToProduct } = words.product;
  return (
    <Shell title={reviewTitle} width="narrow">
      <h1>{reviewTitle}</h1>
      <ReviewedProduct product={product} />
      <Notice isNews>{alreadyReviewed}</Notice>
      <LinkButton href={to(productPath(product))}>{backToProduct}</LinkButton>
    </Shell>
  );
}
