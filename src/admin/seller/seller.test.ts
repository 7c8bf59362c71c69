// Goal: a seller's desk does its work without JavaScript, and nothing of another seller exists there. Method: two sellers
// at a real shop, in browsers without JavaScript; what a page did, or did not, is looked up by the API.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { address, card, createClient, eventually, newGuest, newProduct } from '../../../test/support/client.ts';
import { halves } from '../../../test/support/pictures.ts';
import { openReader, type Reader, type ReadPage } from '../../../test/support/reader.ts';
import { startTestShop, type TestShop } from '../../../test/support/shop.ts';
import { newPerson, signIn } from '../../../test/support/staff-reader.ts';

let shop: TestShop;
let ours: { seller_id: string; reader: Reader };
let theirs: { seller_id: string; reader: Reader };
const later: (() => Promise<void>)[] = [];

before(async () => {
  shop = await startTestShop({ after: work => void later.push(work) });
  ours = await openSeller('Ours');
  theirs = await openSeller('Theirs');
});
// Hooks of a file run last: the shop outlives its tests.
test.after(async () => {
  for (const end of later) await end();
});

const admin = () => createClient(shop.url, shop.adminKey);

async function openSeller(name: string) {
  const { body } = await admin().post('/api/admin/sellers', { name });
  const reader = await signIn(shop, await newPerson(shop, 'seller', body.seller_id));
  return { seller_id: body.seller_id as string, reader };
}

const productOf = async (id: string) => (await admin().get(`/api/products/${id}`)).body;
const idIn = (page: ReadPage) => /\/products\/([0-9a-f-]{36})/.exec(page.address)![1]!;

/** What a browser sends for a form with files. */
async function sendFiles(reader: Reader, path: string, fields: Record<string, string>, files: [string, File][]) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  for (const [name, file] of files) body.append(name, file);
  const headers = {
    accept: 'text/html',
    'sec-fetch-site': 'same-origin',
    cookie: `session=${reader.cookie('session')}`,
  };
  const answer = await fetch(`${shop.url}${path}`, { method: 'POST', redirect: 'manual', headers, body });
  return { status: answer.status, location: answer.headers.get('location') ?? '', html: await answer.text() };
}

const lamp = { title: 'Brass lamp', category: 'Home > Lamps', price: '49.90' };

async function createLamp(reader: Reader, more: Record<string, string> = {}): Promise<string> {
  const form = await reader.open('/en/seller/products/new');
  const made = await reader.submit(form, '/products/new', { ...lamp, title: `Lamp ${randomUUID()}`, ...more });
  assert.equal(made.status, 200, made.text);
  return idIn(made);
}

describe('who is no seller', () => {
  test('a guest is led to the login, a shopper is refused, staff are led to their own desk', async () => {
    const shopper = await signIn(shop, await newPerson(shop, 'customer'));
    const staff = await signIn(shop, await newPerson(shop, 'staff'));
    for (const page of ['', '/products', '/products/new', '/imports', '/stock', '/orders']) {
      assert.match((await openReader(shop).open(`/en/seller${page}`)).address, /^\/en\/login\?next=/, page);
      assert.equal((await shopper.open(`/en/seller${page}`)).status, 403, page);
      assert.equal((await staff.open(`/en/seller${page}`)).address, '/en/admin', page);
      assert.equal((await ours.reader.open(`/en/seller${page}`)).status, 200, page);
    }
  });
});

