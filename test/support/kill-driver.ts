import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from '../../src/demo/chance.ts';
import { type Answer, address, type Client, card, createClient, newGuest } from './client.ts';

/** An order that the shop has answered with 201: the client's own record, which the shop can't alter. */
export interface Acknowledged {
  order_id: string;
  total: { amount: number; currency: string };
  product_id: string;
  quantity: number;
  /** Of the request that was answered. */
  key: string;
}

/** A request for money and goods, as it would be sent again. */
interface Attempt {
  path: string;
  body: object;
  key: string;
  token: string;
  product_id: string;
  quantity: number;
}

const CLIENTS = 12;
const RETRY_AFTER_MS = 50;
const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
/** Mostly cards that pay; the others leave more half-done work to a crash. */
const cards = ['tok_visa', 'tok_visa', 'tok_visa', 'tok_visa', 'tok_flaky', 'tok_declined'];
/**
 * A checkout whose card was declined keeps its hold for another try, longer than a test can wait; a buy-now does not.
 */
const cardsOfBuyNow = [...cards, 'tok_capture_fails'];
/** Anything else is a fault, also in the middle of a crash. */
const expected = [201, 202, 402, 409, 410, 503];

/** Shoppers that buy until the shop is gone, and keep a log of what they were promised. */
export class KillDriver {
  readonly acknowledged = new Map<string, Acknowledged>();
  /** Answers that no crash explains. */
  readonly surprises: string[] = [];
  sent = 0;
  repeated = 0;
  soldOut = 0;
  /** By key, the requests that have had neither a yes nor a no: each may have become an order, and no more than one. */
  readonly #open = new Map<string, Attempt>();
  /** Of these the ones whose shopper has not yet decided whether to ask again. */
  #undecided: Attempt[] = [];
  readonly #productIds: string[];
  readonly #chance: Chance;

  constructor(options: { productIds: string[]; chance: Chance }) {
    this.#productIds = options.productIds;
    this.#chance = options.chance;
  }

  get unsure(): number {
    return this.#open.size;
  }

  /** Ends when the shop is killed. */
  async shopUntilKilled(shop: { url: string }): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, () => this.#shopUntilCut(shop)));
  }

  /** Each client once, and then no more. */
  async shopOnce(shop: { url: string }): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, () => this.#shopOnce(shop)));
  }

  /** Half of the shoppers who don't know what became of their request ask again under their key, the others never. */
  async askAgain(shop: { url: string }): Promise<void> {
    const undecided = this.#undecided;
    this.#undecided = [];
    await Promise.all(
      undecided.filter(() => this.#chance.isHit(0.5)).map(attempt => this.#askUntilTold(shop, attempt)),
    );
  }

  /** The key may be leased to a process that died, or the database be away. */
  async #askUntilTold(shop: { url: string }, attempt: Attempt): Promise<void> {
    this.repeated += 1;
    const client = createClient(shop.url, attempt.token);
    for (;;) {
      const answer = await this.#send(client, attempt);
      if (answer === 'cut') return void this.#undecided.push(attempt);
      if (!isAnswerless(answer)) return;
      await pause(RETRY_AFTER_MS);
    }
  }

  async #shopUntilCut(shop: { url: string }): Promise<void> {
    for (let isOpen = true; isOpen; ) {
      isOpen = await this.#shopOnce(shop).catch((error: Error) => {
        if (!isCut(error)) this.surprises.push(String(error.stack));
        return false;
      });
    }
  }

  /** False when the connection was lost. Each wish has a guest of its own, so nothing is superseded. */
  async #shopOnce(shop: { url: string }): Promise<boolean> {
    const client = await newGuest(shop);
    const product_id = this.#chance.pick(this.#productIds);
    const wish = { product_id, quantity: this.#chance.between(1, 3) };
    const common = { key: randomUUID(), token: client.token!, ...wish };
    if (this.#chance.isHit(0.5)) {
      const body = { ...wish, ...delivery, payment: card(this.#chance.pick(cardsOfBuyNow)) };
      return this.#try(client, { path: '/api/buy-now', body, ...common });
    }
    // What a shop without its database, or without the goods, has begun here is nothing that the sweepers don't end.
    const added = await client.post('/api/cart/items', wish);
    if (!this.#mayGoOn(added, 200)) return true;
    const checkout = await client.post('/api/checkouts', delivery);
    if (!this.#mayGoOn(checkout, 201)) return true;
    const body = { checkout_id: checkout.body.checkout_id, payment: card(this.#chance.pick(cards)) };
    // A cart takes no more than there is.
    const { quantity } = checkout.body.items[0];
    return this.#try(client, { path: '/api/orders', body, ...common, quantity });
  }

  #mayGoOn({ status, body }: Answer, wanted: number): boolean {
    const isSoldOut = body.code === 'OUT_OF_STOCK';
    if (isSoldOut) this.soldOut += 1;
    else if (status !== wanted && status !== 503) this.surprises.push(`${status} ${JSON.stringify(body)}`);
    return status === wanted;
  }

  async #try(client: Client, attempt: Attempt): Promise<boolean> {
    const answer = await this.#send(client, attempt);
    if (answer !== 'cut' && !isAnswerless(answer)) return true;
    this.#undecided.push(attempt);
    return answer !== 'cut';
  }

  async #send(client: Client, attempt: Attempt): Promise<Answer | 'cut'> {
    this.sent += 1;
    this.#open.set(attempt.key, attempt);
    try {
      const answer = await client.post(attempt.path, attempt.body, { 'idempotency-key': attempt.key });
      this.#note(attempt, answer);
      return answer;
    } catch (error) {
      if (!isCut(error)) throw error;
      return 'cut';
    }
  }

  #note({ path, key, product_id, quantity }: Attempt, answer: Answer): void {
    const { status, body } = answer;
    if (!expected.includes(status)) this.surprises.push(`${path} ${status} ${JSON.stringify(body)}`);
    // A payment under way (202) has yet to become one or the other.
    if (status !== 202 && !isAnswerless(answer)) this.#open.delete(key);
    if (body.code === 'OUT_OF_STOCK') this.soldOut += 1;
    if (status !== 201) return;
    const { order_id, total } = body;
    const before = this.acknowledged.get(order_id);
    if (before !== undefined && before.key !== key) this.surprises.push(`${order_id} is the order of two requests`);
    this.acknowledged.set(order_id, { order_id, total, product_id, quantity, key });
  }
}

/** An outage, or a first request that is still thought to run: neither yes nor no. */
function isAnswerless({ status, body }: Answer): boolean {
  return status === 503 || body.code === 'IDEMPOTENCY_IN_FLIGHT';
}

/** What `fetch` throws when the other side is gone. */
function isCut(error: unknown): boolean {
  return error instanceof TypeError && /fetch failed|terminated/.test(error.message);
}
