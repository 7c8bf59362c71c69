import { type App, answer, answers, edgeProblem } from '#platform/http';
import { object, PageQuery, page, params } from '#platform/schema';
import {
  LoggedWebhook,
  type Payments,
  paymentsContract,
  ReadWebhook,
  WebhookFilter,
  type WebhookName,
} from './contract.ts';

const { refusals } = paymentsContract;
const tags = ['admin: payments'];

/** What gateways have told, and to look at it once more: for staff. */
export function webhookLogRoutes(app: App, payments: Payments): void {
  app.get(
    '/api/admin/webhooks',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Webhooks of payment gateways, newest first',
        tags,
        querystring: object({ ...PageQuery, ...WebhookFilter.properties }),
        response: answers({ 200: page(LoggedWebhook) }, refusals, ['PAGE_TOO_DEEP']),
      },
    },
    async ({ query }, reply) => answer(reply, 200, await payments.listWebhooks(query), refusals),
  );
  app.get(
    '/api/admin/webhooks/:gateway/:event',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'A webhook with its body, of which what may be personal is left out',
        tags,
        params: params('gateway', 'event'),
        response: answers({ 200: ReadWebhook }),
      },
    },
    async ({ params }) => {
      const webhook = await payments.getWebhook(nameIn(params));
      if (webhook === null) throw edgeProblem('NOT_FOUND');
      return webhook;
    },
  );
  app.post(
    '/api/admin/webhooks/:gateway/:event/replay',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Looks at a webhook once more, as if it had just come',
        description:
          'It makes the shop ask the gateway again, so one that has had its effect has no other. `received` in the ' +
          'answer: the gateway does not answer, and the shop goes on asking by itself.',
        tags,
        params: params('gateway', 'event'),
        response: answers({ 200: LoggedWebhook }, refusals, ['WEBHOOK_NOT_FOUND']),
      },
    },
    async ({ params }, reply) => answer(reply, 200, await payments.replayWebhook(nameIn(params)), refusals),
  );
}

/** A parameter called `…_id` would have to be one of ours; a gateway's may be any word. */
function nameIn({ gateway, event }: { gateway: string; event: string }): WebhookName {
  return { gateway, event_id: event };
}
