import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { limits } from '#limits';
import { type App, answer, answers, edgeProblem } from '#platform/http';
import { isId } from '#platform/ids';
import { params } from '#platform/schema';
import { validatorCompiler } from '#platform/validate';
import { sharedAnswers } from '#shared-answers';
import { type Catalog, catalogContract, Picture } from '../contract.ts';
import { sellerScope } from '../seller-scope.ts';

const FOR_EVER = 'max-age=31536000, immutable';
const NAME = /^([0-9a-f-]{36})-(\d{1,4}x\d{1,4}\.(?:avif|webp))$/;
const { refusals } = catalogContract;

const binary = { type: 'string', format: 'binary' };
const uploadTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'];
const body = {
  content: {
    ...Object.fromEntries(uploadTypes.map(type => [type, { schema: binary }])),
    'multipart/form-data': { schema: { type: 'object', properties: { file: binary }, required: ['file'] } },
  },
};
/** Either of them, by the name: `otherContent` tells one. */
const shown = { description: 'The picture', content: { 'image/webp': { schema: {} }, 'image/avif': { schema: {} } } };

export function pictureRoutes(app: App, { catalog }: { catalog: Catalog }): void {
  // In a scope of its own: here, and nowhere else, pictures are bodies.
  app.register(async inner => {
    const scope = inner as unknown as App;
    scope.removeAllContentTypeParsers();
    const bounds = { parseAs: 'buffer', bodyLimit: limits.pictureFormBytesMax } as const;
    scope.addContentTypeParser(/^image\//, bounds, async (_request: FastifyRequest, bytes: Buffer) => bytes);
    scope.addContentTypeParser('multipart/form-data', bounds, async ({ headers }: FastifyRequest, bytes: Buffer) =>
      fileOf(bytes, headers['content-type'] ?? ''),
    );
    uploadRoute(scope, catalog);
  });
  showRoute(app, catalog);
}

/**
 * The first file of a form. Read before the handler, so that with the same Idempotency-Key the picture itself is
 * compared and not the form around it, whose boundary is another each time.
 */
async function fileOf(form: Buffer, contentType: string): Promise<Buffer> {
  const fields = await new Response(new Uint8Array(form), { headers: { 'content-type': contentType } })
    .formData()
    .catch(() => {
      throw edgeProblem('INVALID_INPUT', { detail: "the form can't be read" });
    });
  const file = [...fields.values()].find(field => typeof field !== 'string');
  if (file === undefined) throw edgeProblem('INVALID_INPUT', { detail: 'the form has no file' });
  return Buffer.from(await file.arrayBuffer());
}

function uploadRoute(app: App, catalog: Catalog): void {
  app.post(
    '/api/admin/pictures',
    {
      config: { access: 'seller' },
      // The bytes are looked at by the operation, whatever their type says.
      validatorCompiler: route => (route.httpPart === 'body' ? () => true : validatorCompiler(route)),
      schema: {
        summary: 'Uploads a picture for a product',
        description:
          'JPEG, PNG, WebP, AVIF or GIF, as the body or as the file of a form. Sizes up to 1600 pixels wide are made ' +
          'of it as WebP and AVIF. The answer’s `url` goes into the `images` of a product; what no product names ' +
          'a day later is dropped.',
        tags: ['catalog'],
        body: body as never,
        response: answers({ 201: Picture }, refusals, ['PICTURE_INVALID', 'PICTURE_TOO_LARGE']),
      },
    },
    async (request, reply) => {
      const { caller, commandId: picture_id } = request;
      const bytes: unknown = request.body;
      if (!Buffer.isBuffer(bytes)) throw edgeProblem('INVALID_INPUT', { detail: 'there is no picture in the request' });
      const seller_id = sellerScope(caller) ?? null;
      const added = await catalog.addPicture({ picture_id, seller_id, bytes: bytes.toString('base64') });
      return answer(reply, 201, added, refusals);
    },
  );
}

interface ShownFile {
  contentType: string;
  bytes: Buffer;
}

function showRoute(app: App, catalog: Catalog): void {
  const files = new LRUCache<string, ShownFile>({
    maxSize: limits.pictureCacheBytesMax,
    sizeCalculation: ({ bytes }) => bytes.length + 500,
    // Of many who ask for one at once, one asks the catalogue. What is not there is not remembered.
    fetchMethod: name => readShown(catalog, name),
  });
  app.get(
    '/images/products/:name',
    {
      config: { access: 'anyone', shared: sharedAnswers['/images/products/:name'] },
      schema: {
        summary: 'A file of an uploaded picture',
        tags: ['pictures'],
        params: params('name'),
        response: answers({ 200: shown as never }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const file = NAME.test(name) ? await files.fetch(name) : undefined;
      if (file === undefined) throw edgeProblem('NOT_FOUND');
      // Known people's answers are in no shared cache; their own browser may keep a picture all the same.
      if (request.caller.kind !== 'nobody') void reply.header('Cache-Control', `private, ${FOR_EVER}`);
      return reply.type(file.contentType).send(file.bytes);
    },
  );
}

async function readShown(catalog: Catalog, name: string): Promise<ShownFile | undefined> {
  const [, picture_id = '', file = ''] = NAME.exec(name) ?? [];
  const found = isId(picture_id) ? await catalog.readPictureFile({ picture_id, file }) : null;
  if (found === null) return undefined;
  return { contentType: found.content_type, bytes: Buffer.from(found.bytes, 'base64') };
}
