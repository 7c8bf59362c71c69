import assert from 'node:assert/strict';
import { Type } from 'typebox';
import { type Accounts, SignUp, type User } from '#accounts';
import { Button, Field } from '#design/forms';
import { Badge, Notice, Panel } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import { type FieldErrors, type Fields, formReader } from '#platform/form';
import { object, oneOf } from '#platform/schema';
import type { StorefrontDeps } from '../deps.ts';
import type { Words } from '../words/words.ts';
import { AccountFrame } from './account-frame.tsx';
import { PasswordField, passwordFault, readPassword } from './password-field.tsx';
import { type AccountsRefusal, sessionOf, statusOf, waitSeconds } from './signed-in.ts';

/** What can be changed: each has a form of its own, and all are sent here. */
const parts = ['name', 'email', 'password'] as const;
type Part = (typeof parts)[number];
type Change = Omit<Parameters<Accounts['updateUser']>[0], 'user_id' | 'session_id'>;

const query = object({ done: Type.Optional(oneOf(...parts)) });
const readName = formReader(Type.Pick(SignUp, ['name']));
const readEmail = formReader(Type.Pick(SignUp, ['email']));

export function accountProfileRoutes({ site, accounts }: StorefrontDeps): void {
  const userOf = async (user_id: string): Promise<User> => {
    const user = await accounts.getUser({ user_id });
    assert(user !== null, 'whoever has a session has an account');
    return user;
  };

  privatePage(site, '/account/profile', { access: 'user', query }, async ({ request, query: { done } }) => ({
    body: <ProfilePage user={await userOf(sessionOf(request).user_id)} done={done} />,
  }));
  // Without a key: no hash of a password is kept but the slow one. Sent twice, each change is the same change.
  const options = { access: 'user', idempotency: 'none' } as const;
  formRoute(site, '/account/profile', options, async ({ view, fields, request, reply }) => {
    const { user_id, session_id } = sessionOf(request);
    const part = parts.find(known => known === fields.part) ?? 'name';
    const read = readChange(part, fields);
    if ('errors' in read) {
      const tried = { part, fields, errors: read.errors };
      return { status: 400, body: <ProfilePage user={await userOf(user_id)} tried={tried} /> };
    }
    const outcome = await accounts.updateUser({ ...read.change, user_id, session_id });
    if (outcome.ok) return { redirect: view.to(`/account/profile?done=${part}`) };
    const tried = { part, fields, refusal: outcome };
    return { status: statusOf(reply, outcome), body: <ProfilePage user={await userOf(user_id)} tried={tried} /> };
  });
}

function readChange(part: Part, fields: Fields): { change: Change } | { errors: FieldErrors } {
  if (part === 'name') {
    const read = readName(fields);
    return read.ok ? { change: read.value } : read;
  }
  if (part === 'email') {
    const read = readEmail(fields);
    const current_password = readPassword(fields, 'email_password');
    const errors: FieldErrors = { ...(read.ok ? {} : read.errors), ...missing({ email_password: current_password }) };
    return read.ok && current_password !== '' ? { change: { ...read.value, current_password } } : { errors };
  }
  const current_password = readPassword(fields, 'current_password');
  const password = readPassword(fields, 'password');
  const errors = missing({ current_password, password });
  return Object.keys(errors).length === 0 ? { change: { current_password, password } } : { errors };
}

function missing(passwords: Record<string, string>): FieldErrors {
  const empty = Object.entries(passwords).filter(([, password]) => password === '');
  return Object.fromEntries(empty.map(([name]) => [name, 'required']));
}

/** What was sent and not done, to be shown in its form. */
interface Tried {
  part: Part;
  fields: Fields;
  errors?: FieldErrors;
  refusal?: AccountsRefusal;
}

