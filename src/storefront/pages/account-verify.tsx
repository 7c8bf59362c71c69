import { Type } from 'typebox';
import { Button, Key, LinkButton } from '#design/forms';
import { Empty, Notice, Panel } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { formReader } from '#platform/form';
import { object, oneOf, text } from '#platform/schema';
import type { StorefrontDeps } from '../deps.ts';
import { keepAddressSecret, statusOf, waitSeconds } from './signed-in.ts';

const query = object({ token: Type.Optional(Type.String()), done: Type.Optional(oneOf('verified')) });
const readToken = formReader(object({ token: text(200) }));

/** The link of the mail shows a button: programs that look through mails follow links, and would confirm for people. */
export function accountVerifyRoutes({ site, accounts, entrance }: StorefrontDeps): void {
  privatePage(site, '/account/verify', { access: 'anyone', query }, async ({ query: { token, done }, reply }) => {
    if (done === 'verified') return { body: <VerifiedPage /> };
    if (token === undefined) return { status: 400, body: <DeadLinkPage /> };
    keepAddressSecret(reply);
    return { body: <ConfirmPage token={token} formKey={site.ids.next()} /> };
  });
  formRoute(site, '/account/verify', { access: 'anyone' }, async ({ view, fields, request, reply }) => {
    const read = readToken(fields);
    if (!read.ok) return { status: 400, body: <DeadLinkPage /> };
    const { token } = read.value;
    const outcome = await accounts.verifyEmail({ token, network: entrance.networkOf(request) });
    if (outcome.ok) return { redirect: view.to('/account/verify?done=verified') };
    const status = statusOf(reply, outcome);
    if (outcome.code === 'TOKEN_INVALID') return { status, body: <DeadLinkPage /> };
    const wait = waitSeconds(outcome);
    return { status, body: <ConfirmPage token={token} formKey={site.ids.next()} wait={wait} /> };
  });
}

function ConfirmPage({ token, formKey, wait }: { token: string; formKey: string; wait?: number }) {
  const { words, to } = useView();
  const { account } = words;
  return (
    <Shell title={account.verifyTitle} width="narrow">
      <h1>{account.verifyTitle}</h1>
      {wait !== undefined && (
        <Notice tone="bad" isNews>
          {account.tooManyTries(wait)}
        </Notice>
      )}
      <Panel>
        <p>{account.verifyText}</p>
        <form action={to('/account/verify')} method="post">
          <Key value={formKey} />
          <input type="hidden" name="token" value={token} />
          <Button icon="check">{account.verify}</Button>
        </form>
      </Panel>
    </Shell>
  );
}

function VerifiedPage() {
  const { words, to } = useView();
  const { account, problems } = words;
  return (
    <Shell title={account.verifyTitle} width="narrow">
      <h1>{account.verifyTitle}</h1>
      <Empty icon="check" title={account.verifiedTitle}>
        <p role="status">{account.verifiedText}</p>
        <div class="button-row">
          <LinkButton href={to('/')}>{problems.goHome}</LinkButton>
          <LinkButton kind="secondary" href={to('/account')}>
            {account.toAccount}
          </LinkButton>
        </div>
      </Empty>
    </Shell>
  );
}

function DeadLinkPage() {
  const { words, to } = useView();
  const { account } = words;
  return (
    <Shell title={account.verifyTitle} width="narrow">
      <h1>{account.verifyTitle}</h1>
      <Empty icon="warning" title={account.linkDeadTitle}>
        <p role="alert">{account.verifyLinkDead}</p>
        <LinkButton href={to('/account')}>{account.toAccount}</LinkButton>
      </Empty>
    </Shell>
  );
}
