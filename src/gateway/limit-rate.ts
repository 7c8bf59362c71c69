import type { FastifyRequest } from 'fastify';
import type { HotStore, TakeLimit } from '#platform/hot-store';
import { edgeProblem } from '#platform/http';
import { personOf } from '#platform/identity';
import type { Log } from '#platform/log';

/**
 * Requests a second and a burst, by the route's class. Per person where there is one, and per network address with ten
 * times as much, since many people may share one.
 */
const classes: Record<string, TakeLimit> = {
  read: { rate: 30, burst: 120 },
  write: { rate: 10, burst: 40 },
  // Holding and letting go in a loop keeps stock from others.
  checkout: { rate: 0.5, burst: 10 },
  // An order is looked at again and again while it is paid; guesses at a guest's access token are slowed by it.
  order: { rate: 5, burst: 60 },
  // Guesses at sessions and at the admin key. What signs in or uses a mail's token is limited in accounts.
  wrong_token: { rate: 1, burst: 20 },
  staff: { rate: 100, burst: 500 },
};
const ADDRESS_FACTOR = 10;

export function createRateLimit(options: { hotStore: HotStore; enabled: boolean; log: Log }) {
  if (!options.enabled) options.log.warn('RATE_LIMITS=off: nobody is slowed down. For benchmarks and acceptance only.');
  return async (request: FastifyRequest): Promise<void> => {
    if (!options.enabled) return;
    const name = classOf(request);
    const limit = classes[name]!;
    const person = personOf(request.caller);
    const byAddress = { rate: limit.rate * ADDRESS_FACTOR, burst: limit.burst * ADDRESS_FACTOR };
    const takes = [options.hotStore.take(`limit:${name}:address:${request.ip}`, byAddress)];
    if (person !== null) takes.push(options.hotStore.take(`limit:${name}:person:${person}`, limit));
    const refused = (await Promise.all(takes)).filter(answer => !answer.allowed);
    if (refused.length === 0) return;
    const seconds = Math.ceil(Math.max(...refused.map(answer => answer.retryAfterMs)) / 1000);
    throw edgeProblem('TOO_MANY_REQUESTS', { headers: { 'Retry-After': String(Math.max(1, seconds)) } });
  };
}

function classOf(request: FastifyRequest): string {
  const { rateLimit } = request.routeOptions.config;
  if (request.caller.kind === 'nobody' && request.headers.authorization !== undefined) return 'wrong_token';
  if (rateLimit !== undefined) return rateLimit;
  if (request.caller.kind === 'key') return 'staff';
  return request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write';
}
