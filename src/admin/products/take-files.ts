import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { limits } from '#limits';
import type { Fields } from '#platform/form';
import { type App, edgeProblem } from '#platform/http';

export interface FormFile {
  /** Of the form's field. */
  field: string;
  name: string;
  bytes: Buffer;
}

const arrived = new WeakMap<FastifyRequest, FormFile[]>();

/**
 * Lets the forms of this scope bring files. The body is read before the handler and becomes fields of text like that of
 * any form, a file's field being its hash: sent twice under one key, the files are compared too.
 */
export function takeFiles(app: App): void {
  const bounds = { parseAs: 'buffer', bodyLimit: limits.fileFormBytesMax } as const;
  app.addContentTypeParser('multipart/form-data', bounds, async (request: FastifyRequest, body: Buffer) => {
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const form = await new Response(new Uint8Array(body), { headers }).formData().catch(() => {
      throw edgeProblem('INVALID_INPUT', { detail: "the form can't be read" });
    });
    const sent = [...form.entries()];
    if (sent.length > limits.fileFormFieldsMax) throw edgeProblem('BODY_TOO_LARGE');
    const fields: [string, string][] = [];
    const files: FormFile[] = [];
    for (const [field, value] of sent) {
      if (typeof value === 'string') fields.push([field, value.replaceAll('\r\n', '\n')]);
      // A field for files that was left alone comes as an empty one without a name.
      else if (value.size > 0) files.push({ field, name: value.name, bytes: Buffer.from(await value.arrayBuffer()) });
    }
    arrived.set(request, files);
    const hashes = files.map(({ field, bytes }, index): [string, string] => [`${field}_${index}`, hashOf(bytes)]);
    return Object.fromEntries([...fields, ...hashes]) satisfies Fields;
  });
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

export function filesOf(request: FastifyRequest): FormFile[] {
  return arrived.get(request) ?? [];
}
