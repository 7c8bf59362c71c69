import { Button, Field, LinkButton } from '#design/forms';
import { Empty, Notice, Panel } from '#design/parts';
import { formRoute, privatePage, publicPage } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { sharedAnswers } from '#shared-answers';
import type { StorefrontDeps } from '../deps.ts';
import { AccountFrame } from './account-frame.tsx';
import { sessionOf } from './signed-in.ts';

/** Among the last orders those that have not left are told; older ones have. */
const RECENT = 20;
const open = new Set(['CREATED', 'PAYMENT_PENDING', 'CONFIRMED']);

export function accountEraseRoutes({ site, accounts, orders, entrance, eraseMore }: StorefrontDeps): void {
  const hasOpenOrders = async (person_id: string): Promise<boolean> => {
    const recent = await orders.listOrders({ person_id, page: 1, page_size: RECENT });
    return recent.ok && recent.value.items.some(({ status }) => open.has(status));
  };

  privatePage(site, '/account/erase', { access: 'user' }, async ({ request }) => {
    const { user_id, email } = sessionOf(request);
    return { body: <ErasePage email={email} hasOpenOrders={await hasOpenOrders(user_id)} /> };
  });
  // Without a key: an answer kept under it would outlive the person.
  const options = { access: 'user', idempotency: 'none' } as const;
  formRoute(site, '/account/erase', options, async ({ view, fields, request, reply }) => {
    const { user_id, email } = sessionOf(request);
    if (!isSame(fields.email, email)) {
      const hasOpen = await hasOpenOrders(user_id);
      return { status: 400, body: <ErasePage email={email} hasOpenOrders={hasOpen} mistyped={fields.email ?? ''} /> };
    }
    // The account goes last: after a crash in between, its session still lets the person ask again.
    await eraseMore(user_id);
    await accounts.eraseUser({ user_id });
    entrance.forget(reply);
    return { redirect: view.to('/goodbye') };
  });
  publicPage(site, '/goodbye', { shared: sharedAnswers['/goodbye'] }, async () => ({
    body: <GoodbyePage />,
    tags: [],
  }));
}

function isSame(typed: string | undefined, email: string): boolean {
  return typed?.trim().toLowerCase().normalize('NFC') === email;
}

function ErasePage(props: { email: string; hasOpenOrders: boolean; mistyped?: string }) {
  const { email, hasOpenOrders, mistyped } = props;
  const { words, to } = useView();
  const { account } = words;
  return (
    <AccountFrame title={account.erasePageTitle} above={{ name: account.privacy, path: '/account/privacy' }}>
      {mistyped !== undefined && (
        <Notice tone="bad" isNews>
          {account.eraseMismatch}
        </Notice>
      )}
      {hasOpenOrders && <Notice tone="careful">{account.eraseOpenOrders}</Notice>}
      <Panel>
        <p>{account.eraseGoes}</p>
        <List items={account.eraseGoesList} />
        <p>{account.eraseStays}</p>
        <List items={account.eraseStaysList} />
        <p>
          <a href={to('/account/export')}>{account.eraseDownloadFirst}</a>
        </p>
        <form class="stack" action={to('/account/erase')} method="post" data-island="send-once">
          <Field
            name="email"
            type="email"
            label={account.eraseConfirm}
            hint={account.eraseConfirmHint(email)}
            value={mistyped}
            error={mistyped === undefined ? undefined : account.eraseMismatch}
            required
            autocomplete="off"
            more={{ maxLength: 254 }}
          />
          <div class="button-row">
            <Button kind="danger">{account.erase}</Button>
            <LinkButton kind="secondary" href={to('/account')}>
              {account.keepAccount}
            </LinkButton>
          </div>
        </form>
      </Panel>
    </AccountFrame>
  );
}

function List({ items }: { items: string[] }) {
  return (
    <ul class="bullets">
      {items.map(item => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}

function GoodbyePage() {
  const { words, to } = useView();
  const { account, problems } = words;
  return (
    <Shell title={account.goodbyeTitle} width="narrow">
      <h1>{account.goodbyeTitle}</h1>
      <Empty icon="door" title={words.shell.shopName}>
        <p>{account.goodbyeText}</p>
        <LinkButton href={to('/')}>{problems.goHome}</LinkButton>
      </Empty>
    </Shell>
  );
}
