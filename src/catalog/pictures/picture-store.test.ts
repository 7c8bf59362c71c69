// Goal: of every picture that may be uploaded the same files are made and kept, of anything else none, and what no
// product names goes. Method: the real module on PostgreSQL, pictures made by the library that reads them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { type Catalog, catalogContract, pictureSources } from '#catalog';
import { limits } from '#limits';
import { manualClock } from '#platform/clock';
import { createMetrics } from '#platform/metrics';
import { connectRpc, serveRpc } from '#platform/rpc';
import { type Database, sql } from '#platform/sql';
import { created, ids, openCatalog } from '../../../test/support/catalog.ts';
import { colorAt, halves, PICTURE_FORMATS } from '../../../test/support/pictures.ts';
import { dropUnusedPictures } from './drop-unused-pictures.ts';

async function add(catalog: Catalog, bytes: Buffer, picture_id = ids.next()) {
  return await catalog.addPicture({ picture_id, seller_id: null, bytes: bytes.toString('base64') });
}

async function added(catalog: Catalog, bytes: Buffer) {
  const outcome = await add(catalog, bytes);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
}

async function fileAt(catalog: Catalog, url: string): Promise<Buffer> {
  const [, picture_id = '', file = ''] = /^\/images\/products\/(.{36})-(.+)$/.exec(url) ?? [];
  const found = await catalog.readPictureFile({ picture_id, file });
  assert.ok(found, url);
  assert.equal(found.content_type, `image/${file.split('.')[1]}`);
  return Buffer.from(found.bytes, 'base64');
}

async function counts(db: Database): Promise<number[]> {
  const [row] = await db.query<{ pictures: number; files: number }>(sql`
    select (select count(*) from catalog.pictures) as pictures, (select count(*) from catalog.picture_files) as files`);
  return [row!.pictures, row!.files];
}

