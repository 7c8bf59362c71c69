// Goal: names and values of attributes read like words. Method: each kind of name beside its label.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributeFact, attributeLabel, attributeValueLabel } from './attribute-names.ts';

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

test('two underscores are the brackets that they were, and abbreviations are in capitals', () => {
  assert.deepEqual(
    ['power_consumption__typical_', 'master__outer__case_width', 'thermal_design_power__tdp_', 'usb_ports'].map(
      attributeLabel,
    ),
    ['Power consumption (typical)', 'Master (outer) case width', 'Thermal design power (TDP)', 'USB ports'],
  );
});

test('beside its value, a unit stands behind the number; breaks that a file wrote as \\n are breaks', () => {
  const view = { words: { things: { yes: 'yes', no: 'no' } }, number: (value: number) => value.toLocaleString('en') };
  assert.deepEqual(attributeFact('capacity_mah', 5000, view), { label: 'Capacity', value: '5,000 mAh' });
  assert.deepEqual(attributeFact('pages', 280, view), { label: 'Pages', value: '280' });
  assert.deepEqual(attributeFact('length_m', 'long', view), { label: 'Length (m)', value: 'long' });
  assert.deepEqual(attributeFact('waterproof', true, view), { label: 'Waterproof', value: 'yes' });
  assert.deepEqual(attributeFact('ports', 'Audio\\nUSB\r\nLAN', view), { label: 'Ports', value: 'Audio\nUSB\nLAN' });
});
