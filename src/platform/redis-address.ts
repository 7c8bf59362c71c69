/** Where Redis is, as `REDIS_URL` says it. */
export interface RedisAddress {
  nodes: { host: string; port: number }[];
  isCluster: boolean;
  tls: boolean;
  username: string | undefined;
  password: string | undefined;
  /** Of a single server; a cluster has one. */
  database: number;
}

const FORM = /^redis(s?)(-cluster)?:\/\/(?:([^@/]*)@)?([^@/]+)(?:\/(\d*))?$/;
const PORT = 6379;

/**
 * `redis://user:password@host:port/database` is one server, `rediss://` the same over TLS. Several hosts with commas
 * between them, or `redis-cluster://`, are a cluster that is found from any of them. Null where it is neither.
 */
export function parseRedisUrl(text: string): RedisAddress | null {
  const [, tls, cluster, person, hosts = '', database = ''] = FORM.exec(text) ?? [];
  const nodes = hosts.split(',').map(parseNode);
  const isCluster = cluster !== undefined || nodes.length > 1;
  const login = parseLogin(person);
  if (login === null || nodes.includes(null) || (isCluster && database !== '')) return null;
  return { nodes: nodes.filter(node => node !== null), isCluster, tls: tls === 's', ...login, database: +database };
}

function parseNode(text: string): { host: string; port: number } | null {
  const address = `http://${text}`;
  if (text === '' || !URL.canParse(address)) return null;
  const { hostname, port, host, pathname, search, hash } = new URL(address);
  // What a web address may have beside its host, Redis has not. Port 80 is left out of a web address.
  if (pathname !== '/' || search !== '' || hash !== '' || !text.toLowerCase().startsWith(host)) return null;
  const isDefaultPort = text.endsWith(':80');
  return { host: hostname.replace(/^\[|\]$/g, ''), port: isDefaultPort ? 80 : Number(port || PORT) };
}

function parseLogin(text: string | undefined) {
  const [username = '', password = ''] = (text ?? '').split(/:(.*)/s);
  try {
    return {
      username: decodeURIComponent(username) || undefined,
      password: decodeURIComponent(password) || undefined,
    };
  } catch {
    return null;
  }
}
