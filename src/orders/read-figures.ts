import { limits } from '#limits';
import type { Orders } from '#orders';
import type { Clock } from '#platform/clock';
import { money } from '#platform/money';
import { accept, refuse } from '#platform/outcome';
import type { Deps } from './deps.ts';
import { liveSteps, presentSeconds, presentSteps, todayStep, totalOf, wholeSteps } from './figure-rules.ts';
import { readSteps, readTopProducts } from './seller-orders-store.ts';

const TOP_PRODUCTS = 10;

export async function getSalesFigures(
  deps: Deps,
  input: Parameters<Orders['getSalesFigures']>[0],
): ReturnType<Orders['getSalesFigures']> {
  const { db, catalog, currency } = deps;
  const steps = wholeSteps(input);
  if (steps === null) return refuse('FIGURES_SPAN_INVALID');
  const span = { ...steps, seller_id: input.seller_id };
  const [sold, top] = await Promise.all([
    readSteps(db, span),
    readTopProducts(db, span, { most: limits.figureOrdersMax, top: TOP_PRODUCTS }),
  ]);
  const products = top.length === 0 ? [] : await catalog.getProducts({ product_ids: top.map(each => each.product_id) });
  const titles = new Map(products.map(product => [product.product_id, product.title]));
  return accept({
    ...presentSteps(sold, currency),
    top_products: top.map(({ product_id, units, amount }) => ({
      product_id,
      title: titles.get(product_id) ?? product_id,
      units,
      amount: money(amount, currency),
    })),
  });
}

/** Made once a process, so that all who watch share what was read. */
export function createLiveSales({ db, clock, currency }: Pick<Deps, 'db' | 'clock' | 'currency'>) {
  const lastSeconds = shared(clock, limits.liveSecondsKeptMs, nowMs => readSteps(db, liveSteps(nowMs)));
  const today = shared(clock, limits.liveTodayKeptMs, async nowMs => totalOf(await readSteps(db, todayStep(nowMs))));
  return async ({ after }: { after: string }): ReturnType<Orders['getLiveSales']> => {
    const [sold, { orders, units, amount }] = await Promise.all([lastSeconds(), today()]);
    return {
      seconds: presentSeconds(sold, after, currency),
      today: { orders, units, amount: money(amount, currency) },
    };
  };
}

/** One reading for all who ask while it runs and for `keptMs` after it began; a failed one is not kept. */
function shared<Value>(clock: Clock, keptMs: number, read: (nowMs: number) => Promise<Value>): () => Promise<Value> {
  let kept: { sinceMs: number; value: Promise<Value> } | undefined;
  return () => {
    const nowMs = clock.nowMs();
    if (kept !== undefined && nowMs - kept.sinceMs < keptMs) return kept.value;
    const reading = { sinceMs: nowMs, value: read(nowMs) };
    kept = reading;
    reading.value.catch(() => {
      if (kept === reading) kept = undefined;
    });
    return reading.value;
  };
}
