import { type Static, Type } from 'typebox';
import { limits } from '#limits';
import { type App, answer, answers, edgeProblem, refusal } from '#platform/http';
import { refuse } from '#platform/outcome';
import { edgeRefusals } from '#platform/problem';
import { object, PageQuery, page, params, text } from '#platform/schema';
import { type Accounts, accountsContract, Role, RoleInput, User } from './contract.ts';

const { refusals } = accountsContract;
const tags = ['admin: people'];
const PeopleQuery = object({
  ...PageQuery,
  text: Type.Optional(text(200, { min: 0, description: 'Part of the e-mail or the name' })),
  role: Type.Optional(Role),
});

/** For staff: who has an account, and what they may do. */
export function peopleRoutes(app: App, { accounts }: { accounts: Accounts }): void {
  app.get(
    '/api/admin/people',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'All people with an account, newest first',
        tags,
        querystring: PeopleQuery,
        response: answers({ 200: page(User) }, edgeRefusals, ['PAGE_TOO_DEEP']),
      },
    },
    async ({ query }) => {
      if (query.page * query.page_size > limits.listedRowsMax) throw edgeProblem('PAGE_TOO_DEEP');
      return { ...(await accounts.listUsers(asked(query))), page: query.page, page_size: query.page_size };
    },
  );
  app.get(
    '/api/admin/people/:user_id',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'A person',
        tags,
        params: params('user_id'),
        response: answers({ 200: User }, refusals, ['USER_NOT_FOUND']),
      },
    },
    async ({ params }, reply) => (await accounts.getUser(params)) ?? refusal(reply, refuse('USER_NOT_FOUND'), refusals),
  );
  app.post(
    '/api/admin/people/:user_id/role',
    {
      config: { access: 'staff' },
      schema: {
        summary: "Give a person another role; this ends the person's sessions",
        description: '`seller_id` is for sellers. `prime` members get free standard shipping.',
        tags,
        params: params('user_id'),
        body: RoleInput,
        response: answers({ 200: User }, refusals, ['USER_NOT_FOUND', 'SELLER_MISSING', 'OWN_STAFF_ROLE']),
      },
    },
    async ({ params, body, caller }, reply) => {
      const by = caller.kind === 'user' ? caller.person_id : null;
      return answer(reply, 200, await accounts.setRole({ ...params, ...body, by }), refusals);
    },
  );
}

/** A form sends an empty field for "all". */
function asked({ text: filter, ...rest }: Static<typeof PeopleQuery>) {
  return filter === undefined || filter === '' ? rest : { ...rest, text: filter };
}
