// Goal: names and values of attributes read like words. Method: each kind of name beside its label.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributeLabel, attributeValueLabel } from './attribute-names.ts';

test('a name gets a capital, spaces, and its unit in brackets', () => {
  assert.deepEqual(
    ['color', 'age_from', 'capacity_l', 'battery_capacity_mAh', 'Screen size', 'l', '_'].map(attributeLabel),
    ['Color', 'Age from', 'Capacity (l)', 'Battery capacity (mAh)', 'Screen size', 'L', '_'],
  );
});

test('what is true or false is yes or no, all else stays', () => {
  const words = { things: { yes: 'Ja', no: 'Nein' } };
  assert.deepEqual(
    [true, 'false', 12.5, 'oak'].map(value => attributeValueLabel(value, words)),
    ['Ja', 'Nein', '12.5', 'oak'],
  );
});
