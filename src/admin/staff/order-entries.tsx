import { type Column, Table } from '#design/parts';
import { useView } from '#design/view';
import type { LedgerEntry } from '#payments';

/** In the order in which they are shown. */
export const ledgerAccounts = ['customer', 'gateway_clearing', 'seller_payable', 'tax', 'shipping', 'fees'] as const;

/** An order's entries in the ledger: an account a row, an entry a column, so that each column sums to zero. */
export function OrderEntries({ entries }: { entries: LedgerEntry[] }) {
  const { words, money } = useView();
  const said = words.staffBooks;
  type Row = { name: string; amounts: LedgerEntry['customer'][] };
  const rows: Row[] = ledgerAccounts.map(account => ({
    name: said.accounts[account],
    amounts: entries.map(entry => entry[account]),
  }));
  const columns: Column<Row>[] = [
    { title: said.account, cell: ({ name }) => name },
    ...entries.map(({ kind }, index) => ({
      title: `${index + 1}. ${said.entryKinds[kind]}`,
      isNumber: true,
      cell: ({ amounts }: Row) => money(amounts[index]!),
    })),
  ];
  return (
    <>
      <h3>{said.ledger}</h3>
      <Table caption={said.ledger} columns={columns} rows={rows} keyOf={({ name }) => name} />
    </>
  );
}
