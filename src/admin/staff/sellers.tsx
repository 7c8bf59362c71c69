import type { ListedSeller } from '#catalog';
import { Button, Field, Key } from '#design/forms';
import { Empty, Pagination, Panel, Table } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import { formReader } from '#platform/form';
import { edgeProblem } from '#platform/http';
import { object, params, text } from '#platform/schema';
import type { DeskDeps } from '../deps.ts';
import { filled, withQuery } from '../products/addresses.ts';
import { Said } from '../said.tsx';
import { type ListQuery, listQuery, PAGE_SIZE, pageOf } from './read-list.ts';
import { StaffShell } from './staff-shell.tsx';

const readName = formReader(object({ name: text(200, { pattern: '\\S' }) }));

/** Who sells here: the list, a new seller, another name. */
export function sellersRoutes({ site, catalog }: DeskDeps): void {
  privatePage(site, '/admin/sellers', { access: 'staff', query: listQuery('text') }, async ({ query }) => {
    const asked = { text: filled(query.text)?.slice(0, 200), page: pageOf(query), page_size: PAGE_SIZE };
    const listed = await catalog.listSellers(asked);
    const { items, total, page } = listed.ok ? listed.value : { items: [], total: 0, page: 1 };
    return {
      body: <Sellers sellers={items} total={total} page={page} query={query} nextKey={() => site.ids.next()} />,
    };
  });
  formRoute(site, '/admin/sellers', { access: 'staff' }, async ({ view, fields, request }) => {
    const read = readName(fields);
    if (!read.ok) return { redirect: view.to('/admin/sellers?refused=name') };
    await catalog.createSeller({ seller_id: request.commandId, ...read.value });
    return { redirect: view.to(withQuery('/admin/sellers', { text: read.value.name, done: 'created' })) };
  });
  const options = { access: 'staff', params: params('seller_id') } as const;
  formRoute(site, '/admin/sellers/:seller_id/rename', options, async ({ view, fields, params: { seller_id } }) => {
    const read = readName(fields);
    if (!read.ok) return { redirect: view.to('/admin/sellers?refused=name') };
    const renamed = await catalog.renameSeller({ seller_id, ...read.value });
    if (!renamed.ok) throw edgeProblem('NOT_FOUND');
    return { redirect: view.to(withQuery('/admin/sellers', { text: read.value.name, done: 'renamed' })) };
  });
}

interface SellersProps {
  sellers: ListedSeller[];
  total: number;
  page: number;
  query: ListQuery<'text'>;
  nextKey(): string;
}

function Sellers({ sellers, total, page, query, nextKey }: SellersProps) {
  const { words, to, number, date } = useView();
  const { sellers: texts } = words.staff;
  const done = texts.done[query.done as keyof typeof texts.done];
  const href = (shown: number) => to(withQuery('/admin/sellers', { text: query.text, page: shown === 1 ? '' : shown }));
  return (
    <StaffShell title={words.desk.sellers} current="/admin/sellers">
      <h1>{words.desk.sellers}</h1>
      <Said done={done} refused={query.refused === undefined ? undefined : words.problems.required} />
      <form class="filters" method="get" action={to('/admin/sellers')} aria-label={words.desk.filters}>
        <Field name="text" type="search" label={texts.search} value={query.text} isFilter />
        <Button kind="secondary" icon="search">
          {words.things.search}
        </Button>
      </form>
      <Table
        caption={words.desk.sellers}
        columns={[
          { title: words.things.name, cell: seller => seller.name },
          {
            title: texts.products,
            isNumber: true,
            cell: ({ seller_id, product_count }) => (
              <a href={to(withQuery('/admin/products', { seller_id }))}>{number(product_count)}</a>
            ),
          },
          {
            title: texts.orders,
            cell: ({ seller_id }) => <a href={to(withQuery('/admin/orders', { seller_id }))}>{texts.orders}</a>,
          },
          { title: texts.since, cell: ({ created_at }) => date(created_at) },
          { title: words.things.actions, cell: seller => <Rename seller={seller} key_={nextKey()} /> },
        ]}
        rows={sellers}
        keyOf={({ seller_id }) => seller_id}
        empty={<Empty icon="seller" title={texts.none} />}
      />
      <Pagination page={page} pages={Math.ceil(total / PAGE_SIZE)} href={href} />
      <div class="section">
        <Panel title={texts.create}>
          <form class="stack" method="post" action={to('/admin/sellers')}>
            <Key value={nextKey()} />
            <Field name="name" label={words.things.name} required more={{ maxLength: 200 }} />
            <Button icon="plus">{words.things.create}</Button>
          </form>
        </Panel>
      </div>
    </StaffShell>
  );
}

function Rename({ seller: { seller_id, name }, key_ }: { seller: ListedSeller; key_: string }) {
  const { words, to } = useView();
  const { sellers } = words.staff;
  return (
    <details class="fold">
      <summary>{sellers.rename}</summary>
      <form class="stack" method="post" action={to(`/admin/sellers/${seller_id}/rename`)}>
        <Key value={key_} />
        <Field
          name="name"
          id={`name-${seller_id}`}
          label={sellers.newName(name)}
          value={name}
          required
          more={{ maxLength: 200 }}
        />
        <Button kind="secondary">{words.things.save}</Button>
      </form>
    </details>
  );
}
