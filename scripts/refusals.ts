import { accountsContract } from '#accounts';
import { auditContract } from '#audit';
import { cartContract } from '#cart';
import { catalogContract } from '#catalog';
import { fulfillmentContract } from '#fulfillment';
import { inventoryContract } from '#inventory';
import { notificationsContract } from '#notifications';
import { ordersContract } from '#orders';
import { paymentsContract } from '#payments';
import type { Refusals } from '#platform/contract';
import { edgeRefusals } from '#platform/problem';
import { searchContract } from '#search';

export interface RefusalLine {
  code: string;
  status: number;
  meaning: string;
  /** The module that says so, or `edge`: what every route can answer. */
  from: string;
}

const contracts = [
  accountsContract,
  auditContract,
  cartContract,
  catalogContract,
  fulfillmentContract,
  inventoryContract,
  notificationsContract,
  ordersContract,
  paymentsContract,
  searchContract,
];

/** Every expected no of the shop, by code. */
export function listRefusals(): RefusalLine[] {
  const tables: [string, Refusals][] = [
    ['edge', edgeRefusals],
    ...contracts.map(({ name, refusals }): [string, Refusals] => [name, refusals]),
  ];
  return tables
    .flatMap(([from, table]) => Object.entries(table).map(([code, refusal]) => ({ code, ...refusal, from })))
    .sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : a.from < b.from ? -1 : 1));
}

const HEAD = `# Refusals

Every expected no of the shop: what a client can meet, and switch on. A refusal is told as
\`application/problem+json\` whose \`code\` is one of these, with its meaning as \`title\`; \`edge\` is what any
route can answer. This page is made from the contracts by \`npm run docs\`, and a test fails when it is not current.

| code | status | meaning | from |
| --- | --- | --- | --- |
`;

export function renderRefusals(): string {
  const rows = groupByMeaning(listRefusals()).map(
    ({ code, status, meaning, from }) => `| \`${code}\` | ${status} | ${meaning} | ${from} |\n`,
  );
  return HEAD + rows.join('');
}

/** Modules that say the same stand in one row. */
function groupByMeaning(lines: RefusalLine[]): RefusalLine[] {
  const rows = new Map<string, RefusalLine>();
  for (const line of lines) {
    const key = `${line.code} ${line.status} ${line.meaning}`;
    const row = rows.get(key);
    rows.set(key, row === undefined ? line : { ...row, from: `${row.from}, ${line.from}` });
  }
  return [...rows.values()];
}
