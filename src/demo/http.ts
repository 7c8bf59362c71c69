import { type App, answers, edgeProblem, otherContent } from '#platform/http';
import { params } from '#platform/schema';
import { sharedAnswers } from '#shared-answers';
import { drawPicture } from './draw-picture.ts';

const FOR_EVER = 'max-age=31536000, immutable';

/** The pictures of the demo catalog: drawn when asked for, and always the same under one name. */
export function pictureRoutes(app: App): void {
  app.get(
    '/images/demo/:name',
    {
      config: { access: 'anyone', shared: sharedAnswers['/images/demo/:name'] },
      schema: {
        summary: 'A picture of a demo product',
        tags: ['pictures'],
        params: params('name'),
        response: answers(otherContent(200, 'image/svg+xml', 'The drawing')),
      },
    },
    async (request, reply) => {
      const picture = drawPicture(request.params.name);
      if (picture === undefined) throw edgeProblem('NOT_FOUND');
      // Known people's answers are in no shared cache; their own browser may keep a picture all the same.
      if (request.caller.kind !== 'nobody') void reply.header('Cache-Control', `private, ${FOR_EVER}`);
      void reply.type('image/svg+xml');
      return picture;
    },
  );
}
