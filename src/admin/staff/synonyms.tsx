import { Button, Field, Key, TextArea } from '#design/forms';
import { Notice, Panel, Section, Table } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import { limits } from '#limits';
import type { Fields } from '#platform/form';
import type { Search, SynonymList, SynonymProblem } from '#search';
import type { DeskDeps } from '../deps.ts';
import { filled } from '../products/addresses.ts';
import { Said } from '../said.tsx';
import { listQuery, oneWord } from './read-list.ts';
import { StaffShell } from './staff-shell.tsx';

const PATH = '/admin/synonyms';
const RESET_PATH = `${PATH}/reset`;
const PROBLEMS_SHOWN = 20;
const LINE_SHOWN = 80;

/** What shoppers call the same thing by other words: the list as a text, and what a query stands for by it. */
export function synonymPages({ site, search }: DeskDeps): void {
  privatePage(site, PATH, { access: 'staff', query: listQuery('words') }, async ({ query }) => {
    const [list, tried] = await Promise.all([search.getSynonyms({}), tryOut(search, query.words)]);
    const done = oneWord(query.done, ['saved', 'reset']);
    return { body: <SynonymsPage list={list} tried={tried} done={done} formKey={site.ids.next()} /> };
  });
  formRoute(site, PATH, { access: 'staff' }, async ({ view, fields }) => {
    const text = textIn(fields);
    const outcome = await search.setSynonyms({ text });
    if (outcome.ok) return { redirect: view.to(`${PATH}?done=saved`) };
    const list = await search.getSynonyms({});
    const { problems } = outcome.detail as { problems: SynonymProblem[] };
    return { status: 400, body: <SynonymsPage list={list} entered={{ text, problems }} formKey={site.ids.next()} /> };
  });
  formRoute(site, RESET_PATH, { access: 'staff' }, async ({ view }) => {
    await search.setSynonyms({ text: null });
    return { redirect: view.to(`${PATH}?done=reset`) };
  });
}

/** A browser sends lines with two characters at their ends, which would count twice against the bound. */
function textIn({ text = '' }: Fields): string {
  return text.replaceAll('\r\n', '\n');
}

interface Tried {
  words: string;
  found: { said: string; ways: string[] }[];
}

async function tryOut(search: Search, typed: string | undefined): Promise<Tried | undefined> {
  const words = filled(typed);
  return words === undefined ? undefined : { words, found: await search.explainSynonyms({ q: words }) };
}

interface SynonymsProps {
  list: SynonymList;
  /** What was sent and could not be saved. */
  entered?: { text: string; problems: SynonymProblem[] };
  tried?: Tried | undefined;
  done?: 'saved' | 'reset' | undefined;
  formKey: string;
}

function SynonymsPage({ list, entered, tried, done, formKey }: SynonymsProps) {
  const { words, number } = useView();
  const said = words.staffSearch;
  const shown = entered ?? list;
  const doneText = done === 'saved' ? said.saved : said.isReset;
  return (
    <StaffShell title={words.desk.synonyms} current={PATH}>
      <h1>{words.desk.synonyms}</h1>
      <p class="lead">{said.lead}</p>
      <Said done={done && doneText} refused={entered && said.notSaved} />
      {entered === undefined && list.problems.length > 0 && (
        <Notice tone="careful">
          <p>{said.notInForce}</p>
        </Notice>
      )}
      <p>
        {said.rulesOf(list.rules, number(list.rules))} {list.is_default ? said.isDefault : said.isOwn}
      </p>
      <div class="stack">
        {shown.problems.length > 0 && <Problems {...shown} />}
        <ListForm text={shown.text} formKey={formKey} />
        <TryOut tried={tried} />
        {!list.is_default && <Reset formKey={formKey} />}
      </div>
    </StaffShell>
  );
}

function Problems({ text, problems }: { text: string; problems: SynonymProblem[] }) {
  const { words, number } = useView();
  const said = words.staffSearch;
  const lines = text.split('\n');
  return (
    <Section title={said.problemsTitle}>
      <Table
        caption={said.problemsTitle}
        columns={[
          { title: said.line, cell: ({ line }) => number(line) },
          {
            title: said.content,
            cell: ({ line }) => <code>{lines[line - 1]?.slice(0, LINE_SHOWN).toWellFormed()}</code>,
          },
          { title: said.what, cell: ({ code }) => said.problems[code] },
        ]}
        rows={problems.slice(0, PROBLEMS_SHOWN)}
        keyOf={({ line }) => String(line)}
      />
      {problems.length > PROBLEMS_SHOWN && <p class="quiet">{said.more(number(problems.length - PROBLEMS_SHOWN))}</p>}
    </Section>
  );
}

function ListForm({ text, formKey }: { text: string; formKey: string }) {
  const { words, to } = useView();
  const said = words.staffSearch;
  return (
    <Panel title={said.form}>
      <form class="stack" method="post" action={to(PATH)}>
        <Key value={formKey} />
        <TextArea
          name="text"
          label={said.text}
          value={text}
          hint={said.hint}
          rows={18}
          isFilter
          more={{ maxLength: limits.synonymTextMax }}
        />
        <Button icon="check">{words.things.save}</Button>
      </form>
    </Panel>
  );
}

function TryOut({ tried }: { tried: Tried | undefined }) {
  const { words, to } = useView();
  const said = words.staffSearch;
  return (
    <Panel title={said.tryTitle} id="try">
      <search>
        <form class="filters" method="get" action={`${to(PATH)}#try`} aria-label={said.tryTitle}>
          <Field name="words" type="search" label={said.words} value={tried?.words} isFilter />
          <Button kind="secondary" icon="search">
            {said.tryIt}
          </Button>
        </form>
      </search>
      {tried !== undefined && (
        <Table
          caption={said.tryTitle}
          columns={[
            { title: said.phrase, cell: phrase => phrase.said },
            { title: said.alsoFinds, cell: phrase => phrase.ways.join(', ') },
          ]}
          rows={tried.found}
          keyOf={phrase => phrase.said}
          empty={<p>{said.nothing}</p>}
        />
      )}
    </Panel>
  );
}

/** Its key is that of the page's other form: the two have different addresses, so neither takes the other's answer. */
function Reset({ formKey }: { formKey: string }) {
  const { words, to } = useView();
  const said = words.staffSearch;
  return (
    <Panel title={said.resetTitle}>
      <p>{said.resetText}</p>
      <form method="post" action={to(RESET_PATH)}>
        <Key value={formKey} />
        <Button kind="danger">{said.reset}</Button>
      </form>
    </Panel>
  );
}
