import type { CategoryNode, Product } from '#catalog';
import { Empty, ProductGrid, Section } from '#design/parts';
import { publicPage } from '#design/routes';
import { categoryPath, Shell } from '#design/shell';
import { useView } from '#design/view';
import type { StorefrontDeps } from '../http.ts';
import { withStock } from '../with-stock.ts';

const PICKS = 12;
const FRESH_SECONDS = 60;

export function homeRoutes({ site, catalog, inventory }: StorefrontDeps): void {
  publicPage(site, '/', {}, async () => {
    const pick = async (sort: 'rating' | 'newest') => {
      const listed = await catalog.listProducts({ sort, page: 1, page_size: PICKS });
      return listed.ok ? await withStock(inventory, listed.value.items) : [];
    };
    const [categories, best, newest] = await Promise.all([catalog.listCategories({}), pick('rating'), pick('newest')]);
    return {
      body: <HomePage departments={categories.items} best={best} newest={newest} />,
      tags: ['categories', ...[...best, ...newest].map(product => `product:${product.product_id}`)],
      freshSeconds: FRESH_SECONDS,
    };
  });
}

function HomePage(props: { departments: CategoryNode[]; best: Product[]; newest: Product[] }) {
  const { departments, best, newest } = props;
  const { words, publicUrl } = useView();
  const { home, shell } = words;
  const structured = { '@context': 'https://schema.org', '@type': 'WebSite', name: shell.shopName, url: publicUrl };
  return (
    <Shell
      title={shell.shopName}
      description={home.description}
      canonical="/"
      departments={departments}
      structured={[structured]}
    >
      <h1>{home.title}</h1>
      <p class="lead">{home.lead}</p>
      {departments.length === 0 ? (
        <Empty icon="box" title={home.emptyTitle}>
          <p>{home.emptyText}</p>
        </Empty>
      ) : (
        <>
          <Departments departments={departments} />
          <Section title={home.best}>
            <ProductGrid products={best} first={0} />
          </Section>
          <Section title={home.newest}>
            <ProductGrid products={newest} first={0} />
          </Section>
        </>
      )}
    </Shell>
  );
}

function Departments({ departments }: { departments: CategoryNode[] }) {
  const { words, to, number } = useView();
  return (
    <nav aria-label={words.shell.departments}>
      <ul class="department-grid">
        {departments.map(({ name, path, product_count }) => (
          <li key={name}>
            <a href={to(categoryPath(path))}>
              <span>{name}</span>
              <small class="quiet">{words.home.products(number(product_count))}</small>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
