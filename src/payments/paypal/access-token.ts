export interface AccessToken {
  token: string;
  livesMs: number;
}

export interface AccessTokens {
  current(): Promise<string>;
  /** A newer one than `refused`, which PayPal didn't take although it should have lived. */
  renewed(refused: string): Promise<string>;
}

/** Renewed so long before its end that no request is on its way with a token that ends meanwhile. */
const MARGIN_MS = 60_000;

/** One token for all, kept in memory alone; who comes while it is fetched waits for that one fetch. */
export function keepAccessToken(fetchToken: () => Promise<AccessToken>, nowMs: () => number): AccessTokens {
  let kept: { token: string; untilMs: number } | undefined;
  let fetching: Promise<string> | undefined;

  async function fetchNew(): Promise<string> {
    try {
      const { token, livesMs } = await fetchToken();
      kept = { token, untilMs: nowMs() + livesMs - MARGIN_MS };
      return token;
    } finally {
      fetching = undefined;
    }
  }

  async function current(): Promise<string> {
    if (kept !== undefined && nowMs() < kept.untilMs) return kept.token;
    fetching ??= fetchNew();
    return await fetching;
  }

  return {
    current,
    async renewed(refused) {
      // Another request may have met the same refusal, and renewed it already.
      if (kept?.token === refused) kept = undefined;
      return await current();
    },
  };
}
