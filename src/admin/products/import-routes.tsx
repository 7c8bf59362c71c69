import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type Catalog, encodingOfFile, type ImportFormat, sendFile } from '#catalog';
import type { View } from '#design/view';
import { limits } from '#limits';
import { csvCell } from '#platform/csv';
import { type App, edgeProblem, Problem } from '#platform/http';
import { object, oneOf, PageQuery, params } from '#platform/schema';
import { importExamples, importFormats } from './import-examples.ts';
import { ImportList, ImportPage } from './import-pages.tsx';
import type { AnyDesk } from './product-list.tsx';

export interface ImportDeps {
  catalog: Catalog;
}

const OneImport = params('import_id');
const RELOAD_SECONDS = 3;

/** Imports of a desk. A browser without JavaScript sends the file here; with it, to the API, which does the same. */
export function importRoutes(desk: AnyDesk, deps: ImportDeps): void {
  const { catalog } = deps;
  desk.page('/imports', { query: object({ page: PageQuery.page }) }, ({ query, seller_id }) =>
    showList(desk, catalog, { ...query, seller_id }),
  );
  receiveRoute(desk, catalog);
  const query = object({ live: Type.Optional(oneOf('1')) });
  desk.page('/imports/:import_id', { query, params: OneImport }, async ({ params, query, reply, seller_id }) => {
    const report = await ownImport(catalog, params.import_id, seller_id);
    // Without JavaScript the page loads itself anew; a script that follows the import says so in the address.
    if (report.state === 'running' && query.live === undefined) void reply.header('Refresh', String(RELOAD_SECONDS));
    return { body: <ImportPage desk={desk} report={report} /> };
  });
  desk.file('/imports/:import_id/errors.csv', OneImport, async ({ params, seller_id }) => {
    const { import_id, errors } = await ownImport(catalog, params.import_id, seller_id);
    const lines = errors.map(({ line, message }) => `${line},${csvCell(message)}`);
    return {
      name: `import-${import_id}-errors.csv`,
      type: 'text/csv',
      text: ['line,message', ...lines, ''].join('\r\n'),
    };
  });
  desk.file('/import-examples/:format', params('format'), async ({ params: { format } }) => {
    const known = importFormats.find(each => each === format);
    if (known === undefined) throw edgeProblem('NOT_FOUND');
    const { file, type, text } = importExamples[known](desk.site.currency);
    return { name: file, type, text };
  });
}

interface ListState {
  page: number;
  seller_id: string | undefined;
  error?: string;
  format?: ImportFormat | undefined;
}

async function showList(desk: AnyDesk, catalog: Catalog, { page, seller_id, error, format }: ListState) {
  const listed = await catalog.listImports({ page, page_size: limits.pageSizeDefault, seller_id });
  if (!listed.ok) throw edgeProblem('NOT_FOUND');
  const { items, ...paging } = listed.value;
  return {
    status: error === undefined ? 200 : 400,
    body: <ImportList desk={desk} imports={items} {...paging} error={error} format={format} />,
  };
}

async function ownImport(catalog: Catalog, import_id: string, seller_id: string | undefined) {
  const report = await catalog.getImport({ import_id, seller_id });
  if (report === null) throw edgeProblem('NOT_FOUND');
  return report;
}

function receiveRoute(desk: AnyDesk, catalog: Catalog): void {
  // In a scope of its own: here, and nowhere else, the file is read as it arrives.
  desk.site.app.register(async inner => {
    const scope = inner as unknown as App;
    scope.removeAllContentTypeParsers();
    await scope.register(multipart, { limits: { files: 1, fields: 10, fileSize: limits.importBytesMax } });
    desk.within(scope).form('/imports', {}, async ({ view, request, seller_id }) => {
      const received = await receive(catalog, view, request, seller_id);
      if (typeof received !== 'string') return await showList(desk, catalog, { page: 1, seller_id, ...received });
      return { redirect: view.to(`${desk.root}/imports/${received}`) };
    });
  });
}

type Refused = { error: string; format?: ImportFormat | undefined };

/** The import's id, or why there is none. */
async function receive(
  catalog: Catalog,
  { words: { goods } }: View,
  request: FastifyRequest,
  seller_id: string | undefined,
): Promise<string | Refused> {
  const { commandId: import_id } = request;
  const part = request.isMultipart() ? await request.file().catch(() => undefined) : undefined;
  if (part === undefined) return { error: goods.importNoFile };
  const { format: field } = part.fields;
  const sent = field !== undefined && 'value' in field ? field.value : undefined;
  const format = importFormats.find(each => each === sent);
  const encoding = encodingOfFile({ type: part.mimetype, name: part.filename });
  const isNamed = (part.filename ?? '') !== '';
  if (!isNamed || encoding === undefined) {
    part.file.resume();
    return { error: isNamed ? goods.importWrongFile : goods.importNoFile, format };
  }
  const start = { import_id, seller_id: seller_id ?? null, format: format ?? 'doorbuster', encoding } as const;
  await catalog.startImport({ ...start, default_stock: null });
  try {
    await sendFile(catalog, import_id, whole(part.file));
  } catch (error) {
    if (error instanceof Problem && error.fields.status === 413) return { error: goods.importTooLarge, format };
    throw error;
  }
  await catalog.finishImport({ import_id });
  return import_id;
}

interface FileStream extends AsyncIterable<Buffer> {
  truncated: boolean;
}

/** A file that was cut at the bound is none: it must not be imported by half. */
async function* whole(file: FileStream): AsyncIterable<Buffer> {
  yield* file;
  if (file.truncated) throw edgeProblem('BODY_TOO_LARGE');
}
