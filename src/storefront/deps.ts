import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts, User } from '#accounts';
import type { CartModule } from '#cart';
import type { Catalog } from '#catalog';
import type { Site } from '#design/routes';
import type { Fulfillment } from '#fulfillment';
import type { Inventory } from '#inventory';
import type { Orders, Shopper } from '#orders';
import type { Payments } from '#payments';
import type { Clock } from '#platform/clock';
import type { Caller } from '#platform/identity';
import type { Search } from '#search';

/** What the shop's pages are made of: contracts, and what the gateway knows of the person who asks. */
export interface StorefrontDeps {
  site: Site;
  clock: Clock;
  accounts: Accounts;
  cart: CartModule;
  catalog: Catalog;
  fulfillment: Fulfillment;
  inventory: Inventory;
  orders: Orders;
  payments: Payments;
  search: Search;
  /** The person as orders knows them; only for routes that let persons in. */
  shopperOf(request: FastifyRequest): Shopper;
  countItems(caller: Caller): Promise<number>;
  entrance: Entrance;
  /** What the shop knows of a user besides their account, and how it is erased. */
  exportMore(userId: string): Promise<Record<string, unknown>>;
  eraseMore(userId: string): Promise<void>;
  /** Counted by the private fragment, since pages come from caches. `visit`: the first page of a browser's session. */
  countVisit(kind: 'visit' | 'page'): void;
  /** A product's page was looked at; `visitor` tells one from another and is kept nowhere. */
  countView(visitor: string, productId: string): void;
}

/** Coming in and going out, as the API does it. */
export interface Entrance {
  enter(
    request: FastifyRequest,
    reply: FastifyReply,
    signedIn: { user: User; token: string; session_id: string },
  ): Promise<{ cart_merge: { merged: number; notices: unknown[] } }>;
  leave(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  forget(reply: FastifyReply): void;
  networkOf(request: FastifyRequest): string;
}
