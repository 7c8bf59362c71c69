import type { ShippingMethod } from '#orders';
import { minorDigits } from '#platform/money';

/** The port for shipping costs: a carrier's rate service would stand behind the same line. */
export interface ShippingTable {
  /** Minor units of `currency` for a delivery of goods worth `goods` minor units after discount. */
  cost(delivery: { method: ShippingMethod; country: string; goods: number; currency: string; prime: boolean }): number;
}

interface Rate {
  flat: number;
  freeFrom: number | null;
}

// In whole units of the currency's hundredth; `freeFrom` null is never free.
const rates: Record<'domestic' | 'abroad', Record<ShippingMethod, Rate>> = {
  domestic: { standard: { flat: 599, freeFrom: 5_000 }, express: { flat: 1_499, freeFrom: 20_000 } },
  abroad: { standard: { flat: 1_499, freeFrom: 15_000 }, express: { flat: 3_999, freeFrom: null } },
};

/** Flat rates without weight; `home` is the country the warehouses ship from. Prime members ship standard for free. */
export function flatRateShipping(home = 'US'): ShippingTable {
  return {
    cost({ method, country, goods, currency, prime }) {
      const rate = rates[country === home ? 'domestic' : 'abroad'][method];
      const scale = 10 ** (minorDigits(currency) - 2);
      const isFree = rate.freeFrom !== null && goods >= rate.freeFrom * scale;
      if (isFree || (prime && method === 'standard')) return 0;
      return Math.round(rate.flat * scale);
    },
  };
}