/** Of one bit a pixel, so that very many of them are few bytes. */
function blackPng({ width, height }: { width: number; height: number }): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const pixels = deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * height), { level: 9 });
  const chunk = (name: string, content: Buffer) => {
    const named = Buffer.concat([Buffer.from(name), content]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(content.length, 0);
    ends.writeUInt32BE(crc32(named), 4);
    return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
  };
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** The files of a `srcset`, with the width that it promises of each. */
function filesOf(sourceSet: string | null): { url: string; width: number }[] {
  return (sourceSet ?? '').split(', ').map(each => {
    const [url = '', width = ''] = each.split(' ');
    return { url, width: Number.parseInt(width, 10) };
  });
}

describe('adding a picture', () => {
  for (const format of PICTURE_FORMATS) {
    test(`a picture in ${format} becomes the files that its address tells`, async t => {
      const { catalog, db } = await openCatalog(t);
      const picture = await added(catalog, await halves({ width: 700, height: 500, format }));
      const url = `/images/products/${picture.picture_id}-700x500.webp`;
      assert.deepEqual(picture, { picture_id: picture.picture_id, url, width: 700, height: 500 });
      const { avif, webp } = pictureSources(url);
      for (const [sourceSet, made] of [
        [webp, 'webp'],
        [avif, 'heif'],
      ] as const) {
        const files = filesOf(sourceSet);
        assert.deepEqual(
          files.map(({ width }) => width),
          [160, 320, 640, 700],
        );
        for (const file of files) {
          const bytes = await fileAt(catalog, file.url);
          const metadata = await sharp(bytes).metadata();
          assert.deepEqual([metadata.format, metadata.width], [made, file.width]);
          assert.ok(file.url.includes(`-${metadata.width}x${metadata.height}.`), file.url);
          const [red, , blue] = [await colorAt(bytes, 5, 5), null, await colorAt(bytes, file.width - 5, 5)];
          assert.ok(red[0]! > 200 && red[2]! < 50 && blue[2]! > 200 && blue[0]! < 50, `${red} ${blue}`);
        }
      }
      assert.deepEqual(await counts(db), [1, 8]);
    });
  }

  test('it is turned as EXIF says, and nothing that EXIF says of its maker is left', async t => {
    const { catalog } = await openCatalog(t);
    const picture = await added(catalog, await halves({ width: 200, height: 100, format: 'jpeg', orientation: 6 }));
    assert.deepEqual([picture.width, picture.height], [100, 200]);
    for (const url of [picture.url, picture.url.replace('webp', 'avif')]) {
      const bytes = await fileAt(catalog, url);
      const { width, height, exif, xmp, iptc, icc, orientation } = await sharp(bytes).metadata();
      assert.deepEqual([width, height, exif, xmp, iptc, icc], [100, 200, undefined, undefined, undefined, undefined]);
      assert.ok(orientation === undefined || orientation === 1);
      const [top, bottom] = [await colorAt(bytes, 50, 20), await colorAt(bytes, 50, 180)];
      assert.ok(top[0]! > 200 && bottom[2]! > 200, `a quarter turn clockwise: ${top} ${bottom}`);
    }
  });

  test('a picture of one pixel and one with a transparent ground are taken', async t => {
    const { catalog } = await openCatalog(t);
    const dot = await added(catalog, await halves({ width: 2, height: 1 }));
    assert.deepEqual([dot.width, dot.height], [2, 1]);
    const glass = { create: { width: 20, height: 20, channels: 4 as const, background: '#ff000000' } };
    const clear = await added(catalog, await sharp(glass).png().toBuffer());
    assert.equal((await sharp(await fileAt(catalog, clear.url)).metadata()).hasAlpha, true);
  });

  test('grey, 16 bits deep, in CMYK and with the colours of another space: all become plain sRGB', async t => {
    const { catalog } = await openCatalog(t);
    const red = await halves({ width: 40, height: 20 });
    const sent = [
      await sharp(red).greyscale().png().toBuffer(),
      await sharp(red).toColourspace('rgb16').png().toBuffer(),
      await sharp(red).toColourspace('cmyk').jpeg().toBuffer(),
      await sharp(red).withIccProfile('p3').png().toBuffer(),
    ];
    for (const [i, bytes] of sent.entries()) {
      const { space, depth } = await sharp(await fileAt(catalog, (await added(catalog, bytes)).url)).metadata();
      assert.deepEqual([space, depth], ['srgb', 'uchar'], `picture ${i}`);
    }
    const wide = await fileAt(catalog, (await added(catalog, sent[3]!)).url);
    const [r = 0, g = 0, b = 0] = await colorAt(wide, 2, 2);
    assert.ok(r > 230 && g < 30 && b < 30, 'the colour of a profile is the same without it');
  });

  test('an animation is its first frame', async t => {
    const { catalog } = await openCatalog(t);
    const frames = [
      await halves({ width: 60, height: 40 }),
      await sharp(await halves({ width: 60, height: 40 }))
        .negate()
        .png()
        .toBuffer(),
    ];
    for (const format of ['gif', 'webp'] as const) {
      const moving = await sharp(frames, { join: { animated: true } })
        .toFormat(format)
        .toBuffer();
      const picture = await added(catalog, moving);
      assert.deepEqual([picture.width, picture.height], [60, 40]);
      const [red] = await colorAt(await fileAt(catalog, picture.url), 5, 5);
      assert.ok(red! > 200);
    }
  });

  test('the same id is the same picture, one after another and at once', async t => {
    const { catalog, db } = await openCatalog(t);
    const picture_id = ids.next();
    const [first, other] = [await halves({ width: 30, height: 20 }), await halves({ width: 50, height: 20 })];
    const answers = await Promise.all([1, 2, 3].map(() => add(catalog, first, picture_id)));
    const again = await add(catalog, other, picture_id);
    const url = `/images/products/${picture_id}-30x20.webp`;
    for (const answer of [...answers, again]) {
      assert.deepEqual(answer, { ok: true, value: { picture_id, url, width: 30, height: 20 } });
    }
    assert.deepEqual(await counts(db), [1, 2]);
  });
});

describe('what is refused leaves nothing behind', () => {
  test('what is no picture, or none of those formats, is refused by its bytes', async t => {
    const { catalog, db } = await openCatalog(t);
    const png = await halves({ width: 20, height: 20 });
    const wrong: Record<string, Buffer> = {
      nothing: Buffer.alloc(0),
      'a short text': Buffer.from('GIF'),
      text: Buffer.from('this is not a picture, but it is long enough to be one'),
      svg: Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
      ),
      'svg after an XML head': Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
      pdf: Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj'),
      tiff: await sharp(png).tiff().toBuffer(),
      'a head without a picture': png.subarray(0, 20),
      'a name of JPEG and the bytes of none': Buffer.concat([
        Buffer.from('\xff\xd8\xff\xe0', 'latin1'),
        Buffer.alloc(999),
      ]),
      'a name of GIF before an SVG': Buffer.from('GIF89a<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'a video': Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'),
      'a box of AVIF and nothing in it': Buffer.from('\0\0\0\x18ftypavif\0\0\0\0avifmif1', 'latin1'),
    };
    for (const [name, bytes] of Object.entries(wrong)) {
      assert.deepEqual(await add(catalog, bytes), { ok: false, code: 'PICTURE_INVALID' }, name);
    }
    assert.deepEqual(await counts(db), [0, 0]);
  });

  for (const format of PICTURE_FORMATS) {
    test(`a picture in ${format} that was cut short is refused`, async t => {
      const { catalog, db } = await openCatalog(t);
      const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
      const whole = sharp({ create: { width: 200, height: 200, channels: 3, background: '#888', noise } });
      const bytes = await whole.toFormat(format).toBuffer();
      for (const part of [0.3, 0.6, 0.9]) {
        const cut = bytes.subarray(0, Math.floor(bytes.length * part));
        assert.deepEqual(await add(catalog, cut), { ok: false, code: 'PICTURE_INVALID' }, `${part}`);
      }
      assert.deepEqual(await counts(db), [0, 0]);
    });
  }

  test('more bytes or more pixels than are taken are refused, a bomb by its head alone', async t => {
    const { catalog, db } = await openCatalog(t);
    const heavy = Buffer.concat([await halves({ width: 20, height: 20 }), Buffer.alloc(limits.pictureBytesMax)]);
    const bomb = blackPng({ width: 30_000, height: 20_000 });
    assert.ok(bomb.length < 100_000, 'it is small as long as nobody opens it');
    for (const bytes of [heavy, bomb]) {
      assert.deepEqual(await add(catalog, bytes), { ok: false, code: 'PICTURE_TOO_LARGE' });
    }
    const bound = blackPng({ width: 8000, height: 6250 });
    assert.equal((await added(catalog, bound)).width, 1600, 'the largest that is taken');
    await db.query(sql`delete from catalog.pictures`);
    assert.deepEqual(await counts(db), [0, 0]);
  });

  test('a head that says less than there is does not help a bomb', async t => {
    const { catalog, db } = await openCatalog(t);
    const png = await halves({ width: 3000, height: 3000 });
    // Width and height stand in IHDR, whose checksum is then wrong.
    png.writeUInt32BE(30, 16);
    png.writeUInt32BE(30, 20);
    assert.deepEqual(await add(catalog, png), { ok: false, code: 'PICTURE_INVALID' });
    assert.deepEqual(await counts(db), [0, 0]);
  });

  test('a flood waits within a bound, and beyond it is told to come back', async t => {
    const { catalog, db } = await openCatalog(t);
    const bytes = await halves({ width: 500, height: 500 });
    const sent = limits.picturesAtOnceMax + limits.picturesWaitingMax;
    const outcomes = await Promise.allSettled(Array.from({ length: sent + 3 }, () => add(catalog, bytes)));
    const refused = outcomes.filter(outcome => outcome.status === 'rejected');
    assert.deepEqual(
      refused.map(({ reason }) => (reason as Error).name),
      Array(3).fill('Unavailable'),
    );
    assert.equal((await counts(db))[0], sent);
  });
});

