import type { LiveTick } from './staff/running-shop.ts';

/** What is told of a tick; the server writes these words, and the browser goes on with the same ones. */
export type FigureName = Exclude<keyof LiveTick, 'at'>;

export type FigureFormats = Record<FigureName, Intl.NumberFormat> & { minorUnits: number; largeSum: Intl.NumberFormat };

/** From here on a sum is told without its minor units: nobody reads them, and they take its place. */
const LARGE = 100_000;

export function figureFormats(language: string, currency: string): FigureFormats {
  const count = new Intl.NumberFormat(language);
  const rate = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const sum = new Intl.NumberFormat(language, { style: 'currency', currency });
  return {
    minorUnits: 10 ** (sum.resolvedOptions().maximumFractionDigits ?? 2),
    largeSum: new Intl.NumberFormat(language, { style: 'currency', currency, maximumFractionDigits: 0 }),
    orders_per_second: rate,
    revenue_per_second: sum,
    orders_today: count,
    revenue_today: sum,
    visits: count,
    conversion: new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }),
    low_stock: count,
    out_of_stock: count,
    http_per_second: rate,
    http_p99_ms: new Intl.NumberFormat(language, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 1 }),
    event_backlog: count,
  };
}

/** What could not be read is `unknown`. */
export function tellFigure(formats: FigureFormats, name: FigureName, value: number | null, unknown = '–'): string {
  if (value === null) return unknown;
  const isSum = name === 'revenue_per_second' || name === 'revenue_today';
  if (!isSum) return formats[name].format(value);
  const sum = value / formats.minorUnits;
  return (sum < LARGE ? formats[name] : formats.largeSum).format(sum);
}
