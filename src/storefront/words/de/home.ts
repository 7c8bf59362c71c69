import type { home as english } from '../en/home.ts';

export const home: typeof english = {
  title: 'Gute Dinge, ehrlich gezählt',
  lead: 'Was hier auf Lager steht, ist auf Lager: Nichts wird zweimal verkauft.',
  description: 'Bücher, Küche, Garten, Werkzeug und mehr, von Verkäufern, die ihren Bestand zählen.',
  best: 'Am besten bewertet',
  newest: 'Neu im Laden',
  products: count => `${count} Artikel`,
  emptyTitle: 'Die Regale werden gefüllt',
  emptyText: 'Der erste Katalog wird eingelesen. Kommen Sie in einer Minute wieder.',
};
