import { type Static, Type } from 'typebox';
import { type App, answers, otherContent } from '#platform/http';
import { object, text } from '#platform/schema';
import { Mail, type Notifications } from './contract.ts';
import { mailboxPage } from './mailbox-page.ts';

const MailQuery = object({ to: Type.Optional(text(254, { min: 0, description: 'Mails to this address only' })) });

/** The developer's mailbox. Mails carry tokens, so these routes exist outside production only. */
export function mailboxRoutes(app: App, { notifications }: { notifications: Notifications }): void {
  const tags = ['development'];
  app.get(
    '/dev/mail.json',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'The last 200 mails, newest first',
        tags,
        querystring: MailQuery,
        response: answers({ 200: object({ items: Type.Array(Mail) }) }),
      },
    },
    async ({ query }) => ({ items: await notifications.listMails(asked(query)) }),
  );
  app.get(
    '/dev/mail',
    {
      config: { access: 'anyone', page: true },
      schema: {
        summary: 'The same as a page',
        tags,
        querystring: MailQuery,
        response: otherContent(200, 'text/html', 'A page'),
      },
    },
    async ({ query }, reply) => {
      const mails = await notifications.listMails(asked(query));
      void reply.type('text/html; charset=utf-8');
      return mailboxPage(mails, query.to ?? '');
    },
  );
}

/** The page's form sends an empty field for "all". */
function asked({ to }: Static<typeof MailQuery>): { to?: string } {
  return to === undefined || to === '' ? {} : { to };
}
