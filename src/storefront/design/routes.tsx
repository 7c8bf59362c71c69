import assert from 'node:assert/strict';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { type Static, type TSchema, Type } from 'typebox';
import type { Assets } from '#platform/assets';
import type { Fields } from '#platform/form';
import type { App } from '#platform/http';
import { KEY_FIELD } from '#platform/idempotency';
import type { Access } from '#platform/identity';
import type { Ids } from '#platform/ids';
import type { PageCache, RenderedPage } from '#platform/page-cache';
import { type Outside, outsideHeaders } from '#platform/security-headers';
import { kindOf, type SharedAnswer, UNSHARED } from '#platform/shared-answer';
import { type Language, languages, preferredLanguage } from '../words/languages.ts';
import { createView, type View, ViewProvider } from './view.tsx';

/** What pages are made with. */
export interface Site {
  app: App;
  assets: Assets;
  cache: PageCache;
  ids: Ids;
  publicUrl(): string;
  currency: string;
  isProduction: boolean;
  /** Stripe's publishable key, for the form of its cards; absent: there is none. */
  stripeKey: string | undefined;
}

/** A page: the whole tree from `<Shell>` on. */
export interface Rendered {
  body: VNode;
  status?: number;
}

/** A public page also says what it shows, in keys of the kinds of its row, so that a change of it drops the page. */
export interface RenderedForAll extends Rendered {
  tags: string[];
}

export interface Redirect {
  /** An address of this shop, with its language: `view.to('/cart')`. */
  redirect: string;
  /** 303 unless told: seen elsewhere, by GET. */
  status?: 301 | 302 | 303;
}

const NoSchema = Type.Object({});
type Empty = typeof NoSchema;

interface RouteOptions<Query extends TSchema, Params extends TSchema> {
  query?: Query;
  params?: Params;
}

interface PublicOptions<Query extends TSchema, Params extends TSchema> extends RouteOptions<Query, Params> {
  shared: SharedAnswer;
}

interface PrivateOptions<Query extends TSchema, Params extends TSchema> extends RouteOptions<Query, Params> {
  access: Access;
  rateLimit?: string;
  /** What the page takes from elsewhere; the page of a problem in its place takes nothing. */
  outside?: Outside | undefined;
}

interface Asked<Query extends TSchema, Params extends TSchema> {
  view: View;
  query: Static<Query>;
  params: Static<Params>;
}

/**
 * A page that is the same for everybody, whoever asks: cached here and by whoever stands in front, and rendered once
 * for all who ask at the same moment. It must not look at the person.
 */
export function publicPage<Query extends TSchema = Empty, Params extends TSchema = Empty>(
  site: Site,
  path: string,
  options: PublicOptions<Query, Params>,
  render: (asked: Asked<Query, Params>) => Promise<RenderedForAll | Redirect>,
): void {
  const { shared } = options;
  forEachLanguage(site, path, (language, url) => {
    const config = { access: 'anyone', shared, page: true, isSameForAll: true } as const;
    site.app.get(url, { config, schema: schemaOf(options) }, async (request, reply) => {
      const view = viewOf(site, language, request);
      const asked = { view, query: request.query as Static<Query>, params: request.params as Static<Params> };
      const page = await site.cache.page(request.url, async () => toPage(view, shared, await render(asked)));
      reply.hijack();
      page.send(request.raw, reply.raw);
    });
  });
}

function toPage(view: View, shared: SharedAnswer, rendered: RenderedForAll | Redirect): RenderedPage {
  if ('redirect' in rendered) {
    const { redirect, status = 303 } = rendered;
    return { html: '', status, location: redirect, tags: [], shared };
  }
  const { body, status = 200, tags } = rendered;
  assert(
    tags.every(tag => shared.shows.includes(kindOf(tag))),
    `${view.address} is purged by what its row names`,
  );
  return { html: toHtml(view, body), status, tags, shared };
}