test('the largest upload travels to the catalogue in another process, and its files back', async t => {
  const { catalog, deps } = await openCatalog(t);
  const modules = { catalog: { contract: catalogContract, api: catalog } };
  const common = { secret: 'a secret', log: deps.log, metrics: createMetrics() };
  const server = await serveRpc({ ...common, host: '127.0.0.1', port: 0, modules });
  const remote = connectRpc(catalogContract, { ...common, url: server.url, metrics: createMetrics() });
  t.after(async () => {
    await remote.close();
    await server.stop();
  });
  const png = await halves({ width: 30, height: 20 });
  // What follows the end of a PNG is not read.
  const bytes = Buffer.concat([png, Buffer.alloc(limits.pictureBytesMax - png.length)]);
  const picture = await added(remote, bytes);
  assert.equal((await sharp(await fileAt(remote, picture.url)).metadata()).width, 30);
  assert.deepEqual(await add(remote, Buffer.alloc(limits.pictureFormBytesMax)), {
    ok: false,
    code: 'PICTURE_TOO_LARGE',
  });
});

test('a file that is not there is null', async t => {
  const { catalog } = await openCatalog(t);
  const { picture_id } = await added(catalog, await halves({ width: 30, height: 20 }));
  for (const file of ['31x20.webp', '30x20.jpeg', '../x']) {
    assert.equal(await catalog.readPictureFile({ picture_id, file }), null);
  }
  assert.equal(await catalog.readPictureFile({ picture_id: ids.next(), file: '30x20.webp' }), null);
});

