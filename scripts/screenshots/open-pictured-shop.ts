import { randomUUID } from 'node:crypto';
import { demoLogins } from '../../src/demo/people.ts';
import type { PicturedShop, Role } from './pages.ts';

/** The demo's shop, its API, and the sessions of its people. */
export interface OpenShop extends PicturedShop {
  /** Of a role's session; undefined for a guest, who gets one from the shop. */
  tokenOf(as: Role): string | undefined;
}

export async function openPicturedShop(url: string): Promise<OpenShop> {
  const tokens = new Map<Role, string>();
  for (const role of ['customer', 'seller', 'staff'] as const) tokens.set(role, await logIn(url, role));

  async function ask<Answer>(path: string, as: Role, body?: unknown): Promise<Answer> {
    const token = tokens.get(as);
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return readJson(
      await fetch(url + path, body === undefined ? { headers } : { headers, ...jsonPost(body, headers) }),
    );
  }

  return {
    url,
    tokenOf: as => tokens.get(as),
    read: (path, as = 'guest') => ask(path, as),
    send: (path, body, as) => ask(path, as, body),
  };
}

async function logIn(url: string, role: Role): Promise<string> {
  const { email, password } = demoLogins.find(login => login.role === role)!;
  const answer = await fetch(`${url}/api/account/login`, jsonPost({ email, password }));
  return (await readJson<{ token: string }>(answer)).token;
}

function jsonPost(body: unknown, headers: Record<string, string> = {}): RequestInit {
  const typed = { ...headers, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  return { method: 'POST', headers: typed, body: JSON.stringify(body) };
}

async function readJson<Answer>(answer: Response): Promise<Answer> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}: ${text}`);
  return JSON.parse(text) as Answer;
}
