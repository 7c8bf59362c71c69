import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { limits } from '#limits';
import { type App, answer, answers, edgeProblem } from '#platform/http';
import { object, PageQuery, page, params } from '#platform/schema';
import { validatorCompiler } from '#platform/validate';
import {
  type Catalog,
  catalogContract,
  type ImportEncoding,
  ImportFormat,
  ImportReport,
  ListedImport,
} from './contract.ts';
import { encodingOfFile, encodings, sendFile } from './import/send-file.ts';
import { sellerScope } from './seller-scope.ts';

const { refusals } = catalogContract;
const tags = ['catalog'];

const file = { type: 'string', format: 'binary' };
const body = {
  content: {
    ...Object.fromEntries(Object.keys(encodings).map(type => [type, { schema: file }])),
    'application/json': { schema: {} },
    'multipart/form-data': { schema: { type: 'object', properties: { file }, required: ['file'] } },
  },
};

export function importRoutes(app: App, { catalog }: { catalog: Catalog }): void {
  // In a scope of its own: here, and nowhere else, bodies are left unread for the handler.
  app.register(async inner => {
    const scope = inner as unknown as App;
    scope.removeAllContentTypeParsers();
    // What stands for the body where a request is compared with an earlier one of the same Idempotency-Key.
    scope.addContentTypeParser(Object.keys(encodings), ({ headers }, _stream, done) => {
      done(null, { type: headers['content-type'], length: headers['content-length'] });
    });
    await scope.register(multipart, { limits: { files: 1, fields: 10, fileSize: limits.importBytesMax } });
    receiveRoute(scope, catalog);
  });
  readRoutes(app, catalog);
}

function readRoutes(app: App, catalog: Catalog): void {
  app.get(
    '/api/admin/imports',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'Imports, newest first',
        description:
          "Of the own seller; for staff all. Each with its last five errors; the import's own address has all.",
        tags,
        querystring: object(PageQuery),
        response: answers({ 200: page(ListedImport) }, refusals, ['PAGE_TOO_DEEP']),
      },
    },
    async ({ query, caller }, reply) =>
      answer(reply, 200, await catalog.listImports({ ...query, seller_id: sellerScope(caller) }), refusals),
  );
  app.get(
    '/api/admin/imports/:import_id',
    {
      config: { access: 'seller' },
      schema: {
        summary: 'How far an import has come',
        tags,
        params: params('import_id'),
        response: answers({ 200: ImportReport }),
      },
    },
    async ({ params: { import_id }, caller }) => {
      const report = await catalog.getImport({ import_id, seller_id: sellerScope(caller) });
      if (report === null) throw edgeProblem('NOT_FOUND');
      return report;
    },
  );
}

function receiveRoute(app: App, catalog: Catalog): void {
  app.post(
    '/api/admin/imports',
    {
      config: { access: 'seller', idempotency: 'sql' },
      // The body is a stream; its records are checked one by one, and told in the report.
      validatorCompiler: route => (route.httpPart === 'body' ? () => true : validatorCompiler(route)),
      schema: {
        summary: 'Imports products from a file',
        description:
          'NDJSON, a JSON array, or CSV with a header line; also compressed by gzip, and as the file of a form. ' +
          'Products are found again by `external_id`, so a second import changes nothing. A new product has the ' +
          'stock that the file says, and none where it says nothing. Pictures stay links: the import requests no ' +
          'address. The answer comes when the file has arrived; the report then tells how far it is.',
        tags,
        querystring: object({ format: Type.Optional(ImportFormat) }),
        body: body as never,
        response: answers({ 202: ImportReport }),
      },
    },
    async (request, reply) => {
      const { caller, commandId: import_id } = request;
      const { format = 'doorbuster' } = request.query as { format?: ImportFormat };
      const seller_id = sellerScope(caller) ?? null;
      const { encoding, bytes } = await openUpload(request);
      await catalog.startImport({ import_id, seller_id, format, encoding, default_stock: null });
      await sendFile(catalog, import_id, bytes);
      return reply.code(202).send(await catalog.finishImport({ import_id }));
    },
  );
}

interface Upload {
  encoding: ImportEncoding;
  bytes: AsyncIterable<Buffer>;
}

async function openUpload(request: FastifyRequest): Promise<Upload> {
  const { 'content-length': length, 'content-encoding': packing = 'identity', 'content-type': type } = request.headers;
  if (Number(length ?? 0) > limits.importBytesMax) throw edgeProblem('BODY_TOO_LARGE');
  // gzip is known by its first bytes, whatever a header says of it.
  if (packing !== 'identity' && packing !== 'gzip') throw edgeProblem('UNSUPPORTED_MEDIA_TYPE');
  if (request.isMultipart()) return await openForm(request);
  const encoding = encodingOfFile({ type });
  if (encoding === undefined) throw edgeProblem('UNSUPPORTED_MEDIA_TYPE');
  return { encoding, bytes: request.raw };
}

/** The first file of a form. */
async function openForm(request: FastifyRequest): Promise<Upload> {
  const part = await request.file().catch(brokenForm);
  if (part === undefined) throw edgeProblem('INVALID_INPUT', { detail: 'the form has no file' });
  const encoding = encodingOfFile({ type: part.mimetype, name: part.filename });
  if (encoding === undefined) {
    part.file.resume();
    throw edgeProblem('UNSUPPORTED_MEDIA_TYPE');
  }
  async function* whole() {
    try {
      yield* part!.file as AsyncIterable<Buffer>;
    } catch (error) {
      brokenForm(error);
    }
    if (part!.file.truncated) throw edgeProblem('BODY_TOO_LARGE');
  }
  return { encoding, bytes: whole() };
}

function brokenForm(cause: unknown): never {
  throw edgeProblem('INVALID_INPUT', { detail: `the form can't be read: ${(cause as Error).message}` });
}