describe('a product', () => {
  test('is created with every field, changed and taken out of the shop', async () => {
    const { reader, seller_id } = ours;
    const form = await reader.open('/en/seller/products/new');
    const created = await reader.submit(form, '/products/new', {
      ...lamp,
      description: 'A lamp.\r\nIt lights.',
      brand: 'Lumen',
      max_per_person: '3',
      prime: 'on',
      external_id: 'L-1',
      // A seller's own product, whatever a form says.
      seller_id: theirs.seller_id,
      image_1_url: 'https://example.com/lamp.jpg',
      attribute_1_name: 'watts',
      attribute_1_value: '40',
      attribute_1_type: 'number',
    });
    assert.match(created.text, /The product is in the shop\./);
    const id = idIn(created);
    const made = await productOf(id);
    assert.deepEqual(
      [made.title, made.category_path, made.brand, made.price, made.images, made.attributes],
      [
        'Brass lamp',
        ['Home', 'Lamps'],
        'Lumen',
        { amount: 4990, currency: 'USD' },
        ['https://example.com/lamp.jpg'],
        { watts: 40 },
      ],
    );
    assert.deepEqual(
      [made.prime, made.max_per_person, made.external_id, made.seller.seller_id],
      [true, 3, 'L-1', seller_id],
    );

    const saved = await reader.submit(created, `/products/${id}`, { price: '1,299.00', image_1_remove: 'on' });
    assert.match(saved.text, /Saved\./);
    const changed = await productOf(id);
    assert.deepEqual([changed.price.amount, changed.images, changed.attributes], [129_900, [], { watts: 40 }]);
    assert.equal(changed.external_id, 'L-1');

    const question = await reader.open(`/en/seller/products/${id}/delete`);
    assert.equal((await productOf(id)).title, 'Brass lamp');
    const gone = await reader.submit(question, '/delete');
    assert.match(gone.text, /The product was taken out of the shop\./);
    assert.equal((await admin().get(`/api/products/${id}`)).status, 404);
    assert.equal((await reader.open(`/en/seller/products/${id}`)).status, 404);
  });

  test('sent with mistakes comes back as it was written, and nothing is created', async () => {
    const { reader } = ours;
    const form = await reader.open('/en/seller/products/new');
    const title = `Unpriced ${randomUUID()}`;
    const back = await reader.submit(form, '/products/new', {
      ...lamp,
      title,
      price: 'much',
      attribute_1_value: 'red',
    });
    assert.equal(back.status, 400);
    assert.match(back.text, /Please write a price like 19\.99\./);
    assert.match(back.text, /This row has no name\./);
    const kept = reader.fieldsOf(back, '/products/new');
    assert.deepEqual([kept.title, kept.price, kept.attribute_1_value], [title, 'much', 'red']);
    assert.equal((await reader.open(`/en/seller/products?text=${title}`)).html.includes(title), true);
    assert.match((await reader.open(`/en/seller/products?text=${title}`)).text, /No product fits this filter\./);
  });

  test('sent twice is created once', async () => {
    const { reader } = ours;
    const form = await reader.open('/en/seller/products/new');
    const fields = { ...lamp, title: `Once ${randomUUID()}` };
    const [first, second] = [
      await reader.submit(form, '/products/new', fields),
      await reader.submit(form, '/products/new', fields),
    ];
    assert.equal(idIn(first), idIn(second));
    assert.match((await reader.open(`/en/seller/products?text=${fields.title}`)).text, /1 product /);
  });

  test('with a number that is taken is refused with the field named', async () => {
    await createLamp(ours.reader, { external_id: 'TAKEN' });
    const form = await ours.reader.open('/en/seller/products/new');
    const refused = await ours.reader.submit(form, '/products/new', { ...lamp, external_id: 'TAKEN' });
    assert.equal(refused.status, 409);
    assert.match(refused.text, /Another product of this seller has this number\./);
    // Of another seller it may be the same.
    await createLamp(theirs.reader, { external_id: 'TAKEN' });
  });

  test('gets pictures by an upload, and a file that is no picture changes nothing', async () => {
    const { reader } = ours;
    const id = await createLamp(reader);
    const path = `/en/seller/products/${id}`;
    const fields = reader.fieldsOf(await reader.open(path), `/products/${id}`);
    const picture = new File([new Uint8Array(await halves({ width: 40, height: 30 }))], 'lamp.png');
    const sent = await sendFiles(reader, path, fields, [['pictures', picture]]);
    assert.deepEqual([sent.status, sent.location], [303, `${path}?done=saved`]);
    const { images } = await productOf(id);
    assert.equal(images.length, 1);
    assert.match(images[0], /^\/images\/products\/[0-9a-f-]{36}-40x30\.webp$/);
    assert.equal((await fetch(`${shop.url}${images[0]}`)).status, 200);

    const again = { ...reader.fieldsOf(await reader.open(path), `/products/${id}`), title: 'Changed' };
    const refused = await sendFiles(reader, path, again, [['pictures', new File(['<svg/>'], 'no.svg')]]);
    assert.equal(refused.status, 400);
    assert.match(refused.html, /no\.svg is no whole picture/);
    const after = await productOf(id);
    assert.deepEqual([after.images, after.title === 'Changed'], [images, false]);
  });
});

