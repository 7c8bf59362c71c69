import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a catalog was filled from: another size or time of a file is another source. */
export interface SourceMark {
  source: string;
  size: number;
  /** RFC 3339, null where the source is no file. */
  mtime: string | null;
}

/** Which sources this `DATA_DIR` has taken in, in `first-start.json`: each is imported at one start and not again. */
export interface FirstStartMarker {
  has(mark: SourceMark): Promise<boolean>;
  add(mark: SourceMark, doneAt: string): Promise<void>;
}

interface Kept {
  sources: (SourceMark & { done_at: string })[];
}

export function firstStartMarker(dataDir: string): FirstStartMarker {
  const path = join(dataDir, 'first-start.json');

  async function read(): Promise<Kept> {
    try {
      const kept: Kept = JSON.parse(await readFile(path, 'utf8'));
      return Array.isArray(kept.sources) ? kept : { sources: [] };
    } catch (error) {
      // Absent or damaged: the import runs once more, and finds that it has nothing to do.
      if ((error as { code?: string }).code === 'ENOENT' || error instanceof SyntaxError) return { sources: [] };
      throw error;
    }
  }

  return {
    async has({ source, size, mtime }) {
      const { sources } = await read();
      return sources.some(one => one.source === source && one.size === size && one.mtime === mtime);
    },
    async add(mark, doneAt) {
      const { sources } = await read();
      const others = sources.filter(one => one.source !== mark.source);
      const kept: Kept = { sources: [...others, { ...mark, done_at: doneAt }] };
      const draft = `${path}.${process.pid}`;
      await writeFile(draft, `${JSON.stringify(kept, null, 2)}\n`);
      await rename(draft, path);
    },
  };
}
