import type { orders as english } from '../en/orders.ts';

export const orders: typeof english = {
  title: 'Ihre Bestellungen',
  emptyTitle: 'Sie haben noch nichts bestellt',
  emptyText: 'Was Sie kaufen, steht dann hier, mit seinem Weg bis zu Ihrer Tür.',
  nobodyTitle: 'Wessen Bestellungen?',
  nobodyText:
    'Melden Sie sich an, um Ihre Bestellungen zu sehen. Haben Sie als Gast bestellt, öffnet der Link in Ihrer Bestätigung die Bestellung.',
  signIn: 'Anmelden',
  more: count => (count === 1 ? 'und 1 weiteres Produkt' : `und ${count} weitere Produkte`),
  placedOn: date => `Bestellt am ${date}`,
  show: 'Bestellung ansehen',
  showOf: id => `Bestellung ${id} ansehen`,
  orderTitle: id => `Bestellung ${id}`,
  units: count => `${count} Artikel`,

  thanksTitle: 'Vielen Dank!',
  thanksConfirmed: 'Ihre Bestellung ist bestätigt und bezahlt. Wir packen sie.',
  thanksMail: 'Eine Bestätigung ist unterwegs in Ihr Postfach.',
  next: 'Wie es weitergeht',
  nextPack: 'Wir packen Ihre Artikel und geben sie dem Paketdienst.',
  nextTrack: 'Sie erhalten eine Mail mit der Sendungsnummer und sehen den Weg hier.',
  nextCancel: 'Bis zum Versand können Sie die Bestellung hier stornieren.',
  keepLink: 'Bewahren Sie diesen Link auf: Er öffnet Ihre Bestellung auf jedem Gerät, ohne Konto.',
  orderLink: 'Link zu dieser Bestellung',

  waits: {
    answer: { title: 'Wir warten auf Ihre Zahlung', text: 'Die Zahlung hat eben erst begonnen.' },
    transfer: {
      title: 'Wir warten auf Ihre Zahlung',
      text: 'Ihre Bestellung ist bestätigt, sobald die Überweisung da ist.',
    },
    outcome: {
      title: 'Wir wissen noch nicht, ob Ihre Zahlung durchging',
      text:
        'Der Zahlungsanbieter hat nicht geantwortet, und wir fragen weiter. Bitte zahlen Sie nicht noch ' +
        'einmal: Diese Bestellung wird höchstens einmal abgebucht, und wenn sie nicht bezahlt ist, ' +
        'sagen wir es Ihnen.',
    },
    capture: {
      title: 'Ihre Bank hat zugestimmt, ein Wort fehlt noch',
      text:
        'Das Geld ist vorgemerkt, und der Anbieter hat noch nicht gemeldet, dass es eingezogen ist. ' +
        'Bitte zahlen Sie nicht noch einmal: Diese Bestellung wird höchstens einmal abgebucht.',
    },
  },
  waitingText:
    'Diese Seite sieht von selbst wieder nach. Sie können auch gehen: Wir schreiben Ihnen, wenn alles durch ist.',
  confirmAt: {
    bank: {
      title: 'Ihre Bank bittet um eine Bestätigung',
      text: 'Ein Schritt fehlt noch: Bestätigen Sie die Zahlung bei Ihrer Bank. Danach kommen Sie hierher zurück.',
      go: 'Weiter zu Ihrer Bank',
      backTitle: 'Wir warten auf das Wort Ihrer Bank',
      notYet: 'Sie haben noch nicht bestätigt?',
    },
    paypal: {
      title: 'Bestätigen Sie die Zahlung bei PayPal',
      text: 'Ein Schritt fehlt noch: Stimmen Sie der Zahlung bei PayPal zu. Danach kommen Sie hierher zurück.',
      go: 'Weiter zu PayPal',
      backTitle: 'Wir warten auf das Wort von PayPal',
      notYet: 'Sie haben noch nicht zugestimmt?',
    },
  },
  failedTitle: 'Diese Bestellung wurde nicht bezahlt',
  failedText: 'Abgebucht wurde nichts. Ihr Warenkorb ist, wie er war.',
  nothingTaken: 'Abgebucht wurde nichts.',
  payOtherwise: 'Anders bezahlen',
  tryAgain: 'Noch einmal versuchen',
  cancelledTitle: 'Diese Bestellung ist storniert',
  cancelledText: 'Was bezahlt war, geht an Sie zurück, und die Artikel sind wieder im Regal.',

  items: 'Artikel',
  sums: 'Beträge',
  payment: 'Zahlung',
  deliveryAddress: 'Lieferadresse',
  billingAddress: 'Rechnungsadresse',
  erased: 'Gelöscht',
  refunds: 'Erstattungen',
  history: 'Verlauf',
  tracking: 'Sendungsverfolgung',
  parcel: number => `Paket ${number}`,
  carrier: 'Paketdienst',
  trackingNumber: 'Sendungsnummer',
  notPacked: 'Ihr Paket wird zusammengestellt.',
  cancel: 'Bestellung stornieren',
  cancelQuestion: 'Die ganze Bestellung stornieren? Was Sie bezahlt haben, geht an Sie zurück.',
  cancelYes: 'Ja, stornieren',
  cancelDone: 'Ihre Bestellung ist storniert.',
  notCancellable: 'Diese Bestellung lässt sich nicht mehr stornieren: Sie ist unterwegs oder abgeschlossen.',
  buyAgain: 'Noch einmal kaufen',
  nothingToBuy: 'Von dieser Bestellung ist gerade nichts zu haben.',
  allOrders: 'Alle Ihre Bestellungen',
};
