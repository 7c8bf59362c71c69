/** The form of a postal address. */
export const address = {
  name: 'Full name',
  line1: 'Street and number',
  line2: 'Flat, floor or company',
  city: 'Town or city',
  region: 'State, province or county',
  postal_code: 'Postcode or ZIP',
  country: 'Country',
  phone: 'Phone',
  phoneHint: 'Only for questions about the delivery.',
  chooseCountry: 'Please choose',
};