describe('what is another seller’s', () => {
  test('product: not shown, not changed, not deleted, its stock not seen or moved', async () => {
    const id = await createLamp(theirs.reader);
    const { title } = await productOf(id);
    const { reader } = ours;
    for (const path of [`products/${id}`, `products/${id}/delete`, `stock/${id}`]) {
      assert.equal((await reader.open(`/en/seller/${path}`)).status, 404, path);
    }
    const own = await createLamp(reader);
    const editor = await reader.open(`/en/seller/products/${own}`);
    const [warehouse] = (await admin().get('/api/admin/warehouses')).body.items;
    const guessed: [string, Record<string, string>][] = [
      [`products/${id}`, { ...reader.fieldsOf(editor, `/products/${own}`), title: 'Stolen' }],
      [`products/${id}/delete`, {}],
      [`stock/${id}/receive`, { receive_warehouse: warehouse.warehouse_id, receive_quantity: '5' }],
      [`stock/${id}/adjust`, { adjust_warehouse: warehouse.warehouse_id, adjust_delta: '5', adjust_reason: 'mine' }],
    ];
    for (const [path, fields] of guessed) {
      const { _key, ...rest } = fields;
      assert.equal((await sendForm(reader, `/en/seller/${path}`, rest)).status, 404, path);
    }
    assert.equal((await productOf(id)).title, title);
    assert.equal((await admin().get(`/api/admin/inventory/${id}`)).body.total_quantity, 0);
    for (const list of ['products', 'stock']) {
      const shown = await reader.open(
        `/en/seller/${list}?text=${encodeURIComponent(title)}&seller_id=${theirs.seller_id}`,
      );
      assert.equal(shown.status, 200, list);
      assert.equal(shown.html.includes(id), false, list);
    }
  });

  test('import: neither listed nor shown, nor its errors', async () => {
    const file = new File(['external_id,title\n1,No price\n'], 'bad.csv', { type: 'text/csv' });
    const { status, location } = await sendFiles(theirs.reader, '/en/seller/imports', {}, [['file', file]]);
    assert.equal(status, 303);
    assert.equal((await theirs.reader.open(location)).status, 200);
    assert.equal((await ours.reader.open(location)).status, 404);
    const id = location.split('/').at(-1)!;
    const errors = await ours.reader.open(`/seller/imports/${id}/errors.csv`);
    assert.equal(errors.status, 404);
    assert.equal((await ours.reader.open('/en/seller/imports')).html.includes(id), false);
  });

  test('order lines: each sees its own items alone, and no order without any', async () => {
    const mine = await newProduct(shop, { stock: 5, price: 1000, more: { seller_id: ours.seller_id } });
    const other = await newProduct(shop, { stock: 5, price: 7700, more: { seller_id: theirs.seller_id } });
    const guest = await newGuest(shop);
    for (const { product_id } of [mine, other]) await guest.post('/api/cart/items', { product_id, quantity: 1 });
    const delivery = { email: 'g@example.com', shipping_method: 'standard', shipping_address: address };
    const checkout = await guest.post('/api/checkouts', delivery);
    assert.equal(checkout.status, 201, JSON.stringify(checkout.body));
    const { checkout_id } = checkout.body;
    const both = (await guest.post('/api/orders', { checkout_id, payment: card() })).body;
    const alone = (
      await guest.post('/api/buy-now', { product_id: other.product_id, quantity: 1, ...delivery, payment: card() })
    ).body;
    const page = await eventually('the order is on our desk', async () => {
      const shown = await ours.reader.open(`/en/seller/orders/${both.order_id}`);
      return shown.status === 200 && shown;
    });
    assert.ok(page.text.includes(mine.title) && page.text.includes('Ada Example') && page.text.includes('Springfield'));
    for (const hidden of [other.title, other.product_id, '$77.00', '1 Main Street', 'g@example.com']) {
      assert.equal(page.html.includes(hidden), false, hidden);
    }
    assert.equal((await ours.reader.open(`/en/seller/orders/${alone.order_id}`)).status, 404);
    const list = await ours.reader.open('/en/seller/orders?status=CONFIRMED');
    assert.deepEqual([list.html.includes(both.order_id), list.html.includes(alone.order_id)], [true, false]);
    assert.equal((await ours.reader.open('/en/seller/orders?status=DELIVERED')).html.includes(both.order_id), false);

    const sales = await ours.reader.open('/en/seller?span=today');
    assert.match(sales.text, /Today \$10\.00 1 order, units: 1/);
    assert.ok(sales.text.includes(mine.title) && !sales.text.includes(other.title));
  });
});

