import { Type } from 'typebox';
import { minorDigits } from '#platform/money';
import { PAGES_MAX } from './find-products.ts';
import { type Params, type ReadSelection, readSelection } from './selection.ts';

/** Every parameter that anybody sends, each as a list: what they mean is read leniently, by `readSelection`. */
export const AnyParams = Type.Unsafe<Params>(
  Type.Object({}, { patternProperties: { '^': Type.Array(Type.String()) } }),
);

export function readAddress(params: Params, currency: string): ReadSelection {
  return readSelection(params, { digits: minorDigits(currency), pagesMax: PAGES_MAX });
}

/** The form's words stand in addresses only until they are read; what can't be read stays, to be told and mended. */
export function hasShorterAddress({ isFromForm, unreadable }: ReadSelection): boolean {
  return isFromForm && unreadable.min === undefined && unreadable.max === undefined;
}
