import type { Token } from './typescript-tokens.ts';

/** One function as written: `body` counts from the line of its parameters to its last line. */
export interface MeasuredFunction {
  line: number;
  lines: number;
  /** The word before the parenthesis it is handed to (`describe`), or '' when it is no argument. */
  argumentOf: string;
}

const CONTROL = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);
const CLOSER: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const TYPE_GOES_ON = new Set(
  'is extends keyof typeof readonly infer unique asserts new abstract | & . ? : =>'.split(' '),
);

interface Brackets {
  /** Index of the partner of a bracket. */
  partner: Map<number, number>;
  /** Index of the bracket that encloses a token, or −1. */
  enclosing: number[];
}

/** Every function, method and arrow function of code tokens (without comments), in order of their bodies. */
export function measureFunctions(code: Token[]): MeasuredFunction[] {
  const brackets = matchBrackets(code);
  const found: MeasuredFunction[] = [];
  for (let index = 0; index < code.length; index += 1) {
    const span = arrowSpan(code, brackets, index) ?? bodySpan(code, brackets, index);
    if (span === undefined) continue;
    const line = code[span.from]!.line;
    found.push({ line, lines: code[span.to]!.endLine - line + 1, argumentOf: callee(code, brackets, span.from) });
  }
  return found;
}

function matchBrackets(code: Token[]): Brackets {
  const partner = new Map<number, number>();
  const enclosing: number[] = [];
  const open: number[] = [];
  code.forEach((token, index) => {
    const isMark = token.kind === 'punct';
    if (isMark && open.length > 0 && CLOSER[code[open.at(-1)!]!.text] === token.text) {
      const start = open.pop()!;
      partner.set(start, index);
      partner.set(index, start);
    }
    enclosing[index] = open.at(-1) ?? -1;
    if (isMark && token.text in CLOSER) open.push(index);
  });
  return { partner, enclosing };
}

function is(token: Token | undefined, text: string): boolean {
  return token?.text === text && (token.kind === 'punct' || token.kind === 'word');
}

/** An arrow function reaches to the end of its block, or of its expression: `,`, `;` or the closing bracket. */
function arrowSpan(code: Token[], { partner, enclosing }: Brackets, index: number) {
  if (!is(code[index], '=>')) return undefined;
  const from = is(code[index - 1], ')') ? (partner.get(index - 1) ?? index) : Math.max(index - 1, 0);
  if (is(code[index + 1], '{')) return { from, to: partner.get(index + 1) ?? index };
  let to = index + 1;
  while (to + 1 < code.length && !endsExpression(code, enclosing, index, to + 1)) to += 1;
  return { from, to: Math.min(to, code.length - 1) };
}

function endsExpression(code: Token[], enclosing: number[], arrow: number, at: number): boolean {
  const home = enclosing[arrow]!;
  if (enclosing[at] !== home) return (enclosing[at] ?? -1) < home;
  return is(code[at], ',') || is(code[at], ';');
}

/** A function or method: parentheses that no control word opened, an optional return type, then a block. */
function bodySpan(code: Token[], { partner }: Brackets, index: number) {
  if (!is(code[index], ')')) return undefined;
  const open = partner.get(index);
  if (open === undefined) return undefined;
  const before = code[open - 1];
  if (before?.kind === 'word' && CONTROL.has(before.text)) return undefined;
  const body = is(code[index + 1], '{')
    ? index + 1
    : is(code[index + 1], ':')
      ? afterType(code, partner, index + 2)
      : -1;
  if (body < 0) return undefined;
  return { from: open, to: partner.get(body) ?? open };
}

/** Index of the block that follows a return type, or −1 when what stands here is no return type with a block. */
function afterType(code: Token[], partner: Map<number, number>, start: number): number {
  let isComplete = false;
  for (let index = start; index < code.length; index += 1) {
    const token = code[index]!;
    if (isComplete && is(token, '{')) return index;
    if (token.kind === 'punct' && token.text === '<') index = closingAngle(code, partner, index);
    else if (token.kind === 'punct' && token.text in CLOSER) index = partner.get(index) ?? code.length;
    else if (TYPE_GOES_ON.has(token.text)) {
      isComplete = false;
      continue;
    } else if (token.kind === 'punct') return -1;
    isComplete = true;
  }
  return -1;
}

function closingAngle(code: Token[], partner: Map<number, number>, start: number): number {
  let depth = 0;
  for (let index = start; index < code.length; index += 1) {
    const token = code[index]!;
    if (token.kind !== 'punct') continue;
    if (token.text === '<') depth += 1;
    else if (token.text === '>' && --depth === 0) return index;
    else if (token.text in CLOSER) index = partner.get(index) ?? code.length;
  }
  return code.length;
}

function callee(code: Token[], { enclosing }: Brackets, from: number): string {
  const open = enclosing[from] ?? -1;
  if (open < 1 || !is(code[open], '(')) return '';
  return code[open - 1]!.kind === 'word' ? code[open - 1]!.text : '';
}
