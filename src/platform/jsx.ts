import { readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * Node runs `.ts` by erasing types, but JSX is no TypeScript: whoever imports this module may import `.tsx` afterwards,
 * with `await import()`. All of them are compiled by one call (20 ms), since a call a file costs more than the files.
 */
const SOURCES = fileURLToPath(new URL('../', import.meta.url));
const compiled = await compileAll();

registerHooks({
  load(url, context, nextLoad) {
    const source = compiled.get(url);
    return source === undefined ? nextLoad(url, context) : { format: 'module', source, shortCircuit: true };
  },
});

/** Address of a `.tsx` file → JavaScript, with its map for stack traces. */
async function compileAll(): Promise<Map<string, string>> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.tsx'));
  const { outputFiles } = await build({
    entryPoints: files.map(name => join(SOURCES, name)),
    outbase: SOURCES,
    outdir: SOURCES,
    outExtension: { '.js': '.tsx' },
    write: false,
    format: 'esm',
    target: 'node24',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    sourcemap: 'inline',
    sourcesContent: false,
    allowOverwrite: true,
    logLevel: 'silent',
  });
  return new Map(outputFiles.map(file => [pathToFileURL(file.path).href, file.text]));
}
