import { posix } from 'node:path';
import { measureFunctions } from './functions.ts';
import type { SourceTree } from './source-tree.ts';
import { codeOf, type Token, tokenize } from './typescript-tokens.ts';

/** What a rule finds in one file: a mark to act on, or a measure (`value`) above the rule's bound. */
export interface Finding {
  line: number;
  problem: string;
  /** The measured size; findings without one count as 1 each. */
  value?: number;
}

export interface TidyFile {
  path: string;
  text: string;
  lines: string[];
  /** All tokens of TypeScript and JavaScript; none for other files. */
  tokens: Token[];
  code: Token[];
}

export interface TidyRule {
  name: string;
  mend: string;
  applies(path: string): boolean;
  find(file: TidyFile, tree: SourceTree): Finding[];
}

const LIMITS = { functionLines: 70, fileLines: 400, testFileLines: 600, columns: 120, testNameWords: 3 };

/** Words that name no idea. `Base` only as part of a type: `baseUrl` is what the standard calls it. */
const EMPTY_WORDS = new Set('service manager helper helpers util utils handler processor impl dto'.split(' '));
const EMPTY_FOLDERS = new Set('services models helpers utils util dto dtos common shared'.split(' '));

interface Synonym {
  /** Tested against the words of a name, joined by `-`: `stockQty` reads `stock-qty`. */
  words: RegExp;
  use: string;
  /** Where an outer API's own word has to stand. */
  except?: RegExp;
}

const OUTER_PAYMENT_API = /^src\/payments\/(gateways?|simulator|stripe)/;

/** The glossary, told by what is not said: one word per idea in SQL, code, HTTP, events and pages. */
const SYNONYMS: Synonym[] = [
  { words: /\bqty\b/, use: 'quantity' },
  { words: /\bon-hand\b/, use: 'total' },
  { words: /\b(allocate|allocated)-(stock|units|quantity)\b|^(quantity-)?allocated$/, use: 'reserve, reserved' },
  { words: /\bcust\b/, use: 'user or guest' },
  { words: /\b(basket|trolley)s?\b/, use: 'cart' },
  { words: /^(?!.*\b(simulator|charge-id)\b).*\bcharged?s?\b/, use: 'capture', except: OUTER_PAYMENT_API },
  { words: /\b(canceled|canceling|cancelation)\b/, use: 'cancelled, cancelling, cancellation' },
  { words: /\b(vendor|merchant)s?\b/, use: 'seller', except: OUTER_PAYMENT_API },
  { words: /\bcents?\b/, use: 'minor (priceMinor)', except: OUTER_PAYMENT_API },
  { words: /\bcatalogues?\b/, use: 'catalog' },
  { words: /\bfulfil(ment)?\b/, use: 'fulfill, fulfillment' },
  { words: /\b(amt|cfg)\b/, use: 'the whole word' },
];

const isCode = (path: string) => /\.(ts|tsx|js)$/.test(path);
const isTyped = (path: string) => /\.tsx?$/.test(path);
/** A contract test, which the test of each adapter runs, is a test; a module's `contract.ts` is none. */
const isTest = (path: string) => /\.(test|contract)\.ts$/.test(path);
const isOwnCode = (path: string) => isTyped(path) && path.startsWith('src/') && !isTest(path);
const isTestFile = (path: string) => path.startsWith('test/') || isTest(path);

export function openFile(path: string, text: string): TidyFile {
  const tokens = isCode(path) ? tokenize(text) : [];
  return { path, text, lines: text.split('\n'), tokens, code: codeOf(tokens) };
}

/** `stockQty`, `stock_qty` and `STOCK_QTY` → `['stock', 'qty']`. */
function wordsOf(name: string): string[] {
  const apart = name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2');
  return apart
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '');
}

function at(token: Token, problem: string): Finding {
  return { line: token.line, problem };
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.text === text && (token.kind === 'punct' || token.kind === 'word');
}

