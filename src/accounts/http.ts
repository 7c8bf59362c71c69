import assert from 'node:assert/strict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Address } from '#platform/address';
import type { Replying } from '#platform/answers';
import { type App, answer, answers, NoContent, pageOf } from '#platform/http';
import type { Caller, User as UserCaller } from '#platform/identity';
import { accept, type Outcome, refuse } from '#platform/outcome';
import { edgeRefusals } from '#platform/problem';
import { Id, nullable, object, PageQuery, page, params, text } from '#platform/schema';
import {
  type Accounts,
  accountsContract,
  LogIn,
  OpenSession,
  SavedAddress,
  SignUp,
  UpdateUser,
  User,
} from './contract.ts';
import type { Entrance } from './entrance.ts';
import { networkOf } from './network.ts';

/** What these routes need of others, composed by the gateway. */
export interface AccountRouteDeps {
  accounts: Accounts;
  entrance: Entrance;
  countItems(caller: Caller): Promise<number>;
  /** What other modules know of the user. */
  exportMore(userId: string): Promise<Record<string, unknown>>;
  /** Erases what other modules know of the user; may be asked again after a crash. */
  eraseMore(userId: string): Promise<void>;
}

const { refusals } = accountsContract;
const tags = ['account'];

const CartMerge = object({
  merged: Type.Integer({ minimum: 0 }),
  notices: Type.Array(
    object(
      { kind: text(40), product_id: Id, from: Type.Integer(), to: Type.Integer() },
      { description: 'as in a cart' },
    ),
  ),
});
const SignedIn = object({ user: User, token: text(200), cart_merge: CartMerge });
const Me = object({ user: nullable(User), cart_items: Type.Integer({ minimum: 0 }) });
const Export = Type.Object(
  {
    user: User,
    addresses: Type.Array(SavedAddress),
    sessions: Type.Array(OpenSession),
  },
  { additionalProperties: true, description: 'and what other parts of the shop know: orders, reviews' },
);

export function accountRoutes(app: App, deps: AccountRouteDeps): void {
  signInRoutes(app, deps);
  meRoutes(app, deps);
  leaveRoutes(app, deps);
  addressRoutes(app, deps);
  mailRoutes(app, deps);
}

const signUpBody = Type.Omit(SignUp, ['user_id', 'network'], { additionalProperties: false });
const logInBody = Type.Omit(LogIn, ['network'], { additionalProperties: false });
const passwordFaults = ['PASSWORD_TOO_SHORT', 'PASSWORD_TOO_LONG', 'PASSWORD_TOO_COMMON'];

function signInRoutes(app: App, deps: AccountRouteDeps): void {
  const { accounts, entrance } = deps;
  app.post(
    '/api/account/signup',
    {
      config: { access: 'anyone', idempotency: 'none' },
      schema: {
        summary: 'Open an account, and be signed in',
        tags,
        body: signUpBody,
        response: answers({ 201: SignedIn }, refusals, ['EMAIL_TAKEN', ...passwordFaults, 'TOO_MANY_TRIES']),
      },
    },
    async (request, reply) => {
      const network = networkOf(request.ip);
      const outcome = await accounts.signUp({ ...request.body, user_id: request.commandId, network });
      return tell(
        reply,
        201,
        outcome.ok ? accept(await entrance.enter(request, reply as FastifyReply, outcome.value)) : outcome,
      );
    },
  );
  app.post(
    '/api/account/login',
    {
      config: { access: 'anyone', idempotency: 'none' },
      schema: {
        summary: 'Sign in: a new session, with the cart of the guest who sent this',
        tags,
        body: logInBody,
        response: answers({ 200: SignedIn }, refusals, ['LOGIN_FAILED', 'TOO_MANY_TRIES']),
      },
    },
    async (request, reply) => {
      const outcome = await accounts.logIn({ ...request.body, network: networkOf(request.ip) });
      return tell(
        reply,
        200,
        outcome.ok ? accept(await entrance.enter(request, reply as FastifyReply, outcome.value)) : outcome,
      );
    },
  );
  app.post(
    '/api/account/logout',
    {
      config: { access: 'anyone' },
      schema: { summary: 'End this session', tags, response: answers({ 204: NoContent }) },
    },
    async (request, reply) => {
      await entrance.leave(request, reply as FastifyReply);
      return reply.code(204).send(null);
    },
  );
}

/** As `answer`; who tried too often is told how long to wait. */
function tell<Value>(reply: Replying, status: number, outcome: Outcome<Value, string>): Value {
  const waitSeconds = outcome.ok ? undefined : outcome.detail?.retry_after_seconds;
  if (waitSeconds !== undefined) (reply as FastifyReply).header('Retry-After', String(waitSeconds));
  return answer(reply, status, outcome, refusals);
}

function userOf({ caller }: FastifyRequest): UserCaller {
  assert(caller.kind === 'user', 'a route with access `user` is entered by users');
  return caller;
}

const updateBody = Type.Omit(UpdateUser, ['user_id', 'session_id'], { additionalProperties: false });

