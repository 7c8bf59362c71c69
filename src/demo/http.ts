import { type App, edgeProblem, otherContent } from '#platform/http';
import { params } from '#platform/schema';
import { drawPicture } from './draw-picture.ts';

/** The demo catalogue's pictures: drawn from their names, so there is nothing to store and nothing to fetch. */
export function pictureRoutes(app: App): void {
  app.get(
    '/images/demo/:name',
    {
      config: { access: 'anyone', cache: 'public, max-age=31536000, immutable' },
      schema: {
        summary: "A picture of the demo catalogue's",
        tags: ['images'],
        params: params('name'),
        response: otherContent(200, 'image/svg+xml', 'A drawing'),
      },
    },
    async ({ params: { name } }, reply) => {
      const drawing = drawPicture(name);
      if (drawing === undefined) throw edgeProblem('NOT_FOUND');
      void reply.type('image/svg+xml');
      return drawing;
    },
  );
}
