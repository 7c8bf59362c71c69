import { Type } from 'typebox';
import { Button, Field, Key, LinkButton } from '#design/forms';
import { Empty, Notice, Panel } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { type FieldErrors, formReader } from '#platform/form';
import { object, oneOf, text } from '#platform/schema';
import type { StorefrontDeps } from '../deps.ts';
import { PasswordField, passwordFault, readPassword } from './password-field.tsx';
import { type AccountsRefusal, keepAddressSecret, statusOf, waitSeconds } from './signed-in.ts';

const query = object({ token: Type.Optional(Type.String()), done: Type.Optional(oneOf('sent')) });
const readEmail = formReader(object({ email: text(254) }));
const readToken = formReader(object({ token: text(200) }));

/** A new password for who has forgotten theirs: the mail is asked for, and its link leads to the form. */
export function accountResetRoutes(deps: StorefrontDeps): void {
  const { site } = deps;
  privatePage(site, '/account/reset', { access: 'anyone', query }, async ({ query: { token, done }, reply }) => {
    if (token !== undefined) {
      keepAddressSecret(reply);
      return { body: <NewPasswordPage token={token} /> };
    }
    return { body: done === 'sent' ? <SentPage /> : <AskPage formKey={site.ids.next()} /> };
  });
  // Where the form of the link posts to: who opens it anew has no token here.
  privatePage(site, '/account/reset/password', { access: 'anyone' }, async ({ view }) => ({
    redirect: view.to('/account/reset'),
  }));
  askRoute(deps);
  newPasswordRoute(deps);
}

function askRoute({ site, accounts, entrance }: StorefrontDeps): void {
  formRoute(site, '/account/reset', { access: 'anyone' }, async ({ view, fields, request, reply }) => {
    const page = { formKey: site.ids.next(), email: fields.email };
    const read = readEmail(fields);
    if (!read.ok) return { status: 400, body: <AskPage {...page} errors={read.errors} /> };
    const { email } = read.value;
    const outcome = await accounts.requestPasswordReset({ email, network: entrance.networkOf(request) });
    if (!outcome.ok) return { status: statusOf(reply, outcome), body: <AskPage {...page} refusal={outcome} /> };
    return { redirect: view.to('/account/reset?done=sent') };
  });
}

function newPasswordRoute({ site, accounts, entrance }: StorefrontDeps): void {
  const place = '/account/reset/password';
  // Without a key: what is kept under one is found by a hash of the whole form, and no hash of a password is kept but
  // the slow one.
  formRoute(site, place, { access: 'anyone', idempotency: 'none' }, async ({ view, fields, request, reply }) => {
    const password = readPassword(fields, 'password');
    const read = readToken(fields);
    if (!read.ok) return { status: 400, body: <DeadLinkPage /> };
    const { token } = read.value;
    if (password === '') {
      return { status: 400, body: <NewPasswordPage token={token} errors={{ password: 'required' }} /> };
    }
    const outcome = await accounts.confirmPasswordReset({ token, password, network: entrance.networkOf(request) });
    if (outcome.ok) return { redirect: view.to('/login?done=reset') };
    const status = statusOf(reply, outcome);
    if (outcome.code === 'TOKEN_INVALID') return { status, body: <DeadLinkPage /> };
    return { status, body: <NewPasswordPage token={token} refusal={outcome} /> };
  });
}

function AskPage(props: {
  formKey: string;
  email?: string | undefined;
  errors?: FieldErrors;
  refusal?: AccountsRefusal;
}) {
  const { formKey, email, errors, refusal } = props;
  const { words, to } = useView();
  const { account } = words;
  return (
    <Shell title={account.resetTitle} width="narrow">
      <h1>{account.resetTitle}</h1>
      <p class="lead">{account.resetLead}</p>
      {refusal !== undefined && (
        <Notice tone="bad" isNews>
          {account.tooManyTries(waitSeconds(refusal))}
        </Notice>
      )}
      <Panel>
        <form class="stack" action={to('/account/reset')} method="post">
          <Key value={formKey} />
          <Field
            name="email"
            type="email"
            label={account.email}
            value={email}
            errors={errors}
            required
            autocomplete="username"
            more={{ maxLength: 254 }}
          />
          <Button icon="mail">{account.resetSend}</Button>
        </form>
      </Panel>
    </Shell>
  );
}

/** The same whether there is such an account or not. */
function SentPage() {
  const { words, to } = useView();
  const { account, problems } = words;
  return (
    <Shell title={account.resetTitle} width="narrow">
      <h1>{account.resetTitle}</h1>
      <Empty icon="mail" title={account.resetSentTitle}>
        <p role="status">{account.resetSentText}</p>
        <div class="button-row">
          <LinkButton href={to('/')}>{problems.goHome}</LinkButton>
          <LinkButton kind="secondary" href={to('/account/reset')}>
            {account.resetAgain}
          </LinkButton>
        </div>
      </Empty>
    </Shell>
  );
}

function NewPasswordPage(props: { token: string; errors?: FieldErrors; refusal?: AccountsRefusal }) {
  const { token, errors, refusal } = props;
  const { words, to } = useView();
  const { account, problems } = words;
  const isTooMany = refusal?.code === 'TOO_MANY_TRIES';
  return (
    <Shell title={account.resetTitle} width="narrow">
      <h1>{account.resetTitle}</h1>
      {(errors ?? refusal) !== undefined && (
        <Notice tone="bad" isNews>
          {isTooMany ? account.tooManyTries(waitSeconds(refusal)) : problems.formHasErrors}
        </Notice>
      )}
      <Panel>
        <form class="stack" action={to('/account/reset/password')} method="post" data-island="send-once">
          <input type="hidden" name="token" value={token} />
          <PasswordField
            kind="new"
            name="password"
            label={account.newPassword}
            hint={account.passwordRules}
            errors={errors}
            error={refusal && passwordFault(refusal.code, words)}
          />
          <p class="quiet">{account.resetNote}</p>
          <Button>{account.setPassword}</Button>
        </form>
      </Panel>
    </Shell>
  );
}

function DeadLinkPage() {
  const { words, to } = useView();
  const { account } = words;
  return (
    <Shell title={account.resetTitle} width="narrow">
      <h1>{account.resetTitle}</h1>
      <Empty icon="warning" title={account.linkDeadTitle}>
        <p role="alert">{account.resetLinkDead}</p>
        <div class="button-row">
          <LinkButton href={to('/account/reset')}>{account.resetAgain}</LinkButton>
          <LinkButton kind="secondary" href={to('/login')}>
            {account.signIn}
          </LinkButton>
        </div>
      </Empty>
    </Shell>
  );
}
