import { type App, answer, answers } from '#platform/http';
import { type Search, SearchStatus, SetSynonyms, SynonymList, searchContract } from './contract.ts';

const { refusals } = searchContract;
const tags = ['admin: search'];

/** For staff: the state of the index, to build it anew, and what shoppers call the same thing by other words. */
export function searchStaffRoutes(app: App, { search }: { search: Search }): void {
  app.get(
    '/api/admin/search',
    {
      config: { access: 'staff' },
      schema: { summary: 'The state of the search index', tags, response: answers({ 200: SearchStatus }) },
    },
    async () => await search.status({}),
  );
  app.post(
    '/api/admin/search/rebuild',
    {
      config: { access: 'staff', idempotency: 'none' },
      schema: {
        summary: 'Builds the search index anew, beside the one that serves',
        description: 'Answers when it has begun; `building` of `GET /api/admin/search` tells when it has ended.',
        tags,
        response: answers({ 202: SearchStatus }),
      },
    },
    async (_request, reply) => {
      // It logs what stops it; a second one joins the first.
      search.rebuild({}).catch(() => {});
      reply.code(202);
      return { ...(await search.status({})), building: true };
    },
  );
  synonymRoutes(app, { search });
}

function synonymRoutes(app: App, { search }: { search: Search }): void {
  app.get(
    '/api/admin/synonyms',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'The synonyms of the search, a rule a line',
        description:
          '`is_default`: the shop has no list of its own. `problems`: the lines of a list that was edited by hand and is ' +
          'not in force for them; `rules` counts those that are.',
        tags,
        response: answers({ 200: SynonymList }),
      },
    },
    async () => await search.getSynonyms({}),
  );
  app.put(
    '/api/admin/synonyms',
    {
      config: { access: 'staff' },
      schema: {
        summary: 'Changes the synonyms, from the next search on',
        description:
          '`laptop, notebook`: each stands for the others. `tv => television, lcd tv`: who asks for the left also finds ' +
          'the right. Behind a `#` is a comment. `null` leads back to the list that comes with the shop. A refusal has ' +
          'the wrong lines as `problems`.',
        tags,
        body: SetSynonyms,
        response: answers({ 200: SynonymList }, refusals, ['SYNONYMS_INVALID']),
      },
    },
    async ({ body }, reply) => answer(reply, 200, await search.setSynonyms(body), refusals),
  );
}
