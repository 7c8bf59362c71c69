import { Field, type FieldProps } from '#design/forms';
import { useView } from '#design/view';
import type { Fields } from '#platform/form';
import type { Words } from '../words/words.ts';

export interface PasswordFieldProps extends Pick<FieldProps, 'name' | 'label' | 'hint' | 'errors' | 'error'> {
  /** Whether the browser fills in the one it knows, or offers to make one. */
  kind: 'current' | 'new';
}

/** A password, never sent back to the page; an island adds a button that shows what was typed. */
export function PasswordField({ kind, ...field }: PasswordFieldProps) {
  const { account } = useView().words;
  return (
    <div class="password" data-island="show-password" data-show={account.showPassword} data-hide={account.hidePassword}>
      <Field {...field} type="password" required autocomplete={`${kind}-password`} />
    </div>
  );
}

/** As much as the accounts' commands take; what is longer is too long for a password all the same. */
const LENGTH_MAX = 1024;

/** A password as it was typed: `formReader` trims, and a blank may be a part of it. Empty where none was sent. */
export function readPassword(fields: Fields, name: string): string {
  return (fields[name] ?? '').slice(0, LENGTH_MAX).toWellFormed();
}

/** What a field says of a password that was refused. */
export function passwordFault(code: string, { account }: Words): string | undefined {
  const faults: Record<string, string> = {
    PASSWORD_TOO_SHORT: account.passwordTooShort,
    PASSWORD_TOO_LONG: account.passwordTooLong,
    PASSWORD_TOO_COMMON: account.passwordTooCommon,
  };
  return faults[code];
}
