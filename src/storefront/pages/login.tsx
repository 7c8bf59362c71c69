import { Type } from 'typebox';
import { LogIn } from '#accounts';
import { Button, Field } from '#design/forms';
import { Notice, Panel } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { type FieldErrors, formReader } from '#platform/form';
import { object, oneOf } from '#platform/schema';
import type { StorefrontDeps } from '../deps.ts';
import { nextPath, withNext } from './next-path.ts';
import { PasswordField, readPassword } from './password-field.tsx';
import { type AccountsRefusal, statusOf, waitSeconds } from './signed-in.ts';

const query = object({ next: Type.Optional(Type.String()), done: Type.Optional(oneOf('reset')) });
const readEmail = formReader(Type.Pick(LogIn, ['email']));

export function loginRoutes({ site, accounts, entrance }: StorefrontDeps): void {
  privatePage(site, '/login', { access: 'anyone', query }, async ({ view, query: { next, done }, request }) => {
    const goesTo = nextPath(next);
    if (request.session !== null) return { redirect: view.to(goesTo) };
    return { body: <LoginPage next={goesTo} wasReset={done === 'reset'} /> };
  });
  // Sent once, as in the API: the answer carries a session, which nobody should find again under a key.
  formRoute(site, '/login', { access: 'anyone', idempotency: 'none' }, async asked => {
    const { view, fields, request, reply } = asked;
    const next = nextPath(fields.next);
    const password = readPassword(fields, 'password');
    const read = readEmail(fields);
    if (!read.ok || password === '') {
      const errors = { ...(read.ok ? {} : read.errors), ...(password === '' && { password: 'required' }) };
      return { status: 400, body: <LoginPage next={next} email={fields.email} errors={errors} /> };
    }
    const { email } = read.value;
    const outcome = await accounts.logIn({ email, password, network: entrance.networkOf(request) });
    if (!outcome.ok) {
      return { status: statusOf(reply, outcome), body: <LoginPage next={next} email={email} refusal={outcome} /> };
    }
    await entrance.enter(request, reply, outcome.value);
    return { redirect: view.to(next) };
  });
}

interface LoginPageProps {
  next: string;
  wasReset?: boolean;
  email?: string | undefined;
  errors?: FieldErrors;
  refusal?: AccountsRefusal;
}

function LoginPage({ next, wasReset = false, email, errors, refusal }: LoginPageProps) {
  const { words, to } = useView();
  const { account, problems } = words;
  return (
    <Shell title={account.signIn} width="narrow">
      <h1>{account.signInTitle}</h1>
      {wasReset && (
        <Notice tone="good" isNews>
          {account.passwordWasReset}
        </Notice>
      )}
      {errors !== undefined && (
        <Notice tone="bad" isNews>
          {problems.formHasErrors}
        </Notice>
      )}
      {refusal !== undefined && (
        <Notice tone="bad" isNews>
          {refusal.code === 'TOO_MANY_TRIES' ? account.tooManyTries(waitSeconds(refusal)) : account.loginFailed}
        </Notice>
      )}
      <Panel>
        <form class="stack" action={to('/login')} method="post" data-island="send-once">
          <input type="hidden" name="next" value={next} />
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
          <PasswordField kind="current" name="password" label={account.password} errors={errors} />
          <Button>{account.signIn}</Button>
          <a class="form-link" href={to('/account/reset')}>
            {account.forgotPassword}
          </a>
        </form>
      </Panel>
      <p class="form-elsewhere">
        {account.newHere} <a href={to(withNext('/signup', next))}>{account.signUp}</a>
      </p>
    </Shell>
  );
}
