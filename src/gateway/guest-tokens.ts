import { createHmac, timingSafeEqual } from 'node:crypto';
import { isId } from '#platform/ids';

/** A guest's session is a signed token without a row: `g.<session id>.<issued, seconds>.<mac>`, good for 30 days. */
export interface GuestTokens {
  issue(sessionId: string, nowMs: number): string;
  /** The session id of a token that is ours and still good. */
  verify(token: string, nowMs: number): string | undefined;
}

const LIFETIME_SECONDS = 30 * 24 * 3600;

export function createGuestTokens(secret: string): GuestTokens {
  const sign = (text: string) => createHmac('sha256', secret).update(`guest\0${text}`).digest().subarray(0, 18);
  return {
    issue(sessionId, nowMs) {
      const text = `${sessionId}.${Math.floor(nowMs / 1000)}`;
      return `g.${text}.${sign(text).toString('base64url')}`;
    },
    verify(token, nowMs) {
      const [kind, sessionId, issued, mac, ...rest] = token.split('.');
      if (kind !== 'g' || !sessionId || !issued || !mac || rest.length > 0 || !isId(sessionId)) return undefined;
      const given = Buffer.from(mac, 'base64url');
      const right = sign(`${sessionId}.${issued}`);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      return nowMs / 1000 - Number(issued) < LIFETIME_SECONDS ? sessionId : undefined;
    },
  };
}
