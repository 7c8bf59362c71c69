import type { SourceTree, Violation } from './source-tree.ts';
import { type Finding, openFile, TIDY_RULES, type TidyRule } from './tidy-rules.ts';

/** rule → path → what is let pass: the measured size, or the number of findings for rules that measure nothing. */
export type TidyExceptions = Record<string, Record<string, number>>;

const EXCEPTIONS_FILE = 'test/tidy-exceptions.json';

/** Every breach of the house rules, and every exception that is larger than it has to be: the list may only shrink. */
export function findUntidy(tree: SourceTree, exceptions: TidyExceptions = {}): Violation[] {
  const files = [...tree].map(([path, text]) => openFile(path, text));
  const found = TIDY_RULES.flatMap(rule =>
    files
      .filter(({ path }) => rule.applies(path))
      .flatMap(file => judge(rule, file.path, rule.find(file, tree), exceptions[rule.name]?.[file.path])),
  );
  return [...found, ...staleExceptions(tree, exceptions)];
}

function judge(rule: TidyRule, path: string, findings: Finding[], allowed: number | undefined): Violation[] {
  const tell = ({ line, problem }: Finding) => ({ rule: rule.name, path, line, problem, mend: rule.mend });
  if (allowed === undefined) return findings.map(tell);
  const isMeasured = findings.some(({ value }) => value !== undefined);
  const needed = isMeasured ? Math.max(...findings.map(({ value }) => value ?? 0)) : findings.length;
  if (needed === allowed) return [];
  if (needed < allowed)
    return [loosened(rule.name, path, `${path} needs ${needed || 'none'}, the list says ${allowed}`)];
  return findings.filter(({ value }) => value === undefined || value > allowed).map(tell);
}

/** An exception for a rule or a file that is not there (any more) would let the next file of that name pass. */
function staleExceptions(tree: SourceTree, exceptions: TidyExceptions): Violation[] {
  return Object.entries(exceptions).flatMap(([name, paths]) => {
    const rule = TIDY_RULES.find(one => one.name === name);
    if (rule === undefined) return [loosened(name, EXCEPTIONS_FILE, `there is no rule ${name}`)];
    return Object.keys(paths)
      .filter(path => !tree.has(path) || !rule.applies(path))
      .map(path => loosened(name, path, `${path} is not there, but the list names it`));
  });
}

function loosened(rule: string, path: string, problem: string): Violation {
  return {
    rule: `${rule} exception`,
    path: EXCEPTIONS_FILE,
    line: 1,
    problem,
    mend: `lower or remove ${rule}: ${path}`,
  };
}
