import assert from 'node:assert/strict';

/** A page as it came. */
export interface ReadPage {
  status: number;
  /** Where it is, after redirects. */
  address: string;
  html: string;
  headers: Headers;
  /** The words of the page, without markup. */
  text: string;
}

/** A browser without JavaScript: keeps cookies, follows redirects, and fills in the forms that pages have. */
export interface Reader {
  open(path: string): Promise<ReadPage>;
  /** Sends the form of `page` whose action ends with `action`, with its own fields and these. */
  submit(page: ReadPage, action: string, fields?: Record<string, string>): Promise<ReadPage>;
  /** The fields of that form as the page has them, hidden ones too. */
  fieldsOf(page: ReadPage, action: string): Record<string, string>;
  cookie(name: string): string | undefined;
}

const REDIRECTS_MAX = 5;

export function openReader(shop: { url: string }): Reader {
  const jar = new Map<string, string>();

  async function send(path: string, form?: Record<string, string>): Promise<ReadPage> {
    let address = new URL(path, shop.url);
    let body = form;
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
      const response = await fetch(address, {
        method: body === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        body: body === undefined ? undefined : new URLSearchParams(body),
        headers: {
          accept: 'text/html',
          'sec-fetch-site': 'same-origin',
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        },
      });
      keepCookies(jar, response.headers.getSetCookie());
      const next = response.headers.get('location');
      const html = await response.text();
      if (next === null) return pageOf(response, address, html);
      address = new URL(next, address);
      body = undefined;
    }
    return assert.fail(`${path} redirects without end`);
  }

  function fieldsOf(page: ReadPage, action: string): Record<string, string> {
    return formOf(page, action).fields;
  }

  return {
    open: path => send(path),
    fieldsOf,
    async submit(page, action, fields = {}) {
      const form = formOf(page, action);
      return await send(form.action, { ...form.fields, ...fields });
    },
    cookie: name => jar.get(name),
  };
}

function keepCookies(jar: Map<string, string>, lines: string[]): void {
  for (const line of lines) {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (value === '') jar.delete(name);
    else jar.set(name, value);
  }
}

function pageOf({ status, headers }: Response, address: URL, html: string): ReadPage {
  const words = html.replaceAll(/<(script|style|svg)[\s\S]*?<\/\1>/g, ' ').replaceAll(/<[^>]+>/g, ' ');
  return {
    status,
    headers,
    html,
    address: address.pathname + address.search,
    text: decode(words).replaceAll(/\s+/g, ' ').trim(),
  };
}

function formOf({ html, address }: ReadPage, action: string): { action: string; fields: Record<string, string> } {
  for (const [, head = '', inside = ''] of html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
    const target = attribute(head, 'action') ?? address;
    if (target.endsWith(action)) return { action: target, fields: fieldsIn(inside) };
  }
  return assert.fail(`${address} has no form for ${action}`);
}

function fieldsIn(html: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, head = ''] of html.matchAll(/<input((?:[^>"]|"[^"]*")*)>/g)) {
    const [name, type] = [attribute(head, 'name'), attribute(head, 'type')];
    const isChoice = type === 'checkbox' || type === 'radio';
    if (name === undefined || (isChoice && !/\schecked(\s|=|\/|$)/.test(head))) continue;
    fields[name] = attribute(head, 'value') ?? (isChoice ? 'on' : '');
  }
  for (const [, head = '', inside = ''] of html.matchAll(/<textarea([^>]*)>([\s\S]*?)<\/textarea>/g)) {
    fields[attribute(head, 'name') ?? ''] = decode(inside);
  }
  for (const [, head = '', inside = ''] of html.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g)) {
    const options = [...inside.matchAll(/<option([^>]*)>/g)].map(match => match[1]!);
    const chosen = options.find(option => /\sselected(\s|=|\/|$)/.test(option)) ?? options[0] ?? '';
    fields[attribute(head, 'name') ?? ''] = attribute(chosen, 'value') ?? '';
  }
  return fields;
}

function attribute(head: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(head)?.[1];
  return value === undefined ? undefined : decode(value);
}

function decode(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_all, name: string) => named[name]!);
}
