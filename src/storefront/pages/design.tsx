import { Button, Check, Field, LinkButton, Select, TextArea } from '#design/forms';
import { Icon } from '#design/icon';
import {
  Badge,
  Breadcrumbs,
  Empty,
  Facts,
  Notice,
  Pagination,
  Panel,
  Section,
  Stars,
  Table,
  Timeline,
} from '#design/parts';
import { publicPage } from '#design/routes';
import { Shell } from '#design/shell';
import { sharedAnswers } from '#shared-answers';
import type { StorefrontDeps } from '../deps.ts';

/** Every component of the design in each of its states, to be looked at: outside production only. */
export function designRoutes({ site }: StorefrontDeps): void {
  publicPage(site, '/dev/design', { shared: sharedAnswers['/dev/design'] }, async () => ({
    body: <DesignPage />,
    tags: [],
  }));
}

function DesignPage() {
  return (
    <Shell title="Design">
      <Breadcrumbs crumbs={[{ name: 'Components', path: '/dev/design' }, { name: 'Design' }]} />
      <h1>Design</h1>
      <Words />
      <Forms />
      <Section title="Notices">
        <Notice>Something to know.</Notice>
        <Notice tone="good">It was done.</Notice>
        <Notice tone="careful">Look twice.</Notice>
        <Notice tone="bad">It could not be done.</Notice>
      </Section>
      <Section title="Badges and stars">
        <div class="button-row">
          <Badge>Plain</Badge>
          <Badge tone="good">Good</Badge>
          <Badge tone="careful">Careful</Badge>
          <Badge tone="bad">Bad</Badge>
          <Badge tone="door">Door</Badge>
          <Stars rating={3.7} count={128} />
        </div>
      </Section>
      <Lists />
    </Shell>
  );
}

function Words() {
  return (
    <Section title="Words">
      <Panel title="A panel with a title">
        <h1>Heading one</h1>
        <h2>Heading two</h2>
        <h3>Heading three</h3>
        <p>
          Text with <a href="#link">words that lead on</a>, <code>code</code> and <span class="quiet">quiet words</span>
          .
        </p>
        <Facts
          facts={[
            ['Term', 'Description'],
            ['Weight', '1.2 kg'],
          ]}
        />
      </Panel>
    </Section>
  );
}

function Forms() {
  return (
    <Section title="Forms">
      <form class="stack panel" action="#" method="get">
        <div class="field-row">
          <Field name="name" label="Name" required value="Ada" />
          <Field name="mail" label="E-mail" type="email" hint="For the receipt." />
          <Field name="code" label="Postal code" value="12" errors={{ code: 'invalid' }} />
        </div>
        <Select
          name="country"
          label="Country"
          options={[
            { value: 'DE', label: 'Germany' },
            { value: 'US', label: 'United States' },
          ]}
        />
        <TextArea name="note" label="Note" />
        <Check name="same" label="The same address for the bill" checked />
        <div class="button-row">
          <Button>Primary</Button>
          <Button kind="secondary" icon="refresh">
            Secondary
          </Button>
          <Button kind="danger">Danger</Button>
          <Button disabled>Disabled</Button>
          <LinkButton href="#link" kind="secondary">
            A link
          </LinkButton>
          <button type="button" class="button-plain" aria-label="Plain">
            <Icon name="cart" />
          </button>
        </div>
      </form>
    </Section>
  );
}

function Lists() {
  return (
    <>
      <Section title="Tables">
        <Table
          caption="Orders of today"
          columns={[
            { title: 'Order', cell: (row: { name: string; units: number }) => row.name },
            { title: 'Units', isNumber: true, cell: row => row.units },
          ]}
          rows={[
            { name: 'A-1', units: 3 },
            { name: 'A-2', units: 12 },
          ]}
          keyOf={row => row.name}
        />
        <Pagination page={4} pages={12} href={page => `#page-${page}`} />
      </Section>
      <Section title="Time">
        <Timeline
          steps={[
            { title: 'Confirmed', at: '2026-11-27T10:00:00Z', isDone: true },
            { title: 'On its way', text: 'With the carrier', isDone: true },
            { title: 'Delivered', isDone: false },
          ]}
        />
      </Section>
      <Section title="Nothing and waiting">
        <Empty icon="cart" title="Your cart is empty">
          <LinkButton href="#link">Look around</LinkButton>
        </Empty>
        <progress class="bar" value={60} max={100} aria-label="Share" />
      </Section>
    </>
  );
}
