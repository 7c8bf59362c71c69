const OTHERWISE = '/account';

/** Pages that would lead in circles, or out again. */
const NOWHERE = new Set(['/login', '/signup', '/logout']);

/**
 * Where somebody goes who has signed in: the path (without language) that they were sent here from. It comes in an
 * address that anybody can make up, so that only a path of this shop is taken: one `/` at its start, no other host in
 * any spelling, nothing that a browser would read as something else.
 */
export function nextPath(next: string | undefined): string {
  if (next === undefined || !isLocal(next)) return OTHERWISE;
  const path = next.split(/[?#]/, 1)[0]!;
  return NOWHERE.has(path) ? OTHERWISE : next;
}

function isLocal(next: string): boolean {
  // Browsers leave out tabs and line ends, and take `\` for `/`.
  if (!/^\/[\x21-\x7e]*$/.test(next) || next.includes('\\')) return false;
  const path = next.split(/[?#]/, 1)[0]!;
  return spellings(path).every(spelling => /^\/(?![/\\])/.test(spelling) && !hasDots(spelling));
}

/** The path as it is and as it reads once and twice decoded; none that is a path where it can't be decoded. */
function spellings(path: string): string[] {
  try {
    const once = decodeURIComponent(path);
    return [path, once, /%[0-9a-f]{2}/i.test(once) ? decodeURIComponent(once) : once];
  } catch {
    return [''];
  }
}

/** `/..//elsewhere` is `//elsewhere` to a browser. */
function hasDots(path: string): boolean {
  return path.split(/[/\\]/).some(part => part === '.' || part === '..');
}

/** The address of a page that goes on to `next`, as `nextPath` reads it. */
export function withNext(path: string, next: string): string {
  return next === OTHERWISE ? path : `${path}?next=${encodeURIComponent(next)}`;
}
