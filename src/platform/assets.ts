import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { sharedAnswers } from '#shared-answers';
import { encodingOf } from './cached-answer.ts';
import type { App } from './http.ts';
import { edgeProblem } from './problem.ts';

/** Scripts, styles and fonts of the pages: bundled and compressed once at the start, named by their content. */
export interface Assets {
  /** The address of a source by its file name: `shop.css` → `/assets/shop-3f2a….css`. */
  url(name: string): string;
  /** A style or script as it is. */
  text(name: string): string;
  routes(app: App): void;
}

interface Asset {
  type: string;
  bodies: { identity: Buffer; gzip: Buffer; br: Buffer };
}

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** `entries`: scripts and styles to bundle; `files`: taken as they are, fonts and icons, which styles may name. */
export async function buildAssets(options: { entries: URL[]; files: URL[] }): Promise<Assets> {
  const urls = new Map<string, string>();
  const assets = new Map<string, Asset>();
  const add = (name: string, body: Buffer) => {
    const extension = extname(name);
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
    const file = `${basename(name, extension)}-${hash}${extension}`;
    urls.set(name, `/assets/${file}`);
    assets.set(file, { type: types[extension]!, bodies: compress(body, extension) });
  };
  for (const file of options.files) add(basename(file.pathname), readFileSync(file));
  const fontUrl = (path: string) => urls.get(basename(path));
  const { outputFiles } = await build({
    entryPoints: options.entries.map(entry => fileURLToPath(entry)),
    outdir: '/',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'silent',
    plugins: [
      {
        name: 'own-files',
        setup(bundle) {
          // Fonts are files of their own, named by content like everything else.
          bundle.onResolve({ filter: /\.woff2$/ }, ({ path }) => ({ path: fontUrl(path) ?? path, external: true }));
        },
      },
    ],
  });
  for (const file of outputFiles) add(basename(file.path), Buffer.from(file.contents));
  const url = (name: string) => {
    const found = urls.get(name);
    if (found === undefined) throw new Error(`no asset is named ${name}`);
    return found;
  };
  return {
    url,
    text: name => assets.get(basename(url(name)))!.bodies.identity.toString(),
    routes: app => assetRoutes(app, assets),
  };
}

function compress(body: Buffer, extension: string): Asset['bodies'] {
  // A font is compressed already.
  if (extension === '.woff2' || extension === '.png') return { identity: body, gzip: body, br: body };
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  return { identity: body, gzip: gzipSync(body, { level: 9 }), br: brotliCompressSync(body, { params }) };
}

function assetRoutes(app: App, assets: Map<string, Asset>): void {
  app.get(
    '/assets/:file',
    {
      config: { access: 'anyone', isSameForAll: true, shared: sharedAnswers['/assets/:file'] },
      schema: { summary: 'A script, style or font of the pages', hide: true },
    },
    async (request, reply) => {
      const asset = assets.get((request.params as { file: string }).file);
      if (asset === undefined) throw edgeProblem('NOT_FOUND');
      const encoding = encodingOf(request.headers['accept-encoding']);
      const isCompressed = encoding !== 'identity' && asset.bodies[encoding] !== asset.bodies.identity;
      if (isCompressed) void reply.header('Content-Encoding', encoding);
      void reply.type(asset.type).header('Vary', 'Accept-Encoding');
      return reply.send(asset.bodies[encoding]);
    },
  );
}
