import { Button } from '#design/forms';
import { Panel } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import type { StorefrontDeps } from '../deps.ts';

/** Signing out takes a form: a link to it could be put into any page, and followed ahead by a browser. */
export function logoutRoutes({ site, entrance }: StorefrontDeps): void {
  privatePage(site, '/logout', { access: 'anyone' }, async ({ view, request }) =>
    request.session === null ? { redirect: view.to('/') } : { body: <LogoutPage /> },
  );
  formRoute(site, '/logout', { access: 'anyone' }, async ({ view, request, reply }) => {
    // A guest, whose tab is older than the session that has ended, keeps the cart.
    if (request.session !== null) await entrance.leave(request, reply);
    return { redirect: view.to('/') };
  });
}

function LogoutPage() {
  const { words, to } = useView();
  const { account } = words;
  return (
    <Shell title={account.signOut} width="narrow">
      <h1>{account.signOutTitle}</h1>
      <Panel>
        <p>{account.signOutText}</p>
        <form action={to('/logout')} method="post">
          <Button>{account.signOut}</Button>
        </form>
      </Panel>
    </Shell>
  );
}
