/** The few texts that islands say themselves; small on purpose, since every page carries them in its script. */
const words = {
  en: {
    offline: 'You are offline. What you see may be out of date.',
    backOnline: 'You are online again.',
    inCart: 'Added to your cart.',
    notAdded: 'That could not be added.',
    items: (units: number): string => (units === 1 ? 'item' : 'items'),
    hello: (name: string) => `Hello, ${name}`,
    sellersDesk: 'Your desk',
    staffDesk: 'Admin',
    suggestions: 'Suggestions',
    suggestionCount: (count: number) => (count === 1 ? '1 suggestion' : `${count} suggestions`),
    suggestionKinds: { query: '', product: 'Product', category: 'Department', brand: 'Brand' },
  },
  de: {
    offline: 'Sie sind offline. Was Sie sehen, kann veraltet sein.',
    backOnline: 'Sie sind wieder online.',
    inCart: 'Im Warenkorb.',
    notAdded: 'Das ließ sich nicht hinzufügen.',
    items: (_units: number) => 'Artikel',
    hello: (name: string) => `Hallo, ${name}`,
    sellersDesk: 'Ihr Schreibtisch',
    staffDesk: 'Verwaltung',
    suggestions: 'Vorschläge',
    suggestionCount: (count: number) => (count === 1 ? '1 Vorschlag' : `${count} Vorschläge`),
    suggestionKinds: { query: '', product: 'Artikel', category: 'Abteilung', brand: 'Marke' },
  },
};

export function wordsOfPage(): (typeof words)['en'] {
  return document.documentElement.lang === 'de' ? words.de : words.en;
}

/** The address of a page in the language of this one. */
export function to(path: string): string {
  return `/${document.documentElement.lang}${path}`;
}
