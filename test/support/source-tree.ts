import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path (from the project's root, with `/`) → text. The rules are pure functions of it, so tests can plant a file. */
export type SourceTree = Map<string, string>;

/** Something that breaks a rule: where, which rule, and what to do about it. */
export interface Violation {
  rule: string;
  path: string;
  line: number;
  problem: string;
  mend: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['src', 'test', 'scripts', 'bench', 'docs', 'deploy', '.ci'];
const TOP_FILES = /^(?!\.env$).*\.(md|json|js|ts|npmrc|gitignore|editorconfig)$|^LICENSE$/;
const TEXT_FILES = /\.(ts|tsx|js|mjs|sql|sh|css|html|json|md|yaml|yml|vcl|txt|svg)$|(^|\/)(run|Dockerfile)$/;
const FILE_BYTES_MAX = 1_000_000;

/** The project's own text files; dependencies, data and what tools leave behind are not among them. */
export function readSourceTree(root = ROOT): SourceTree {
  const tree: SourceTree = new Map();
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (entry.isFile() && TOP_FILES.test(entry.name)) addFile(tree, root, entry.name);
    if (entry.isDirectory() && FOLDERS.includes(entry.name)) addFolder(tree, root, entry.name);
  }
  return tree;
}

function addFolder(tree: SourceTree, root: string, folder: string): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== 'node_modules') addFolder(tree, root, path);
    if (entry.isFile() && TEXT_FILES.test(path)) addFile(tree, root, path);
  }
}

function addFile(tree: SourceTree, root: string, path: string): void {
  const text = readFileSync(join(root, path), 'utf8');
  if (text.length <= FILE_BYTES_MAX) tree.set(path, text);
}

/** One violation a line, in the form editors jump to. */
export function tell(violations: Violation[]): string {
  return violations
    .map(({ path, line, rule, problem, mend }) => `${path}:${line} [${rule}] ${problem}. Mend: ${mend}.`)
    .join('\n');
}
