import type { Catalog, CatalogProduct } from '#catalog';
import { LinkButton } from '#design/forms';
import { Icon } from '#design/icon';
import type { RenderedForAll } from '#design/routes';
import { categoryPath, Shell } from '#design/shell';
import { useView } from '#design/view';
import { listDepartments } from '../departments.ts';

/** For a product that was never here, or that has left the shop: ways on. */
export async function productGone(catalog: Catalog, product: CatalogProduct | undefined): Promise<RenderedForAll> {
  const departments = await listDepartments(catalog);
  return { body: <GonePage product={product} departments={departments} />, status: 404, tags: [] };
}

interface GoneProps {
  product: CatalogProduct | undefined;
  departments: { name: string; path: string[] }[];
}

function GonePage({ product, departments }: GoneProps) {
  const { words, to } = useView();
  const { goneTitle, goneText, unknownTitle, unknownText, toCategory, toHome } = words.product;
  const title = product === undefined ? unknownTitle : goneTitle;
  const category = product?.category_path ?? [];
  return (
    <Shell title={title} width="narrow" departments={departments}>
      <div class="empty">
        <Icon name="box" />
        <h1>{title}</h1>
        <p>{product === undefined ? unknownText : goneText(product.title)}</p>
        <div class="button-row">
          {category.length > 0 && (
            <LinkButton href={to(categoryPath(category))}>{toCategory(category.at(-1)!)}</LinkButton>
          )}
          <LinkButton href={to('/')} kind={category.length > 0 ? 'secondary' : 'primary'}>
            {toHome}
          </LinkButton>
        </div>
      </div>
    </Shell>
  );
}
