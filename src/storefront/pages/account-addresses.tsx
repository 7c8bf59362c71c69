import { Type } from 'typebox';
import type { SavedAddress } from '#accounts';
import { AddressLines } from '#design/address-lines';
import { Button, Key, LinkButton } from '#design/forms';
import { Empty, Notice, Panel } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import { limits } from '#limits';
import type { FieldErrors, Fields } from '#platform/form';
import { edgeProblem } from '#platform/problem';
import { object, oneOf, params } from '#platform/schema';
import { AddressFields, readAddress } from '../address-form.tsx';
import type { StorefrontDeps } from '../deps.ts';
import { AccountFrame } from './account-frame.tsx';
import { sessionOf, statusOf } from './signed-in.ts';

const query = object({ done: Type.Optional(oneOf('added', 'removed')) });
const access = 'user';

export function accountAddressesRoutes(deps: StorefrontDeps): void {
  const { site, accounts } = deps;
  privatePage(site, '/account/addresses', { access, query }, async ({ request, query: { done } }) => {
    const { user_id } = sessionOf(request);
    return { body: <AddressesPage addresses={await accounts.listAddresses({ user_id })} done={done} /> };
  });
  addRoutes(deps);
  removeRoutes(deps);
}

function addRoutes({ site, accounts }: StorefrontDeps): void {
  const place = '/account/addresses/new';
  privatePage(site, place, { access }, async ({ request }) => ({
    body: <AddPage formKey={site.ids.next()} values={{ name: sessionOf(request).name }} />,
  }));
  formRoute(site, place, { access }, async ({ view, fields, request, reply }) => {
    const { user_id } = sessionOf(request);
    const page = { formKey: site.ids.next(), values: fields };
    const read = readAddress(fields);
    if (!read.ok) return { status: 400, body: <AddPage {...page} errors={read.errors} /> };
    const outcome = await accounts.addAddress({ address_id: request.commandId, user_id, address: read.value });
    if (outcome.ok) return { redirect: view.to('/account/addresses?done=added') };
    if (outcome.code === 'USER_NOT_FOUND') throw edgeProblem('NOT_FOUND');
    return { status: statusOf(reply, outcome), body: <AddPage {...page} isFull /> };
  });
}

/** Removing asks first, on a page: one hasty tap should not cost an address. */
function removeRoutes({ site, accounts }: StorefrontDeps): void {
  const place = '/account/addresses/:address_id/remove';
  const options = { access, params: params('address_id') } as const;
  privatePage(site, place, options, async ({ view, request, params: { address_id } }) => {
    const { user_id } = sessionOf(request);
    const addresses = await accounts.listAddresses({ user_id });
    const address = addresses.find(one => one.address_id === address_id);
    if (address === undefined) return { redirect: view.to('/account/addresses') };
    return { body: <RemovePage address={address} formKey={site.ids.next()} /> };
  });
  formRoute(site, place, options, async ({ view, request, params: { address_id } }) => {
    const { user_id } = sessionOf(request);
    const outcome = await accounts.removeAddress({ user_id, address_id });
    // Removed already, in another tab for one: that is how it was wanted.
    return { redirect: view.to(`/account/addresses${outcome.ok ? '?done=removed' : ''}`) };
  });
}

function AddressesPage(props: { addresses: SavedAddress[]; done: 'added' | 'removed' | undefined }) {
  const { addresses, done } = props;
  const { words, to } = useView();
  const { account } = words;
  return (
    <AccountFrame title={account.addresses} width="normal">
      {done !== undefined && (
        <Notice tone="good" isNews>
          {done === 'added' ? account.addressAdded : account.addressRemoved}
        </Notice>
      )}
      {addresses.length === 0 ? (
        <Empty icon="truck" title={account.noAddressesTitle}>
          <p>{account.noAddressesText}</p>
          <AddLink />
        </Empty>
      ) : (
        <div class="stack">
          <ul class="address-cards">
            {addresses.map(({ address_id, ...address }) => (
              <li key={address_id} class="panel">
                <AddressLines address={address} />
                <a
                  class="form-link"
                  href={to(`/account/addresses/${address_id}/remove`)}
                  aria-label={account.removeAddressOf(`${address.line1}, ${address.city}`)}
                >
                  {account.removeAddress}
                </a>
              </li>
            ))}
          </ul>
          {addresses.length < limits.addressesMax ? (
            <div>
              <AddLink />
            </div>
          ) : (
            <Notice>{account.tooManyAddresses(limits.addressesMax)}</Notice>
          )}
        </div>
      )}
    </AccountFrame>
  );
}

function AddLink() {
  const { words, to } = useView();
  return (
    <LinkButton href={to('/account/addresses/new')} icon="plus">
      {words.account.addAddress}
    </LinkButton>
  );
}

function AddPage(props: { formKey: string; values: Fields; errors?: FieldErrors; isFull?: boolean }) {
  const { formKey, values, errors, isFull = false } = props;
  const { words, to } = useView();
  const { account, problems, things } = words;
  return (
    <AccountFrame title={account.addAddress} above={{ name: account.addresses, path: '/account/addresses' }}>
      {(errors !== undefined || isFull) && (
        <Notice tone="bad" isNews>
          {isFull ? account.tooManyAddresses(limits.addressesMax) : problems.formHasErrors}
        </Notice>
      )}
      <Panel>
        <form class="stack" action={to('/account/addresses/new')} method="post">
          <Key value={formKey} />
          <AddressFields values={values} errors={errors} />
          <div class="button-row">
            <Button>{account.saveAddress}</Button>
            <LinkButton kind="secondary" href={to('/account/addresses')}>
              {things.cancel}
            </LinkButton>
          </div>
        </form>
      </Panel>
    </AccountFrame>
  );
}

function RemovePage({ address: { address_id, ...address }, formKey }: { address: SavedAddress; formKey: string }) {
  const { words, to } = useView();
  const { account, things } = words;
  return (
    <AccountFrame title={account.removeAddressTitle} above={{ name: account.addresses, path: '/account/addresses' }}>
      <Panel>
        <AddressLines address={address} />
        <p class="quiet">{account.removeAddressText}</p>
        <form class="button-row" action={to(`/account/addresses/${address_id}/remove`)} method="post">
          <Key value={formKey} />
          <Button kind="danger">{account.removeAddress}</Button>
          <LinkButton kind="secondary" href={to('/account/addresses')}>
            {things.cancel}
          </LinkButton>
        </form>
      </Panel>
    </AccountFrame>
  );
}
