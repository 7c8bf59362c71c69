import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseRedisUrl } from '#platform/redis-address';
import type { Sharding } from '#platform/route';
import { type ChaosRates, parseChaosRates } from './payments/simulator/chaos.ts';

/** The modules that `MODULES=` may name; all of them by default. */
export const moduleNames = [
  'catalog',
  'inventory',
  'payments',
  'accounts',
  'search',
  'cart',
  'orders',
  'fulfillment',
  'notifications',
  'audit',
  'gateway',
] as const;
export type ModuleName = (typeof moduleNames)[number];

/** The strategies that `INVENTORY_LEDGER=` may name; the first by default. */
const ledgerNames = ['grouped', 'pessimistic', 'optimistic'] as const;
type LedgerName = (typeof ledgerNames)[number];

/** What `LEDGER_SHARDING=` may name; the first by default. */
const shardings: readonly Sharding[] = ['none', 'citus'];

/** Secrets that are made at the first start and kept in `DATA_DIR/secrets.json` where the environment gives none. */
const secretNames = {
  session: 'SESSION_SECRET',
  orderAccess: 'ORDER_ACCESS_SECRET',
  mailToken: 'MAIL_TOKEN_SECRET',
  idempotency: 'IDEMPOTENCY_SECRET',
  rpc: 'RPC_SECRET',
  adminKey: 'ADMIN_API_KEY',
  simulatorWebhook: 'SIMULATOR_WEBHOOK_SECRET',
  carrierWebhook: 'CARRIER_WEBHOOK_SECRET',
} as const;
export type SecretName = keyof typeof secretNames;

export interface Config {
  production: boolean;
  port: number;
  host: string;
  /** Where people reach the shop: links in mails. */
  publicUrl: string;
  dataDir: string;
  /** Absent: the embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | undefined;
  /**
   * `redis://user:password@host:6379/0`, `rediss://` over TLS. Several hosts with commas between them, or
   * `redis-cluster://`, are a cluster. Absent: no gate before the ledger.
   */
  redisUrl: string | undefined;
  /**
   * OpenSearch or Elasticsearch, `http://user:password@host:9200/prefix`, where search runs. Elsewhere `SEARCH_URL` is
   * that process. Absent: the index in `dataDir`.
   */
  searchEngineUrl: string | undefined;
  currency: string;
  catalogFile: string | undefined;
  demo: boolean;
  modules: ReadonlySet<ModuleName>;
  /** Where a module that does not run here is reached by rpc. */
  moduleUrls: Partial<Record<ModuleName, string>>;
  rpcPort: number;
  rpcHost: string;
  reservationTtlMs: number;
  /** How stock is decided: in groups, by a row lock a command, or by versions. See docs/adr/0011. */
  inventoryLedger: LedgerName;
  /** `citus`: groups are formed a bucket, so that each statement finds its one shard. See docs/adr/0014. */
  ledgerSharding: Sharding;
  rateLimits: boolean;
  /** Off: every page is rendered for each who asks, to measure what that costs. */
  pageCache: boolean;
  /** `EDGE_PURGE_URL`, several with commas: caches in front of the shop, told by `PURGE` what has changed. */
  edgePurgeUrls: string[];
  trustedProxies: string[];
  tls: boolean;
  logLevel: string;
  /** Off by itself in production as soon as a gateway is there that moves money: the simulator's orders are unpaid. */
  hasSimulator: boolean;
  simulatorPort: number;
  simulatorSettleMs: number;
  /** Absent: the simulator runs inside the payments process. */
  simulatorUrl: string | undefined;
  /** Absent: nothing is paid through Stripe. */
  stripe: StripeConfig | undefined;
  /** `timeout=0.1,error=0.1,duplicate=0.2,reorder=0.2`: shares of what goes wrong at the simulator by chance. */
  simulatorChaos: ChaosRates | undefined;
  carrierStepMs: number;
  smtpUrl: string | undefined;
  mailFrom: string;
  /** Absent: nothing is paid by PayPal. */
  paypal: PaypalConfig | undefined;
  secrets: Record<SecretName, string>;
}

export interface StripeConfig {
  secretKey: string;
  /** Absent: its cards are offered to callers of the API alone, and the pages have no form for them. */
  publishableKey: string | undefined;
  /** Newest first. */
  webhookSecrets: string[];
  apiUrl: string;
}

export interface PaypalConfig {
  clientId: string;
  clientSecret: string;
  /** Of PayPal's webhooks that lead here: two while one replaces the other. */
  webhookIds: string[];
  /** PayPal's live API; its sandbox is `https://api-m.sandbox.paypal.com`. */
  url: string;
}

