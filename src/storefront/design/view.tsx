import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { formatMoney, type Money } from '#platform/money';
import { directions, type Language } from '../words/languages.ts';
import { type Words, words } from '../words/words.ts';

/** What a page knows of where it is shown: given once to the whole tree, read with `useView()`. */
export interface View {
  language: Language;
  direction: 'ltr' | 'rtl';
  words: Words;
  /** The address of this page without its language: `/search?q=lamp`. */
  address: string;
  /** Where people reach the shop: `https://shop.example`. */
  publicUrl: string;
  currency: string;
  isProduction: boolean;
  /** Stripe's publishable key; absent: there is no form for its cards. */
  stripeKey: string | undefined;
  /** The address of a page in this language: `to('/cart')` is `/en/cart`. */
  to(path: string): string;
  /** The address of a script, style or picture by its file name. */
  asset(name: string): string;
  money(value: Money): string;
  number(value: number): string;
  percent(part: number): string;
  /** A day: `27 November 2026`. */
  date(at: string): string;
  dateTime(at: string): string;
  /** From a day to another: `Tue, Dec 2 – Thu, Dec 4`; one day where they are the same. */
  days(from: Date, to: Date): string;
}

export interface ViewOptions {
  language: Language;
  address: string;
  publicUrl: string;
  currency: string;
  isProduction: boolean;
  stripeKey: string | undefined;
  asset(name: string): string;
}

export function createView(options: ViewOptions): View {
  const { language } = options;
  const formats = formatsOf(language);
  return {
    ...options,
    direction: directions[language],
    words: words[language],
    to: path => `/${language}${path === '/' ? '' : path}`,
    money: value => formatMoney(value, language),
    number: value => formats.number.format(value),
    percent: part => formats.percent.format(part),
    date: at => formats.date.format(new Date(at)),
    dateTime: at => formats.dateTime.format(new Date(at)),
    days: (from, to) => formats.days.formatRange(from, to),
  };
}

interface Formats {
  number: Intl.NumberFormat;
  percent: Intl.NumberFormat;
  date: Intl.DateTimeFormat;
  dateTime: Intl.DateTimeFormat;
  days: Intl.DateTimeFormat;
}

/** Making one costs more than a hundred uses of it. */
const made = new Map<Language, Formats>();

function formatsOf(language: Language): Formats {
  let formats = made.get(language);
  if (formats === undefined) {
    // The server does not know where its reader is: times are told in UTC, and islands tell them in the reader's own.
    const zone = { timeZone: 'UTC' };
    formats = {
      number: new Intl.NumberFormat(language),
      percent: new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }),
      date: new Intl.DateTimeFormat(language, { ...zone, dateStyle: 'long' }),
      dateTime: new Intl.DateTimeFormat(language, { ...zone, dateStyle: 'medium', timeStyle: 'short' }),
      days: new Intl.DateTimeFormat(language, { ...zone, weekday: 'short', day: 'numeric', month: 'short' }),
    };
    made.set(language, formats);
  }
  return formats;
}

const ViewContext = createContext<View>(null as never);
export const ViewProvider = ViewContext.Provider;

export function useView(): View {
  return useContext(ViewContext);
}
