import type { home as english } from '../en/home.ts';

export const home: typeof english = {
  title: 'Gute Dinge, ehrlich gezählt',
  lead: 'Was hier auf Lager steht, ist auf Lager: Nichts wird zweimal verkauft.',
  description: 'Bücher, Küche, Garten, Werkzeug und mehr, von Verkäufern, die ihren Bestand zählen.',
  heroSearch: 'Alles ansehen',
  promises: {
    stock: { title: 'Auf Lager heißt auf Lager', text: 'Was Sie kaufen, ist ab der Kasse für Sie zurückgelegt.' },
    total: { title: 'Die Summe sofort', text: 'Versand und Steuer stehen da, bevor Sie zahlen.' },
    back: { title: 'Doch anders überlegt?', text: 'Bis zum Versand mit zwei Klicks storniert.' },
  },
  departments: 'Abteilungen',
  loved: 'Von vielen geliebt',
  newest: 'Neu im Laden',
  moreNew: 'Alle Neuheiten',
  moreLoved: 'Alle gut bewerteten',
  moreOf: department => `Alles aus ${department}`,
  products: (count, shown) => (count === 1 ? '1 Artikel' : `${shown} Artikel`),
  emptyTitle: 'Die Regale werden gefüllt',
  emptyText: 'Der erste Katalog wird eingelesen. Kommen Sie in einer Minute wieder.',
};
