/** Sizes and amounts with their units, however they are written. */

interface Unit {
  name: string;
  /** What it measures; units of one dimension can say the same amount. */
  dimension: string;
  /** In the smallest unit of its dimension. Data has two readings, of which both are sold. */
  sizes: number[];
}

const table = `
  data        kb=1|1           mb=1000|1024     gb=1000000|1048576  tb=1000000000|1073741824
  length      mm=1             cm=10            m=1000             km=1000000
  weight      mg=1             g=1000           kg=1000000
  volume      ml=1             cl=10            l=1000
  frequency   hz=1             khz=1000         mhz=1000000        ghz=1000000000
  power       mw=1             w=1000           kw=1000000
  charge      mah=1            ah=1000
  voltage     mv=1             v=1000           kv=1000000
  energy      wh=1             kwh=1000
  apparent    va=1             kva=1000
  rate        kbps=1           mbps=1000        gbps=1000000
  inch        in=1             ft=12
  others_lb   lb=1
  others_oz   oz=1
  others_a    a=1
  others_dpi  dpi=1
  others_ppm  ppm=1
  others_rpm  rpm=1
  others_mp   mp=1
  others_db   db=1
  others_lm   lm=1
  others_btu  btu=1
`;

const units = new Map<string, Unit>();
for (const line of table.trim().split('\n')) {
  const [dimension, ...each] = line.trim().split(/\s+/);
  for (const [name, sizes] of each.map(one => one.split('='))) {
    units.set(name!, { name: name!, dimension: dimension!, sizes: sizes!.split('|').map(Number) });
  }
}

const spelled = new Map([
  ['inch', 'in'],
  ['inches', 'in'],
  ['foot', 'ft'],
  ['feet', 'ft'],
  ['meter', 'm'],
  ['meters', 'm'],
  ['metre', 'm'],
  ['metres', 'm'],
  ['watt', 'w'],
  ['watts', 'w'],
  ['volt', 'v'],
  ['volts', 'v'],
  ['gram', 'g'],
  ['grams', 'g'],
  ['litre', 'l'],
  ['litres', 'l'],
  ['liter', 'l'],
  ['liters', 'l'],
  ['lbs', 'lb'],
  ['gigabyte', 'gb'],
  ['gigabytes', 'gb'],
  ['terabyte', 'tb'],
  ['terabytes', 'tb'],
  ['megapixel', 'mp'],
  ['megapixels', 'mp'],
]);

/** A word that stands apart from its number is a unit only where it is hardly anything else: "2 in 1", "4 a side". */
const ONLY_ATTACHED = new Set(['in', 'a', 'oz', 'mp', 'db', 'km']);

/** The unit that a word names; `isAttached`: it follows its number without a blank. */
export function unitOf(word: string, isAttached: boolean): string | undefined {
  const name = spelled.get(word) ?? (units.has(word) ? word : undefined);
  return !isAttached && name === word && ONLY_ATTACHED.has(word) ? undefined : name;
}

/** `1.50` and `m` → `1.5m`. */
export function measure(number: string, unit: string): string {
  return `${number.includes('.') ? number.replace(/\.?0+$/, '') : number}${unit}`;
}

/** Other ways to write an amount, in units as they are sold: 1tb → 1000gb, 1024gb; 2m → 200cm, 2000mm. */
export function otherMeasures(text: string): string[] {
  const [, number, name] = /^([\d.]+)(\p{L}+)$/u.exec(text) ?? [];
  const unit = name === undefined ? undefined : units.get(name);
  if (unit === undefined) return [];
  const ways = new Set<string>();
  for (const other of units.values()) {
    if (other.dimension !== unit.dimension || other === unit) continue;
    for (const [reading, size] of unit.sizes.entries()) {
      const amount = (Number(number) * size) / other.sizes[reading]!;
      if (amount >= 0.1 && amount < 100_000 && Number.isInteger(amount * 10)) ways.add(`${amount}${other.name}`);
    }
  }
  return [...ways];
}
