import type { ComponentChildren } from 'preact';
import { type DeskGroup, DeskShell } from '#design/desk-shell';
import { useView } from '#design/view';
import type { Words } from '#words';

export interface StaffShellProps {
  title: string;
  /** The path of the menu's entry that this page belongs to. */
  current: string;
  moreScripts?: string[];
  children: ComponentChildren;
}

/** The frame of the admin's pages. */
export function StaffShell(props: StaffShellProps) {
  const { desk } = useView().words;
  return <DeskShell {...props} deskTitle={desk.staffTitle} root="/admin" groups={menu(desk)} />;
}

function menu(desk: Words['desk']): DeskGroup[] {
  return [
    {
      title: desk.groups.sell,
      links: [
        { name: desk.dashboard, path: '/admin', icon: 'gauge' },
        { name: desk.orders, path: '/admin/orders', icon: 'box' },
        { name: desk.reviews, path: '/admin/reviews', icon: 'star' },
      ],
    },
    {
      title: desk.groups.stock,
      links: [
        { name: desk.products, path: '/admin/products', icon: 'picture' },
        { name: desk.imports, path: '/admin/imports', icon: 'plus' },
        { name: desk.stock, path: '/admin/stock', icon: 'truck' },
        { name: desk.synonyms, path: '/admin/synonyms', icon: 'search' },
      ],
    },
    {
      title: desk.groups.people,
      links: [
        { name: desk.sellers, path: '/admin/sellers', icon: 'seller' },
        { name: desk.people, path: '/admin/people', icon: 'person' },
        { name: desk.mails, path: '/admin/mails', icon: 'mail' },
      ],
    },
    {
      title: desk.groups.run,
      links: [
        { name: desk.operations, path: '/admin/operations', icon: 'clock' },
        { name: desk.stuck, path: '/admin/stuck', icon: 'warning' },
        { name: desk.webhooks, path: '/admin/webhooks', icon: 'refresh' },
        { name: desk.audit, path: '/admin/audit', icon: 'check' },
        { name: desk.books, path: '/admin/books', icon: 'money' },
      ],
    },
  ];
}
