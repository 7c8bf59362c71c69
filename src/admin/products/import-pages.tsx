import type { ComponentChildren } from 'preact';
import type { ImportFormat, ImportReport, ListedImport } from '#catalog';
import { Button, Field, LinkButton } from '#design/forms';
import { Badge, type Column, Empty, Facts, Notice, Pagination, Panel, Section, Table, type Tone } from '#design/parts';
import { useView } from '#design/view';
import type { Words } from '#words';
import { pagesOf, withQuery } from './addresses.ts';
import { importFormats } from './import-examples.ts';
import type { AnyDesk } from './product-list.tsx';

export interface ImportListProps {
  desk: AnyDesk;
  imports: ListedImport[];
  page: number;
  total: number;
  page_size: number;
  error?: string | undefined;
  format?: ImportFormat | undefined;
}

export function ImportList(props: ImportListProps) {
  const { desk, imports, page } = props;
  const { words, to } = useView();
  const { goods } = words;
  const { Frame, root } = desk;
  const href = (shown: number) => to(withQuery(`${root}/imports`, { page: shown === 1 ? '' : shown }));
  return (
    <Frame title={words.desk.imports} current={`${root}/imports`}>
      <h1>{goods.importTitle}</h1>
      <p class="quiet">{goods.importIntro}</p>
      <ImportForm {...props} />
      <Section title={goods.importsBefore}>
        <Table
          caption={goods.importsBefore}
          columns={useColumns(root)}
          rows={imports}
          keyOf={({ import_id }) => import_id}
          empty={<Empty icon="plus" title={goods.noImports} />}
        />
        <Pagination page={page} pages={pagesOf(props)} href={href} />
      </Section>
    </Frame>
  );
}

function ImportForm({ desk, error, format = 'doorbuster' }: ImportListProps) {
  const { words, to } = useView();
  const { goods } = words;
  const path = to(`${desk.root}/imports`);
  const texts = { 'data-sending': goods.importSending, 'data-failed': goods.importFailed };
  return (
    <Panel>
      {error !== undefined && (
        <Notice tone="bad" isNews>
          {error}
        </Notice>
      )}
      {/* The format stands before the file: it is known when the file begins to arrive. */}
      <form
        class="stack"
        method="post"
        action={path}
        encType="multipart/form-data"
        data-island="upload-import"
        {...texts}
      >
        <fieldset>
          <legend>{goods.importFormat}</legend>
          <div class="stack format-choices">
            {importFormats.map(each => (
              <FormatChoice key={each} format={each} isChosen={each === format} root={desk.root} />
            ))}
          </div>
        </fieldset>
        <Field
          name="file"
          type="file"
          label={goods.importFile}
          hint={goods.importFileHint}
          required
          more={{ accept: '.csv,.tsv,.txt,.json,.ndjson,.jsonl,.gz,text/csv,application/json,application/x-ndjson' }}
        />
        <div class="button-row">
          <Button>{goods.importStart}</Button>
        </div>
        <div hidden>
          <progress class="bar" max={100} value={0} aria-label={goods.importProgress} />
        </div>
        <output aria-live="polite" />
      </form>
    </Panel>
  );
}

function FormatChoice({ format, isChosen, root }: { format: ImportFormat; isChosen: boolean; root: string }) {
  const { goods } = useView().words;
  const name = goods.importFormats[format];
  return (
    <div class="radio-card">
      <label class="radio">
        <input type="radio" name="format" value={format} checked={isChosen} />
        <span>
          <strong>{name}</strong>
          <small class="hint">{goods.importFormatTexts[format]}</small>
        </span>
      </label>
      <a class="example" href={`${root}/import-examples/${format}`} download>
        {goods.importExample(name)}
      </a>
    </div>
  );
}

const tones: Record<ImportReport['state'], Tone> = { running: 'plain', done: 'good', failed: 'bad' };

function ImportState({ state }: { state: ImportReport['state'] }) {
  const { goods } = useView().words;
  return <Badge tone={tones[state]}>{goods.importStates[state]}</Badge>;
}