/** What is wrong with the environment, all of it at once, each with what to do. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map(problem => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

type Environment = Record<string, string | undefined>;

/** Parses the whole environment once; throws a `ConfigError` that names every problem. Makes `DATA_DIR`. */
export function readConfig(environment: Environment = process.env): Config {
  const read = reader(environment);
  const production = environment.NODE_ENV === 'production';
  const modules = readModules(read);
  const databaseUrl = read.url('DATABASE_URL', ['postgres:', 'postgresql:']);
  const dataDir = resolve(environment.DATA_DIR || './data');
  const split = modules.size < moduleNames.length;
  if (split && databaseUrl === undefined) {
    read.problems.push('MODULES splits the shop, which needs DATABASE_URL: one PostgreSQL that all processes reach.');
  }
  const moduleUrls = readModuleUrls(read, modules);
  const port = read.integer('PORT', 3000, { min: 0, max: 65_535 });
  const host = environment.HOST || '127.0.0.1';
  const stripe = readStripe(read);
  const paypal = readPaypal(read);
  const isMoneyReal = stripe !== undefined || paypal !== undefined;
  const config = {
    production,
    port,
    host,
    publicUrl: read.url('PUBLIC_URL', ['http:', 'https:'])?.replace(/\/$/, '') ?? `http://${host}:${port}`,
    dataDir,
    databaseUrl,
    redisUrl: read.address('REDIS_URL', isRedis, REDIS_ADDRESS),
    searchEngineUrl: readSearchEngine(read, modules),
    currency: read.currency('CURRENCY', 'USD'),
    catalogFile: read.file('CATALOG'),
    // Everybody knows the passwords of demo people.
    demo: read.flag('DEMO', true) && !production,
    modules,
    moduleUrls,
    rpcPort: read.integer('RPC_PORT', 0, { min: 0, max: 65_535 }),
    rpcHost: environment.RPC_HOST || '127.0.0.1',
    reservationTtlMs: 1000 * read.integer('RESERVATION_TTL_SECONDS', 900, { min: 1, max: 86_400 }),
    inventoryLedger: read.oneOf('INVENTORY_LEDGER', ledgerNames, 'grouped'),
    ledgerSharding: read.oneOf('LEDGER_SHARDING', shardings, 'none'),
    rateLimits: read.flag('RATE_LIMITS', true),
    pageCache: read.flag('PAGE_CACHE', true),
    edgePurgeUrls: read.urls('EDGE_PURGE_URL', ['http:', 'https:']),
    trustedProxies: (environment.TRUSTED_PROXIES ?? '').split(',').filter(Boolean),
    tls: read.flag('TLS', false),
    logLevel: read.oneOf(
      'LOG_LEVEL',
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      production ? 'info' : 'warn',
    ),
    hasSimulator: read.flag('SIMULATOR', !(production && isMoneyReal)),
    simulatorPort: read.integer('SIMULATOR_PORT', 0, { min: 0, max: 65_535 }),
    simulatorSettleMs: 1000 * read.integer('SIMULATOR_SETTLE_SECONDS', 2, { min: 0, max: 86_400 }),
    simulatorUrl: read.url('SIMULATOR_URL', ['http:', 'https:']),
    stripe,
    simulatorChaos: readChaos(read, production),
    carrierStepMs: 1000 * read.integer('CARRIER_STEP_SECONDS', 60, { min: 1, max: 86_400 }),
    smtpUrl: read.url('SMTP_URL', ['smtp:', 'smtps:']),
    mailFrom: environment.MAIL_FROM || 'Doorbuster <shop@localhost>',
    paypal,
  };
  if (!config.hasSimulator && !isMoneyReal && modules.has('payments')) {
    read.problems.push('SIMULATOR=off leaves no way to pay: configure Stripe or PayPal.');
  }
  if (read.problems.length > 0) throw new ConfigError(read.problems);
  mkdirSync(dataDir, { recursive: true });
  return { ...config, secrets: readSecrets(environment, dataDir, split) };
}

function readChaos({ environment, problems }: Reader, production: boolean): ChaosRates | undefined {
  const text = environment.SIMULATOR_CHAOS;
  if (text === undefined || text === '') return undefined;
  const rates = parseChaosRates(text);
  if (rates === null) problems.push('SIMULATOR_CHAOS takes timeout=0.1,error=0.1,duplicate=0.2,reorder=0.2: to 0.9.');
  if (production) problems.push('SIMULATOR_CHAOS makes payments fail by chance, which no shop in production wants.');
  return rates ?? undefined;
}

function readModules(read: Reader): ReadonlySet<ModuleName> {
  const named = (read.environment.MODULES ?? '').split(',').filter(Boolean);
  if (named.length === 0) return new Set(moduleNames);
  const known = named.filter(isModuleName);
  for (const name of named.filter(name => !isModuleName(name))) {
    read.problems.push(`MODULES names "${name}"; the modules are ${moduleNames.join(', ')}.`);
  }
  return new Set(known);
}

