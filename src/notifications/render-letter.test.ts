/** What titles and names can't do to a mail: begin another header, run in its HTML, or speak in our name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Letter, renderLetter } from './render-letter.ts';

const letter: Letter = { subject: 'Hello', name: null, paragraphs: ['One.', 'Two.'] };

test('text and HTML say the same words', () => {
  const { subject, text, html } = renderLetter({
    ...letter,
    name: 'Ada',
    items: [{ title: 'Lamp', quantity: 2, amount: '$20.00' }],
    sums: [{ label: 'Total', amount: '$21.00' }],
    link: { label: 'See it', url: 'https://shop.test/orders/1?access=a-b_c' },
    remark: 'Bye.',
  });
  assert.equal(subject, 'Hello');
  assert.equal(
    text,
    'Hello Ada,\n\nOne.\n\nTwo.\n\n2 × Lamp: $20.00\nTotal: $21.00\n\n' +
      'See it:\nhttps://shop.test/orders/1?access=a-b_c\n\nBye.\n\nDoorbuster\n',
  );
  for (const words of ['Hello Ada,', 'One.', 'Two.', '2 × Lamp', '$20.00', 'Total', '$21.00', 'See it', 'Bye.']) {
    assert.ok(html.includes(words), words);
  }
  assert.ok(html.includes('href="https://shop.test/orders/1?access=a-b_c"'));
});

test('a subject is one line of at most 150 characters, whatever it was made of', () => {
  const { subject } = renderLetter({ ...letter, subject: 'Your lamp\r\nBcc: eve@example.com\u2028\0 is here' });
  assert.equal(subject, 'Your lamp Bcc: eve@example.com is here');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), text => {
      const made = renderLetter({ ...letter, subject: text }).subject;
      assert.doesNotMatch(made, /[\p{Cc}\p{Zl}\p{Zp}]/u);
      assert.ok([...made].length <= 150);
    }),
  );
});

test('markup in titles and paragraphs is shown, not run', () => {
  const evil = `<img src=x onerror="alert('1')">&`;
  const items = [{ title: evil, quantity: 1, amount: evil }];
  const { html } = renderLetter({ ...letter, subject: evil, paragraphs: [evil], items, remark: evil });
  assert.equal(html.includes('<img'), false);
  assert.equal(html.split('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;').length, 6);
});

test('only a name that is plainly a name is greeted', () => {
  const greets = (name: string | null) => renderLetter({ ...letter, name }).text.split('\n')[0];
  assert.equal(greets('Zoë O’Neill-Smith'), 'Hello Zoë O’Neill-Smith,');
  assert.equal(greets('林 美'), 'Hello 林 美,');
  for (const name of [null, '', 'You won! evil.example/claim', 'a'.repeat(41), 'Ada\r\nBcc: x', 'http://evil', '<b>']) {
    assert.equal(greets(name), 'Hello,', String(name));
  }
});
