import type { Token } from './typescript-tokens.ts';

export interface Import {
  specifier: string;
  line: number;
  /** Every imported name is a type: the import is erased, nothing is loaded. */
  isTypeOnly: boolean;
  /** Imported names by their name at the source; `*` for a namespace, `default` for a default import. */
  names: string[];
}

/** Static imports, re-exports (`export … from`), dynamic `import()` and `import('…')` types, in order. */
export function importsOf(code: Token[]): Import[] {
  const found: Import[] = [];
  code.forEach((token, index) => {
    if (token.kind !== 'word' || is(code[index - 1], '.')) return;
    const read = token.text === 'import' ? readImport : token.text === 'export' ? readReExport : undefined;
    const one = read?.(code, index);
    if (one !== undefined) found.push(one);
  });
  return found;
}

function is(token: Token | undefined, text: string): boolean {
  return token?.text === text && (token.kind === 'punct' || token.kind === 'word');
}

function readImport(code: Token[], at: number): Import | undefined {
  const { line } = code[at]!;
  const next = code[at + 1];
  if (next?.kind === 'string') return { specifier: next.text, line, isTypeOnly: false, names: [] };
  if (is(next, '(')) {
    const target = code[at + 2];
    const isLiteral = target?.kind === 'string' || target?.kind === 'template';
    return isLiteral ? { specifier: target.text, line, isTypeOnly: false, names: ['*'] } : undefined;
  }
  if (next?.kind !== 'word' && !is(next, '{') && !is(next, '*')) return undefined;
  return readClause(code, at);
}

function readReExport(code: Token[], at: number): Import | undefined {
  const first = is(code[at + 1], 'type') ? code[at + 2] : code[at + 1];
  return is(first, '{') || is(first, '*') ? readClause(code, at) : undefined;
}

/** From `import` or `export` up to `from '…'`; undefined for `export { a }`, which has no source. */
function readClause(code: Token[], at: number): Import | undefined {
  const isTypeClause = is(code[at + 1], 'type') && !is(code[at + 2], 'from') && !is(code[at + 2], ',');
  const names: { name: string; isType: boolean }[] = [];
  let isType = isTypeClause;
  let isInBraces = false;
  for (let index = at + (isTypeClause ? 2 : 1); index < code.length; index += 1) {
    const token = code[index]!;
    const next = code[index + 1];
    if (is(token, 'from') && next?.kind === 'string' && !isInBraces) {
      const isTypeOnly = isTypeClause || (names.length > 0 && names.every(entry => entry.isType));
      return { specifier: next.text, line: code[at]!.line, isTypeOnly, names: names.map(entry => entry.name) };
    }
    if (is(token, '{')) isInBraces = true;
    else if (is(token, '}')) {
      if (!is(next, 'from')) return undefined;
      isInBraces = false;
    } else if (is(token, ',')) isType = isTypeClause;
    else if (is(token, 'as')) index += 1;
    else if (isInBraces && is(token, 'type') && next?.kind === 'word' && !is(next, 'as')) isType = true;
    else if (is(token, '*')) names.push({ name: '*', isType });
    else if (token.kind === 'word') names.push({ name: isInBraces ? token.text : 'default', isType });
    else return undefined;
  }
  return undefined;
}
