export interface Table {
  /** The first column stands left, the others right. */
  columns: string[];
  rows: string[][];
}

export function formatTable({ columns, rows }: Table): string {
  const all = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    columns
      .map((_, column) => pad(row[column] ?? '', column, widths[column]!))
      .join('  ')
      .trimEnd();
  return [line(columns), widths.map(width => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

function pad(text: string, column: number, width: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
