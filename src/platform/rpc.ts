import type { Contract, Operation } from './contract.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** A module as it is served: its contract and the object that keeps it. */
export interface ServedModule {
  contract: { name: string; operations: Record<string, Operation<unknown>> };
  api: object;
}

export interface RpcServer {
  url: string;
  /** Takes no new calls, and ends when the running ones have been answered. */
  stop(): Promise<void>;
}

export async function serveRpc(_options: {
  host: string;
  port: number;
  secret: string;
  modules: Record<string, ServedModule>;
  log: Log;
  metrics: Metrics;
}): Promise<RpcServer> {
  throw new Error('written next');
}

/** A remote module: the same methods with the same outcomes; an outage is thrown as `Unavailable`. */
export function connectRpc<Api extends object>(
  _contract: Contract<Api>,
  _options: { url: string; secret: string; log: Log; metrics: Metrics; timeoutMs?: number },
): Api & { close(): Promise<void> } {
  throw new Error('written next');
}