export interface PrivateAsked<Query extends TSchema, Params extends TSchema> extends Asked<Query, Params> {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** A page about the person who asks: never kept by anybody. Who may not enter is sent to the login. */
export function privatePage<Query extends TSchema = Empty, Params extends TSchema = Empty>(
  site: Site,
  path: string,
  options: PrivateOptions<Query, Params>,
  render: (asked: PrivateAsked<Query, Params>) => Promise<Rendered | Redirect>,
): void {
  const { access, rateLimit } = options;
  forEachLanguage(site, path, (language, url) => {
    const config = { access, shared: 'never', page: true, ...(rateLimit === undefined ? {} : { rateLimit }) } as const;
    const route = { config, schema: schemaOf(options), ...letIn(options.outside) };
    site.app.get(url, route, async (request, reply) => {
      const view = viewOf(site, language, request);
      const asked = { view, query: request.query as Static<Query>, params: request.params as Static<Params> };
      return send(reply as FastifyReply, view, await render({ ...asked, request, reply: reply as FastifyReply }));
    });
  });
}

export interface FormAsked<Params extends TSchema> extends PrivateAsked<Empty, Params> {
  /** What the form sent, as text; read it with `formReader`. */
  fields: Fields;
}

/**
 * Where a form is sent. It answers with the address where the effect is to be seen (303), or with the page again and
 * what was wrong (400, 402, 409 …). The form carries a key (`<Key />`): sent twice, it has one effect and one answer,
 * and `request.commandId` is the id of what it makes.
 */
export function formRoute<Params extends TSchema = Empty>(
  site: Site,
  path: string,
  options: Omit<PrivateOptions<Empty, Params>, 'query'> & { idempotency?: 'sql' | 'hot' | 'none' },
  run: (asked: FormAsked<Params>) => Promise<Rendered | Redirect>,
): void {
  const { access, rateLimit, idempotency } = options;
  const more = { ...(rateLimit && { rateLimit }), ...(idempotency && { idempotency }) };
  for (const language of languages) {
    const schema = { ...schemaOf(options), body: FormBody };
    const config = { access, page: true, ...more };
    const route = { config, schema, ...letIn(options.outside) };
    site.app.post(`/${language}${path}`, route, async (request, reply) => {
      const view = viewOf(site, language, request);
      const { [KEY_FIELD]: _key, ...fields } = (request.body ?? {}) as Fields;
      const asked = { view, query: {}, params: request.params as Static<Params>, fields };
      return send(reply as FastifyReply, view, await run({ ...asked, request, reply: reply as FastifyReply }));
    });
  }
}

/** Before the handler: an answer that is kept and sent again takes the same from elsewhere. */
function letIn(outside: Outside | undefined): { onRequest?: onRequestHookHandler } {
  if (outside === undefined) return {};
  const headers = outsideHeaders(outside);
  return {
    onRequest: (_request, reply, done) => {
      reply.headers(headers);
      done();
    },
  };
}

const FormBody = Type.Unsafe<Fields>({ type: ['object', 'null'], additionalProperties: { type: 'string' } });

function schemaOf(options: RouteOptions<TSchema, TSchema>) {
  const { query, params } = options;
  return { hide: true, ...(query && { querystring: query }), ...(params && { params }) };
}

/** `/cart` stands at `/en/cart` and `/de/cart`; `/cart` itself leads to the one that its reader wants. */
function forEachLanguage(site: Site, path: string, add: (language: Language, url: string) => void): void {
  for (const language of languages) add(language, `/${language}${path === '/' ? '' : path}`);
  // By the reader's languages, which no cache tells apart well.
  const config = { access: 'anyone', shared: 'never', isSameForAll: true } as const;
  site.app.get(path, { config, schema: { hide: true, params: Type.Object({}) } }, async (request, reply) => {
    const language = preferredLanguage(request.headers['accept-language']);
    const rest = request.url === '/' ? '' : request.url.startsWith('/?') ? request.url.slice(1) : request.url;
    void reply.header('Vary', 'Accept-Language').header('Cache-Control', UNSHARED);
    return reply.redirect(`/${language}${rest}`, 302);
  });
}

function viewOf(site: Site, language: Language, request: FastifyRequest): View {
  const address = request.url.slice(language.length + 1) || '/';
  return viewAt(site, language, request.method === 'GET' ? address : '/');
}

/** A view for what is rendered outside of a route: the page of a problem. */
export function viewAt(site: Site, language: Language, address: string): View {
  const { currency, isProduction, stripeKey, assets } = site;
  return createView({
    language,
    address,
    publicUrl: site.publicUrl(),
    currency,
    isProduction,
    stripeKey,
    asset: name => assets.url(name),
  });
}

export function toHtml(view: View, body: VNode): string {
  return `<!doctype html>${renderToString(<ViewProvider value={view}>{body}</ViewProvider>)}`;
}

function send(reply: FastifyReply, view: View, rendered: Rendered | Redirect): FastifyReply {
  if ('redirect' in rendered) return sendRedirect(reply, rendered);
  return reply
    .code(rendered.status ?? 200)
    .type('text/html; charset=utf-8')
    .send(toHtml(view, rendered.body));
}

function sendRedirect(reply: FastifyReply, { redirect, status = 303 }: Redirect): FastifyReply {
  return reply.redirect(redirect, status);
}
