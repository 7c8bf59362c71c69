import uPlot from 'uplot';
import { type SalesPoint, shownSpan } from './sales-history.ts';

export interface LiveChart {
  draw(history: readonly SalesPoint[]): void;
}

export interface LiveChartOptions {
  /** Where it is drawn, in the place of what the server drew there. */
  box: HTMLElement;
  read(point: SalesPoint): number | null;
  /** A value in words, with all its digits for the legend and short for the axis. */
  tell(value: number): string;
  tellShort(value: number): string;
  /** The axis reaches at least so high. */
  least: number;
}

const HEIGHT = 200;
const FONT = '12px Figtree, system-ui, sans-serif';

interface Colors {
  line: string;
  wash: string;
  grid: string;
  text: string;
}

/** A line in the page's colors, which follows its size and its scheme and moves only with its data. */
export function drawLiveChart(options: LiveChartOptions): LiveChart {
  const { box } = options;
  let colors = colorsOf(box);
  let span: [number, number] = [0, 1];
  box.replaceChildren();
  const chart = new uPlot(optionsOf(options, { colors: () => colors, span: () => span }), [[], []], box);

  const follow = () => {
    colors = colorsOf(box);
    chart.redraw();
  };
  new MutationObserver(follow).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', follow);
  new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);

  return {
    draw(history) {
      span = shownSpan(history);
      chart.setData([history.map(([second]) => second), history.map(options.read)]);
    },
  };
}

function optionsOf(
  { box, tell, tellShort, least }: LiveChartOptions,
  now: { colors(): Colors; span(): [number, number] },
): uPlot.Options {
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'medium' });
  const timeOf = (second: number) => time.format(new Date(second * 1000));
  const axis = {
    stroke: () => now.colors().text,
    font: FONT,
    grid: { stroke: () => now.colors().grid, width: 1 },
    ticks: { show: false },
  };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false }, y: false },
    // Only the moment pointed at and its value: whose it is stands above the chart.
    legend: { live: true, markers: { show: false, stroke: () => 'var(--quiet)' } },
    scales: {
      x: { time: true, range: () => now.span() },
      y: { range: (_chart, _min, max) => [0, Math.max(least, (max ?? 0) * 1.15)] },
    },
    series: [
      { value: (_chart, second: number | null) => (second === null ? '' : timeOf(second)) },
      {
        stroke: () => now.colors().line,
        fill: () => now.colors().wash,
        width: 2,
        points: { show: false },
        value: (_chart, value: number | null) => (value === null ? '' : tell(value)),
      },
    ],
    axes: [
      { ...axis, space: 80, size: 34, values: (_chart, seconds) => seconds.map(timeOf) },
      { ...axis, size: 62, values: (_chart, values) => values.map(tellShort) },
    ],
  };
}

/** As the styles have them now: a canvas knows no custom properties. */
function colorsOf(box: HTMLElement): Colors {
  const probe = document.createElement('span');
  box.append(probe);
  const read = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const colors = { line: read('--door'), wash: read('--door-wash'), grid: read('--line'), text: read('--quiet') };
  probe.remove();
  return colors;
}