function isModuleName(name: string): name is ModuleName {
  return (moduleNames as readonly string[]).includes(name);
}

function readModuleUrls(read: Reader, modules: ReadonlySet<ModuleName>): Partial<Record<ModuleName, string>> {
  const urls: Partial<Record<ModuleName, string>> = {};
  for (const name of moduleNames) {
    if (modules.has(name) || name === 'gateway') continue;
    urls[name] = read.url(`${name.toUpperCase()}_URL`, ['http:', 'https:']);
  }
  return urls;
}

/** What is wrong is not repeated: it may be most of a secret. */
function readStripe(read: Reader): StripeConfig | undefined {
  const { STRIPE_SECRET_KEY: secretKey = '', STRIPE_WEBHOOK_SECRET: text = '' } = read.environment;
  const apiUrl = read.url('STRIPE_API_URL', ['http:', 'https:']) ?? 'https://api.stripe.com';
  const publishableKey = readPublishableKey(read, secretKey);
  if (secretKey === '' && text === '') return undefined;
  if (secretKey === '' || text === '') {
    read.problems.push('STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET need each other: give both, or neither.');
  }
  if (secretKey !== '' && !/^[sr]k_(test|live)_\w+$/.test(secretKey)) {
    read.problems.push('STRIPE_SECRET_KEY takes sk_test_…, sk_live_…, or a restricted key of either: rk_….');
  }
  const webhookSecrets = text.split(',').map(secret => secret.trim());
  if (text !== '' && !webhookSecrets.every(secret => /^whsec_\S+$/.test(secret))) {
    read.problems.push('STRIPE_WEBHOOK_SECRET takes whsec_…; during a rotation several with commas, newest first.');
  }
  const { protocol, hostname } = new URL(apiUrl);
  if (protocol === 'http:' && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    read.problems.push(
      'STRIPE_API_URL without TLS is only for a server on this machine: the key travels with each call.',
    );
  }
  return { secretKey, publishableKey, webhookSecrets, apiUrl };
}

/** A card that is read under a test key can't be paid with under a live one, nor the other way round. */
function readPublishableKey({ environment, problems }: Reader, secretKey: string): string | undefined {
  const { STRIPE_PUBLISHABLE_KEY: key = '', STRIPE_WEBHOOK_SECRET: webhookSecret = '' } = environment;
  if (key === '') return undefined;
  if (secretKey === '' || webhookSecret === '') {
    problems.push('STRIPE_PUBLISHABLE_KEY needs STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET too.');
  }
  const mode = /^pk_(test|live)_\w+$/.exec(key)?.[1];
  const ofSecret = /^[sr]k_(test|live)_/.exec(secretKey)?.[1];
  if (mode === undefined) problems.push('STRIPE_PUBLISHABLE_KEY takes pk_test_… or pk_live_….');
  else if (ofSecret !== undefined && mode !== ofSecret) {
    problems.push(
      `STRIPE_PUBLISHABLE_KEY is a ${mode} key, and STRIPE_SECRET_KEY a ${ofSecret} one: they go together.`,
    );
  }
  return key;
}

type Reader = ReturnType<typeof reader>;

function reader(environment: Environment) {
  const problems: string[] = [];
  return {
    environment,
    problems,
    integer(name: string, fallback: number, bounds: { min: number; max: number }): number {
      const text = environment[name];
      if (text === undefined || text === '') return fallback;
      const value = Number(text);
      if (Number.isInteger(value) && value >= bounds.min && value <= bounds.max) return value;
      problems.push(`${name} is "${text}"; it takes a whole number from ${bounds.min} to ${bounds.max}.`);
      return fallback;
    },
    flag(name: string, fallback: boolean): boolean {
      const text = environment[name];
      if (text === undefined || text === '') return fallback;
      if (['on', 'true', '1', 'yes'].includes(text)) return true;
      if (!['off', 'false', '0', 'no'].includes(text)) problems.push(`${name} is "${text}"; it takes on or off.`);
      return false;
    },
    oneOf<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
      const text = environment[name];
      if (text === undefined || text === '') return fallback;
      const found = words.find(word => word === text);
      if (found === undefined) problems.push(`${name} is "${text}"; it takes one of ${words.join(', ')}.`);
      return found ?? fallback;
    },
    url(name: string, protocols: string[]): string | undefined {
      const takes = `an address that begins with ${protocols.join('// or ')}//`;
      return this.address(name, text => hasProtocol(text, protocols), takes);
    },
    urls(name: string, protocols: string[]): string[] {
      const texts = (environment[name] ?? '').split(',').filter(Boolean);
      const known = texts.filter(text => hasProtocol(text, protocols));
      if (known.length < texts.length) {
        problems.push(`${name} takes addresses that begin with ${protocols.join('// or ')}//, with commas between.`);
      }
      return known;
    },
    /** What is wrong is not repeated: there may be a password in it. */
    address(name: string, isRight: (text: string) => boolean, takes: string): string | undefined {
      const text = environment[name];
      if (text === undefined || text === '') return undefined;
      if (isRight(text)) return text;
      problems.push(`${name} takes ${takes}.`);
      return undefined;
    },
    currency(name: string, fallback: string): string {
      const text = environment[name] || fallback;
      if (Intl.supportedValuesOf('currency').includes(text)) return text;
      problems.push(`${name} is "${text}"; it takes an ISO 4217 code such as USD or EUR.`);
      return fallback;
    },
    file(name: string): string | undefined {
      const text = environment[name];
      if (text === undefined || text === '') return undefined;
      if (!existsSync(text)) problems.push(`${name} names ${text}, which does not exist.`);
      return resolve(text);
    },
  };
}

