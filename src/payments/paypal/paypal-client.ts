import { Agent, request } from 'undici';
import { limits } from '#limits';
import { type AccessToken, keepAccessToken } from './access-token.ts';

export interface PaypalAccess {
  /** PayPal's API: `https://api-m.paypal.com`, or its sandbox. */
  url: string;
  clientId: string;
  clientSecret: string;
}

export interface PaypalAnswer {
  status: number;
  /** Empty where the answer has no body, or one that isn't JSON. */
  body: Record<string, unknown>;
}

export interface PaypalClient {
  get(path: string, signal: AbortSignal): Promise<PaypalAnswer>;
  /** `key` is the `PayPal-Request-Id`: the same key again is the same request. */
  post(path: string, asked: { key: string; body: object }, signal: AbortSignal): Promise<PaypalAnswer>;
}

const RESPONSE_BYTES_MAX = 1_048_576;

/** Keep-alive connections, bounded; redirects are not followed, and no error that it throws names a secret. */
export function connectPaypal({ url, clientId, clientSecret }: PaypalAccess, nowMs: () => number): PaypalClient {
  const dispatcher = new Agent({
    connections: limits.gatewayCallsMax,
    pipelining: 1,
    maxResponseSize: RESPONSE_BYTES_MAX,
  });
  const tokens = keepAccessToken(fetchToken, nowMs);

  /** Not under the signal of whoever asked first: the others wait for the same token. */
  async function fetchToken(): Promise<AccessToken> {
    const answer = await request(`${url}/v1/oauth2/token`, {
      dispatcher,
      signal: AbortSignal.timeout(limits.gatewayTimeoutMs),
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
    const { status, body } = await readAnswer(answer);
    const { access_token, expires_in } = body;
    if (status !== 200 || typeof access_token !== 'string' || typeof expires_in !== 'number')
      throw new Error(`PayPal answered ${status} instead of an access token`);
    return { token: access_token, livesMs: expires_in * 1000 };
  }

  async function send(
    signal: AbortSignal,
    path: string,
    asked: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string },
  ): Promise<PaypalAnswer> {
    const sendWith = async (token: string) => {
      const headers = { ...asked.headers, authorization: `Bearer ${token}` };
      return await readAnswer(await request(`${url}${path}`, { ...asked, dispatcher, signal, headers }));
    };
    const token = await tokens.current();
    const answer = await sendWith(token);
    if (answer.status !== 401) return answer;
    // Refused before anything was done, so a second try under the same key is safe.
    return await sendWith(await tokens.renewed(token));
  }

  return {
    get: (path, signal) => send(signal, path, { method: 'GET', headers: {} }),
    post: (path, { key, body }, signal) =>
      send(signal, path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          // Without it an answer is an id and links only.
          prefer: 'return=representation',
          'paypal-request-id': key,
        },
        body: JSON.stringify(body),
      }),
  };
}

async function readAnswer(answer: Awaited<ReturnType<typeof request>>): Promise<PaypalAnswer> {
  const body = parse(await answer.body.text());
  return { status: answer.statusCode, body };
}

function parse(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {}; // A void answers nothing, and a proxy in front of PayPal a page.
  }
}
