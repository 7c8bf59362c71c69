import { account as accountDe } from './de/account.ts';
import { address as addressDe } from './de/address.ts';
import { browse as browseDe } from './de/browse.ts';
import { cart as cartDe } from './de/cart.ts';
import { checkout as checkoutDe } from './de/checkout.ts';
import { desk as deskDe } from './de/desk.ts';
import { goods as goodsDe } from './de/goods.ts';
import { home as homeDe } from './de/home.ts';
import { orders as ordersDe } from './de/orders.ts';
import { problems as problemsDe } from './de/problems.ts';
import { product as productDe } from './de/product.ts';
import { selling as sellingDe } from './de/selling.ts';
import { shell as shellDe } from './de/shell.ts';
import { staff as staffDe } from './de/staff.ts';
import { staffBooks as staffBooksDe } from './de/staff-books.ts';
import { staffMoney as staffMoneyDe } from './de/staff-money.ts';
import { staffOps as staffOpsDe } from './de/staff-ops.ts';
import { staffSearch as staffSearchDe } from './de/staff-search.ts';
import { things as thingsDe } from './de/things.ts';
import { account } from './en/account.ts';
import { address } from './en/address.ts';
import { browse } from './en/browse.ts';
import { cart } from './en/cart.ts';
import { checkout } from './en/checkout.ts';
import { desk } from './en/desk.ts';
import { goods } from './en/goods.ts';
import { home } from './en/home.ts';
import { orders } from './en/orders.ts';
import { problems } from './en/problems.ts';
import { product } from './en/product.ts';
import { selling } from './en/selling.ts';
import { shell } from './en/shell.ts';
import { staff } from './en/staff.ts';
import { staffBooks } from './en/staff-books.ts';
import { staffMoney } from './en/staff-money.ts';
import { staffOps } from './en/staff-ops.ts';
import { staffSearch } from './en/staff-search.ts';
import { things } from './en/things.ts';
import type { Language } from './languages.ts';

/** Everything that people read on pages, by area: `words.things.addToCart`. English is the form that others fill. */
const en = {
  account,
  address,
  browse,
  cart,
  checkout,
  orders,
  desk,
  goods,
  selling,
  home,
  problems,
  product,
  shell,
  staff,
  staffBooks,
  staffMoney,
  staffOps,
  staffSearch,
  things,
};
const de: Words = {
  account: accountDe,
  address: addressDe,
  browse: browseDe,
  cart: cartDe,
  checkout: checkoutDe,
  orders: ordersDe,
  desk: deskDe,
  goods: goodsDe,
  selling: sellingDe,
  home: homeDe,
  problems: problemsDe,
  product: productDe,
  shell: shellDe,
  staff: staffDe,
  staffBooks: staffBooksDe,
  staffMoney: staffMoneyDe,
  staffOps: staffOpsDe,
  staffSearch: staffSearchDe,
  things: thingsDe,
};

export type Words = typeof en;
export const words: Record<Language, Words> = { en, de };