const REDIS_ADDRESS = 'redis://host:port, rediss://host:port, or redis-cluster://host:port,host:port';

/** Where all processes of a split shop are given one environment, `SEARCH_URL` is the very process that runs search. */
function readSearchEngine(read: Reader, modules: ReadonlySet<ModuleName>): string | undefined {
  const { SEARCH_URL = '', RPC_PORT } = read.environment;
  const isOwn = Boolean(RPC_PORT) && URL.canParse(SEARCH_URL) && new URL(SEARCH_URL).port === RPC_PORT;
  if (!modules.has('search') || isOwn) return undefined;
  const takes = 'http://user:password@host:9200/prefix; a prefix has a–z, 0–9, - and _';
  return read.address('SEARCH_URL', isSearchEngine, takes);
}

function hasProtocol(text: string, protocols: string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}

function isRedis(text: string): boolean {
  return parseRedisUrl(text) !== null;
}

/** The path stands before the names of its indexes. */
function isSearchEngine(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname } = new URL(text);
  return /^https?:$/.test(protocol) && /^\/([a-z0-9][a-z0-9_-]{0,60}\/?)?$/.test(pathname);
}

/** All of it or nothing. What is wrong is named, never repeated: there is a secret in it. */
function readPaypal(read: Reader): PaypalConfig | undefined {
  const { PAYPAL_CLIENT_ID, PAYPAL_CLIENT_SECRET, PAYPAL_WEBHOOK_ID } = read.environment;
  const needed = { PAYPAL_CLIENT_ID, PAYPAL_CLIENT_SECRET, PAYPAL_WEBHOOK_ID };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value ? [] : [name]));
  const given = read.url('PAYPAL_API_URL', ['https:', 'http:']);
  if (missing.length === 3 && given === undefined) return undefined;
  if (missing.length > 0) read.problems.push(`PayPal needs ${missing.join(' and ')} too.`);
  const { protocol, hostname, origin } = new URL(given ?? 'https://api-m.paypal.com');
  // The secret travels there.
  if (protocol === 'http:' && !['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
    read.problems.push('PAYPAL_API_URL takes http:// only for this machine itself, and https:// elsewhere.');
  const webhookIds = (PAYPAL_WEBHOOK_ID ?? '').split(',').map(id => id.trim());
  if (PAYPAL_WEBHOOK_ID && !webhookIds.every(id => /^[A-Z0-9]{1,50}$/.test(id)))
    read.problems.push('PAYPAL_WEBHOOK_ID takes the id of a webhook as PayPal shows it, or several with commas.');
  return { clientId: PAYPAL_CLIENT_ID ?? '', clientSecret: PAYPAL_CLIENT_SECRET ?? '', webhookIds, url: origin };
}

function readSecrets(environment: Environment, dataDir: string, split: boolean): Record<SecretName, string> {
  const file = join(dataDir, 'secrets.json');
  const kept: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const problems: string[] = [];
  const secrets: Record<string, string> = {};
  for (const [name, variable] of Object.entries(secretNames)) {
    const given = environment[variable];
    if (given !== undefined && given !== '' && given.length < 8)
      problems.push(`${variable} needs 8 characters or more.`);
    // Processes of one shop must agree on their secrets, and do not share a DATA_DIR.
    if (split && !given) problems.push(`${variable} is needed in every process of a split shop.`);
    if (!given) kept[name] ??= randomBytes(24).toString('base64url');
    secrets[name] = given || kept[name]!;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  writeFileSync(file, JSON.stringify(kept, null, 2), { mode: 0o600 });
  chmodSync(file, 0o600);
  return secrets as Record<SecretName, string>;
}
