import type { Connection, Database } from '#platform/sql';
import type { Warehouse } from './contract.ts';
import { readWarehouses } from './store.ts';

/** The warehouses in memory: few, never removed, and read by every allocation. */
export interface Warehouses {
  /** In the order of their making. */
  list(): Promise<readonly Warehouse[]>;
  find(warehouseId: string): Promise<Warehouse | undefined>;
  /** One that `ensure` has seen. */
  get(warehouseId: string): Warehouse;
  /**
   * Reads again where one is missing: another process may have made it. By the caller's connection, since all of the
   * pool's may be held by transactions that come here, and none would ever get another one.
   */
  ensure(connection: Connection, rows: readonly { warehouse_id: string }[]): Promise<void>;
  reload(): Promise<void>;
}

export function createWarehouses(db: Database): Warehouses {
  let known = new Map<string, Warehouse>();

  async function reload(connection: Connection = db): Promise<void> {
    known = new Map((await readWarehouses(connection)).map(warehouse => [warehouse.warehouse_id, warehouse]));
  }

  return {
    reload: () => reload(),
    async list() {
      await reload();
      return [...known.values()];
    },
    async find(warehouseId) {
      if (!known.has(warehouseId)) await reload();
      return known.get(warehouseId);
    },
    get(warehouseId) {
      const warehouse = known.get(warehouseId);
      if (warehouse === undefined) throw new Error(`the warehouse ${warehouseId} has not been read`);
      return warehouse;
    },
    async ensure(connection, rows) {
      if (rows.some(row => !known.has(row.warehouse_id))) await reload(connection);
    },
  };
}
