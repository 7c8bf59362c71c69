import { type Connection, type Database, type Sql, sql } from './sql.ts';

/** What `create_distributed_table` and its like are to make of a database. */
export interface Distribution {
  /** By which all tables are distributed. */
  column: string;
  /** All of them co-located with the first. */
  tables: readonly string[];
  /** A copy on every node. */
  references: readonly string[];
  /** With the types of their arguments: on every node too. */
  functions: readonly string[];
}

/** The database lacks something that has to be there before tables can be distributed. */
export class NotDistributable extends Error {
  constructor(problems: string[]) {
    super(problems.join('\n'));
    this.name = 'NotDistributable';
  }
}

/**
 * Distributes what is not distributed yet, and answers the tables and functions, in order. Each statement commits by
 * itself, since moving a table's rows takes as long as it takes: whoever is stopped runs it again and it goes on.
 */
export async function distribute(db: Database, wanted: Distribution): Promise<string[]> {
  await checkCitus(db);
  const problems = await findUnfit(db, wanted);
  if (problems.length > 0) throw new NotDistributable(problems);
  const steps = planDistribution(wanted, await readDistributed(db));
  for (const { statement } of steps) {
    await db.session(async client => {
      await client.query('set statement_timeout = 0');
      // Ours only refuse to change what is only ever added to.
      await client.query('set citus.enable_unsafe_triggers = on');
      await client.query({ text: statement.text, values: statement.values });
      await client.query('reset statement_timeout');
      await client.query('reset citus.enable_unsafe_triggers');
    });
  }
  return [...new Set(steps.map(step => step.name))];
}

async function checkCitus(db: Connection): Promise<void> {
  const rows = await db.query(sql`select from pg_extension where extname = 'citus'`);
  if (rows.length > 0) return;
  throw new NotDistributable([
    'This database has no Citus: nothing was distributed.',
    'On the coordinator put citus into shared_preload_libraries, run "create extension citus" and add the workers;',
    'docs/runbook.md tells the steps. Without Citus, LEDGER_SHARDING stays none.',
  ]);
}

/** Tables and functions that are distributed or copied already. */
async function readDistributed(db: Connection): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>(sql`
    select c.relnamespace::regnamespace || '.' || c.relname as name
    from pg_dist_partition p join pg_class c on c.oid = p.logicalrelid
    union all
    select p.pronamespace::regnamespace || '.' || p.proname
    from pg_catalog.pg_dist_object o join pg_proc p on o.classid = 'pg_proc'::regclass and o.objid = p.oid`);
  return new Set(rows.map(row => row.name));
}

export interface Step {
  name: string;
  statement: Sql;
}

/**
 * References first: a foreign key of a distributed table may only lead to one. The rows that a table had before are
 * copied to its shards, and then dropped from the coordinator, where nobody would see them any more.
 */
export function planDistribution(wanted: Distribution, done: ReadonlySet<string>): Step[] {
  const [first] = wanted.tables;
  const references = wanted.references.map(name => ({ name, statement: sql`select create_reference_table(${name})` }));
  const functions = wanted.functions.map(name => ({
    name,
    statement: sql`select create_distributed_function(${name})`,
  }));
  const tables = wanted.tables.flatMap(name => {
    const beside = name === first ? 'none' : first;
    return [
      {
        name,
        statement: sql`select create_distributed_table(${name}, ${wanted.column}, colocate_with => ${beside})`,
      },
      { name, statement: sql`select truncate_local_data_after_distributing_table(${name})` },
    ];
  });
  const isDone = (name: string) => done.has(name.replace(/\(.*/, ''));
  return [...references, ...functions, ...tables].filter(step => !isDone(step.name));
}

/**
 * Why Citus would refuse these tables, as the catalogue of PostgreSQL has them; none where all are fit. Each unique key
 * has to contain the column, or a shard could not tell alone that a row is new; identity columns are bigint, whose
 * range is divided among the nodes, and of a table without foreign keys; foreign keys lead to references, or to a
 * co-located table and contain the column.
 */
export async function findUnfit(db: Connection, { column, tables, references }: Distribution): Promise<string[]> {
  const rows = await db.query<{ problem: string }>(sql`
    with hot as (
      select name, to_regclass(name) as id from unnest(${[...tables]}::text[]) as t (name)
    ), keys as (
      select hot.name, hot.id, a.attnum, a.atttypid, a.attnotnull
      from hot left join pg_attribute a on a.attrelid = hot.id and a.attname = ${column} and not a.attisdropped
    )
    select name || ' does not exist' as problem from hot where id is null
    union all
    select name || '.' || ${column} || ' has to be a smallint that is never null' from keys
    where id is not null and (attnum is null or atttypid <> 'smallint'::regtype or not attnotnull)
    union all
    select keys.name || ': its unique key ' || i.indexrelid::regclass || ' lacks ' || ${column}
    from keys join pg_index i on i.indrelid = keys.id
    where i.indisunique and not (keys.attnum = any(i.indkey::smallint[]))
    union all
    select keys.name || ': its constraint ' || con.conname || ' excludes rows over all shards'
    from keys join pg_constraint con on con.conrelid = keys.id where con.contype = 'x'
    union all
    select keys.name || ': its identity column ' || a.attname || ' is no bigint'
    from keys join pg_attribute a on a.attrelid = keys.id
    where a.attidentity <> '' and a.atttypid <> 'bigint'::regtype
    union all
    select keys.name || ': it has an identity column and the foreign key ' || con.conname
    from keys join pg_constraint con on con.conrelid = keys.id and con.contype = 'f'
    where exists (select from pg_attribute a where a.attrelid = keys.id and a.attidentity <> '')
    union all
    select keys.name || ': its foreign key ' || con.conname || ' leads to ' || con.confrelid::regclass
    from keys join pg_constraint con on con.conrelid = keys.id and con.contype = 'f'
    where not con.confrelid = any(${[...references]}::text[]::regclass[])
      and not (con.confrelid in (select id from hot where id is not null) and keys.attnum = any(con.conkey))
    order by problem`);
  return rows.map(row => row.problem);
}
