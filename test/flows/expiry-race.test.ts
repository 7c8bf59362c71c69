// Goal: of a payment and the expiry of its hold at the very moment exactly one wins, and the money follows the goods.
// Method: orders are paid through one process, while another, whose clock is past the end of every hold, sweeps at the
// moment at which one of them is being authorised; which one, and how long after, is from a seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '#platform/clock';
import { derivedId } from '#platform/ids';
import { type Chance, chanceFrom } from '../../src/demo/chance.ts';
import type { Gateway } from '../../src/payments/gateway.ts';
import { openInventory } from '../support/inventory.ts';
import { ordersWorld, type Placing, TTL_MS, type World } from '../support/orders-world.ts';

const RACES = 2_000;
/** Few, so that most of them are close to the sweep; several, so that they meet it in groups. */
const AT_ONCE = 40;
/** Turns of the event loop: a few milliseconds, as long as it takes from there to the sale. */
const TURNS_LATE_MAX = 4;
const SEED = process.env.RACE_SEED ?? String(Date.now());

interface Race {
  product: string;
  reservation_id: string;
  order_id: string;
  pay(): Promise<Placing>;
}

test('expiry and payment at the very moment: one winner each, 2,000 times', async t => {
  t.diagnostic(`RACE_SEED=${SEED}`);
  const chance = chanceFrom(SEED);
  const starter = createStarter();
  const world = await ordersWorld(t, { gateway: starter.watch });
  const past: Clock = { ...world.clock, nowMs: () => world.clock.nowMs() + TTL_MS + 1_000 };
  const { module } = await openInventory(t, { db: world.db, clock: past });
  const sweep = module.jobs!.find(job => job.name === 'inventory_sweep')!;
  const product = await world.sell(RACES);

  const won = { payment: 0, expiry: 0 };
  for (let raced = 0; raced < RACES; raced += AT_ONCE) {
    const races = await Promise.all(Array.from({ length: AT_ONCE }, () => prepare(world, product, chance)));
    const shot = starter.afterSteps(chance.between(1, AT_ONCE));
    const turnsLate = chance.between(0, TURNS_LATE_MAX);
    const swept = shot.then(async () => {
      for (let turn = 0; turn < turnsLate; turn += 1) await new Promise(setImmediate);
      await sweep.run(AbortSignal.timeout(20_000));
    });
    const told = await Promise.all(races.map(race => race.pay()));
    await swept;
    for (const winner of await Promise.all(races.map((race, i) => winnerOf(world, race, told[i]!)))) won[winner] += 1;
  }
  t.diagnostic(`payment won ${won.payment}, expiry ${won.expiry}`);
  assert.equal(won.payment + won.expiry, RACES);
  assert.ok(won.payment > 0 && won.expiry > 0, 'both may win');
  assert.deepEqual(await world.units(product), [RACES - won.payment, 0, RACES - won.payment]);
  await world.settle();
  assert.deepEqual(await world.units(product), [RACES - won.payment, 0, RACES - won.payment]);
});

/** Half of them hold their goods in a checkout before, the others for as long as their one request takes. */
async function prepare(world: World, product: string, chance: Chance): Promise<Race> {
  const person = world.shopper();
  const order_id = world.ids.nextFor(person.person_id);
  if (chance.isHit(0.5)) {
    const reservation_id = derivedId(order_id, 'reservation');
    return { product, reservation_id, order_id, pay: () => world.buy(person, product, 1, undefined, order_id) };
  }
  const checkout_id = await world.checkedOut(person, { [product]: 1 });
  const reservation_id = derivedId(checkout_id, 'reservation');
  return { product, reservation_id, order_id, pay: () => world.place(person, checkout_id, undefined, order_id) };
}

/** Answer, order, goods and money say the same. */
async function winnerOf(world: World, race: Race, told: Placing): Promise<'payment' | 'expiry'> {
  const { reservation_id, order_id, product } = race;
  const [order, hold, charges] = await Promise.all([
    world.order(order_id),
    world.inventory.getReservation({ reservation_id, product_ids: [product] }),
    world.charges(order_id),
  ]);
  const seen = [told.ok ? told.value.order.status : told.code, order?.status, hold?.state, charges];
  if (told.ok) {
    assert.deepEqual(seen, ['CONFIRMED', 'CONFIRMED', 'sold', [['captured', 1715, 0]]]);
    return 'payment';
  }
  assert.deepEqual(seen, ['RESERVATION_EXPIRED', 'PAYMENT_FAILED', 'expired', [['voided', 0, 0]]]);
  return 'expiry';
}

/** Tells when payments have been asked for and authorised so many times: what follows is the sale of their goods. */
function createStarter() {
  let left = 0;
  let fire = () => {};
  const step = () => {
    left -= 1;
    if (left === 0) fire();
  };
  return {
    watch: (gateway: Gateway): Gateway => ({
      ...gateway,
      async authorise(request, signal) {
        step();
        const answer = await gateway.authorise(request, signal);
        step();
        return answer;
      },
    }),
    afterSteps(count: number): Promise<void> {
      left = count;
      const { promise, resolve } = Promise.withResolvers<void>();
      fire = resolve;
      return promise;
    },
  };
}
