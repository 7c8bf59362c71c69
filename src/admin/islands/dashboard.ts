// The dashboard, live: figures and lines go on from what the server wrote. Without it the page is as of its loading.
import { type FigureFormats, type FigureName, figureFormats, tellFigure } from '../format-figures.ts';
import type { LiveTick } from '../staff/running-shop.ts';
import { listensLive } from './listen-live.ts';
import { drawLiveChart, type LiveChart } from './live-chart.ts';
import { type SalesPoint, tableRows, withTick } from './sales-history.ts';

/** The table is for those who read it: it does not change under them each second. */
const TABLE_EVERY_MS = 10_000;

const board = document.querySelector<HTMLElement>('[data-island="dashboard"]');
if (board !== null) goesLive(board);

function goesLive(board: HTMLElement): void {
  const { currency = '', points = '[]', words = '{}' } = board.dataset;
  const language = document.documentElement.lang;
  const formats = figureFormats(language, currency);
  const texts = JSON.parse(words) as Record<string, string>;
  const state = board.querySelector<HTMLElement>('[data-live]');
  const charts = chartsOf(board, formats, currency);
  let history = JSON.parse(points) as SalesPoint[];
  let tableMs = 0;
  for (const chart of charts) chart.draw(history);

  listensLive({
    onTick(tick) {
      history = withTick(history, tick);
      showFigures(board, formats, tick);
      for (const chart of charts) chart.draw(history);
      if (performance.now() < tableMs) return;
      tableMs = performance.now() + TABLE_EVERY_MS;
      showTable(board, formats, history);
    },
    onState(next) {
      if (state === null) return;
      state.dataset.live = next;
      state.textContent = texts[next] ?? '';
    },
  });
}

function showFigures(board: HTMLElement, formats: FigureFormats, tick: LiveTick): void {
  for (const place of board.querySelectorAll<HTMLElement>('[data-figure]')) {
    const name = place.dataset.figure as FigureName;
    const text = tellFigure(formats, name, tick[name]);
    if (place.textContent !== text) place.textContent = text;
  }
}

function showTable(board: HTMLElement, formats: FigureFormats, history: SalesPoint[]): void {
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'medium', timeZone: 'UTC' });
  const rows = board.querySelectorAll('[data-live-rows] tbody tr');
  for (const [index, [second, orders, revenue]] of tableRows(history).entries()) {
    const cells = rows[index]?.children ?? [];
    const texts = [
      time.format(new Date(second * 1000)),
      tellFigure(formats, 'orders_per_second', orders),
      tellFigure(formats, 'revenue_per_second', revenue),
    ];
    for (const [column, text] of texts.entries()) if (cells[column] !== undefined) cells[column].textContent = text;
  }
}

function chartsOf(board: HTMLElement, formats: FigureFormats, currency: string): LiveChart[] {
  const { lang } = document.documentElement;
  const shortNumber = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
  const shortSum = new Intl.NumberFormat(lang, {
    style: 'currency',
    currency,
    notation: 'compact',
    maximumSignificantDigits: 3,
  });
  const { minorUnits } = formats;
  return [...board.querySelectorAll<HTMLElement>('[data-chart]')].map(box => {
    if (box.dataset.chart === 'orders') {
      const tell = (value: number) => tellFigure(formats, 'orders_per_second', value);
      return drawLiveChart({
        box,
        read: point => point[1],
        tell,
        tellShort: value => shortNumber.format(value),
        least: 1,
      });
    }
    return drawLiveChart({
      box,
      read: point => point[2],
      tell: value => tellFigure(formats, 'revenue_per_second', value),
      tellShort: value => shortSum.format(value / minorUnits),
      least: 100,
    });
  });
}
