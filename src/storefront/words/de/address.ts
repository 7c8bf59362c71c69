import type { address as english } from '../en/address.ts';

export const address: typeof english = {
  name: 'Vor- und Nachname',
  line1: 'Straße und Hausnummer',
  line2: 'Wohnung, Etage oder Firma',
  city: 'Ort',
  region: 'Bundesland, Kanton oder Provinz',
  postal_code: 'Postleitzahl',
  country: 'Land',
  phone: 'Telefon',
  phoneHint: 'Nur für Rückfragen zur Lieferung.',
  chooseCountry: 'Bitte wählen',
};
