import type { Words } from '../words/words.ts';

/** Why a payment failed, in plain words. A gateway may have reasons that nobody has put into words yet. */
export function tellReason({ checkout }: Words, reason: string | null | undefined): string {
  const { reasons, otherReason } = checkout;
  return Object.hasOwn(reasons, reason ?? '') ? reasons[reason as keyof typeof reasons] : otherReason;
}
