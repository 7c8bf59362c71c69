import type { problems as english } from '../en/problems.ts';

export const problems: typeof english = {
  title: status => `Etwas ist schiefgegangen (${status})`,
  notFoundTitle: 'Hier ist nichts',
  notFoundText: 'Vielleicht ist die Adresse vertippt, oder es gibt den Artikel nicht mehr.',
  forbiddenTitle: 'Das ist nicht für Sie',
  forbiddenText: 'Sie sind angemeldet, aber diese Seite ist für andere.',
  busyTitle: 'Zu viele Anfragen',
  busyText: 'Bitte warten Sie einen Augenblick und versuchen Sie es dann noch einmal.',
  brokenTitle: 'Bei uns ist etwas kaputt',
  brokenText: 'Wir haben es notiert. Nichts wurde nur halb getan; bitte versuchen Sie es noch einmal.',
  awayTitle: 'Ein Teil des Ladens antwortet nicht',
  awayText: 'Meist ist er binnen einer Minute wieder da. Bitte versuchen Sie es noch einmal.',
  reusedTitle: 'Dieses Formular wurde schon gesendet',
  reusedText:
    'Es wurde schon mit anderen Angaben gesendet, und die zählen. Öffnen Sie die Seite neu, um es noch einmal zu senden.',
  badInputTitle: 'Das konnten wir nicht lesen',
  badInputText: 'Die Anfrage hat nicht die Form, die diese Seite erwartet.',
  requestId: id => `Wenn Sie uns schreiben, nennen Sie diese Anfrage: ${id}`,
  goHome: 'Zur Startseite',
  goBack: 'Zurück',
  tryAgain: 'Noch einmal versuchen',
  required: 'Bitte ausfüllen.',
  invalid: 'Das sieht nicht richtig aus.',
  formHasErrors: 'Bitte sehen Sie die markierten Felder an.',
};
