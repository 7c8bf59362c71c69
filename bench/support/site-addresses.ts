/** Where a site has its pages: read from its own links, so that no benchmark knows how addresses are made. */
export interface SiteAddresses {
  home: string;
  category: string;
  searches: string[];
  /** The canonical addresses of products that the searches show. */
  products: string[];
}

const HOME = '/en';
/** Enough that no cache of one page makes the figure, few enough that they are found in seconds. */
const SEARCHES_MAX = 60;

interface Category {
  name: string;
  children: Category[];
}

export async function readSiteAddresses(url: string): Promise<SiteAddresses> {
  const home = await readPage(url, HOME);
  const category = linksOf(home).find(link => /^\/en\/c\/./.test(link));
  if (category === undefined) throw new Error(`${HOME} links to no category`);
  const searches = (await categoryNames(url)).slice(0, SEARCHES_MAX).map(searchAddress);
  const found = new Set<string>();
  for (const search of searches) {
    const links = linksOf(await readPage(url, search));
    for (const link of links.filter(one => /^\/en\/p\/./.test(one))) found.add(link);
  }
  if (found.size === 0) throw new Error(`${searches.length} search pages link to no product`);
  return { home: HOME, category, searches, products: [...found] };
}

function searchAddress(words: string): string {
  return `/en/search?q=${encodeURIComponent(words.toLowerCase()).replaceAll('%20', '+')}`;
}

async function readPage(url: string, path: string): Promise<string> {
  const answer = await fetch(url + path, { redirect: 'manual', headers: { accept: 'text/html' } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}`);
  return text;
}

/** Without what stands behind `#`: that is the same page. */
function linksOf(page: string): string[] {
  const links = [...page.matchAll(/<a\b[^>]*?\shref="([^"#]+)/g)].map(([, link]) => link!.replaceAll('&amp;', '&'));
  return [...new Set(links)];
}

/** Of the whole tree: people search for kinds of things. */
async function categoryNames(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/categories`);
  const { items } = (await answer.json()) as { items: Category[] };
  const names = (list: Category[]): string[] => list.flatMap(({ name, children }) => [...names(children), name]);
  return [...new Set(names(items))];
}
