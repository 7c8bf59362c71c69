// Goal: the browser tests can trust their harness: what is wrong on a page is told, and what was expected is not.
// Method: pages of a small server, one defect each, in a real Chromium.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { before, test } from 'node:test';
import { checkAccessibility } from './accessibility.ts';
import { type BrowserOptions, openBrowser, shot } from './browser.ts';

const POLICY = "default-src 'self'; img-src 'self' data:";
const page = (body: string, head = '') => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>A page</title>${head}
<link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css"></head><body>${body}</body></html>`;
const PAGES: Record<string, string> = {
  '/page.css': 'body { background: #fff; color: #222 } .pale { color: #ddd }',
  '/quiet': page('<main><h1>A quiet page</h1></main>'),
  '/loud.js': "console.error('a loud word'); throw new Error('a thrown error');",
  '/loud': page('<main><h1>Loud</h1><img src="/gone.png" alt="A picture"></main>', '<script src="/loud.js"></script>'),
  '/blocked': page('<main><h1>Blocked</h1><img src="http://elsewhere.invalid/a.png" alt="A picture"></main>'),
  '/pale': page('<main><h1>Pale</h1><p class="pale">hard to read</p><input type="text"></main>'),
};
const TYPES: Record<string, string> = { '.css': 'text/css', '.js': 'text/javascript' };
const light: BrowserOptions = { viewport: 'desktop', javascript: true, colorScheme: 'light' };
let url = '';

before(async () => {
  const server = createServer((request, response) => {
    const body = PAGES[request.url ?? ''];
    const type = TYPES[extname(request.url ?? '')] ?? 'text/html';
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type, 'content-security-policy': POLICY });
    response.end(body ?? 'nothing here');
  });
  server.listen(0, '127.0.0.1');
  // No test stops it: the file's end does.
  server.unref();
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

test('a page without defects is quiet and accessible on every kind of browser', async t => {
  for (const viewport of ['phone', 'desktop'] as const) {
    for (const javascript of [true, false]) {
      const browser = await openBrowser(t, { viewport, javascript, colorScheme: 'dark', url });
      if (browser === null) return;
      await browser.page.goto('/quiet');
      await checkAccessibility(browser.page);
      browser.assertQuiet();
      assert.equal(await browser.page.evaluate('innerWidth'), viewport === 'phone' ? 390 : 1280);
      assert.equal(await browser.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"), true);
    }
  }
});

test('a console error, a thrown error and an answer of 404 are told, each with its address', async t => {
  const browser = await openBrowser(t, { ...light, url });
  if (browser === null) return;
  await browser.page.goto('/loud');
  assert.throws(
    () => browser.assertQuiet(),
    error => {
      const { message } = error as Error;
      assert.match(message, /console error at http:\S+\/loud\.js: a loud word/);
      assert.match(message, /page error at http:\S+\/loud: Error: a thrown error/);
      assert.match(message, /answer 404: GET http:\S+\/gone\.png/);
      return true;
    },
  );
});

test('an answer that was expected is not told, another status at its address is', async t => {
  const browser = await openBrowser(t, { ...light, url });
  if (browser === null) return;
  browser.allow('/nowhere', 404);
  await browser.page.goto('/nowhere');
  browser.assertQuiet();
  const other = await openBrowser(t, { ...light, url });
  other!.allow('/nowhere', 403);
  await other!.page.goto('/nowhere');
  assert.throws(() => other!.assertQuiet(), /answer 404: GET http:\S+\/nowhere/);
});

test('what the Content-Security-Policy blocks is told', async t => {
  const browser = await openBrowser(t, { ...light, url });
  if (browser === null) return;
  await browser.page.goto('/blocked');
  assert.throws(() => browser.assertQuiet(), /elsewhere\.invalid/);
});

test('violations are told with rule, place and mend, with JavaScript and without', async t => {
  for (const javascript of [true, false]) {
    const browser = await openBrowser(t, { ...light, javascript, url });
    if (browser === null) return;
    await browser.page.goto('/pale');
    await assert.rejects(checkAccessibility(browser.page), error => {
      const { message } = error as Error;
      assert.match(message, /^2 accessibility violation\(s\) on http:\S+\/pale/);
      assert.match(message, /color-contrast \(serious\)[\s\S]+class="pale"[\s\S]+contrast of 1\.\d+/);
      assert.match(message, /label \(critical\)[\s\S]+input[\s\S]+Fix any of the following/);
      return true;
    });
  }
});

test('without JavaScript no script of a page runs', async t => {
  const browser = await openBrowser(t, { ...light, javascript: false, url });
  if (browser === null) return;
  browser.allow('/gone.png', 404);
  await browser.page.goto('/loud');
  browser.assertQuiet();
});

test('a picture is written where SHOTS names a folder, and nowhere without it', async t => {
  const browser = await openBrowser(t, { ...light, url });
  if (browser === null) return;
  const folder = await mkdtemp(join(tmpdir(), 'doorbuster-shots-'));
  const { SHOTS } = process.env;
  t.after(async () => {
    if (SHOTS === undefined) delete process.env.SHOTS;
    else process.env.SHOTS = SHOTS;
    await rm(folder, { recursive: true });
  });
  await browser.page.goto('/quiet');
  process.env.SHOTS = '';
  await shot(browser.page, 'nowhere');
  process.env.SHOTS = folder;
  await shot(browser.page, 'quiet');
  assert.deepEqual(await readdir(folder), ['quiet.png']);
});
