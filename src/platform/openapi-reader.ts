import type { OpenapiDocument, OpenapiOperation } from './openapi-document.ts';

/** The document as one page of plain HTML: no script, nothing from elsewhere, and it prints well. */
export function renderReader(document: OpenapiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const groups = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? 'other');
  const names = [...groups.keys()].sort();
  const title = html(document.info.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: its interface</title>
<link rel="stylesheet" href="/docs/reader.css">
</head>
<body>
<header>
<h1>${title} <small>${html(document.info.version)}</small></h1>
<p>${html(document.info.description ?? '')}</p>
<p><a href="/openapi.json">OpenAPI 3.1</a></p>
</header>
<nav aria-label="Groups">${names.map(name => `<a href="#${html(name)}">${html(name)}</a>`).join(' ')}</nav>
<main>
${names.map(name => renderGroup(name, groups.get(name)!)).join('\n')}
<section id="schemas"><h2>schemas</h2>
${Object.entries(document.components.schemas)
  .map(([name, schema]) => `<h3 id="schema-${html(name)}">${html(name)}</h3>${renderSchema(schema)}`)
  .join('\n')}
</section>
</main>
</body>
</html>
`;
}

type Listed = { path: string; method: string; operation: OpenapiOperation };

function renderGroup(name: string, operations: Listed[]): string {
  const list = operations.map(renderOperation).join('\n');
  return `<section id="${html(name)}"><h2>${html(name)}</h2>\n${list}</section>`;
}

function renderOperation({ path, method, operation }: Listed): string {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, in: place, required, description: meaning = '', schema = {} }) =>
      `<tr><td><code>${html(name)}</code></td><td>${html(place)}${required ? ', required' : ''}</td>` +
      `<td><code>${html(JSON.stringify(schema))}</code> ${html(meaning)}</td></tr>`,
  );
  return `<details id="${html(operation.operationId)}">
<summary><b class="${method.toLowerCase()}">${method}</b> <code>${html(path)}</code> ${html(summary ?? '')}</summary>
${description === undefined ? '' : `<p>${html(description)}</p>`}
<p>Who: ${html(accessOf(operation))}</p>
${rows.length === 0 ? '' : `<h4>Parameters</h4><table>${rows.join('')}</table>`}
${requestBody === undefined ? '' : `<h4>Body</h4>${renderContent(requestBody.content)}`}
<h4>Answers</h4>
${Object.entries(responses).map(renderAnswer).join('\n')}
</details>`;
}

function accessOf({ security = [] }: OpenapiOperation): string {
  const names = security.map(one => Object.keys(one)[0] ?? 'anyone');
  return names.includes('anyone') ? 'anyone' : names.join(' or ');
}

function renderAnswer([status, { description, content = {} }]: [
  string,
  OpenapiOperation['responses'][string],
]): string {
  // A problem always has the same form, which stands once below.
  const isProblem = 'application/problem+json' in content;
  const meanings = html(description)
    .replaceAll('\n\n', '<br>')
    .replaceAll(/`([^`]*)`/g, '<code>$1</code>');
  const body = isProblem ? '' : renderContent(content);
  return `<div class="answer"><b>${html(status)}</b> <span>${meanings}</span>${body}</div>`;
}

function renderContent(content: Record<string, { schema?: object }>): string {
  return Object.entries(content)
    .map(([type, { schema }]) => `<p><code>${html(type)}</code></p>${schema === undefined ? '' : renderSchema(schema)}`)
    .join('\n');
}

function renderSchema(schema: object): string {
  return `<pre>${html(JSON.stringify(schema, null, 2))}</pre>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function html(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => ENTITIES[character]!);
}

export const READER_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav { position: sticky; top: 0; padding: .5rem 0; background: Canvas; display: flex; flex-wrap: wrap; gap: .75rem; }
details { border-top: 1px solid color-mix(in srgb, CanvasText 20%, transparent); padding: .4rem 0; }
summary { cursor: pointer; }
summary b { display: inline-block; min-width: 4.5rem; font-size: .8rem; }
.get { color: #1a7f5a; } .post { color: #0b62c4; } .put, .patch { color: #a05a00; } .delete { color: #c4281b; }
code, pre { font: .85rem/1.4 ui-monospace, monospace; }
pre { overflow: auto; max-height: 30rem; padding: .75rem; background: color-mix(in srgb, CanvasText 6%, Canvas); }
table { border-collapse: collapse; width: 100%; }
td { padding: .25rem .5rem .25rem 0; vertical-align: top; overflow-wrap: anywhere; }
.answer { margin: .4rem 0; }
`;
