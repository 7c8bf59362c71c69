import type { ComponentChildren } from 'preact';
import { type DeskGroup, DeskShell } from '#design/desk-shell';
import { useView } from '#design/view';
import type { Words } from '#words';

export interface SellerShellProps {
  title: string;
  /** The path of the menu's entry that this page belongs to. */
  current: string;
  moreScripts?: string[];
  children: ComponentChildren;
}

/** The frame of the seller's desk. */
export function SellerShell(props: SellerShellProps) {
  const { desk } = useView().words;
  return <DeskShell {...props} deskTitle={desk.sellerTitle} root="/seller" groups={menu(desk)} />;
}

function menu(desk: Words['desk']): DeskGroup[] {
  return [
    {
      title: desk.groups.sell,
      links: [
        { name: desk.sales, path: '/seller', icon: 'gauge' },
        { name: desk.orders, path: '/seller/orders', icon: 'box' },
      ],
    },
    {
      title: desk.groups.stock,
      links: [
        { name: desk.products, path: '/seller/products', icon: 'picture' },
        { name: desk.imports, path: '/seller/imports', icon: 'plus' },
        { name: desk.stock, path: '/seller/stock', icon: 'truck' },
      ],
    },
  ];
}
