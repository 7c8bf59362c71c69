import type { ShippingMethod } from '#orders';
import { minorDigits } from '#platform/money';

/** The port for shipping: a carrier's rate service would stand behind the same lines. */
export interface ShippingTable {
  /** The country that the warehouses ship from. */
  home: string;
  /** Minor units of `currency` for a delivery of goods worth `goods` minor units after discount. */
  cost(delivery: { method: ShippingMethod; country: string; goods: number; currency: string; prime: boolean }): number;
  /** From what worth of goods on, in minor units, it costs nothing; null is never. */
  freeFrom(delivery: { method: ShippingMethod; country: string; currency: string }): number | null;
  /** Working days from the order to the door. */
  days(delivery: { method: ShippingMethod; country: string }): { min: number; max: number };
}

interface Rate {
  flat: number;
  freeFrom: number | null;
  days: { min: number; max: number };
}

// In whole units of the currency's hundredth; `freeFrom` null is never free.
const rates: Record<'domestic' | 'abroad', Record<ShippingMethod, Rate>> = {
  domestic: {
    standard: { flat: 599, freeFrom: 5_000, days: { min: 3, max: 5 } },
    express: { flat: 1_499, freeFrom: 20_000, days: { min: 1, max: 2 } },
  },
  abroad: {
    standard: { flat: 1_499, freeFrom: 15_000, days: { min: 7, max: 12 } },
    express: { flat: 3_999, freeFrom: null, days: { min: 3, max: 5 } },
  },
};

/** Flat rates without weight; `home` is the country the warehouses ship from. Prime members ship standard for free. */
export function flatRateShipping(home = 'US'): ShippingTable {
  const rateOf = ({ method, country }: { method: ShippingMethod; country: string }) =>
    rates[country === home ? 'domestic' : 'abroad'][method];
  const scaleOf = (currency: string) => 10 ** (minorDigits(currency) - 2);
  return {
    home,
    cost({ method, country, goods, currency, prime }) {
      const rate = rateOf({ method, country });
      const scale = scaleOf(currency);
      const isFree = rate.freeFrom !== null && goods >= rate.freeFrom * scale;
      if (isFree || (prime && method === 'standard')) return 0;
      return Math.round(rate.flat * scale);
    },
    freeFrom({ method, country, currency }) {
      const { freeFrom } = rateOf({ method, country });
      return freeFrom === null ? null : Math.round(freeFrom * scaleOf(currency));
    },
    days: delivery => rateOf(delivery).days,
  };
}
