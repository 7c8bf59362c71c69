import type { staffMoney as english } from '../en/staff-money.ts';

export const staffMoney: typeof english = {
  webhooks: {
    lead: 'Was Zahlungsanbieter dem Laden gemeldet haben. Jede Meldung zählt einmal, wie oft sie auch kommt.',
    states: { received: 'Wartet', done: 'Erledigt', stuck: 'Widerspricht uns' },
    problems: {
      webhook_mismatch: 'Sie sagt etwas anderes, als bei uns steht.',
      webhook_unknown_order: 'Weder wir noch der Anbieter kennen diese Bestellung.',
    },
    stuckText:
      'Sie hat nichts geändert. Vergleichen Sie die Zahlung beim Anbieter mit der Bestellung; stimmt beides überein, ' +
      'lassen Sie die Meldung noch einmal ansehen.',
    stillStuck: 'Noch einmal angesehen, und sie widerspricht uns immer noch. Nichts wurde geändert.',
    replayedDone: 'Noch einmal angesehen: Sie stimmt mit dem überein, was bei uns steht.',
    replayedLater: 'Der Anbieter antwortet gerade nicht. Der Laden fragt von selbst weiter.',
    event: 'Meldung',
    eventId: 'Kennung',
    order: 'Bestellung',
    orderId: 'Bestellnummer',
    noOrder: 'Keine Bestellung',
    amount: 'Betrag',
    gateway: 'Anbieter',
    gatewayRef: 'Zahlung beim Anbieter',
    refund: 'Erstattung',
    notSaid: 'Nicht gesagt',
    received: 'Erhalten (UTC)',
    processed: 'Angesehen (UTC)',
    notYet: 'Noch nicht',
    tries: 'Wie oft angesehen',
    past: 'Was daraus wurde',
    claim: 'Was sie sagt',
    claimNote:
      'Eine Behauptung: Sie wird mit dem verglichen, was bei uns steht; es gilt, was der Anbieter auf Nachfrage antwortet.',
    body: 'Ihr Inhalt',
    bodyNote: 'Was eine Person oder ihre Karte betreffen kann, ist weggelassen.',
    replayTitle: 'Noch einmal ansehen',
    replay: 'Wiederholen',
    replayText: 'Als wäre sie eben gekommen: Der Laden fragt den Anbieter. Nichts wird doppelt gebucht, wie oft auch.',
    none: 'Keine Meldung passt',
    noneText: 'Meldungen, die mit uns übereinstimmten, bleiben einen Monat, die anderen für immer.',
    ofOrder: 'Meldungen zu dieser Bestellung',
    read: 'Meldung lesen und wiederholen',
  },
  waiting: {
    title: 'Diese Zahlung wartet',
    pending: 'Wie sie ausgeht, ist noch nicht bekannt. Der Laden fragt den Anbieter von selbst, in wachsenden Pausen.',
    authorized:
      'Das Geld ist vorgemerkt und noch nicht sicher eingezogen. Der Laden versucht es unter demselben Schlüssel ' +
      'weiter; eingezogen wird es einmal.',
    way:
      'An der Bestellung vorbei zieht niemand Geld ein oder gibt es frei: Freigeben heißt die Bestellung stornieren; ' +
      'was eingezogen ist, wird erstattet.',
    ask: 'Anbieter jetzt fragen',
    settled: {
      taken: 'Der Anbieter sagt: Das Geld ist eingezogen. Die Bestellung folgt von selbst.',
      released: 'Der Anbieter sagt: Es ist nichts mehr vorgemerkt. Die Bestellung folgt von selbst.',
    },
    unsettled: {
      PAYMENT_STILL_OPEN:
        'Der Anbieter wurde gefragt, und die Zahlung ist noch nicht zu Ende. Der Laden fragt von selbst weiter.',
      PAYMENT_UNKNOWN:
        'Kein Anbieter kennt eine Zahlung dieser Bestellung. Sie endet von selbst, wenn ihre Zeit um ist.',
      GATEWAY_SILENT: 'Der Anbieter antwortet gerade nicht. Der Laden fragt von selbst weiter.',
    },
  },
};
