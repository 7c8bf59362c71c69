import { readFileSync } from 'node:fs';

/**
 * Passwords of 8 characters and more that guessers try first, one a line in lower case: well-known ones, and the
 * commonest words with the endings that people give them. More than the 3,000 that OWASP ASVS 5.0 (6.2.4) asks for.
 */
const common: ReadonlySet<string> = new Set(
  readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n'),
);

export function isCommonPassword(password: string): boolean {
  return common.has(password.toLowerCase());
}
