/** 16 steps a doubling: a percentile is at most 4.5 % above the truth, and memory doesn't grow with the requests. */
const STEPS = 16;
const BUCKETS = STEPS * 26;

export interface LatencyHistogram {
  add(latencyMs: number): void;
  /** The latency in milliseconds that `share` (0 to 1) of the requests did not exceed; 0 without requests. */
  percentile(share: number): number;
}

/** From a microsecond to a minute; what lies outside counts as the nearest. */
export function latencyHistogram(): LatencyHistogram {
  const counts = new Float64Array(BUCKETS);
  let total = 0;
  return {
    add(latencyMs) {
      const bucket = Math.ceil(Math.log2(Math.max(1, latencyMs * 1_000)) * STEPS);
      counts[Math.min(BUCKETS - 1, bucket)]! += 1;
      total += 1;
    },
    percentile(share) {
      if (total === 0) return 0;
      let seen = 0;
      const bucket = counts.findIndex(count => {
        seen += count;
        return seen >= share * total && seen > 0;
      });
      return 2 ** (bucket / STEPS) / 1_000;
    },
  };
}
