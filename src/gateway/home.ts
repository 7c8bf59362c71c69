import type { Catalog } from '#catalog';
import { type App, otherContent } from '#platform/http';

/** A plain page that tells what is where; the shop's pages come with the storefront. */
export function homeRoutes(app: App, { catalog }: { catalog: Catalog }): void {
  app.get(
    '/',
    {
      config: { access: 'anyone', page: true },
      schema: {
        summary: 'What is where',
        tags: ['operations'],
        response: otherContent(200, 'text/html', 'A page'),
      },
    },
    async (_request, reply) => {
      const { items } = await catalog.listCategories({});
      void reply.type('text/html; charset=utf-8');
      return page(items.map(({ name, product_count: count }) => ({ name, count })));
    },
  );
  app.get(
    '/home.css',
    {
      config: { access: 'anyone', cache: 'public, max-age=300' },
      schema: { summary: 'Its style', tags: ['operations'], response: otherContent(200, 'text/css', 'A style sheet') },
    },
    async (_request, reply) => {
      void reply.type('text/css; charset=utf-8');
      return STYLE;
    },
  );
}

function page(departments: { name: string; count: number }[]): string {
  const list = departments.map(({ name, count }) => {
    const address = `/api/products?category=${encodeURIComponent(name)}`;
    return `<li><a href="${address}">${escapeHtml(name)}</a> <span>${count.toLocaleString('en')}</span></li>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Doorbuster</title>
<link rel="stylesheet" href="/home.css">
</head>
<body>
<main>
<h1>Doorbuster</h1>
<p>The shop is open, and answers at its API. Its pages come next.</p>
<h2>Departments</h2>
${list.length > 0 ? `<ul class="departments">${list.join('')}</ul>` : '<p>The first catalogue is being imported.</p>'}
<h2>What is where</h2>
<dl>
<dt><a href="/docs">/docs</a></dt><dd>the API, to read; <a href="/openapi.json">openapi.json</a> for programs</dd>
<dt><a href="/api/search?q=lamp">/api/search?q=lamp</a></dt><dd>search with facets</dd>
<dt><a href="/api/products">/api/products</a></dt><dd>the catalogue</dd>
<dt><a href="/dev/mail">/dev/mail</a></dt><dd>what the shop has mailed (outside production)</dd>
<dt><a href="/readyz">/readyz</a>, <a href="/metrics">/metrics</a></dt><dd>each part and its state, and its figures</dd>
</dl>
</main>
</body>
</html>
`;
}

const STYLE = `:root {
  color-scheme: light dark;
  --ink: #1f2430; --paper: #fbf9f6; --quiet: #676c78; --line: #e4dfd8; --door: #b3321b;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece8e1; --paper: #17181c; --quiet: #a2a5ad; --line: #33353c; --door: #ff8a70; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.6 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem 5rem; }
h1 { margin: 0; font-size: 2.4rem; letter-spacing: -.02em; color: var(--door); }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.1rem; }
a { color: inherit; text-decoration-color: var(--door); text-underline-offset: .2em; }
a:focus-visible { outline: 3px solid var(--door); outline-offset: 3px; }
.departments { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .6rem; }
.departments { padding: 0; list-style: none; }
.departments li { display: flex; justify-content: space-between; padding: .6rem .9rem; }
.departments li { border: 1px solid var(--line); border-radius: .6rem; }
.departments span, dd { color: var(--quiet); }
dd { margin: 0 0 .8rem; }
pre { overflow-x: auto; padding: 1rem 1.2rem; border: 1px solid var(--line); border-radius: .6rem; font-size: .82rem; }
input, button { font: inherit; padding: .3rem .7rem; }
`;

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
