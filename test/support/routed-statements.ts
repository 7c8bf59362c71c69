/** How the text of a statement names a table: `update orders.orders o`. */
interface Reference {
  table: string;
  alias: string;
  isInsert: boolean;
  /** What stands beside it, without what is in brackets. */
  beside: string;
}

const REFERENCE = /\b(from|join|update|into)\s+([a-z]+\.[a-z_]+)(?:\s+as)?(?:\s+([a-z]+))?/g;
const NO_ALIAS = new Set([
  'where',
  'join',
  'set',
  'using',
  'on',
  'order',
  'cross',
  'left',
  'group',
  'union',
  'limit',
  'for',
  'returning',
]);

/**
 * References to `tables` that lack a constant bucket: `alias.bucket = $1` beside them, or for new rows a constant in
 * their first column, or a source that only has such rows. None where the statement is of one bucket.
 */
export function unroutedReferences(text: string, tables: readonly string[]): string[] {
  return referencesIn(text, tables)
    .filter(reference => !isRouted(reference))
    .map(({ table, alias, beside }) => `${table} as ${alias}, beside: ${beside.replace(/\s+/g, ' ').trim()}`);
}

export function touches(text: string, tables: readonly string[]): boolean {
  return referencesIn(text, tables).length > 0;
}

function referencesIn(text: string, tables: readonly string[]): Reference[] {
  const plain = text.replace(/--[^\n]*/g, '').replace(/'[^']*'/g, "''");
  return [...plain.matchAll(REFERENCE)].flatMap(match => {
    const [, verb, table, word] = match;
    if (!tables.includes(table!)) return [];
    const alias = word === undefined || NO_ALIAS.has(word) ? table!.split('.')[1]! : word;
    return [{ table: table!, alias, isInsert: verb === 'into', beside: besideOf(plain, match.index) }];
  });
}

function isRouted({ alias, isInsert, beside }: Reference): boolean {
  const constant = new RegExp(`(?<![.\\w])(${alias}\\.)?bucket = \\$\\d+`);
  if (!isInsert) return constant.test(beside);
  const rows = beside.slice(beside.indexOf('select')).split(/\bunion all\b/);
  return rows.every(source => /^\s*select (distinct )?\$\d+::smallint/.test(source) || /\bbucket = \$\d+/.test(source));
}

/** What stands in the bracket around a place, without what stands in brackets of its own. */
function besideOf(text: string, place: number): string {
  let start = place;
  for (let depth = 0; start > 0; start -= 1) {
    const before = text[start - 1];
    if (before === ')') depth += 1;
    if (before === '(' && depth-- === 0) break;
  }
  let beside = '';
  for (let at = start, depth = 0; at < text.length && depth >= 0; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    else if (depth === 0) beside += text[at];
  }
  if (/\binsert into\b/.test(beside)) return beside;
  // Of selects that are put together each has its own conditions.
  const parts = beside.split(/\bunion(?: all)?\b/);
  return parts[text.slice(start, place).split(/\bunion(?: all)?\b/).length - 1] ?? beside;
}
