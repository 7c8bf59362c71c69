import { Agent, type Dispatcher, request } from 'undici';
import { limits } from '#limits';
import { Unavailable } from '#platform/outcome';

export interface OpenSearchClient {
  /** Throws `Unavailable` where it can't answer now, and `NoIndex` where an index or its alias is not there. */
  ask<Answer>(method: Method, path: string, body?: object): Promise<Answer>;
  /** `lines`: each action and what it needs. All are carried out, or it throws. */
  bulk(path: string, lines: object[]): Promise<void>;
  /** Undefined where there is no such document, index or alias. */
  find<Answer>(path: string): Promise<Answer | undefined>;
  close(): Promise<void>;
}

type Method = Dispatcher.HttpMethod;

/** An index or its alias has been deleted by somebody. */
export class NoIndex extends Error {}

interface Problem {
  error?: { type?: string; reason?: string } | string;
}

interface BulkAnswer {
  errors: boolean;
  items: Record<string, { status: number; error?: { type: string; reason: string } }>[];
}

/** What OpenSearch 2 and 3 and Elasticsearch 7.10 and later all understand. No error names the password. */
export function connectOpenSearch(url: URL): OpenSearchClient {
  const { origin, username, password } = url;
  const dispatcher = new Agent({ connections: limits.searchConnectionsMax, pipelining: 1 });
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const auth = username === '' ? {} : { authorization: `Basic ${basic}` };

  let waiting = 0;

  async function send(method: Method, path: string, type: string, body?: string) {
    if (waiting >= limits.searchQueueMax) throw new Unavailable('too many searches wait');
    waiting += 1;
    try {
      return await carry(method, path, type, body);
    } finally {
      waiting -= 1;
    }
  }

  async function carry(method: Method, path: string, type: string, body?: string) {
    const headers = { ...auth, 'content-type': type, accept: 'application/json' };
    const signal = AbortSignal.timeout(
      path.endsWith('/_search') ? limits.searchTimeoutMs : limits.searchWriteTimeoutMs,
    );
    const options = { dispatcher, method, headers, signal, ...(body !== undefined && { body }) };
    try {
      const answer = await request(`${origin}${path}`, options);
      const text = await answer.body.text();
      return { status: answer.statusCode, body: (text === '' ? {} : JSON.parse(text)) as Problem };
    } catch (error) {
      throw new Unavailable(`the search server at ${url.host} does not answer: ${told(error)}`);
    }
  }

  return {
    async ask<Answer>(method: Method, path: string, asked?: object) {
      const text = asked === undefined ? undefined : JSON.stringify(asked);
      const { status, body } = await send(method, path, 'application/json', text);
      if (status >= 300) throw problemOf(status, body);
      return body as Answer;
    },
    async bulk(path, lines) {
      if (lines.length === 0) return;
      const text = lines.map(line => `${JSON.stringify(line)}\n`).join('');
      const { status, body } = await send('POST', path, 'application/x-ndjson', text);
      if (status >= 300) throw problemOf(status, body);
      const { errors, items } = body as BulkAnswer;
      if (!errors) return;
      for (const item of items) {
        for (const each of Object.values(item)) {
          if (each.error !== undefined) throw problemOf(each.status, { error: each.error });
        }
      }
    },
    async find<Answer>(path: string) {
      const { status, body } = await send('GET', path, 'application/json');
      if (status === 404) return undefined;
      if (status >= 300) throw problemOf(status, body);
      return body as Answer;
    },
    close: () => dispatcher.close(),
  };
}

/** Too much to do, and two writers of one document that met again and again, pass; all else is a mistake of ours. */
function problemOf(status: number, { error }: Problem): Error {
  const { type = '', reason = '' } = typeof error === 'object' ? error : { reason: error };
  const message = `the search server answered ${status} ${type}: ${reason}`;
  if (status === 404 && type === 'index_not_found_exception') return new NoIndex(message);
  if (status === 401 || status === 403) return new Unavailable(`${message}; see SEARCH_URL`);
  return status >= 500 || status === 429 || status === 409 ? new Unavailable(message) : new Error(message);
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.message;
}
