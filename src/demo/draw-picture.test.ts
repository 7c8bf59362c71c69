// Goal: a picture's name decides what is drawn, nothing else does, and no drawing can do more than be looked at.
// Method: every shape in every view is drawn and its elements are followed; odd names are asked for, here and over
// HTTP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#platform/clock';
import { createApp } from '#platform/http';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { colors } from './colors.ts';
import { drawPicture } from './draw-picture.ts';
import { pictureRoutes } from './http.ts';
import { shapes } from './pictures/shapes.ts';

const ELEMENTS = new Set(
  [
    'svg defs linearGradient radialGradient stop rect circle ellipse path g',
    'filter feGaussianBlur feOffset feComponentTransfer feFuncA feMerge feMergeNode',
  ]
    .join(' ')
    .split(' '),
);

/** Every tag is known, opened once and closed once. */
function assertWellFormed(svg: string, name: string): void {
  const open: string[] = [];
  const text = svg.replaceAll(
    /<(\/?)([A-Za-z]+)((?: [\w-]+="[^"<>&]*")*)(\/?)>/g,
    (_tag, end, element, _attributes, empty) => {
      assert.ok(ELEMENTS.has(element), `${name}: <${element}>`);
      if (end === '/') assert.equal(open.pop(), element, name);
      else if (empty === '') open.push(element);
      return '';
    },
  );
  assert.equal(text, '', `${name}: something that is no element`);
  assert.deepEqual(open, [], name);
}

test('every shape in every view and color is well-formed and only drawn', () => {
  for (const [i, shape] of Object.keys(shapes).entries()) {
    for (const color of Object.keys(colors)) {
      for (const view of [1, 2, 3]) {
        const name = `${shape}-${color}-${i}-${view}.svg`;
        const svg = drawPicture(name);
        assert.ok(svg !== undefined, name);
        assertWellFormed(svg, name);
        assert.doesNotMatch(svg, /NaN|undefined|script|href|\son\w+=|style=/, name);
        assert.ok(svg.length < 20_000, name);
      }
    }
  }
});

test('the same name draws the same picture, each view another one', () => {
  assert.equal(drawPicture('mug-teal-12-1.svg'), drawPicture('mug-teal-12-1.svg'));
  const views = [1, 2, 3].map(view => drawPicture(`mug-teal-12-${view}.svg`));
  assert.equal(new Set(views).size, 3);
});

const ODD_NAMES = [
  'mug-teal-12-4.svg',
  'mug-teal-12-0.svg',
  'mug-teal-012-1.svg',
  'mug-teal-1234567-1.svg',
  'mug-teal--1.svg',
  'mug-purple-12-1.svg',
  'goblet-teal-12-1.svg',
  'constructor-teal-12-1.svg',
  'mug-toString-12-1.svg',
  'mug-teal-12-1.png',
  'mug-teal-12-1.svg.svg',
  'Mug-teal-12-1.svg',
];

test('a name that is not one of ours draws nothing', () => {
  for (const name of [...ODD_NAMES, '', '../secrets.json']) assert.equal(drawPicture(name), undefined, name);
});

test('pictures are served to anyone, to be kept for ever, and odd names are not found', async t => {
  const app = await createApp({ log: createLog({ level: 'silent' }), metrics: createMetrics(), clock: systemClock });
  t.after(() => app.close());
  pictureRoutes(app);
  const found = await app.inject('/images/demo/mug-teal-12-1.svg');
  assert.equal(found.statusCode, 200);
  assert.equal(found.headers['content-type'], 'image/svg+xml');
  assert.equal(found.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(found.body, drawPicture('mug-teal-12-1.svg'));
  for (const name of [...ODD_NAMES, '..%2fsecrets.json', '%2e%2e', 'mug%00-teal-12-1.svg']) {
    const answer = await app.inject(`/images/demo/${name}`);
    assert.ok(answer.statusCode === 404 || (name.includes('%00') && answer.statusCode === 400), name);
    assert.match(String(answer.headers['content-type']), /problem\+json/, name);
    assert.equal(answer.headers['cache-control'], 'private, no-store', name);
  }
});
