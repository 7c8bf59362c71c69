import { type Column, Table } from '#design/parts';
import { useView } from '#design/view';

export interface Bar {
  /** When it was, in words. */
  label: string;
  value: number;
  /** The value in words. */
  text: string;
}

export interface BarChartProps<Row extends Bar> {
  title: string;
  /** What the bars come to, in words: it is also what a screen reader says of the drawing. */
  summary: string;
  /** Below the summary. */
  note?: string;
  bars: Row[];
  /** The highest value in words. */
  most: string;
  columns: Column<Row>[];
}

/** Bars over time, drawn by the server: its width is that of its place, and a table below it says the same. */
export function BarChart<Row extends Bar>({ title, summary, note, bars, most, columns }: BarChartProps<Row>) {
  const { words } = useView();
  return (
    <figure class="bar-chart">
      <figcaption>
        <strong>{title}</strong>
        <span>{summary}</span>
        {note !== undefined && <span class="quiet">{note}</span>}
      </figcaption>
      <div class="bar-chart-frame">
        <span class="bar-chart-most quiet" aria-hidden="true">
          {most}
        </span>
        <Bars bars={bars} said={`${title}: ${summary}`} />
      </div>
      <div class="bar-chart-ends quiet" aria-hidden="true">
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </div>
      <details class="as-table">
        <summary>
          {words.staffOps.asTable}
          <span class="hidden">: {title}</span>
        </summary>
        <Table caption={title} columns={columns} rows={bars} keyOf={bar => bar.label} />
      </details>
    </figure>
  );
}

const HEIGHT = 100;
const STEP = 10;

/** The drawing alone. `said`: what it shows; left out where what is around it says so. */
export function Bars({ bars, said }: { bars: Bar[]; said?: string }) {
  const highest = Math.max(1e-9, ...bars.map(bar => bar.value));
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${Math.max(1, bars.length) * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={said}
      aria-hidden={said === undefined}
    >
      {bars.map(({ label, value, text }, index) => {
        const height = Math.round((value / highest) * HEIGHT * 10) / 10;
        return (
          <rect key={label} x={index * STEP + 1} y={HEIGHT - height} width={STEP - 2} height={height}>
            {text !== '' && <title>{`${label}: ${text}`}</title>}
          </rect>
        );
      })}
    </svg>
  );
}
