import type { Accounts } from '#accounts';
import { LinkButton } from '#design/forms';
import { Panel } from '#design/parts';
import { privatePage } from '#design/routes';
import { useView } from '#design/view';
import { edgeProblem } from '#platform/problem';
import type { StorefrontDeps } from '../deps.ts';
import { languages } from '../words/languages.ts';
import { AccountFrame } from './account-frame.tsx';
import { sessionOf } from './signed-in.ts';

type Known = NonNullable<Awaited<ReturnType<Accounts['exportUser']>>>;

export function accountPrivacyRoutes({ site, accounts, exportMore }: StorefrontDeps): void {
  privatePage(site, '/account/privacy', { access: 'user' }, async ({ request }) => {
    const { user_id, session_id } = sessionOf(request);
    const known = await accounts.exportUser({ user_id });
    if (known === null) throw edgeProblem('UNAUTHENTICATED');
    return { body: <PrivacyPage sessions={known.sessions} current={session_id} /> };
  });
  for (const language of languages) {
    // A page in that who may not is sent to the login; what comes is a file.
    const config = { access: 'user', page: true } as const;
    site.app.get(`/${language}/account/export`, { config, schema: { hide: true } }, async (request, reply) => {
      const { user_id } = sessionOf(request);
      const own = await accounts.exportUser({ user_id });
      if (own === null) throw edgeProblem('UNAUTHENTICATED');
      const all = { ...(await exportMore(user_id)), ...own };
      void reply.header('Content-Disposition', 'attachment; filename="my-data.json"');
      void reply.type('application/json; charset=utf-8');
      return reply.send(`${JSON.stringify(all, null, 2)}\n`);
    });
  }
}

function PrivacyPage({ sessions, current }: { sessions: Known['sessions']; current: string }) {
  const { words, to, dateTime, date } = useView();
  const { account } = words;
  return (
    <AccountFrame title={account.privacy}>
      <div class="stack">
        <Panel title={account.sessionsTitle}>
          <ul class="sessions">
            {sessions.map(({ session_id, created_at, expires_at }) => (
              <li key={session_id}>
                <strong>{session_id === current ? account.thisSession : account.otherSession}</strong>
                <span>{account.sessionSince(dateTime(created_at))}</span>
                <span class="quiet">{account.sessionUntil(date(expires_at))}</span>
              </li>
            ))}
          </ul>
          <p>
            {account.sessionsNote} <a href={to('/account/profile')}>{account.changePassword}</a>
          </p>
        </Panel>
        <Panel title={account.dataTitle}>
          <p>{account.dataText}</p>
          <LinkButton kind="secondary" icon="down" href={to('/account/export')}>
            {account.download}
          </LinkButton>
        </Panel>
        <Panel title={account.eraseTitle}>
          <p>{account.eraseText}</p>
          <LinkButton kind="danger" href={to('/account/erase')}>
            {account.eraseLink}
          </LinkButton>
        </Panel>
      </div>
    </AccountFrame>
  );
}
