// `npm run screenshots`: the README's pictures, made from a shop with the demo catalogue, in light and dark. With
// `--all DIR`, every page in both schemes and on both viewports, whole, to be looked through.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import sharp from 'sharp';
import { startBenchShop } from '../bench/support/bench-shop.ts';
import { openScope } from '../bench/support/open-scope.ts';
import { launchChromium, SCREENS, type Viewport } from '../test/support/chromium.ts';
import { PARTS } from '../test/support/parts.ts';
import { openPicturedShop } from './screenshots/open-pictured-shop.ts';
import { PAGES, type PicturedPage } from './screenshots/pages.ts';
import { type Scheme, takePicture } from './screenshots/take-picture.ts';

interface Options {
  all?: string;
  only?: string[];
  url?: string;
}

interface Picture {
  page: PicturedPage;
  scheme: Scheme;
  viewport: Viewport;
  file: string;
}

const FOLDER = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const SCHEMES: Scheme[] = ['light', 'dark'];
const VIEWPORTS = Object.keys(SCREENS) as Viewport[];
const WEBP_QUALITY = 75;
const say = (line: string) => void process.stdout.write(`${line}\n`);

await new Command('screenshots')
  .description('Takes the pictures of the README.')
  .option('--all <folder>', 'every page, scheme and viewport, as whole PNGs into this folder')
  .option('--only <names...>', 'these pages of scripts/screenshots/pages.ts')
  .option('--url <url>', 'of a shop with the demo catalogue that runs already')
  .action(async (options: Options) => {
    process.exitCode = (await takeAll(options)) ? 0 : 1;
  })
  .parseAsync();

async function takeAll(options: Options): Promise<boolean> {
  const executablePath = PARTS.chromium.find();
  if (executablePath === null) throw new Error(`Chromium is not on this machine: ${PARTS.chromium.enable}`);
  const pages = PAGES.filter(({ name }) => options.only?.includes(name) ?? true);
  const pictures = options.all === undefined ? tourOf(pages) : everyViewOf(pages, resolve(options.all));
  const scope = openScope(say);
  try {
    const url = options.url ?? (await startBenchShop(scope)).url;
    const shop = await openPicturedShop(url);
    const browser = await launchChromium(executablePath);
    scope.after(() => browser.close());
    const missed: string[] = [];
    for (const { page, scheme, viewport, file } of pictures) {
      try {
        const png = await takePicture(browser, shop, page, { scheme, viewport, fullPage: options.all !== undefined });
        await save(file, png, SCREENS[viewport].viewport.width);
        say(file);
      } catch (error) {
        // One page that fails does not keep the others from being looked at.
        missed.push(`${page.name} (${scheme}, ${viewport}): ${(error as Error).message}`);
      }
    }
    for (const miss of missed) say(`MISSED  ${miss}`);
    return missed.length === 0;
  } finally {
    await scope.end();
  }
}

function tourOf(pages: PicturedPage[]): Picture[] {
  return pages
    .filter(page => !page.isInternal)
    .flatMap(page =>
      SCHEMES.map(scheme => {
        const file = join(FOLDER, `${page.name}-${scheme}.webp`);
        return { page, scheme, viewport: page.viewport, file };
      }),
    );
}

/** A page that is listed for both viewports is the same page: it is looked at once a viewport. */
function everyViewOf(pages: PicturedPage[], folder: string): Picture[] {
  const once = pages.filter(({ name }) => !name.endsWith('-phone') || !pages.some(one => `${one.name}-phone` === name));
  return once.flatMap(page =>
    VIEWPORTS.flatMap(viewport =>
      SCHEMES.map(scheme => {
        const file = join(folder, `${page.name}-${viewport}-${scheme}.png`);
        return { page, scheme, viewport, file };
      }),
    ),
  );
}

async function save(file: string, png: Buffer, width: number): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const isWebp = file.endsWith('.webp');
  await writeFile(file, isWebp ? await sharp(png).resize({ width }).webp({ quality: WEBP_QUALITY }).toBuffer() : png);
}
