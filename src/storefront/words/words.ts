import { address as addressDe } from './de/address.ts';
import { desk as deskDe } from './de/desk.ts';
import { home as homeDe } from './de/home.ts';
import { problems as problemsDe } from './de/problems.ts';
import { product as productDe } from './de/product.ts';
import { shell as shellDe } from './de/shell.ts';
import { things as thingsDe } from './de/things.ts';
import { address } from './en/address.ts';
import { desk } from './en/desk.ts';
import { home } from './en/home.ts';
import { problems } from './en/problems.ts';
import { product } from './en/product.ts';
import { shell } from './en/shell.ts';
import { things } from './en/things.ts';
import type { Language } from './languages.ts';

/** Everything that people read on pages, by area: `words.things.addToCart`. English is the form that others fill. */
const en = {
  address,
  desk,
  home,
  problems,
  product,
  shell,
  things,
};
const de: Words = {
  address: addressDe,
  desk: deskDe,
  home: homeDe,
  problems: problemsDe,
  product: productDe,
  shell: shellDe,
  things: thingsDe,
};

export type Words = typeof en;
export const words: Record<Language, Words> = { en, de };
