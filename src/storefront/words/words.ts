import { desk as deskDe } from './de/desk.ts';
import { home as homeDe } from './de/home.ts';
import { problems as problemsDe } from './de/problems.ts';
import { shell as shellDe } from './de/shell.ts';
import { things as thingsDe } from './de/things.ts';
import { desk } from './en/desk.ts';
import { home } from './en/home.ts';
import { problems } from './en/problems.ts';
import { shell } from './en/shell.ts';
import { things } from './en/things.ts';
import type { Language } from './languages.ts';

/** Everything that people read on pages, by area: `words.things.addToCart`. English is the form that others fill. */
const en = {
  desk,
  home,
  problems,
  shell,
  things,
};
const de: Words = {
  desk: deskDe,
  home: homeDe,
  problems: problemsDe,
  shell: shellDe,
  things: thingsDe,
};

export type Words = typeof en;
export const words: Record<Language, Words> = { en, de };
