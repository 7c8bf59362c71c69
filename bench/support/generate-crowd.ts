import { type CrowdResult, clickAtOnce } from './crowd.ts';
import { buy } from './generate-orders.ts';
import { openShopConnection } from './shop-connection.ts';

export interface CrowdJob {
  url: string;
  productId: string;
  /** One buyer each, who buys one unit once. */
  tokens: string[];
  /** Open before the first click; buyers beyond them wait for one that is free. */
  connections: number;
}

/** Each buyer has one connection to itself until it has its answer. */
export async function generateCrowd({ url, productId, tokens, connections }: CrowdJob): Promise<CrowdResult> {
  const many = Math.min(connections, tokens.length);
  const places = await Promise.all(Array.from({ length: many }, () => openShopConnection(url)));
  const result = await clickAtOnce({
    buyers: tokens.length,
    places,
    click: async (connection, buyer) =>
      (await buy(connection, { way: 'buy-now', token: tokens[buyer]!, productId })) ?? 'confirmed',
  });
  for (const connection of places) connection.close();
  return result;
}