function meRoutes(app: App, deps: AccountRouteDeps): void {
  const { accounts, countItems } = deps;
  app.get(
    '/api/me',
    {
      config: { access: 'anyone', shared: 'never' },
      schema: {
        summary: 'Who I am (null: a guest or nobody) and how full my cart is',
        tags,
        response: answers({ 200: Me }),
      },
    },
    async ({ caller }) => {
      const isUser = caller.kind === 'user';
      const [user, cart_items] = await Promise.all([
        isUser ? accounts.getUser({ user_id: caller.person_id }) : null,
        countItems(caller),
      ]);
      return { user, cart_items };
    },
  );
  const changeRefusals = [
    'EMAIL_TAKEN',
    'CURRENT_PASSWORD_WRONG',
    ...passwordFaults,
    'TOO_MANY_TRIES',
    'USER_NOT_FOUND',
  ];
  app.patch(
    '/api/me',
    {
      config: { access: 'user' },
      schema: {
        summary: 'Change my name, e-mail or password; the last two need the current password',
        tags,
        body: updateBody,
        response: answers({ 200: Me }, refusals, changeRefusals),
      },
    },
    async (request, reply) => {
      const caller = userOf(request);
      const { person_id: user_id, session_id } = caller;
      const outcome = await accounts.updateUser({ ...request.body, user_id, session_id });
      const cart_items = outcome.ok ? await countItems(caller) : 0;
      return tell(reply, 200, outcome.ok ? accept({ user: outcome.value, cart_items }) : outcome);
    },
  );
}

function leaveRoutes(app: App, deps: AccountRouteDeps): void {
  const { accounts, entrance } = deps;
  app.get(
    '/api/me/export',
    {
      config: { access: 'user' },
      schema: {
        summary: 'Everything that the shop knows of me',
        tags,
        response: answers({ 200: Export }, refusals, ['USER_NOT_FOUND']),
      },
    },
    async (request, reply) => {
      const user_id = userOf(request).person_id;
      const own = await accounts.exportUser({ user_id });
      if (own === null) return tell(reply, 200, refuse('USER_NOT_FOUND'));
      return { ...(await deps.exportMore(user_id)), ...own };
    },
  );
  app.delete(
    '/api/me',
    {
      config: { access: 'user' },
      schema: { summary: 'Erase me; orders stay, anonymised', tags, response: answers({ 204: NoContent }) },
    },
    async (request, reply) => {
      const user_id = userOf(request).person_id;
      // The account goes last: after a crash in between, its session still lets the person ask again.
      await deps.eraseMore(user_id);
      await accounts.eraseUser({ user_id });
      entrance.forget(reply as FastifyReply);
      return reply.code(204).send(null);
    },
  );
}

function addressRoutes(app: App, { accounts }: AccountRouteDeps): void {
  app.get(
    '/api/me/addresses',
    {
      config: { access: 'user' },
      schema: {
        summary: 'My saved addresses',
        tags,
        querystring: object(PageQuery),
        response: answers({ 200: page(SavedAddress) }, edgeRefusals, ['PAGE_TOO_DEEP']),
      },
    },
    // An address book has a few dozen entries at most.
    async request => pageOf(await accounts.listAddresses({ user_id: userOf(request).person_id }), request.query),
  );
  app.post(
    '/api/me/addresses',
    {
      config: { access: 'user' },
      schema: {
        summary: 'Save an address',
        tags,
        body: Address,
        response: answers({ 201: SavedAddress }, refusals, ['TOO_MANY_ADDRESSES', 'USER_NOT_FOUND']),
      },
    },
    async (request, reply) => {
      const user_id = userOf(request).person_id;
      const { body: address, commandId: address_id } = request;
      return tell(reply, 201, await accounts.addAddress({ address_id, user_id, address }));
    },
  );
  app.delete(
    '/api/me/addresses/:address_id',
    {
      config: { access: 'user' },
      schema: {
        summary: 'Remove a saved address',
        tags,
        params: params('address_id'),
        response: answers({ 204: NoContent }, refusals, ['ADDRESS_NOT_FOUND']),
      },
    },
    async (request, reply) => {
      const user_id = userOf(request).person_id;
      return tell(reply, 204, await accounts.removeAddress({ user_id, address_id: request.params.address_id }));
    },
  );
}

const Accepted = object({ accepted: Type.Literal(true) });
const token = text(200);

function mailRoutes(app: App, { accounts }: AccountRouteDeps): void {
  app.post(
    '/api/account/password-reset',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'Send a mail to reset a password; the answer is the same whether the e-mail is known or not',
        tags,
        body: object({ email: text(254) }),
        response: answers({ 202: Accepted }, refusals, ['TOO_MANY_TRIES']),
      },
    },
    async (request, reply) => {
      const { email } = request.body;
      const outcome = await accounts.requestPasswordReset({ email, network: networkOf(request.ip) });
      return tell(reply, 202, outcome.ok ? accept({ accepted: true as const }) : outcome);
    },
  );
  app.post(
    '/api/account/password-reset/confirm',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'Set a new password with the token of the mail; ends all sessions',
        tags,
        body: object({ token, password: SignUp.properties.password }),
        response: answers({ 204: NoContent }, refusals, ['TOKEN_INVALID', ...passwordFaults, 'TOO_MANY_TRIES']),
      },
    },
    async (request, reply) => {
      const network = networkOf(request.ip);
      return tell(reply, 204, await accounts.confirmPasswordReset({ ...request.body, network }));
    },
  );
  app.post(
    '/api/account/verify',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'Verify the e-mail with the token of the mail',
        tags,
        body: object({ token }),
        response: answers({ 204: NoContent }, refusals, ['TOKEN_INVALID', 'TOO_MANY_TRIES']),
      },
    },
    async (request, reply) => {
      const network = networkOf(request.ip);
      return tell(reply, 204, await accounts.verifyEmail({ ...request.body, network }));
    },
  );
}
