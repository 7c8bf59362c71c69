import { type App, answers } from '#platform/http';
import { Id, object, text } from '#platform/schema';
import type { Identity } from './identify.ts';

export function sessionRoutes(app: App, { identity }: { identity: Identity }): void {
  app.post(
    '/api/sessions',
    {
      config: { access: 'anyone', idempotency: 'none' },
      schema: {
        summary: 'A new guest: for clients without a cookie jar',
        tags: ['account'],
        response: answers({ 201: object({ token: text(200), session_id: Id }) }),
      },
    },
    async (_request, reply) => {
      const guest = identity.newGuest();
      identity.setCookie(reply as never, guest.token);
      void reply.code(201);
      return guest;
    },
  );
}
