/** The developer's mailbox over an app as the gateway makes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#platform/clock';
import { createApp } from '#platform/http';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { Mail } from './contract.ts';
import { mailboxRoutes } from './http.ts';

const mail: Mail = {
  to: 'ada@example.com',
  subject: 'Confirm <you>',
  text: 'Hello <b>,\n\nhttps://shop.test/account/verify?token=a&b="c"\n',
  html: '<p style="color:red">Hello</p>',
  kind: 'verification',
  order_id: null,
  sent_at: '2026-01-01T00:00:00.000Z',
};

async function openApp(mails: Mail[]) {
  const asked: unknown[] = [];
  const app = await createApp({ log: createLog({ level: 'silent' }), metrics: createMetrics(), clock: systemClock });
  mailboxRoutes(app, {
    notifications: {
      listMails: async input => {
        asked.push(input);
        return mails;
      },
      listSentMails: async () => {
        throw new Error('the mailbox shows mails whole');
      },
    },
  });
  await app.ready();
  return { app, asked };
}

test('mails are given as JSON, of one address or all', async () => {
  const { app, asked } = await openApp([mail]);
  const answer = await app.inject('/dev/mail.json?to=ada%40example.com');
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.json(), { items: [mail] });
  assert.equal(answer.headers['cache-control'], 'private, no-store');
  await app.inject('/dev/mail.json');
  await app.inject('/dev/mail?to=');
  assert.deepEqual(asked, [{ to: 'ada@example.com' }, {}, {}]);
});

test('the page shows text and links, runs nothing and needs no style of its own', async () => {
  const { app } = await openApp([mail]);
  const answer = await app.inject('/dev/mail?to=%22%3E%3Cscript%3E');
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
  assert.match(String(answer.headers['content-security-policy']), /style-src 'self'/);
  const { body } = answer;
  assert.ok(body.includes('<h2>Confirm &lt;you&gt;</h2>'));
  assert.ok(body.includes('value="&quot;&gt;&lt;script&gt;"'));
  assert.ok(body.includes('<a href="https://shop.test/account/verify?token=a&amp;b=&quot;c&quot;">'));
  assert.ok(body.includes('Hello &lt;b&gt;,'));
  for (const mark of ['<script', 'style=', '<b>']) assert.equal(body.includes(mark), false, mark);
});
