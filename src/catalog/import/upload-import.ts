import assert from 'node:assert/strict';
import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { Catalog, ImportReport } from '../contract.ts';
import type { CatalogParts } from '../deps.ts';
import { type ImportRow, insertImport, moveImport, readImport } from '../import-store.ts';
import type { ImportRunner } from './import-runner.ts';
import type { Spool } from './spool.ts';

type Uploads = Pick<Catalog, 'startImport' | 'appendImport' | 'finishImport' | 'abandonImport' | 'getImport'>;

/** The steps of an upload. Each may be sent again: what is done already is left as it is. */
export function uploads(parts: CatalogParts, { spool, runner }: { spool: Spool; runner: ImportRunner }): Uploads {
  const { db, clock } = parts;
  const now = () => timestamp(clock.nowMs());

  async function need(importId: string): Promise<ImportRow> {
    const row = await readImport(db, importId);
    assert(row !== undefined, 'an upload begins with startImport');
    return row;
  }

  return {
    async startImport(input) {
      await insertImport(db, { ...input, state: 'uploading', spooled: true, at: now() });
      return reportOf(await need(input.import_id));
    },
    async appendImport({ import_id, offset, chunk }) {
      const bytes = Buffer.from(chunk, 'base64');
      assert(offset + bytes.length <= limits.importBytesMax, 'an upload is bounded where it is received');
      const { state } = await need(import_id);
      if (state !== 'uploading') return { offset: offset + bytes.length };
      return { offset: await spool.write(import_id, offset, bytes) };
    },
    async finishImport({ import_id }) {
      const { state } = await need(import_id);
      if (state === 'uploading') {
        await spool.sync(import_id);
        const isOurs = await moveImport(db, import_id, { from: 'uploading', to: 'running', error: [], at: now() });
        if (isOurs) runner.run(import_id);
      }
      return reportOf(await need(import_id));
    },
    async abandonImport({ import_id }) {
      const error = [{ line: 0, message: 'the upload was broken off' }];
      const isOurs = await moveImport(db, import_id, { from: 'uploading', to: 'failed', error, at: now() });
      if (isOurs) await spool.remove(import_id);
      return null;
    },
    async getImport({ import_id, seller_id }) {
      const row = await readImport(db, import_id);
      const isShown = row !== undefined && (seller_id === undefined || row.seller_id === seller_id);
      return isShown ? reportOf(row) : null;
    },
  };
}

export function reportOf(row: ImportRow): ImportReport {
  const { import_id, state, read, created, updated, unchanged, rejected, errors } = row;
  const shown = state === 'uploading' ? 'running' : state;
  return { import_id, state: shown, read, created, updated, unchanged, rejected, errors };
}
