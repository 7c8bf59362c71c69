import type { CatalogProduct } from '#catalog';
import { Button, Key, LinkButton } from '#design/forms';
import { Panel } from '#design/parts';
import { useView } from '#design/view';
import type { AnyDesk } from './product-list.tsx';

/** The question before a product goes. */
export function ProductDelete(props: { desk: AnyDesk; product: CatalogProduct; formKey: string }) {
  const { desk, product, formKey } = props;
  const { words, to } = useView();
  const { goods } = words;
  const { Frame, root } = desk;
  const path = `${root}/products/${product.product_id}`;
  return (
    <Frame title={goods.deleteTitle} current={`${root}/products`}>
      <h1>{goods.deleteTitle}</h1>
      <Panel>
        <p>{goods.deleteText(product.title)}</p>
        <form class="button-row" method="post" action={to(`${path}/delete`)}>
          <Key value={formKey} />
          <Button kind="danger">{goods.deleteYes}</Button>
          <LinkButton kind="secondary" href={to(path)}>
            {goods.keep}
          </LinkButton>
        </form>
      </Panel>
    </Frame>
  );
}