async function sendForm(reader: Reader, path: string, fields: Record<string, string>) {
  const headers = {
    accept: 'text/html',
    'sec-fetch-site': 'same-origin',
    cookie: `session=${reader.cookie('session')}`,
  };
  return await fetch(`${shop.url}${path}`, { method: 'POST', headers, body: new URLSearchParams(fields) });
}

describe('stock', () => {
  test('is received and corrected with its reason, and never below what is promised', async () => {
    const { reader } = ours;
    const id = await createLamp(reader);
    let page = await reader.open(`/en/seller/stock/${id}`);
    page = await reader.submit(page, '/receive', { receive_quantity: '8' });
    assert.match(page.text, /The units are in stock\./);
    page = await reader.submit(page, '/adjust', { adjust_delta: '-2', adjust_reason: 'two were broken' });
    assert.match(page.text, /The count was corrected\./);
    assert.match(page.text, /two were broken/);
    const stock = async () => (await admin().get(`/api/admin/inventory/${id}`)).body.total_quantity;
    assert.equal(await stock(), 6);
    for (const [form, fields, status] of [
      ['adjust', { adjust_delta: '-7', adjust_reason: 'lost' }, 409],
      ['adjust', { adjust_delta: '-1' }, 400],
      ['adjust', { adjust_delta: '0', adjust_reason: 'nothing' }, 400],
      ['receive', { receive_quantity: '-1' }, 400],
    ] as const) {
      const fresh = await reader.open(`/en/seller/stock/${id}`);
      const refused = await reader.submit(fresh, `/${form}`, fields as Record<string, string>);
      assert.equal(refused.status, status, JSON.stringify(fields));
    }
    assert.equal(await stock(), 6);
  });

  test('is listed with the lowest first', async () => {
    const word = randomUUID().slice(0, 8);
    const make = (units: number) =>
      newProduct(shop, { stock: units, more: { title: `${word} ${units}`, seller_id: ours.seller_id } });
    for (const units of [20, 3, 11]) await make(units);
    const { text } = await ours.reader.open(`/en/seller/stock?text=${word}`);
    const places = [3, 11, 20].map(units => text.indexOf(`${word} ${units}`));
    assert.ok(places[0]! > 0 && places[0]! < places[1]! && places[1]! < places[2]!, text);
  });
});

