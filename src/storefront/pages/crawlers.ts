import { Readable } from 'node:stream';
import type { CategoryNode } from '#catalog';
import { productPath } from '#design/parts';
import { categoryPath } from '#design/shell';
import { edgeProblem } from '#platform/http';
import { sharedAnswers } from '#shared-answers';
import { robotsText } from '../crawlers/robots-text.ts';
import { createSitemapBlocks } from '../crawlers/sitemap-blocks.ts';
import { indexText, URLS_FOOT, URLS_HEAD, urlText } from '../crawlers/sitemap-text.ts';
import type { StorefrontDeps } from '../deps.ts';
import { words } from '../words/words.ts';

const configOf = (path: CrawledPath) =>
  ({ access: 'anyone', isSameForAll: true, shared: sharedAnswers[path] }) as const;
type CrawledPath = '/robots.txt' | '/llms.txt' | '/sitemap.xml' | '/sitemaps/:file';
const schema = { hide: true } as const;
const XML = 'application/xml; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';
const CATEGORIES_FILE = 'categories.xml';

/** What search engines and other machines read: where they may go, and what there is. */
export function crawlerRoutes({ site, catalog, clock }: StorefrontDeps): void {
  const { app, publicUrl } = site;
  const blocks = createSitemapBlocks({ scanProducts: catalog.scanProducts, clock });

  app.get('/robots.txt', { config: configOf('/robots.txt'), schema }, async (_request, reply) =>
    reply.type(TEXT).send(robotsText(publicUrl())),
  );

  app.get('/llms.txt', { config: configOf('/llms.txt'), schema }, async (_request, reply) => {
    const { items } = await catalog.listCategories({});
    return reply.type(TEXT).send(summaryText(publicUrl(), items));
  });

  app.get('/sitemap.xml', { config: configOf('/sitemap.xml'), schema }, async (_request, reply) => {
    const numbers = Array.from({ length: await blocks.count() }, (_, index) => `${index + 1}.xml`);
    const files = [CATEGORIES_FILE, ...numbers].map(file => `${publicUrl()}/sitemaps/${file}`);
    return reply.type(XML).send(indexText(files));
  });

  app.get('/sitemaps/:file', { config: configOf('/sitemaps/:file'), schema }, async (request, reply) => {
    const { file } = request.params as { file: string };
    if (file === CATEGORIES_FILE) {
      const { items } = await catalog.listCategories({});
      return reply.type(XML).send(categoriesText(publicUrl(), items));
    }
    const number = /^([1-9]\d{0,5})\.xml$/.exec(file)?.[1];
    const products = number === undefined ? null : await blocks.read(Number(number) - 1);
    if (products === null) throw edgeProblem('NOT_FOUND');
    // Read before the answer begins, so that an outage is a 503 and not a file cut short.
    const first = await products.next();
    async function* text() {
      yield URLS_HEAD;
      for (let batch = first; batch.done !== true; batch = await products!.next()) {
        const listed = batch.value.map(product => ({ path: productPath(product), changedAt: product.updated_at }));
        yield listed.map(one => urlText(publicUrl(), one)).join('');
      }
      yield URLS_FOOT;
    }
    return reply.type(XML).send(Readable.from(text(), { objectMode: false }));
  });
}

/** Home and every category that has something. */
function categoriesText(publicUrl: string, tree: CategoryNode[]): string {
  const paths = ['/', ...filledPaths(tree).map(categoryPath)];
  return URLS_HEAD + paths.map(path => urlText(publicUrl, { path })).join('') + URLS_FOOT;
}

function filledPaths(tree: CategoryNode[]): string[][] {
  const filled = tree.filter(({ product_count }) => product_count > 0);
  return filled.flatMap(({ path, children }) => [path, ...filledPaths(children)]);
}

/** The shop in a few lines of Markdown, as llmstxt.org has it. */
function summaryText(publicUrl: string, tree: CategoryNode[]): string {
  const { shell, home } = words.en;
  const link = (name: string, path: string) => `- [${name}](${publicUrl}${path})`;
  const departments = tree.filter(({ product_count }) => product_count > 0);
  return [
    `# ${shell.shopName}`,
    '',
    `> ${shell.slogan} ${home.description}`,
    '',
    `## ${shell.departments}`,
    ...departments.map(({ name, path }) => link(name, `/en${categoryPath(path)}`)),
    '',
    `## ${shell.apiReader}`,
    link('OpenAPI', '/openapi.json'),
    link('Sitemap', '/sitemap.xml'),
    '',
  ].join('\n');
}