function ProfilePage({ user, done, tried }: { user: User; done?: Part | undefined; tried?: Tried }) {
  const { words } = useView();
  const { account } = words;
  const said = { name: account.nameSaved, email: account.emailSaved, password: account.passwordSaved };
  const triedIn = (part: Part) => (tried?.part === part ? tried : undefined);
  return (
    <AccountFrame title={account.profile}>
      {done !== undefined && (
        <Notice tone="good" isNews>
          {said[done]}
        </Notice>
      )}
      {tried !== undefined && (
        <Notice tone="bad" isNews>
          {noticeOf(tried, words)}
        </Notice>
      )}
      <div class="stack">
        <NameForm user={user} tried={triedIn('name')} />
        <EmailForm user={user} tried={triedIn('email')} />
        <PasswordForm user={user} tried={triedIn('password')} />
      </div>
    </AccountFrame>
  );
}

function noticeOf({ refusal }: Tried, { account, problems }: Words): string {
  if (refusal?.code === 'TOO_MANY_TRIES') return account.tooManyTries(waitSeconds(refusal));
  return problems.formHasErrors;
}

interface FormProps {
  user: User;
  tried: Tried | undefined;
}

function NameForm({ user, tried }: FormProps) {
  const { words, to } = useView();
  const { account } = words;
  return (
    <Panel title={account.nameTitle}>
      <form class="stack" action={to('/account/profile')} method="post">
        <input type="hidden" name="part" value="name" />
        <Field
          name="name"
          label={account.yourName}
          value={tried?.fields.name ?? user.name}
          hint={account.nameHint}
          errors={tried?.errors}
          required
          autocomplete="name"
          more={{ maxLength: 200 }}
        />
        <Button kind="secondary">{account.saveName}</Button>
      </form>
    </Panel>
  );
}

function EmailForm({ user, tried }: FormProps) {
  const { words, to } = useView();
  const { account } = words;
  const code = tried?.refusal?.code;
  return (
    <Panel title={account.emailTitle}>
      <form class="stack" action={to('/account/profile')} method="post" data-island="send-once">
        <input type="hidden" name="part" value="email" />
        <p>
          {account.emailNow(user.email)}{' '}
          <Badge tone={user.email_verified ? 'good' : 'careful'}>
            {user.email_verified ? account.emailVerified : account.emailUnverified}
          </Badge>
        </p>
        <Field
          name="email"
          type="email"
          label={account.newEmail}
          value={tried?.fields.email}
          hint={account.emailNote}
          errors={tried?.errors}
          error={code === 'EMAIL_TAKEN' ? account.emailTaken : undefined}
          required
          autocomplete="email"
          more={{ maxLength: 254 }}
        />
        <PasswordField
          kind="current"
          name="email_password"
          label={account.currentPassword}
          errors={tried?.errors}
          error={code === 'CURRENT_PASSWORD_WRONG' ? account.currentPasswordWrong : undefined}
        />
        <Button kind="secondary">{account.changeEmail}</Button>
      </form>
    </Panel>
  );
}

function PasswordForm({ user, tried }: FormProps) {
  const { words, to } = useView();
  const { account } = words;
  const code = tried?.refusal?.code;
  return (
    <Panel title={account.passwordTitle}>
      <form class="stack" action={to('/account/profile')} method="post" data-island="send-once">
        <input type="hidden" name="part" value="password" />
        {/* Tells a browser's password store whose password it is. */}
        <input type="hidden" name="username" value={user.email} autocomplete="username" />
        <PasswordField
          kind="current"
          name="current_password"
          label={account.currentPassword}
          errors={tried?.errors}
          error={code === 'CURRENT_PASSWORD_WRONG' ? account.currentPasswordWrong : undefined}
        />
        <PasswordField
          kind="new"
          name="password"
          label={account.newPassword}
          hint={account.passwordRules}
          errors={tried?.errors}
          error={code && passwordFault(code, words)}
        />
        <p class="quiet">{account.passwordNote}</p>
        <Button kind="secondary">{account.changePassword}</Button>
      </form>
    </Panel>
  );
}
