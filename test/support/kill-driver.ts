import { randomUUID } from 'node:crypto';
import { type Answer, address, type Client, card, createClient, newGuest } from './client.ts';

/** An order that the shop has answered with 201: the client's own record, which the shop can't alter. */
export interface Acknowledged {
  order_id: string;
  total: { amount: number; currency: string };
  product_id: string;
  quantity: number;
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
/** How long a claim of a process that died keeps others out (`limits.idempotencyLeaseMs`), and a little more. */
const LEASE_MS = 31_000;
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
  /** Requests that ended without a yes or a no: each may have become an order, and no more than one. */
  unsure = 0;
  sent = 0;
  repeated = 0;
  readonly #cut: { attempt: Attempt; atMs: number }[] = [];
  readonly #productIds: string[];
  readonly #random: () => number;

  constructor(options: { productIds: string[]; random: () => number }) {
    this.#productIds = options.productIds;
    this.#random = options.random;
  }

  /** Ends when the shop is killed. */
  async shopUntilKilled(shop: { url: string }): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, () => this.#shopUntilCut(shop)));
  }

  /**
   * Half of the shoppers whose request was cut off ask again under their key, the others never come back. Those whose
   * claim is still leased to the dead process have to wait; `everybody` waits for them.
   */
  async askAgain(shop: { url: string }, who: 'whose lease has ended' | 'everybody'): Promise<void> {
    const isDue = ({ atMs }: { atMs: number }) => who === 'everybody' || performance.now() - atMs > LEASE_MS;
    const due = this.#cut.filter(isDue);
    const later = this.#cut.filter(entry => !isDue(entry));
    this.#cut.splice(0, this.#cut.length, ...later);
    await Promise.all(due.map(({ attempt }) => this.#askOrLeave(shop, attempt)));
  }

  async #askOrLeave(shop: { url: string }, attempt: Attempt): Promise<void> {
    if (this.#random() < 0.5) {
      this.unsure += 1;
      return;
    }
    this.repeated += 1;
    const client = createClient(shop.url, attempt.token);
    for (;;) {
      const answer = await this.#send(client, attempt);
      if (answer?.body.code !== 'IDEMPOTENCY_IN_FLIGHT') return;
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
    const product_id = this.#pick(this.#productIds);
    const wish = { product_id, quantity: 1 + Math.floor(this.#random() * 3) };
    const common = { key: randomUUID(), token: client.token!, ...wish };
    if (this.#random() < 0.5) {
      const body = { ...wish, ...delivery, payment: card(this.#pick(cardsOfBuyNow)) };
      const attempt = { path: '/api/buy-now', body, ...common };
      return (await this.#send(client, attempt)) !== undefined;
    }
    const added = await client.post('/api/cart/items', wish);
    const checkout = await client.post('/api/checkouts', delivery);
    // A shop that outlives its database by a moment says so, and has begun nothing that the sweepers don't end.
    if (added.status === 503 || checkout.status === 503) return true;
    if (added.status !== 200 || checkout.status !== 201) {
      this.surprises.push(`${added.status} ${checkout.status} ${JSON.stringify(checkout.body)}`);
      return true;
    }
    const body = { checkout_id: checkout.body.checkout_id, payment: card(this.#pick(cards)) };
    const attempt = { path: '/api/orders', body, ...common };
    return (await this.#send(client, attempt)) !== undefined;
  }

  async #send(client: Client, attempt: Attempt): Promise<Answer | undefined> {
    this.sent += 1;
    try {
      const answer = await client.post(attempt.path, attempt.body, { 'idempotency-key': attempt.key });
      this.#note(attempt, answer);
      return answer;
    } catch (error) {
      if (!isCut(error)) throw error;
      this.#cut.push({ attempt, atMs: performance.now() });
      return undefined;
    }
  }

  #note({ path, product_id, quantity }: Attempt, { status, body }: Answer): void {
    if (!expected.includes(status)) this.surprises.push(`${path} ${status} ${JSON.stringify(body)}`);
    if (status === 202 || status === 503) this.unsure += 1;
    if (status === 201) {
      const { order_id, total } = body;
      this.acknowledged.set(order_id, { order_id, total, product_id, quantity });
    }
  }

  #pick<Item>(items: Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }
}

/** What `fetch` throws when the other side is gone. */
function isCut(error: unknown): boolean {
  return error instanceof TypeError && /fetch failed|terminated/.test(error.message);
}
