/**
 * A cell of CSV, quoted by RFC 4180. What a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV
 * injection); the catalogue's own import takes it away again.
 */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
