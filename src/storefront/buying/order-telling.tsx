import type { ComponentChildren } from 'preact';
import { Notice } from '#design/parts';
import { useView } from '#design/view';

export function Telling(props: {
  tone: 'good' | 'careful' | 'bad' | 'plain';
  title: string;
  children: ComponentChildren;
}) {
  return (
    <Notice tone={props.tone} isNews>
      <p>
        <strong class="telling">{props.title}</strong>
      </p>
      {props.children}
    </Notice>
  );
}

export interface OwnLinkProps {
  /** The order's whole address with its token, for those who need one. */
  link: string | undefined;
  isPlaced: boolean;
}

/** The only way back for a guest whose browser forgets. */
export function OwnLink({ link, isPlaced }: OwnLinkProps) {
  const { orders } = useView().words;
  if (link === undefined || !isPlaced) return null;
  return (
    <p>
      {orders.keepLink}{' '}
      <a class="text-link" href={link}>
        {orders.orderLink}
      </a>
    </p>
  );
}
