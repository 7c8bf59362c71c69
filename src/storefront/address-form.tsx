import { Field, Select } from '#design/forms';
import { useView } from '#design/view';
import { Address } from '#platform/address';
import { type FieldErrors, type Fields, type FormRead, formReader } from '#platform/form';
import { countriesIn } from './countries.ts';

export interface AddressFieldsProps {
  /** What the fields hold, by their names as sent: the prefix included. */
  values?: Fields | undefined;
  errors?: FieldErrors | undefined;
  /** Before every name, where a form has two addresses: `billing_`. */
  prefix?: string;
  /** What browsers fill in: `shipping` and `billing` keep the two apart. */
  group?: 'shipping' | 'billing';
}

/** The fields of a postal address, for any form. Read it with `readAddress`. */
export function AddressFields({ values = {}, errors, prefix = '', group }: AddressFieldsProps) {
  const { words, language } = useView();
  const labels = words.address;
  const field = (name: keyof Address & keyof typeof labels, token: string, lengthMax: number) => ({
    name: prefix + name,
    label: labels[name],
    value: values[prefix + name],
    errors,
    required: name !== 'line2' && name !== 'phone',
    autocomplete: group === undefined ? token : `${group} ${token}`,
    more: { maxLength: lengthMax },
  });
  const choose = { value: '', label: labels.chooseCountry };
  const countries = countriesIn(language).map(({ code, name }) => ({ value: code, label: name }));
  return (
    <>
      <Field {...field('name', 'name', 200)} />
      <Field {...field('line1', 'address-line1', 200)} />
      <Field {...field('line2', 'address-line2', 200)} />
      <div class="field-row">
        <Field {...field('postal_code', 'postal-code', 20)} />
        <Field {...field('city', 'address-level2', 100)} />
      </div>
      <Field {...field('region', 'address-level1', 100)} />
      <Select {...field('country', 'country', 2)} options={[choose, ...countries]} />
      <Field {...field('phone', 'tel', 40)} type="tel" hint={labels.phoneHint} />
    </>
  );
}

const readFields = formReader(Address);

/** The address that a form sent; what is wrong is named as the fields are, with the prefix. */
export function readAddress(fields: Fields, prefix = ''): FormRead<Address> {
  const own = Object.entries(fields).filter(([name]) => name.startsWith(prefix));
  const read = readFields(Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value])));
  if (read.ok) return read;
  const errors = Object.entries(read.errors).map(([name, word]) => [prefix + name, word] as const);
  return { ok: false, errors: Object.fromEntries(errors) };
}
