import { AsyncLocalStorage } from 'node:async_hooks';
import Stripe from 'stripe';
import { Agent, request } from 'undici';
import { limits } from '#limits';

/** What this adapter is written for: an SDK made for another one does not compile here. */
const API_VERSION = '2026-10-28.endive';
/** A payment intent with all that is expanded has some kilobytes. */
const ANSWER_BYTES_MAX = 1_048_576;

type HttpClient = NonNullable<Stripe.StripeConfig['httpClient']>;

export interface StripeClient {
  /** One call of the SDK, which ends when the signal says so. */
  ask<Value>(signal: AbortSignal, call: (stripe: Stripe) => Promise<Value>): Promise<Value>;
  webhooks: Stripe['webhooks'];
}

/**
 * The official SDK without what it does by itself: repeats are those of `gateway-call.ts`, and nothing is told about
 * how the shop uses it.
 */
export function createStripeClient({ secretKey, apiUrl }: { secretKey: string; apiUrl: string }): StripeClient {
  const { protocol, hostname, port } = new URL(apiUrl);
  const isPlain = protocol === 'http:';
  // The SDK knows no signals: the one of a call reaches its request through the asynchronous context.
  const signals = new AsyncLocalStorage<AbortSignal>();
  const stripe = new Stripe(secretKey, {
    apiVersion: API_VERSION,
    host: hostname,
    port: port || (isPlain ? 80 : 443),
    protocol: isPlain ? 'http' : 'https',
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: httpClient(signals),
  });
  return {
    ask: (signal, call) => signals.run(signal, () => call(stripe)),
    webhooks: stripe.webhooks,
  };
}

/** Keep-alive connections, bounded; redirects are not followed. An answer counts only as a whole. */
function httpClient(signals: AsyncLocalStorage<AbortSignal>): HttpClient {
  const dispatcher = new Agent({
    connections: limits.gatewayCallsMax,
    pipelining: 1,
    maxResponseSize: ANSWER_BYTES_MAX,
  });
  return {
    getClientName: () => 'undici',
    async makeRequest(host, port, path, method, headers, body, protocol) {
      const answer = await send();
      return {
        getStatusCode: () => answer.status,
        getHeaders: () => answer.headers,
        getRawResponse: () => ({}),
        toStream: () => {
          throw new Error('nothing is streamed here');
        },
        toJSON: async () => JSON.parse(answer.text),
      };

      async function send(): Promise<{ status: number; headers: Record<string, string>; text: string }> {
        try {
          const answer = await request(`${protocol}://${host}:${port}${path}`, {
            dispatcher,
            signal: signals.getStore(),
            method: method as 'GET' | 'POST',
            headers: plain(headers),
            body: method === 'GET' ? undefined : body,
          });
          return { status: answer.statusCode, headers: plain(answer.headers), text: await answer.body.text() };
        } catch (error) {
          // Without its code: the SDK would repeat a closed connection by itself, even with its repeats off.
          const { message, code } = error as Error & { code?: string };
          throw new Error(message || code || 'no connection');
        }
      }
    },
  };
}

function plain(headers: Record<string, number | string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
