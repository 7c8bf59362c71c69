import { after, before } from 'node:test';
import { startTestShop, type TestShop } from '../support/shop.ts';

/** One shop for all tests of a file: started and filled before the first, stopped after the last. */
export function sharedShop(
  environment: Record<string, string> = {},
  fill: (shop: TestShop) => Promise<void> = async () => {},
): TestShop {
  const shared = {} as TestShop;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    Object.assign(shared, await startTestShop({ after: end => void ends.push(end) }, { environment }));
    await fill(shared);
  });
  after(async () => {
    for (const end of ends) await end();
  });
  return shared;
}