/** Names that this file gives to a value, function, class or type (not those it only uses). */
function declared(code: Token[]): { keyword: string; token: Token }[] {
  const keywords = new Set('const let var function class interface type'.split(' '));
  return code.flatMap((token, index) => {
    let name = code[index + 1];
    if (token.text === 'function' && isMark(name, '*')) name = code[index + 2];
    if (token.kind !== 'word' || !keywords.has(token.text) || name?.kind !== 'word') return [];
    if (isMark(code[index - 1], '.') || name.text === 'from') return [];
    // In `import { type Name }` the word only marks.
    if (token.text === 'type' && !/^[=<]$/.test(code[index + 2]?.text ?? '')) return [];
    return [{ keyword: token.text, token: name }];
  });
}

const fileNames: TidyRule = {
  name: 'file-name',
  mend: 'name files in kebab-case for their one export',
  applies: path => /^(src|test|scripts|bench)\//.test(path),
  find: ({ path }) => {
    const parts = path.split('/');
    return parts
      .filter(part => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/.test(part))
      .map(part => ({ line: 1, problem: `${part} is not kebab-case` }));
  },
};

const folders: TidyRule = {
  name: 'folder',
  mend: 'put the file beside what it serves, in the module that owns it',
  applies: path => path.startsWith('src/'),
  find: ({ path }) =>
    posix
      .dirname(path)
      .split('/')
      .filter(part => EMPTY_FOLDERS.has(part))
      .map(part => ({ line: 1, problem: `a folder ${part}/` })),
};

const names: TidyRule = {
  name: 'empty-name',
  mend: 'name what it does; needing such a word means the idea is not found yet',
  applies: path => isCode(path) || /^src\/.*\.sql$/.test(path),
  find: ({ path, code }) => {
    const file = wordsOf(posix.basename(path)).filter(word => EMPTY_WORDS.has(word) || word === 'base');
    const inFile = file.map(word => ({ line: 1, problem: `the file is named ${word}` }));
    const inCode = declared(code).flatMap(({ keyword, token }) => {
      const isType = /^(class|interface|type)$/.test(keyword);
      const word = wordsOf(token.text).find(part => EMPTY_WORDS.has(part) || (isType && part === 'base'));
      if (word !== undefined) return [at(token, `${token.text} says ${word}`)];
      const isPrefixed = keyword === 'interface' && /^I[A-Z][a-z]/.test(token.text);
      return isPrefixed ? [at(token, `${token.text} has an I for interface`)] : [];
    });
    return [...inFile, ...inCode];
  },
};

const synonyms: TidyRule = {
  name: 'glossary',
  mend: 'one word per idea: see the glossary',
  applies: path => isOwnCode(path) || /^src\/.*\.sql$/.test(path),
  find: ({ path, code, lines }) => {
    const used = path.endsWith('.sql')
      ? lines.flatMap((line, index) =>
          (line.replace(/--.*/, '').match(/[a-z_][\w]*/gi) ?? []).map(text => ({ text, line: index + 1 })),
        )
      : code.filter(token => token.kind === 'word');
    return used.flatMap(({ text, line }) => {
      const words = wordsOf(text).join('-');
      const wrong = SYNONYMS.find(synonym => synonym.words.test(words) && !synonym.except?.test(path));
      return wrong === undefined ? [] : [{ line, problem: `${text}: say ${wrong.use}` }];
    });
  },
};

/** A describe block is a chapter, not a function. */
const functionLines: TidyRule = {
  name: 'function-lines',
  mend: 'give a step of it a name and a function of its own',
  applies: isCode,
  find: ({ code }) =>
    measureFunctions(code)
      .filter(({ lines, argumentOf }) => lines > LIMITS.functionLines && !/^(describe|suite)$/.test(argumentOf))
      .map(({ line, lines }) => ({ line, value: lines, problem: `a function of ${lines} lines` })),
};

const fileLines: TidyRule = {
  name: 'file-lines',
  mend: 'split it by what a reader looks for',
  applies: path => isCode(path) || path.endsWith('.sql'),
  find: ({ path, lines }) => {
    const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
    const most = isTestFile(path) ? LIMITS.testFileLines : LIMITS.fileLines;
    return count > most ? [{ line: 1, value: count, problem: `${count} lines, more than ${most}` }] : [];
  },
};

