import { shareOf } from '#platform/money';

/** The port for tax: an outside tax engine would stand behind the same two lines. */
export interface TaxTable {
  /** Tax rate of a delivery address in basis points (875 = 8.75 %). */
  rateBasisPoints(address: { country: string; region: string }): number;
}

// State-wide base rates of the United States; local surcharges need an outside engine behind the same port.
const unitedStates: Record<string, number> = {
  AL: 400, AZ: 560, AR: 650, CA: 725, CO: 290, CT: 635, FL: 600, GA: 400, HI: 400, ID: 600, IL: 625, IN: 700, IA: 600,
  KS: 650, KY: 600, LA: 500, ME: 550, MD: 600, MA: 625, MI: 600, MN: 688, MS: 700, MO: 423, NE: 550, NV: 685, NJ: 663,
  NM: 488, NY: 400, NC: 475, ND: 500, OH: 575, OK: 450, PA: 600, RI: 700, SC: 600, SD: 420, TN: 700, TX: 625, UT: 610,
  VT: 600, VA: 530, WA: 650, WV: 600, WI: 500, WY: 400, DC: 600,
}; // biome-ignore format: a table reads better dense

const stateCodes: Record<string, string> = {
  alabama: 'AL',
  arizona: 'AZ',
  arkansas: 'AR',
  california: 'CA',
  colorado: 'CO',
  connecticut: 'CT',
  florida: 'FL',
  georgia: 'GA',
  hawaii: 'HI',
  idaho: 'ID',
  illinois: 'IL',
  indiana: 'IN',
  iowa: 'IA',
  kansas: 'KS',
  kentucky: 'KY',
  louisiana: 'LA',
  maine: 'ME',
  maryland: 'MD',
  massachusetts: 'MA',
  michigan: 'MI',
  minnesota: 'MN',
  mississippi: 'MS',
  missouri: 'MO',
  nebraska: 'NE',
  nevada: 'NV',
  'new jersey': 'NJ',
  'new mexico': 'NM',
  'new york': 'NY',
  'north carolina': 'NC',
  'north dakota': 'ND',
  ohio: 'OH',
  oklahoma: 'OK',
  pennsylvania: 'PA',
  'rhode island': 'RI',
  'south carolina': 'SC',
  'south dakota': 'SD',
  tennessee: 'TN',
  texas: 'TX',
  utah: 'UT',
  vermont: 'VT',
  virginia: 'VA',
  washington: 'WA',
  'west virginia': 'WV',
  wisconsin: 'WI',
  wyoming: 'WY',
  'district of columbia': 'DC',
};

const canadianProvinces: Record<string, number> = {
  AB: 500,
  BC: 1200,
  MB: 1200,
  NB: 1500,
  NL: 1500,
  NS: 1400,
  NT: 500,
  NU: 500,
  ON: 1300,
  PE: 1500,
  QC: 1498,
  SK: 1100,
  YT: 500,
};

/** Standard rates of value-added or sales tax by country. A country that is not here is not taxed at checkout. */
const countries: Record<string, number> = {
  AT: 2000,
  AU: 1000,
  BE: 2100,
  BG: 2000,
  CA: 500,
  CH: 810,
  CY: 1900,
  CZ: 2100,
  DE: 1900,
  DK: 2500,
  EE: 2400,
  ES: 2100,
  FI: 2550,
  FR: 2000,
  GB: 2000,
  GR: 2400,
  HR: 2500,
  HU: 2700,
  IE: 2300,
  IN: 1800,
  IT: 2200,
  JP: 1000,
  LT: 2100,
  LU: 1700,
  LV: 2100,
  MT: 1800,
  MX: 1600,
  NL: 2100,
  NO: 2500,
  NZ: 1500,
  PL: 2300,
  PT: 2300,
  RO: 2100,
  SE: 2500,
  SG: 900,
  SI: 2200,
  SK: 2300,
  US: 0,
};

export const builtInTaxTable: TaxTable = {
  rateBasisPoints({ country, region }) {
    const place = region.trim();
    if (country === 'US') return unitedStates[stateCodes[place.toLowerCase()] ?? place.toUpperCase()] ?? 0;
    if (country === 'CA') return canadianProvinces[place.toUpperCase()] ?? countries.CA!;
    return countries[country] ?? 0;
  },
};

/** Tax on an amount in minor units, rounded half up. */
export function taxOn(amount: number, rateBasisPoints: number): number {
  return shareOf(amount, rateBasisPoints, 10_000);
}
