/**
 * What a gateway says that it keeps of a capture, as the ledger can take it: a part of the amount, in whole minor
 * units. Anything else counts as not told: it must not stop a payment from being recorded.
 */
export function readFee(told: number | null, captured: number): { fee?: number } {
  return told !== null && Number.isSafeInteger(told) && told >= 0 && told <= captured ? { fee: told } : {};
}
