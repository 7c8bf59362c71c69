import type { ComponentChildren } from 'preact';
import { Breadcrumbs } from '#design/parts';
import { Shell } from '#design/shell';
import { useView } from '#design/view';

export interface AccountFrameProps {
  title: string;
  /** Between the account and this page. */
  above?: { name: string; path: string };
  width?: 'normal' | 'narrow';
  children: ComponentChildren;
}

/** A page below the account. */
export function AccountFrame({ title, above, width = 'narrow', children }: AccountFrameProps) {
  const { account } = useView().words;
  const crumbs = [{ name: account.yourAccount, path: '/account' }, ...(above ? [above] : []), { name: title }];
  return (
    <Shell title={title} width={width}>
      <Breadcrumbs crumbs={crumbs} />
      <h1>{title}</h1>
      {children}
    </Shell>
  );
}