describe('the daily job', () => {
  const DAY_MS = limits.pictureUnusedMs;

  test('drops what no product names a day later, and nothing else', async t => {
    const clock = manualClock(Date.parse('2026-11-27T08:00:00.000Z'));
    const { catalog, db, deps } = await openCatalog(t, { clock });
    const bytes = await halves({ width: 300, height: 20 });
    const named = await added(catalog, bytes);
    const byFile = await added(catalog, bytes);
    const byDeleted = await added(catalog, bytes);
    const unnamed = await added(catalog, bytes);
    await created(catalog, { images: ['https://pictures.example/1.jpg', named.url] });
    await created(catalog, { images: [filesOf(pictureSources(byFile.url).avif)[0]!.url] });
    const { product_id } = await created(catalog, { images: [byDeleted.url] });
    await catalog.deleteProduct({ product_id });
    const run = () => dropUnusedPictures(deps, new AbortController().signal);

    clock.advance(DAY_MS);
    await run();
    assert.deepEqual(await counts(db), [4, 16], 'not a moment too early');
    clock.advance(1);
    const young = await added(catalog, bytes);
    await run();
    assert.deepEqual(await counts(db), [4, 16]);
    for (const kept of [named, byFile, byDeleted, young]) await fileAt(catalog, kept.url);
    assert.equal(await catalog.readPictureFile({ picture_id: unnamed.picture_id, file: '300x20.webp' }), null);
  });

  test('goes through more pictures than one batch holds', async t => {
    const clock = manualClock(Date.parse('2026-11-27T08:00:00.000Z'));
    const { catalog, db, deps } = await openCatalog(t, { clock });
    const kept = await added(catalog, await halves({ width: 20, height: 20 }));
    await created(catalog, { images: [kept.url] });
    await db.query(sql`
      insert into catalog.pictures (picture_id, url, width, height, created_at)
      select gen_random_uuid(), 'x', 1, 1, ${new Date(clock.nowMs()).toISOString()}
      from generate_series(1, ${2 * limits.pictureBatchMax + 1})`);
    clock.advance(2 * DAY_MS);
    await dropUnusedPictures(deps, AbortSignal.abort());
    assert.equal((await counts(db))[0], 2 * limits.pictureBatchMax + 2, 'a stopped run does nothing');
    await dropUnusedPictures(deps, new AbortController().signal);
    assert.deepEqual(await counts(db), [1, 2]);
  });

  test('finds the products that name a picture by an index', async t => {
    const { catalog, db } = await openCatalog(t);
    await created(catalog, { images: ['/images/products/x-1x1.webp'] });
    const plan = await db.transaction(async tx => {
      await tx.query(sql`set local enable_seqscan = off`);
      return await tx.query<{ 'QUERY PLAN': string }>(sql`
        explain select from catalog.products named
        where named.images ? '/images/products/x-1x1.webp' and named.images::text like '%"/images/products/%'`);
    });
    assert.match(plan.map(row => row['QUERY PLAN']).join('\n'), /products_by_picture/);
  });
});
