import type { Captured, Refunded, Refused, Unknown } from '../gateway.ts';
import type { PaypalAnswer } from './paypal-client.ts';
import { feeOf, isTaken, type Movement } from './paypal-order.ts';

export const isDone = ({ status }: PaypalAnswer) => status >= 200 && status < 300;

/**
 * For certain nothing was done. Not 401 and 403, which are about us and not about the payment; nor 409, PayPal's answer
 * while it still works on the first request of a key; nor 429.
 */
export const isRefusal = ({ status }: PaypalAnswer) => status === 400 || status === 404 || status === 422;

export function unknown({ status, body }: PaypalAnswer): Unknown {
  return { state: 'unknown', problem: `PayPal answered ${status} ${issueOf(body)}` };
}

/** PayPal's own word, such as `INSTRUMENT_DECLINED`: the first detail's, else the error's. */
export function issueOf(body: Record<string, unknown>): string {
  const details = Array.isArray(body.details) ? (body.details as unknown[]) : [];
  const first = details[0] as { issue?: unknown } | undefined;
  const issue = first?.issue ?? body.name;
  return typeof issue === 'string' && /^[A-Z_]{1,60}$/.test(issue) ? issue : 'NO_REASON';
}

/** Of a payer who has approved: these are one thing to a shopper. */
const declines = new Set([
  'INSTRUMENT_DECLINED',
  'PAYER_ACCOUNT_LOCKED_OR_CLOSED',
  'PAYER_ACCOUNT_RESTRICTED',
  'PAYER_CANNOT_PAY',
  'TRANSACTION_BLOCKED_BY_PAYEE',
  'TRANSACTION_REFUSED',
]);

export function reasonOf({ body }: PaypalAnswer): string {
  const issue = issueOf(body);
  return declines.has(issue) ? 'declined' : issue.toLowerCase();
}

export function refusedOrUnknown(answer: PaypalAnswer): Refused | Unknown {
  return isRefusal(answer) ? { state: 'refused', reason: reasonOf(answer) } : unknown(answer);
}

/** A capture that PayPal still looks at is neither taken nor refused: we ask again, and a webhook may tell before. */
export function captureAnswer(capture: Movement): Captured | Refused | Unknown {
  const { status } = capture;
  if (isTaken(capture)) return { state: 'captured', ...feeOf(capture) };
  if (status === 'DECLINED' || status === 'FAILED') return { state: 'refused', reason: 'capture_declined' };
  return { state: 'unknown', problem: `the capture is ${status} at PayPal` };
}

export function refundAnswer({ id, status }: { id: string; status: string }): Refunded | Refused | Unknown {
  if (status === 'COMPLETED') return { state: 'refunded', gateway_ref: id };
  if (status === 'FAILED' || status === 'CANCELLED')
    return { state: 'refused', reason: `refund_${status.toLowerCase()}` };
  return { state: 'unknown', problem: `the refund is ${status} at PayPal` };
}
