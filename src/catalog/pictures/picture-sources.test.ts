// Goal: a page knows every file of an uploaded picture from its address alone, and of other addresses nothing that is
// not so. Method: exact texts; that the files exist is held in picture-store.test.ts, where they are made.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureSources } from '#catalog';
import { largestSize, pictureUrl, sizesBelow } from './picture-sources.ts';

const ID = '01900000-0000-7000-8000-0000000000aa';
const STEM = `/images/products/${ID}-`;

test('the address of an uploaded picture tells all its files and its size', () => {
  const url = pictureUrl(ID, { width: 1600, height: 1200 });
  const sized = (extension: string) =>
    [
      `${STEM}160x120.${extension} 160w`,
      `${STEM}320x240.${extension} 320w`,
      `${STEM}640x480.${extension} 640w`,
      `${STEM}960x720.${extension} 960w`,
      `${STEM}1600x1200.${extension} 1600w`,
    ].join(', ');
  assert.equal(url, `${STEM}1600x1200.webp`);
  assert.deepEqual(pictureSources(url), {
    src: url,
    width: 1600,
    height: 1200,
    avif: sized('avif'),
    webp: sized('webp'),
  });
});

test('a small picture has itself and what is smaller, and nothing twice', () => {
  const url = `${STEM}320x100.webp`;
  assert.equal(pictureSources(url).avif, `${STEM}160x50.avif 160w, ${STEM}320x100.avif 320w`);
  assert.equal(pictureSources(`${STEM}1x1.webp`).webp, `${STEM}1x1.webp 1w`);
});

test('a drawing and a foreign link have a size and no other files', () => {
  const none = { avif: null, webp: null };
  const drawing = '/images/demo/lamp-teal-1-1.svg';
  assert.deepEqual(pictureSources(drawing), { src: drawing, width: 600, height: 600, ...none });
  const foreign = [
    'https://pictures.example/1.jpg',
    `https://pictures.example${STEM}1600x1200.webp`,
    `${STEM}1600x1200.avif`,
    `${STEM}0x1200.webp`,
    `${STEM}99999x1.webp`,
    `${STEM}1600x1200.webp?x=1`,
    '/images/products/lamp-1600x1200.webp',
  ];
  for (const url of foreign) assert.deepEqual(pictureSources(url), { src: url, width: 800, height: 800, ...none });
});

test('nothing is made larger, and very wide and very long pictures stay in bounds', () => {
  assert.deepEqual(largestSize({ width: 4000, height: 3000 }), { width: 1600, height: 1200 });
  assert.deepEqual(largestSize({ width: 3000, height: 4000 }), { width: 1600, height: 2133 });
  assert.deepEqual(largestSize({ width: 700, height: 500 }), { width: 700, height: 500 });
  assert.deepEqual(largestSize({ width: 1000, height: 16_000 }), { width: 200, height: 3200 });
  assert.deepEqual(largestSize({ width: 50_000, height: 10 }), { width: 1600, height: 1 });
  assert.deepEqual(sizesBelow({ width: 200, height: 1 }), [
    { width: 160, height: 1 },
    { width: 200, height: 1 },
  ]);
});
