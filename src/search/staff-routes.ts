import { type App, answer, answers } from '#platform/http';
import { type Search, SetSynonyms, SynonymList, searchContract } from './contract.ts';

const { refusals } = searchContract;
const tags = ['admin: search'];

/** For staff: what shoppers call the same thing by other words. */
export function synonymRoutes(app: App, { search }: { search: Search }): void {
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
