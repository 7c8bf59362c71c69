import { productPath } from '#design/parts';
import { Picture } from '#design/picture';
import { useView } from '#design/view';
import type { OrderItem } from '#orders';

/** Address of the first picture by product. */
export type Pictures = Map<string, string | undefined>;

/** What is bought, a line each. `isLinked`: to the products' pages; not where somebody is about to pay. */
export function ItemList(props: { items: OrderItem[]; pictures: Pictures; isLinked?: boolean }) {
  const { items, pictures, isLinked = false } = props;
  const { words, to, money, number } = useView();
  return (
    <ul class="item-list">
      {items.map(item => (
        <li key={item.product_id}>
          <Picture url={pictures.get(item.product_id)} alt="" sizes="4rem" />
          <div>
            {isLinked ? <a href={to(productPath(item))}>{item.title}</a> : item.title}
            <div class="quiet">
              {number(item.quantity)} × {money(item.unit_price)}
            </div>
          </div>
          <span class="price">
            <span class="hidden">{words.things.subtotal}: </span>
            {money(item.subtotal)}
          </span>
        </li>
      ))}
    </ul>
  );
}
