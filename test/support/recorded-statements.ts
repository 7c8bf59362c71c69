import type { Connection, Database, Sql } from '#platform/sql';

export interface RecordedStatements {
  /** The texts of all different statements so far, as PostgreSQL gets them, by where they were first asked. */
  texts: Set<string>;
  around(db: Database): Database;
}

/** Writes down every statement that passes, by itself or in a transaction. */
export function recordStatements(): RecordedStatements {
  const texts = new Set<string>();
  function listening(connection: Connection): Connection {
    return {
      query<Row>(statement: Sql) {
        texts.add(statement.text);
        return connection.query<Row>(statement);
      },
    };
  }
  return {
    texts,
    around: db => ({
      ...listening(db),
      queryByKey(statement) {
        texts.add(statement.text);
        return db.queryByKey(statement);
      },
      transaction: (work, options) => db.transaction(tx => work(listening(tx)), options),
      session: work => db.session(work),
      end: () => db.end(),
      get pool() {
        return db.pool;
      },
    }),
  };
}
