import type { Catalog, CategoryNode, Product } from '#catalog';
import { LinkButton } from '#design/forms';
import { Icon, type IconName } from '#design/icon';
import { Empty, ProductShelf, productPath, Section } from '#design/parts';
import { Picture } from '#design/picture';
import { publicPage } from '#design/routes';
import { categoryPath, Shell } from '#design/shell';
import { useView, type View } from '#design/view';
import type { Inventory } from '#inventory';
import { sharedAnswers } from '#shared-answers';
import { listDepartments } from '../departments.ts';
import type { StorefrontDeps } from '../deps.ts';
import { pickLoved } from '../pick-loved.ts';
import { withStock } from '../with-stock.ts';

const SHELF = 6;
const LOVED = 12;
const SHELVES = 3;
/** So many of each department's best rated are looked at. */
const CANDIDATES = 48;
const TILES = 12;

interface Department extends CategoryNode {
  /** Whose picture stands for the department. */
  face: Product | undefined;
  /** Its shelf on this page; the smaller departments have none. */
  products: Product[];
}

interface HomePageProps {
  departments: Department[];
  loved: Product[];
  newest: Product[];
}

export function homeRoutes({ site, catalog, inventory }: StorefrontDeps): void {
  publicPage(site, '/', { shared: sharedAnswers['/'] }, async () => {
    const page = await gather(catalog, inventory);
    const { departments, loved, newest } = page;
    const shown = [...loved, ...newest, ...departments.flatMap(({ face, products }) => [face ?? [], products].flat())];
    return {
      body: <HomePage {...page} />,
      tags: ['categories', ...shown.map(product => `product:${product.product_id}`)],
    };
  });
}

async function gather(catalog: Catalog, inventory: Inventory): Promise<HomePageProps> {
  const list = async (sort: 'rating' | 'newest', most: number, category: string[] = []) => {
    const listed = await catalog.listProducts({ category, sort, page: 1, page_size: most });
    return listed.ok ? await withStock(inventory, listed.value.items) : [];
  };
  const [departments, newest] = await Promise.all([listDepartments(catalog), list('newest', SHELF)]);
  const best = await Promise.all(departments.slice(0, TILES).map(({ path }) => list('rating', CANDIDATES, path)));
  const buyable = best.map(products => products.filter(product => product.in_stock));
  const loved = pickLoved(buyable.flat(), LOVED);
  const others = (products: Product[]) => products.filter(product => !loved.includes(product));
  return {
    departments: departments.map((department, index) => ({
      ...department,
      face: bestOf(buyable[index] ?? [], 1)[0],
      products: index < SHELVES ? bestOf(others(buyable[index] ?? []), SHELF) : [],
    })),
    loved: loved.length < SHELF ? [] : loved,
    newest,
  };
}

/** The best liked first, then those nobody has rated yet. A shelf is seen before it is read: pictures come first. */
function bestOf(products: Product[], most: number): Product[] {
  const loved = pickLoved(products, products.length);
  const ordered = [...loved, ...products.filter(({ review_count }) => review_count === 0)];
  return ordered.toSorted((a, b) => Number(b.images.length > 0) - Number(a.images.length > 0)).slice(0, most);
}

function HomePage({ departments, loved, newest }: HomePageProps) {
  const view = useView();
  const { words, to } = view;
  const { home, shell } = words;
  const isEmpty = departments.length === 0;
  return (
    <Shell
      title={shell.shopName}
      description={home.description}
      canonical="/"
      departments={departments}
      structured={[siteData(view)]}
    >
      <Hero products={loved.length > 0 ? loved : newest} />
      {isEmpty ? (
        <Empty icon="box" title={home.emptyTitle}>
          <p>{home.emptyText}</p>
        </Empty>
      ) : (
        <>
          <Departments departments={departments} />
          <Shelf title={home.loved} products={loved} more={home.moreLoved} href={to('/search?rating_min=4')} />
          <Shelf title={home.newest} products={newest} more={home.moreNew} href={to('/search?sort=newest')} />
          {departments.slice(0, SHELVES).map(({ name, path, products }) => (
            <Shelf key={name} title={name} products={products} more={home.moreOf(name)} href={to(categoryPath(path))} />
          ))}
        </>
      )}
    </Shell>
  );
}

const promiseIcons: Record<keyof View['words']['home']['promises'], IconName> = {
  stock: 'box',
  total: 'money',
  back: 'refresh',
};

/** What the shop promises, beside three things that people like. */
function Hero({ products }: { products: Product[] }) {
  const { words, to } = useView();
  const { home } = words;
  const pictured = products.filter(({ images }) => images.length > 0).slice(0, 3);
  return (
    <>
      <section class="hero" aria-labelledby="promise">
        <div>
          <h1 id="promise">{home.title}</h1>
          <p class="lead">{home.lead}</p>
          <LinkButton href={to('/search')} icon="arrow">
            {home.heroSearch}
          </LinkButton>
        </div>
        <ul class="hero-pictures">
          {pictured.map((product, index) => (
            <li key={product.product_id}>
              <a href={to(productPath(product))} aria-label={product.title}>
                <Picture url={product.images[0]} alt="" sizes="(width < 48rem) 30vw, 15rem" isFirst={index < 3} />
              </a>
            </li>
          ))}
        </ul>
      </section>
      <ul class="promises">
        {Object.entries(promiseIcons).map(([name, icon]) => {
          const { title, text } = home.promises[name as keyof typeof promiseIcons];
          return (
            <li key={name}>
              <Icon name={icon} />
              <p>
                <strong>{title}</strong> <span class="quiet">{text}</span>
              </p>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Departments({ departments }: { departments: Department[] }) {
  const { words, to, number } = useView();
  const { home, shell } = words;
  const isMore = departments.length > TILES;
  return (
    <Section title={home.departments} aside={isMore && <a href={to('/search')}>{shell.allDepartments}</a>}>
      <ul class="tiles">
        {departments.slice(0, TILES).map(({ name, path, product_count, face }) => (
          <li key={name}>
            <a href={to(categoryPath(path))}>
              <Picture url={face?.images[0]} alt="" sizes="(width < 48rem) 30vw, 11rem" />
              <span>
                {name}
                <small class="quiet">{home.products(product_count, number(product_count))}</small>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** A row that is swiped on a phone. */
function Shelf(props: { title: string; products: Product[]; more: string; href: string }) {
  const { title, products, more, href } = props;
  if (products.length === 0) return null;
  return (
    <Section title={title} aside={<a href={href}>{more}</a>}>
      <ProductShelf products={products} />
    </Section>
  );
}

/** Lets search engines offer the shop's own search. */
function siteData({ publicUrl, to, words, language }: View): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'WebSite',
    name: words.shell.shopName,
    url: `${publicUrl}${to('/')}`,
    inLanguage: language,
    potentialAction: {
      '@type': 'SearchAction',
      target: { '@type': 'EntryPoint', urlTemplate: `${publicUrl}${to('/search')}?q={search_term_string}` },
      'query-input': 'required name=search_term_string',
    },
  };
}
