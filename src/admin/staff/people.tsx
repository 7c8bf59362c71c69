import { type Role, RoleInput, type User } from '#accounts';
import type { ListedSeller } from '#catalog';
import { Button, Check, Field, Key, Select } from '#design/forms';
import { Badge, Empty, Facts, Pagination, Panel, Table } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import { formReader } from '#platform/form';
import { edgeProblem } from '#platform/http';
import { object, params } from '#platform/schema';
import type { DeskDeps } from '../deps.ts';
import { filled, withQuery } from '../products/addresses.ts';
import { Said } from '../said.tsx';
import { type ListQuery, listQuery, oneWord, PAGE_SIZE, pageOf } from './read-list.ts';
import { StaffShell } from './staff-shell.tsx';

const roles: Role[] = ['customer', 'seller', 'staff'];
const readRole = formReader(object(RoleInput.properties));
const LISTED_MAX = 10_000;

/** Who has an account, and what they may do here. */
export function peopleRoutes({ site, accounts, catalog }: DeskDeps): void {
  privatePage(site, '/admin/people', { access: 'staff', query: listQuery('text', 'role') }, async ({ query }) => {
    const page = Math.min(pageOf(query), LISTED_MAX / PAGE_SIZE);
    const role = oneWord(query.role, roles);
    const listed = await accounts.listUsers({
      text: filled(query.text)?.slice(0, 200),
      role,
      page,
      page_size: PAGE_SIZE,
    });
    return { body: <People users={listed.items} total={listed.total} page={page} query={query} /> };
  });
  const options = { access: 'staff', params: params('user_id') } as const;
  privatePage(site, '/admin/people/:user_id', { ...options, query: listQuery() }, async ({ params, query }) => {
    const [user, sellers] = await Promise.all([
      accounts.getUser(params),
      catalog.listSellers({ page: 1, page_size: 100 }),
    ]);
    if (user === null) throw edgeProblem('NOT_FOUND');
    const named = sellers.ok ? sellers.value.items : [];
    return { body: <Person user={user} sellers={named} said={query} key_={site.ids.next()} /> };
  });
  formRoute(site, '/admin/people/:user_id/role', options, async ({ view, fields, params: { user_id }, request }) => {
    const back = (said: Record<string, string>) => ({ redirect: view.to(withQuery(`/admin/people/${user_id}`, said)) });
    const read = readRole(fields);
    if (!read.ok) return back({ refused: 'SELLER_MISSING' });
    const { caller } = request;
    const by = caller.kind === 'user' ? caller.person_id : null;
    // A seller keeps the seller that the form shows; whoever is none has none.
    const seller_id = read.value.role === 'seller' ? (read.value.seller_id ?? null) : null;
    const given = await accounts.setRole({ ...read.value, user_id, seller_id, by });
    return back(given.ok ? { done: 'saved' } : { refused: given.code });
  });
}

interface PeopleProps {
  users: User[];
  total: number;
  page: number;
  query: ListQuery<'text' | 'role'>;
}

function People({ users, total, page, query }: PeopleProps) {
  const { words, to, date } = useView();
  const { people } = words.staff;
  const { text, role } = query;
  const href = (shown: number) => to(withQuery('/admin/people', { text, role, page: shown === 1 ? '' : shown }));
  const options = roles.map(value => ({ value, label: people.roles[value] }));
  return (
    <StaffShell title={words.desk.people} current="/admin/people">
      <h1>{words.desk.people}</h1>
      <form class="filters" method="get" action={to('/admin/people')} aria-label={words.desk.filters}>
        <Field name="text" type="search" label={people.search} value={text} isFilter />
        <Select
          name="role"
          label={people.role}
          value={role}
          options={[{ value: '', label: words.things.all }, ...options]}
          isFilter
        />
        <Button kind="secondary" icon="filter">
          {words.things.filter}
        </Button>
      </form>
      <Table
        caption={words.desk.people}
        columns={[
          { title: words.things.name, cell: user => <a href={to(`/admin/people/${user.user_id}`)}>{user.name}</a> },
          { title: people.email, cell: user => user.email },
          { title: people.role, cell: user => <Badge>{people.roles[user.role]}</Badge> },
          { title: people.prime, cell: user => (user.prime ? words.things.yes : words.things.no) },
          { title: people.since, cell: user => date(user.created_at) },
        ]}
        rows={users}
        keyOf={({ user_id }) => user_id}
        empty={<Empty icon="person" title={people.none} />}
      />
      <Pagination page={page} pages={Math.ceil(Math.min(total, LISTED_MAX) / PAGE_SIZE)} href={href} />
    </StaffShell>
  );
}

interface PersonProps {
  user: User;
  sellers: ListedSeller[];
  said: { done?: string; refused?: string };
  key_: string;
}

function Person({ user, sellers, said, key_ }: PersonProps) {
  const { words, to, date } = useView();
  const { people } = words.staff;
  const refused = people.refusals[said.refused as keyof typeof people.refusals];
  return (
    <StaffShell title={user.name} current="/admin/people">
      <h1>{user.name}</h1>
      <Said done={said.done === undefined ? undefined : people.saved} refused={refused} />
      <div class="stack">
        <Panel>
          <Facts
            facts={[
              [people.email, user.email],
              [people.verified, user.email_verified ? words.things.yes : words.things.no],
              [people.role, people.roles[user.role]],
              [people.since, date(user.created_at)],
            ]}
          />
          <p>
            <a href={to(withQuery('/admin/orders', { text: user.email }))}>{people.orders}</a>
          </p>
        </Panel>
        <RoleForm user={user} sellers={sellers} key_={key_} />
      </div>
    </StaffShell>
  );
}

function RoleForm({ user, sellers, key_ }: Omit<PersonProps, 'said'>) {
  const { words, to } = useView();
  const { people } = words.staff;
  const sellerOptions = sellers.map(({ seller_id, name }) => ({ value: seller_id, label: name }));
  return (
    <Panel title={people.change}>
      <form class="stack" method="post" action={to(`/admin/people/${user.user_id}/role`)}>
        <Key value={key_} />
        <p class="hint">{people.changeText}</p>
        <Select
          name="role"
          label={people.role}
          value={user.role}
          options={roles.map(value => ({ value, label: people.roles[value] }))}
          required
        />
        <Select
          name="seller_id"
          label={people.seller}
          value={user.seller_id ?? ''}
          options={[{ value: '', label: people.noSeller }, ...sellerOptions]}
        />
        <Check name="prime" label={people.prime} checked={user.prime} />
        <Button>{words.things.save}</Button>
      </form>
    </Panel>
  );
}