/** One long word, sentence or path of a drawing: breaking it would make it harder to read or to search for. */
const LONG_LITERAL = /(['"`])(?:(?!\1).){80,}/;

const columns: TidyRule = {
  name: 'columns',
  mend: 'break the line',
  applies: path => isCode(path) || /\.(sql|sh|css)$/.test(path),
  find: ({ lines }) =>
    lines.flatMap((line, index) => {
      const width = [...line].length;
      return width > LIMITS.columns && !LONG_LITERAL.test(line)
        ? [{ line: index + 1, value: width, problem: `${width} columns` }]
        : [];
    }),
};

const typeHoles: TidyRule = {
  name: 'type-hole',
  mend: 'give it its type; unknown, when it is not known',
  applies: isCode,
  find: ({ tokens, code }) => {
    const mutes = tokens.filter(
      token => token.kind === 'comment' && /@ts-(ignore|expect-error|nocheck)/.test(token.text),
    );
    const opens = new Set([':', '<', '|', '&', 'as', ',', '=', '=>', 'extends', 'keyof', 'is', '(']);
    const closes = new Set(['[', ']', ';', ',', ')', '>', '=', '|', '&', '{', '}']);
    const anys = code.filter((token, index) => {
      if (token.kind !== 'word' || token.text !== 'any') return false;
      return opens.has(code[index - 1]?.text ?? '') && closes.has(code[index + 1]?.text ?? ';');
    });
    return [...mutes.map(token => at(token, 'a muted type error')), ...anys.map(token => at(token, 'the type any'))];
  },
};

const erasable: TidyRule = {
  name: 'erasable',
  mend: 'write a union of texts, a module or a function: Node runs the source as it stands',
  applies: isTyped,
  find: ({ code }) =>
    code.flatMap((token, index) => {
      const [next, after] = [code[index + 1], code[index + 2]];
      if (isMark(token, '@') && next?.kind === 'word') return [at(token, `the decorator @${next.text}`)];
      const isBlock = /^(enum|namespace|module)$/.test(token.text) && next?.kind === 'word';
      return token.kind === 'word' && isBlock && isMark(after, '{') ? [at(token, `${token.text} ${next.text}`)] : [];
    }),
};

const loose: TidyRule = {
  name: 'loose-end',
  mend: 'do it now or file an issue',
  applies: path => isCode(path) || /\.(sql|sh|css|yaml|yml)$/.test(path),
  find: ({ tokens, lines, path }) => {
    const remarks = isCode(path)
      ? tokens.filter(token => token.kind === 'comment')
      : lines.map((text, index) => ({ text, line: index + 1 }));
    return remarks.flatMap(({ text, line }) =>
      text.split('\n').flatMap((row, offset) => {
        const word = /\b(TODO|FIXME|XXX|HACK)\b/.exec(row)?.[1];
        return word === undefined ? [] : [{ line: line + offset, problem: word }];
      }),
    );
  },
};

const barrels: TidyRule = {
  name: 'barrel',
  mend: 'import from the file that has it; index.ts is only the factory of a module',
  applies: isTyped,
  find: ({ path, code }) => {
    const stars = code.filter((token, index) => {
      const next = isMark(code[index + 1], 'type') ? code[index + 2] : code[index + 1];
      return isMark(token, 'export') && isMark(next, '*');
    });
    const found = stars.map(token => at(token, 'export * hides where a name comes from'));
    if (posix.basename(path) !== 'index.ts') return found;
    const makes = code.some(
      (token, index) => isMark(token, 'export') && /^(async|function)$/.test(code[index + 1]!.text),
    );
    const isFactory = /^src\/[\w-]+\/index\.ts$/.test(path) && makes;
    return isFactory ? found : [...found, { line: 1, problem: 'an index.ts that makes no module' }];
  },
};

/** Built from parts, so that this file does not break its own rule. */
const MACHINE_PATH = new RegExp(String.raw`(?<![\w.:$}/-])/(?:${['work', 'root', String.raw`home/\w+`].join('|')})/`);
const REGISTRIES = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['pypi', 'org'],
  ['files', 'pythonhosted', 'org'],
  ['deb', 'debian', 'org'],
  ['proxy', 'golang', 'org'],
  ['static', 'crates', 'io'],
  ['repo1', 'maven', 'org'],
  ['repo', 'maven', 'apache', 'org'],
].map(parts => parts.join('.'));

const machine: TidyRule = {
  name: 'machine',
  mend: 'use a path relative to the project and a package by its name',
  applies: () => true,
  find: ({ path, lines }) =>
    lines.flatMap((text, index) => {
      const line = index + 1;
      const place = MACHINE_PATH.exec(text)?.[0];
      const host = REGISTRIES.find(name => text.includes(name));
      const isPinned = path === 'package-lock.json' && /"resolved": *"[a-z+]+:\/\//.test(text);
      if (place !== undefined) return [{ line, problem: `the path ${place} of one machine` }];
      if (host !== undefined || isPinned) return [{ line, problem: `the host ${host ?? 'of a resolved package'}` }];
      return [];
    }),
};

const WITHOUT_CONTRACT = new Set(['platform', 'gateway', 'storefront', 'admin', 'demo']);

const contracts: TidyRule = {
  name: 'contract',
  mend: "write src/<module>/contract.ts; its header is the module's manual",
  applies: path => /^src\/[\w-]+\//.test(path),
  find: ({ path, tokens }, tree) => {
    const module = path.split('/')[1]!;
    if (WITHOUT_CONTRACT.has(module)) return [];
    if (path === `src/${module}/contract.ts`) {
      return tokens[0]?.kind === 'comment' ? [] : [{ line: 1, problem: 'a contract without a header comment' }];
    }
    if (tree.has(`src/${module}/contract.ts`)) return [];
    // Told once, at the first file of the module.
    const first = [...tree.keys()].filter(other => other.startsWith(`src/${module}/`)).sort()[0];
    return path === first ? [{ line: 1, problem: `src/${module}/ has no contract.ts` }] : [];
  },
};

const testNames: TidyRule = {
  name: 'test-name',
  mend: 'say the behaviour in a sentence of three words or more',
  applies: isTest,
  find: ({ code }) =>
    code.flatMap((token, index) => {
      const name = code[index + 2];
      if (token.kind !== 'word' || !/^(test|it)$/.test(token.text) || !isMark(code[index + 1], '(')) return [];
      if (name?.kind !== 'string' && name?.kind !== 'template') return [];
      if (isMark(code[index - 1], '.') && !isMark(code[index - 2], 't')) return [];
      const count = name.text.trim().split(/\s+/).length;
      return count < LIMITS.testNameWords ? [at(token, `a test named "${name.text}"`)] : [];
    }),
};

const mutedTests: TidyRule = {
  name: 'muted-test',
  mend: "let it run, or give the reason: t.skip('why'), { skip: 'why' }",
  applies: isTest,
  find: ({ code }) =>
    code.flatMap((token, index) => {
      const [before, next, after] = [code[index - 1], code[index + 1], code[index + 2]];
      if (token.kind !== 'word' || !/^(only|skip)$/.test(token.text)) return [];
      const isOnSuite = isMark(before, '.') && /^(test|it|describe|suite)$/.test(code[index - 2]?.text ?? '');
      const isCall = isMark(before, '.') && isMark(next, '(') && (token.text === 'only' || isMark(after, ')'));
      const isOption = isMark(next, ':') && isMark(after, 'true');
      return isOnSuite || isCall || isOption ? [at(token, `${token.text} without a reason`)] : [];
    }),
};

export const TIDY_RULES: TidyRule[] = [
  fileNames,
  folders,
  names,
  synonyms,
  functionLines,
  fileLines,
  columns,
  typeHoles,
  erasable,
  loose,
  barrels,
  machine,
  contracts,
  testNames,
  mutedTests,
];
