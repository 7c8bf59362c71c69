import { Type } from 'typebox';
import { SignUp } from '#accounts';
import { Button, Field } from '#design/forms';
import { Notice, Panel } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { type FieldErrors, type Fields, formReader } from '#platform/form';
import { object } from '#platform/schema';
import type { StorefrontDeps } from '../deps.ts';
import { nextPath, withNext } from './next-path.ts';
import { PasswordField, passwordFault, readPassword } from './password-field.tsx';
import { type AccountsRefusal, statusOf, waitSeconds } from './signed-in.ts';

const query = object({ next: Type.Optional(Type.String()) });
const readPerson = formReader(Type.Pick(SignUp, ['name', 'email']));

export function signupRoutes({ site, accounts, entrance }: StorefrontDeps): void {
  privatePage(site, '/signup', { access: 'anyone', query }, async ({ view, query: { next }, request }) => {
    const goesTo = nextPath(next);
    if (request.session !== null) return { redirect: view.to(goesTo) };
    return { body: <SignupPage next={goesTo} /> };
  });
  formRoute(site, '/signup', { access: 'anyone', idempotency: 'none' }, async asked => {
    const { view, fields, request, reply } = asked;
    const next = nextPath(fields.next);
    const password = readPassword(fields, 'password');
    const read = readPerson(fields);
    if (!read.ok || password === '') {
      const errors = { ...(read.ok ? {} : read.errors), ...(password === '' && { password: 'required' }) };
      return { status: 400, body: <SignupPage next={next} values={fields} errors={errors} /> };
    }
    const network = entrance.networkOf(request);
    const outcome = await accounts.signUp({ ...read.value, user_id: request.commandId, password, network });
    if (!outcome.ok) {
      return { status: statusOf(reply, outcome), body: <SignupPage next={next} values={fields} refusal={outcome} /> };
    }
    await entrance.enter(request, reply, outcome.value);
    return { redirect: view.to(next) };
  });
}

interface SignupPageProps {
  next: string;
  values?: Fields;
  errors?: FieldErrors;
  refusal?: AccountsRefusal;
}

function SignupPage({ next, values = {}, errors, refusal }: SignupPageProps) {
  const { words, to } = useView();
  const { account } = words;
  return (
    <Shell title={account.signUp} width="narrow">
      <h1>{account.signUpTitle}</h1>
      <p class="lead">{account.signUpLead}</p>
      <SignupNotice next={next} errors={errors} refusal={refusal} />
      <Panel>
        <form class="stack" action={to('/signup')} method="post" data-island="send-once">
          <input type="hidden" name="next" value={next} />
          <Field
            name="name"
            label={account.yourName}
            value={values.name}
            errors={errors}
            required
            autocomplete="name"
            more={{ maxLength: 200 }}
          />
          <Field
            name="email"
            type="email"
            label={account.email}
            value={values.email}
            errors={errors}
            error={refusal?.code === 'EMAIL_TAKEN' ? account.emailTaken : undefined}
            required
            autocomplete="username"
            more={{ maxLength: 254 }}
          />
          <PasswordField
            kind="new"
            name="password"
            label={account.password}
            hint={account.passwordRules}
            errors={errors}
            error={refusal && passwordFault(refusal.code, words)}
          />
          <Button>{account.signUp}</Button>
        </form>
      </Panel>
      <p class="form-elsewhere">
        {account.haveAccount} <a href={to(withNext('/login', next))}>{account.signIn}</a>
      </p>
    </Shell>
  );
}

function SignupNotice({ next, errors, refusal }: Pick<SignupPageProps, 'next' | 'errors' | 'refusal'>) {
  const { words, to } = useView();
  const { account, problems } = words;
  if (errors === undefined && refusal === undefined) return null;
  if (refusal?.code === 'TOO_MANY_TRIES') {
    return (
      <Notice tone="bad" isNews>
        {account.tooManyTries(waitSeconds(refusal))}
      </Notice>
    );
  }
  if (refusal?.code !== 'EMAIL_TAKEN') {
    return (
      <Notice tone="bad" isNews>
        {problems.formHasErrors}
      </Notice>
    );
  }
  return (
    <Notice tone="bad" isNews>
      <p>
        {account.emailTaken} {account.emailTakenHelp}
      </p>
      <p class="notice-links">
        <a href={to(withNext('/login', next))}>{account.signIn}</a>
        <a href={to('/account/reset')}>{account.resetTitle}</a>
      </p>
    </Notice>
  );
}
