import { Type } from 'typebox';
import { type App, answer, answers, edgeProblem } from '#platform/http';
import { Id, object, oneOf, PageQuery, page, params, text } from '#platform/schema';
import { sharedAnswers } from '#shared-answers';
import { type Catalog, catalogContract, FilterText, ModeratedReview, Review, ReviewInput } from './contract.ts';

interface ReviewRoutesDeps {
  catalog: Catalog;
  /** A user's name, as it stands under a review. */
  authorOf(userId: string): Promise<string>;
}

const { refusals } = catalogContract;
const tags = ['catalog'];

export function reviewRoutes(app: App, { catalog, authorOf }: ReviewRoutesDeps): void {
  app.get(
    '/api/products/:product_id/reviews',
    {
      config: { access: 'anyone', shared: sharedAnswers['/api/products/:product_id/reviews'] },
      schema: {
        summary: 'Reviews of a product, newest first',
        tags,
        params: params('product_id'),
        querystring: object(PageQuery),
        response: answers({ 200: page(Review) }, refusals, ['PRODUCT_NOT_FOUND', 'PAGE_TOO_DEEP']),
      },
    },
    async ({ params: { product_id }, query }, reply) =>
      answer(reply, 200, await catalog.listReviews({ product_id, ...query }), refusals),
  );
  app.post(
    '/api/products/:product_id/reviews',
    {
      config: { access: 'user' },
      schema: {
        summary: 'Reviews a product, once a person',
        tags,
        params: params('product_id'),
        body: ReviewInput,
        response: answers({ 201: Review }, refusals, ['PRODUCT_NOT_FOUND', 'ALREADY_REVIEWED']),
      },
    },
    async ({ params: { product_id }, body, caller, commandId }, reply) => {
      if (caller.kind !== 'user') throw edgeProblem('UNAUTHENTICATED');
      const user_id = caller.person_id;
      const author = await authorOf(user_id);
      const added = await catalog.addReview({ review_id: commandId, product_id, user_id, author, review: body });
      return answer(reply, 201, added, refusals);
    },
  );
  moderationRoutes(app, catalog);
}

function moderationRoutes(app: App, catalog: Catalog): void {
  app.get(
    '/api/admin/reviews',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Reviews of all products, newest first',
        description: '`text` is looked for in title, body and author.',
        tags,
        querystring: object({
          state: Type.Optional(oneOf('visible', 'hidden')),
          product_id: Type.Optional(Id),
          rating: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
          text: Type.Optional(FilterText),
          ...PageQuery,
        }),
        response: answers({ 200: page(ModeratedReview) }, refusals, ['PAGE_TOO_DEEP']),
      },
    },
    async ({ query }, reply) => answer(reply, 200, await catalog.listAllReviews(query), refusals),
  );
  app.post(
    '/api/admin/reviews/:review_id/moderate',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Hides a review, or shows it again',
        description: 'A hidden one counts no more and is shown to nobody but staff and, in the export, its author.',
        tags,
        params: params('review_id'),
        body: object({ hidden: Type.Boolean(), reason: Type.Optional(text(500)) }),
        response: answers({ 200: ModeratedReview }, refusals, ['REVIEW_NOT_FOUND']),
      },
    },
    async ({ params: { review_id }, body }, reply) =>
      answer(reply, 200, await catalog.moderateReview({ review_id, ...body }), refusals),
  );
}