describe('an import without JavaScript', () => {
  test('reads the good rows, tells of the bad one with its line, and gives the report as a file', async () => {
    const { reader } = ours;
    const rows = ['external_id,title,category_path,price,stock', 'I-1,Bowl,Kitchen > Bowls,12.00 USD,4'];
    const file = new File([[...rows, '=I-2,,Kitchen,12.00 USD,1', ''].join('\n')], 'bowls.csv', { type: 'text/csv' });
    const sent = await sendFiles(reader, '/en/seller/imports', { format: 'doorbuster' }, [['file', file]]);
    assert.equal(sent.status, 303, sent.html);
    const done = await eventually('the import is done', async () => {
      const page = await reader.open(sent.location);
      return page.text.includes('rows were read') && page;
    });
    assert.match(done.text, /Read 2 New 1 Changed 0 Unchanged 0 Rejected 1/);
    assert.match(done.text, /Line What is wrong 3 title/);
    assert.equal(done.headers.get('refresh'), null);
    const id = sent.location.split('/').at(-1)!;
    const report = await reader.open(`/seller/imports/${id}/errors.csv`);
    assert.match(report.headers.get('content-type')!, /^text\/csv/);
    assert.match(report.html, /^line,message\r\n3,title /);
    assert.match((await reader.open('/en/seller/products?text=Bowl')).text, /Bowl Kitchen › Bowls/);
  });

  test('says why there is none: no file, or none that can be read', async () => {
    const { reader } = ours;
    const picture = new File(['x'], 'lamp.png', { type: 'image/png' });
    const refused = await sendFiles(reader, '/en/seller/imports', { format: 'icecat' }, [['file', picture]]);
    assert.equal(refused.status, 400);
    assert.match(refused.html, /neither CSV nor NDJSON nor JSON/);
    const none = await sendFiles(reader, '/en/seller/imports', {}, [['file', new File([], '')]]);
    assert.equal(none.status, 400);
    assert.match(none.html, /Please choose a file\./);
  });

  test('has an example of every format that can be imported as it is', async () => {
    const { reader, seller_id } = theirs;
    for (const format of ['doorbuster', 'google-merchant', 'icecat']) {
      const example = await reader.open(`/seller/import-examples/${format}`);
      const [, name = ''] = /filename="([^"]+)"/.exec(example.headers.get('content-disposition') ?? '') ?? [];
      const sent = await sendFiles(reader, '/en/seller/imports', { format }, [
        ['file', new File([example.html], name)],
      ]);
      const id = sent.location.split('/').at(-1);
      const report = await eventually(`${format} is read`, async () => {
        const { body } = await admin().get(`/api/admin/imports/${id}`);
        return body.state !== 'running' && body;
      });
      assert.deepEqual([report.state, report.rejected, report.errors], ['done', 0, []], format);
      assert.ok(report.created > 0, format);
    }
    const { body } = await admin().get(`/api/admin/products?seller_id=${seller_id}&text=Stoneware`);
    assert.equal(body.total, 1);
    assert.equal((await reader.open('/seller/import-examples/other')).status, 404);
  });
});

describe('the same pages for staff', () => {
  test('show every seller’s products, filter by seller, and create for one', async () => {
    const staff = await signIn(shop, await newPerson(shop, 'staff'));
    const id = await createLamp(ours.reader);
    const { title } = await productOf(id);
    const found = async (seller_id: string) =>
      (await staff.open(`/en/admin/products?text=${encodeURIComponent(title)}&seller_id=${seller_id}`)).html.includes(
        id,
      );
    assert.deepEqual(
      [await found(''), await found(ours.seller_id), await found(theirs.seller_id)],
      [true, true, false],
    );
    const form = await staff.open('/en/admin/products/new');
    const made = await staff.submit(form, '/products/new', { ...lamp, seller_id: theirs.seller_id });
    assert.equal((await productOf(idIn(made))).seller.seller_id, theirs.seller_id);
    const edited = await staff.submit(await staff.open(`/en/admin/products/${id}`), `/products/${id}`, {
      title: 'By staff',
    });
    assert.match(edited.text, /Saved\./);
    assert.equal((await productOf(id)).seller.seller_id, ours.seller_id);
    assert.equal((await ours.reader.open('/en/admin/products')).status, 403);
  });
});
