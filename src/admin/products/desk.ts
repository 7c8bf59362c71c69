import type { FastifyRequest } from 'fastify';
import type { ComponentChildren, VNode } from 'preact';
import { type Static, type TSchema, Type } from 'typebox';
import {
  type FormAsked,
  formRoute,
  type PrivateAsked,
  privatePage,
  type Redirect,
  type Rendered,
  type Site,
} from '#design/routes';
import type { App } from '#platform/http';
import type { Access, Caller } from '#platform/identity';
import { takeFiles } from './take-files.ts';

export interface FrameProps {
  title: string;
  /** The path of the menu's entry that this page belongs to. */
  current: string;
  children: ComponentChildren;
}

const NoSchema = Type.Object({});
type Empty = typeof NoSchema;

/** Whose things a request may see and change: `undefined` is staff, who see those of every seller. */
export interface OfSeller<SellerId> {
  seller_id: SellerId;
}

type Answered = Promise<Rendered | Redirect>;

/**
 * A desk at which products are sold: the seller's, or the staff's with the same pages about everybody's products. What
 * its routes are given as `seller_id` goes into every question and every command.
 */
export interface Desk<SellerId extends string | undefined> {
  site: Site;
  root: '/seller' | '/admin';
  isStaff: boolean;
  Frame: (props: FrameProps) => VNode;
  /** `path` is below the root. */
  page<Query extends TSchema = Empty, Params extends TSchema = Empty>(
    path: string,
    options: { query?: Query; params?: Params },
    render: (asked: PrivateAsked<Query, Params> & OfSeller<SellerId>) => Answered,
  ): void;
  form<Params extends TSchema = Empty>(
    path: string,
    options: { params?: Params },
    run: (asked: FormAsked<Params> & OfSeller<SellerId>) => Answered,
  ): void;
  /** A form with files (`multipart/form-data`), which are read with `filesOf(request)`. */
  fileForm<Params extends TSchema = Empty>(
    path: string,
    options: { params?: Params },
    run: (asked: FormAsked<Params> & OfSeller<SellerId>) => Answered,
  ): void;
  /** An answer that is no page. Its address has no language. */
  file<Params extends TSchema>(path: string, params: Params, answer: FileAnswer<Static<Params>, SellerId>): void;
  /** The same desk with its routes in another scope, which may read bodies in its own way. */
  within(app: App): Desk<SellerId>;
}

type FileAnswer<Params, SellerId> = (
  asked: { params: Params } & OfSeller<SellerId>,
) => Promise<{ name: string; type: string; text: string }>;

export interface DeskOptions<SellerId> {
  site: Site;
  root: '/seller' | '/admin';
  access: Access;
  Frame: (props: FrameProps) => VNode;
  /** Where who asks has no business here: the path that they are led to. */
  sellerOf(caller: Caller): OfSeller<SellerId> | { elsewhere: string };
}

export function openDesk<SellerId extends string | undefined>(options: DeskOptions<SellerId>): Desk<SellerId> {
  const { site, root, access, Frame, sellerOf } = options;

  function kept<Asked extends { request: FastifyRequest; view: { to(path: string): string } }>(
    run: (asked: Asked & OfSeller<SellerId>) => Answered,
  ): (asked: Asked) => Answered {
    return async asked => {
      const whose = sellerOf(asked.request.caller);
      return 'elsewhere' in whose ? { redirect: asked.view.to(whose.elsewhere) } : run({ ...asked, ...whose });
    };
  }

  const desk: Desk<SellerId> = {
    site,
    root,
    isStaff: access === 'staff',
    Frame,
    page: (path, more, render) => privatePage(site, root + path, { ...more, access }, kept(render)),
    form: (path, more, run) => formRoute(site, root + path, { ...more, access }, kept(run)),
    fileForm(path, more, run) {
      site.app.register(async inner => {
        takeFiles(inner as unknown as App);
        desk.within(inner as unknown as App).form(path, more, run);
      });
    },
    file(path, params, answer) {
      const config = { access } as const;
      site.app.get(root + path, { config, schema: { hide: true, params } }, async (request, reply) => {
        const whose = sellerOf(request.caller);
        if ('elsewhere' in whose) return reply.redirect(whose.elsewhere, 303);
        const { name, type, text } = await answer({ params: request.params as never, ...whose });
        void reply.type(`${type}; charset=utf-8`).header('Content-Disposition', `attachment; filename="${name}"`);
        return reply.send(text);
      });
    },
    within: app => openDesk({ ...options, site: { ...site, app } }),
  };
  return desk;
}
