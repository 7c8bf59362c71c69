import { type Static, Type } from 'typebox';
import { type App, answer, answers, otherContent } from '#platform/http';
import { object, PageQuery, page, text } from '#platform/schema';
import { Mail, MailFilter, type Notifications, notificationsContract, SentMail } from './contract.ts';
import { mailboxPage } from './mailbox-page.ts';

const MailQuery = object({ to: Type.Optional(text(254, { min: 0, description: 'Mails to this address only' })) });

/** The developer's mailbox. Mails carry tokens, so these routes exist outside production only. */
export function mailboxRoutes(app: App, { notifications }: { notifications: Notifications }): void {
  const tags = ['development'];
  app.get(
    '/dev/mail.json',
    {
      config: { access: 'anyone', shared: 'never' },
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
      config: { access: 'anyone', shared: 'never', page: true },
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

const { refusals } = notificationsContract;

/** What was mailed to whom, without the bodies: for staff, also in production. */
export function mailRoutes(app: App, { notifications }: { notifications: Notifications }): void {
  app.get(
    '/api/admin/mails',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Mails of the last seven days, newest first, without their bodies',
        tags: ['admin: mails'],
        querystring: object({ ...PageQuery, ...MailFilter.properties }),
        response: answers({ 200: page(SentMail) }, refusals, ['PAGE_TOO_DEEP']),
      },
    },
    async ({ query }, reply) => answer(reply, 200, await notifications.listSentMails(query), refusals),
  );
}