function useColumns(root: string): Column<ListedImport>[] {
  const { words, to, number, dateTime } = useView();
  const { goods, things } = words;
  return [
    {
      title: goods.importOne,
      cell: ({ import_id, created_at }) => <a href={to(`${root}/imports/${import_id}`)}>{dateTime(created_at)}</a>,
    },
    { title: goods.importFormat, cell: ({ format }) => goods.importFormats[format] },
    { title: things.status, cell: ({ state }) => <ImportState state={state} /> },
    ...counted(goods).map(([title, name]) => {
      return { title, isNumber: true, cell: (listed: ListedImport) => number(listed[name]) };
    }),
  ];
}

/** How an import goes: a browser with JavaScript asks each second, and loads the page again when it is over. */
export function ImportPage({ desk, report }: { desk: AnyDesk; report: ImportReport }) {
  const { words, to, number } = useView();
  const { goods, things } = words;
  const { Frame, root } = desk;
  const { state, import_id } = report;
  const island = state === 'running' ? { 'data-island': 'watch-import', 'data-import': import_id } : {};
  return (
    <Frame title={goods.importOne} current={`${root}/imports`}>
      <p>
        <a href={to(`${root}/imports`)}>{words.desk.imports}</a>
      </p>
      <h1>{goods.importOne}</h1>
      <div {...island} data-rows={goods.importRows('{rows}')}>
        <Progress report={report} goods={goods} />
        <Panel>
          <Facts
            facts={[
              [things.status, <ImportState state={state} />],
              ...counted(goods).map(([title, name]): [string, ComponentChildren] => {
                return [title, <span data-count={name}>{number(report[name])}</span>];
              }),
            ]}
          />
        </Panel>
      </div>
      {state !== 'running' && <ErrorReport report={report} root={root} />}
      {state !== 'running' && (
        <p class="ways">
          <LinkButton href={to(`${root}/products`)}>{goods.toProducts}</LinkButton>
        </p>
      )}
    </Frame>
  );
}

function counted(goods: Words['goods']) {
  return [
    [goods.importRead, 'read'],
    [goods.importCreated, 'created'],
    [goods.importUpdated, 'updated'],
    [goods.importUnchanged, 'unchanged'],
    [goods.importRejected, 'rejected'],
  ] as const;
}

function Progress({ report, goods }: { report: ImportReport; goods: Words['goods'] }) {
  const { number } = useView();
  const { state, read } = report;
  if (state === 'failed') {
    return (
      <Notice tone="bad" isNews>
        {goods.importBroken}
      </Notice>
    );
  }
  if (state === 'done') {
    return (
      <>
        <Notice tone="good" isNews>
          {goods.importDone(number(read))}
        </Notice>
        <progress class="bar" max={1} value={1} aria-label={goods.importProgress} />
      </>
    );
  }
  return (
    <>
      <Notice>{goods.importRunning}</Notice>
      <progress class="bar" aria-label={goods.importProgress} />
      <p>
        <output aria-live="polite">{goods.importRows(number(read))}</output>
      </p>
    </>
  );
}

function ErrorReport({ report, root }: { report: ImportReport; root: string }) {
  const { number, words } = useView();
  const { goods } = words;
  const { errors, rejected, import_id } = report;
  if (errors.length === 0) return <p class="section quiet">{goods.importNoErrors}</p>;
  const rows = errors.map((error, index) => ({ ...error, key: String(index) }));
  const download = (
    <a href={`${root}/imports/${import_id}/errors.csv`} download>
      {goods.importErrorsFile}
    </a>
  );
  return (
    <Section title={goods.importErrors} aside={download}>
      {rejected > errors.length && (
        <p class="quiet">{goods.importErrorsFirst(number(errors.length), number(rejected))}</p>
      )}
      <Table
        caption={goods.importErrors}
        columns={[
          { title: goods.importLine, cell: ({ line }) => number(line) },
          { title: goods.importMessage, cell: ({ message }) => message },
        ]}
        rows={rows}
        keyOf={({ key }) => key}
      />
    </Section>
  );
}
