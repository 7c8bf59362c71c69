import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Names the folder of the index that serves; replaced in one step by renaming. */
const CURRENT = 'current';

export async function currentIn(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, CURRENT), 'utf8').catch(() => '');
  return /^[0-9a-f-]{36}$/.test(text) ? text : undefined;
}

export async function pointAt(folder: string, name: string): Promise<void> {
  const draft = join(folder, `${CURRENT}.draft`);
  const file = await open(draft, 'w');
  try {
    await file.writeFile(name);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(folder, CURRENT));
}

/** Former indexes, and builds that a crash has cut off. */
export async function removeOthers(folder: string, name: string | undefined): Promise<void> {
  const others = (await readdir(folder)).filter(each => each !== CURRENT && each !== name);
  for (const each of others) await removeFolder(join(folder, each));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
