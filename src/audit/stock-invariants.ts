import type { HoldFacts, HoldShape, StockFact } from '#inventory';
import { type Invariant, invariantOfEach } from './check.ts';

const idOf = ({ product_id, warehouse_id, pool }: StockFact) =>
  `${product_id} in ${warehouse_id}${pool === '' ? '' : ` for ${pool}`}`;

export const stockInvariants: Invariant<StockFact>[] = [
  invariantOfEach({
    name: 'the movements of a product sum to its stock',
    idOf,
    violation: ({ total_quantity: total, reserved, moved_total: movedTotal, moved_reserved: movedReserved }) =>
      total === movedTotal && reserved === movedReserved
        ? null
        : `total ${total} and reserved ${reserved}, but movements sum to ${movedTotal} and ${movedReserved}`,
  }),
  invariantOfEach({
    name: 'reserved is the sum of open holds',
    idOf,
    violation: ({ reserved, held }) => (reserved === held ? null : `reserved ${reserved}, but open holds are ${held}`),
  }),
  invariantOfEach({
    name: 'no unit is promised twice',
    idOf,
    violation: ({ total_quantity: total, reserved }) =>
      reserved >= 0 && total - reserved >= 0 ? null : `total ${total}, reserved ${reserved}`,
  }),
  invariantOfEach({
    name: 'never was more sold or reserved than there was',
    idOf,
    violation: ({ came, gone, sold, lowest_available: available, lowest_reserved: reserved }) => {
      if (sold > came - gone) return `sold ${sold}, but of ${came} that came ${gone} were taken out again`;
      if (available[0] < 0) return `available fell to ${available[0]} with the movement at ${available[1]}`;
      return reserved[0] < 0 ? `reserved fell to ${reserved[0]} with the movement at ${reserved[1]}` : null;
    },
  }),
];

export const holdInvariants: Invariant<HoldFacts>[] = [
  {
    name: 'every hold came once and ended once, as its state says',
    counts: ({ shapes }) => shapes.reduce((sum, { count }) => sum + count, 0),
    violations: ({ shapes }) =>
      shapes.flatMap(shape => {
        const text = misshape(shape);
        return text === null ? [] : shape.named.map(name => `${name}: ${text}`);
      }),
  },
  {
    name: 'a reservation is held whole and ends whole',
    counts: ({ reservations }) => reservations,
    violations: ({ torn }) => torn.map(id => `${id}: its parts are in different states`),
  },
  {
    name: 'every movement is of stock that is there',
    counts: ({ shelves }) => shelves,
    violations: ({ shelfless }) => shelfless.map(id => `${id}: it has movements, but no stock where they were made`),
  },
];

/** The ends that each state means. */
const ENDS: Record<string, Pick<HoldShape, 'sales' | 'releases' | 'expiries'>> = {
  held: { sales: 0, releases: 0, expiries: 0 },
  sold: { sales: 1, releases: 0, expiries: 0 },
  released: { sales: 0, releases: 1, expiries: 0 },
  expired: { sales: 0, releases: 0, expiries: 1 },
};

function misshape({ state, holds, sales, releases, expiries, units_agree }: HoldShape): string | null {
  if (state === null) return 'it has movements, but there is no such hold';
  if (holds !== 1) return `${state}, but ${holds} movements made it`;
  const ends = ENDS[state]!;
  const isSo = ends.sales === sales && ends.releases === releases && ends.expiries === expiries;
  if (!isSo)
    return `${state}, but its movements sold it ${sales}, released it ${releases}, expired it ${expiries} times`;
  return units_agree ? null : `${state}, but its movements are of another quantity`;
}
