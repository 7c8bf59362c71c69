import type { Answer, Client } from './client.ts';

/** Each refusal is told within this, whatever was sent. */
const ANSWER_MS = 2_000;

export interface Expected {
  status: number | number[];
  code?: string | RegExp;
  /** A pointer that `errors` must name. */
  path?: string;
}

export interface Sent {
  name: string;
  send(): Promise<Answer>;
  expected: Expected;
}

/** Sends each and answers what was not as expected, one line each; an empty list is what a test wants to see. */
export async function findSurprises(requests: Iterable<Sent>): Promise<string[]> {
  const surprises: string[] = [];
  for (const { name, send, expected } of requests) {
    const sentAt = performance.now();
    const answer = await send();
    const tookMs = Math.round(performance.now() - sentAt);
    const faults = faultsOf(answer, expected);
    if (tookMs > ANSWER_MS) faults.push(`took ${tookMs} ms`);
    const told = JSON.stringify(answer.body)?.slice(0, 300);
    if (faults.length > 0) surprises.push(`${name}: ${faults.join(', ')} (${answer.status} ${told})`);
  }
  return surprises;
}

/** What is wrong with a refusal: not the one expected, or not a problem as API.md has them. */
function faultsOf({ status, body, headers }: Answer, expected: Expected): string[] {
  const statuses = [expected.status].flat();
  if (!statuses.includes(status)) return [`expected ${statuses.join(' or ')}`];
  const faults: string[] = [];
  if (headers.get('content-type')?.split(';')[0] !== 'application/problem+json') faults.push('no problem+json');
  if (body?.status !== status) faults.push('status in the body');
  if (typeof body?.title !== 'string' || body.title === '') faults.push('no title');
  if (!/^[A-Z][A-Z0-9_]*$/.test(body?.code ?? '')) faults.push('no code');
  if (headers.get('cache-control') !== 'private, no-store') faults.push('cacheable');
  const { code, path } = expected;
  if (typeof code === 'string' && body?.code !== code) faults.push(`expected ${code}`);
  if (code instanceof RegExp && !code.test(body?.code)) faults.push(`expected ${code}`);
  const paths: string[] = (body?.errors ?? []).map((error: { path: string }) => error.path);
  if (path !== undefined && !paths.includes(path)) faults.push(`names ${paths.join(' ')} and not ${path}`);
  return faults;
}

export interface Request {
  method: string;
  path: string;
  /** Text goes as it is, all else as JSON; a DELETE may have one too. */
  body?: unknown;
  headers?: Record<string, string>;
}

export async function sendAs(url: string, { token }: Client, request: Request): Promise<Answer> {
  const { method, path, body } = request;
  const headers: Record<string, string> = { ...request.headers };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] ??= 'application/json';
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${url}${path}`, { method, headers, body: payload });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}
