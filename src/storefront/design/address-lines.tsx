import { useView } from '#design/view';
import type { Address } from '#platform/address';
import { countryName } from '../countries.ts';

/** A postal address as it stands on a parcel. */
export function AddressLines({ address }: { address: Address }) {
  const { language } = useView();
  const { name, line1, line2, city, region, postal_code, country, phone } = address;
  const lines = [line1, line2, `${postal_code} ${city}`, region, countryName(country, language), phone];
  return (
    <address class="address">
      <strong>{name}</strong>
      {lines
        .filter(line => line !== undefined && line !== '')
        .map(line => (
          <span key={line}>{line}</span>
        ))}
    </address>
  );
}
