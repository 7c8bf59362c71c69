import { limits } from '#limits';
import { edgeProblem } from '#platform/problem';

type Encoding = 'ndjson' | 'json' | 'csv';

/** What the types of a file say of how its bytes are written. */
export const encodings: Record<string, Encoding> = {
  'application/x-ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/json': 'json',
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
};
const encodingsByName: [pattern: RegExp, encoding: Encoding][] = [
  [/\.(ndjson|jsonl)(\.gz)?$/i, 'ndjson'],
  [/\.json(\.gz)?$/i, 'json'],
  [/\.(csv|tsv|txt)(\.gz)?$/i, 'csv'],
];

/** Its own type decides, or its name where the type says nothing. */
export function encodingOfFile({ type = '', name = '' }: { type?: string; name?: string }): Encoding | undefined {
  const plainType = type.split(';', 1)[0]!.trim().toLowerCase();
  return encodings[plainType] ?? encodingsByName.find(([pattern]) => pattern.test(name))?.[1];
}

interface Uploads {
  appendImport(input: { import_id: string; offset: number; chunk: string }): Promise<unknown>;
  abandonImport(input: { import_id: string }): Promise<unknown>;
}

/**
 * Hands the bytes of an import on as they come, in pieces that travel well, with never more than one of them in memory.
 * Where they end too early, what has arrived is thrown away.
 */
export async function sendFile(uploads: Uploads, import_id: string, bytes: AsyncIterable<Buffer>): Promise<void> {
  try {
    await append(uploads, import_id, bytes);
  } catch (error) {
    await uploads.abandonImport({ import_id });
    throw error;
  }
}

async function append(uploads: Uploads, import_id: string, bytes: AsyncIterable<Buffer>): Promise<void> {
  let offset = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;

  async function send(): Promise<void> {
    const chunk = Buffer.concat(held, heldBytes).toString('base64');
    await uploads.appendImport({ import_id, offset, chunk });
    offset += heldBytes;
    held = [];
    heldBytes = 0;
  }

  for await (const piece of bytes) {
    held.push(piece);
    heldBytes += piece.length;
    if (offset + heldBytes > limits.importBytesMax) throw edgeProblem('BODY_TOO_LARGE');
    if (heldBytes >= limits.importChunkBytesMax) await send();
  }
  if (heldBytes > 0) await send();
}
