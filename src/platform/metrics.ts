import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A gauge's answer: one number, or one a set of labels. */
export type Readings = number | { labels: Record<string, string>; value: number }[];

/** Names get the prefix `doorbuster_`. Asking twice for a name gives the same metric. */
export interface Metrics {
  counter<Label extends string>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  /** `buckets` default to seconds from 1 ms to 10 s. */
  histogram<Label extends string>(
    name: string,
    help: string,
    options?: { labels?: readonly Label[]; buckets?: number[] },
  ): Histogram<Label>;
  /**
   * Read when the metrics are asked for. Several collectors may share a name with different labels; one that throws is
   * left out. The answer ends this collector.
   */
  gauge(
    name: string,
    help: string,
    collect: () => Readings | Promise<Readings>,
    labels?: readonly string[],
  ): () => void;
  /** The text that Prometheus scrapes. */
  text(): Promise<string>;
  /** The content type of `text()`. */
  readonly contentType: string;
}

const PREFIX = 'doorbuster_';
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const collectors = new Map<string, Set<() => Readings | Promise<Readings>>>();
  collectDefaultMetrics({ register: registry, prefix: PREFIX });

  return {
    counter<Label extends string>(name: string, help: string, labels: readonly Label[] = []) {
      const known = registry.getSingleMetric(PREFIX + name) as Counter<Label> | undefined;
      return known ?? new Counter<Label>({ name: PREFIX + name, help, labelNames: [...labels], registers: [registry] });
    },
    histogram<Label extends string>(
      name: string,
      help: string,
      options: { labels?: readonly Label[]; buckets?: number[] } = {},
    ) {
      const known = registry.getSingleMetric(PREFIX + name) as Histogram<Label> | undefined;
      if (known) return known;
      const { labels = [], buckets = SECONDS } = options;
      return new Histogram<Label>({
        name: PREFIX + name,
        help,
        labelNames: [...labels],
        buckets,
        registers: [registry],
      });
    },
    gauge(name, help, collect, labels = []) {
      const known = collectors.get(name) ?? new Set();
      if (!collectors.has(name)) {
        collectors.set(name, known);
        new Gauge({
          name: PREFIX + name,
          help,
          labelNames: [...labels],
          registers: [registry],
          async collect() {
            this.reset();
            for (const readings of await Promise.all([...known].map(read))) {
              for (const { labels: of, value } of readings) this.set(of, value);
            }
          },
        });
      }
      known.add(collect);
      return () => void known.delete(collect);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** One part that does not answer must not hide the figures of the others. */
async function read(collect: () => Readings | Promise<Readings>): Promise<Exclude<Readings, number>> {
  try {
    const readings = await collect();
    return typeof readings === 'number' ? [{ labels: {}, value: readings }] : readings;
  } catch {
    return [];
  }
}
