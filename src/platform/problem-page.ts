import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem, ProblemFields } from './problem.ts';
import { UNSHARED } from './shared-answer.ts';

/** How a problem is told to somebody who reads pages: by a page, or by sending them elsewhere (to the login). */
export type ProblemPage = (request: FastifyRequest, fields: ProblemFields) => { html: string } | { redirect: string };

/** Whoever says that they read HTML, at the address of a page or at one where nothing is; programs get the problem. */
export function readsPages({ routeOptions, is404, method, url, headers }: FastifyRequest): boolean {
  if (headers.accept?.includes('text/html') !== true) return false;
  const isRead = method === 'GET' || method === 'HEAD';
  return routeOptions.config.page === true || (is404 && isRead && !url.startsWith('/api/'));
}

export function sendProblemPage(
  problemPage: ProblemPage,
  { fields }: Problem,
  reply: FastifyReply,
  headers: Record<string, string>,
): FastifyReply {
  reply.request.refusedWith = fields.code;
  if (fields.headers !== undefined) reply.headers(fields.headers);
  const page = problemPage(reply.request, fields);
  reply.headers(headers);
  if ('redirect' in page) return reply.header('Cache-Control', UNSHARED).redirect(page.redirect, 303);
  return reply.code(fields.status).type('text/html; charset=utf-8').send(page.html);
}
