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
import { accountRoutes } from './pages/account.tsx';
import { accountAddressesRoutes } from './pages/account-addresses.tsx';
import { accountEraseRoutes } from './pages/account-erase.tsx';
import { accountPrivacyRoutes } from './pages/account-privacy.tsx';
import { accountProfileRoutes } from './pages/account-profile.tsx';
import { accountResetRoutes } from './pages/account-reset.tsx';
import { accountVerifyRoutes } from './pages/account-verify.tsx';
import { buyNowRoutes } from './pages/buy-now.tsx';
import { cartRoutes } from './pages/cart.tsx';
import { categoryRoutes } from './pages/category.tsx';
import { checkoutRoutes } from './pages/checkout.tsx';
import { designRoutes } from './pages/design.tsx';
import { homeRoutes } from './pages/home.tsx';
import { loginRoutes } from './pages/login.tsx';
import { logoutRoutes } from './pages/logout.tsx';
import { meRoutes } from './pages/me.ts';
import { orderRoutes } from './pages/order.tsx';
import { ordersRoutes } from './pages/orders.tsx';
import { payRoutes } from './pages/pay.tsx';
import { productRoutes } from './pages/product.tsx';
import { reviewRoutes } from './pages/review-form.tsx';
import { searchRoutes } from './pages/search.tsx';
import { sellerRoutes } from './pages/seller.tsx';
import { signupRoutes } from './pages/signup.tsx';

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

/** Every page of the shop, a line each: the file is named for the page. */
export function storefrontRoutes(deps: StorefrontDeps): void {
  homeRoutes(deps);
  searchRoutes(deps);
  categoryRoutes(deps);
  productRoutes(deps);
  reviewRoutes(deps);
  sellerRoutes(deps);
  meRoutes(deps);
  loginRoutes(deps);
  signupRoutes(deps);
  logoutRoutes(deps);
  accountRoutes(deps);
  accountProfileRoutes(deps);
  accountAddressesRoutes(deps);
  accountPrivacyRoutes(deps);
  accountEraseRoutes(deps);
  accountResetRoutes(deps);
  accountVerifyRoutes(deps);
  buyNowRoutes(deps);
  cartRoutes(deps);
  checkoutRoutes(deps);
  orderRoutes(deps);
  ordersRoutes(deps);
  payRoutes(deps);
  if (!deps.site.isProduction) designRoutes(deps);
}
