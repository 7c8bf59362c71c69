import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts, User } from './contract.ts';
import { networkOf } from './network.ts';

export interface EntranceDeps {
  accounts: Pick<Accounts, 'logOut'>;
  sessions: {
    setCookie(reply: FastifyReply, token: string): void;
    clearCookie(reply: FastifyReply): void;
    /** The guest who sends this request. */
    guestOf(request: FastifyRequest): string | null;
    /** The token that this request was known by. */
    presentedToken(request: FastifyRequest): string | null;
  };
  mergeCart(input: { merge_id: string; guest_id: string; user_id: string }): Promise<CartMerge>;
}

export interface CartMerge {
  merged: number;
  notices: { kind: string; product_id: string; from: number; to: number }[];
}

export interface SignedIn {
  user: User;
  token: string;
  cart_merge: CartMerge;
}

/** How a person comes in and goes out: the same for the API and for the pages. */
export interface Entrance {
  /**
   * What follows when somebody was let in: the guest's cart becomes theirs (once per session, so a repeat merges
   * nothing twice), and the session that they came with ends: a token that was planted on them is worth nothing
   * afterwards.
   */
  enter(
    request: FastifyRequest,
    reply: FastifyReply,
    signedIn: { user: User; token: string; session_id: string },
  ): Promise<SignedIn>;
  /** Ends the session of this request, and takes its cookie back. */
  leave(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Takes back the cookie alone: the sessions have ended already. */
  forget(reply: FastifyReply): void;
  /** The network that tries to guess a password are counted for. */
  networkOf(request: FastifyRequest): string;
}

export function createEntrance({ accounts, sessions, mergeCart }: EntranceDeps): Entrance {
  /** Ends the user's session that sent this request; a guest's has no row to end. */
  async function endPresented(request: FastifyRequest): Promise<void> {
    const token = request.caller.kind === 'user' ? sessions.presentedToken(request) : null;
    if (token !== null) await accounts.logOut({ token });
  }

  return {
    async enter(request, reply, { user, token, session_id }) {
      const guest_id = sessions.guestOf(request);
      const { user_id } = user;
      const nothing = { merged: 0, notices: [] };
      const cart_merge = guest_id === null ? nothing : await mergeCart({ merge_id: session_id, guest_id, user_id });
      await endPresented(request);
      sessions.setCookie(reply, token);
      return { user, token, cart_merge };
    },
    async leave(request, reply) {
      await endPresented(request);
      sessions.clearCookie(reply);
    },
    forget: reply => sessions.clearCookie(reply),
    networkOf: request => networkOf(request.ip),
  };
}
