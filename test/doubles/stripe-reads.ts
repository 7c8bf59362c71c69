import { type Intent, missing, refusal, type StripeAnswer, type StripeBooks } from './stripe-books.ts';

/** What the double is asked for with GET. */
export function readBooks(
  books: StripeBooks,
  { id, searchable }: { id: string | undefined; searchable: ReadonlySet<string> | null },
  form: Map<string, string>,
): StripeAnswer {
  if (id === undefined) return listIntents(books, form);
  if (id === 'search') return searchIntents(books, searchable, form);
  const intent = books.intents.get(id);
  return intent === undefined ? missing('intent') : { status: 200, body: showIntent(books, intent, form) };
}

/** With what else is wanted of it, as far as the double knows that. */
export function showIntent(
  { charges, balances }: StripeBooks,
  intent: Intent,
  form: Map<string, string>,
  prefix = '',
): object {
  const wish = form.get('expand[0]');
  const charge = charges.get(intent.latest_charge ?? '') ?? null;
  if (wish === `${prefix}latest_charge` || charge === null) return { ...intent, latest_charge: charge };
  if (wish !== `${prefix}latest_charge.balance_transaction`) return intent;
  const balance_transaction = balances.get(charge.balance_transaction ?? '') ?? null;
  return { ...intent, latest_charge: { ...charge, balance_transaction } };
}

/** A page, newest first. */
function listIntents(books: StripeBooks, form: Map<string, string>): StripeAnswer {
  const newestFirst = [...books.intents.values()].reverse();
  const after = form.get('starting_after');
  const at = after === undefined ? -1 : newestFirst.findIndex(({ id }) => id === after);
  if (after !== undefined && at < 0) return missing('starting_after');
  const from = Number(form.get('created[gte]') ?? 0);
  const before = Number(form.get('created[lt]') ?? Number.MAX_VALUE);
  const left = newestFirst.slice(at + 1).filter(({ created }) => created >= from && created < before);
  const page = left.slice(0, Number(form.get('limit') ?? 10));
  const data = page.map(intent => showIntent(books, intent, form, 'data.'));
  return {
    status: 200,
    body: { object: 'list', url: '/v1/payment_intents', has_more: left.length > page.length, data },
  };
}

function searchIntents(
  books: StripeBooks,
  searchable: ReadonlySet<string> | null,
  form: Map<string, string>,
): StripeAnswer {
  const sought = metadataSought(form.get('query') ?? '');
  if (sought === null) return refusal({ param: 'query', message: 'a query that the double does not know' });
  const found = [...books.intents.values()].filter(({ metadata }) =>
    sought.every(([name, value]) => metadata[name] === value),
  );
  const data = found.filter(intent => searchable === null || searchable.has(intent.id));
  return { status: 200, body: { object: 'search_result', url: '/v1/payment_intents/search', has_more: false, data } };
}

/** Of a query for all of some metadata; null where it asks for something else. */
function metadataSought(query: string): [name: string, value: string][] | null {
  const clauses = query.split(' AND ').map(clause => /^metadata\['(\w+)'\]:'([\w-]+)'$/.exec(clause));
  return clauses.every(clause => clause !== null) ? clauses.map(([, name, value]) => [name!, value!]) : null;
}
