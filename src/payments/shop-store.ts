import { type Connection, sql } from '#platform/sql';

/** By which this shop knows its own payments at a gateway; the same for as long as its database lives. */
export async function readShopId(db: Connection): Promise<string> {
  const [shop] = await db.query<{ shop_id: string }>(sql`select shop_id from payments.shop`);
  return shop!.shop_id;
}
