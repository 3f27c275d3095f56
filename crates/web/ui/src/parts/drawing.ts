// The drawing of a chart by uPlot.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type Unit, show } from '../format/number';
import { day, minute, second } from '../format/time';
import type { Band, ChartProps, Line } from './chart';

export interface Drawing {
  end: () => void;
}

type Drawn = Omit<ChartProps, 'lines' | 'title'> & {
  lines: (Line & { hidden: boolean })[];
  zoom: (from: number, to: number) => void;
};

/** The crosshair goes through all charts of a page. */
const CURSOR = uPlot.sync('page');

/** Draws into `place`, and again whenever that changes its width. */
export function drawn(place: HTMLElement, what: Drawn): Drawing {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  const height = what.height ?? 200;
  const unit = what.unit ?? '';
  const data = aligned(what.lines, what.stacked ?? false);
  const axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: `11px ${style.fontFamily}`,
  };
  const plot = new uPlot(
    {
      width: Math.max(120, place.clientWidth),
      height,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: CURSOR.key },
        drag: { x: true, y: false, setScale: false },
        points: { size: 6 },
        focus: { prox: 24 },
      },
      focus: { alpha: 0.4 },
      scales: { x: { time: true, range: [what.from, what.to] }, y: { range: (_, least, most) => room(least, most, unit, what) } },
      axes: [
        { ...axis, values: (_, splits) => splits.map((at) => timeName(at, what.to - what.from)), space: 70, size: 26 },
        { ...axis, size: 62, values: (_, splits) => splits.map((value) => show(value, unit)) },
      ],
      series: [
        {},
        ...what.lines.map((line, index) => ({
          label: line.label,
          show: !line.hidden,
          stroke: colour(`--series-${(index % 8) + 1}`),
          width: 1.5,
          ...(what.stacked ? { fill: `${colour(`--series-${(index % 8) + 1}`)}44` } : {}),
          points: { show: line.points.length === 1 },
          gaps: gapsOver(what.step * 2.5),
        })),
      ],
      hooks: {
        drawClear: [(chart: uPlot) => drawBands(chart, what.bands ?? [], colour)],
        draw: [(chart: uPlot) => drawLevels(chart, what, colour)],
        setSelect: [(chart: uPlot) => selected(chart, what.zoom)],
        setCursor: [(chart: uPlot) => tell(chart, tip, what, unit)],
      },
    },
    data,
    place,
  );
  plot.over.append(tip);
  const observer = new ResizeObserver(() => {
    const width = Math.max(120, place.clientWidth);
    if (width !== plot.width) plot.setSize({ width, height });
  });
  observer.observe(place);
  return {
    end: () => {
      observer.disconnect();
      plot.destroy();
    },
  };
}

/** All lines at the times that any of them has, and null where one has none. */
function aligned(lines: readonly Line[], stacked: boolean): uPlot.AlignedData {
  const places = new Map<number, number>();
  const times = [...new Set(lines.flatMap((line) => line.points.map(([time]) => time)))].sort((a, b) => a - b);
  times.forEach((time, index) => places.set(time, index));
  const columns = lines.map((line) => {
    const column: (number | null | undefined)[] = new Array(times.length).fill(undefined);
    for (const [time, value] of line.points) column[places.get(time) ?? 0] = Number.isFinite(value) ? value : null;
    return column;
  });
  if (stacked) stack(columns);
  return [times, ...columns] as uPlot.AlignedData;
}

/** Each column on top of those before it. */
function stack(columns: (number | null | undefined)[][]): void {
  for (let index = 1; index < columns.length; index += 1) {
    const below = columns[index - 1];
    columns[index] = (columns[index] ?? []).map((value, place) => (value == null ? value : value + (below?.[place] ?? 0)));
  }
}

/** Breaks a line where more than `most` seconds lie between two values. */
function gapsOver(most: number): uPlot.Series.GapsRefiner {
  return (plot, index, first, last, gaps) => {
    const times = plot.data[0];
    const values = plot.data[index];
    let before = -1;
    for (let place = first; place <= last; place += 1) {
      if (values?.[place] == null) continue;
      const from = times[before];
      const to = times[place];
      if (before >= 0 && from !== undefined && to !== undefined && to - from > most) {
        gaps.push([Math.round(plot.valToPos(from, 'x', true)), Math.round(plot.valToPos(to, 'x', true))]);
      }
      before = place;
    }
    return gaps;
  };
}

/** The range of values that is shown: from 0 where that is near, and never without height. */
function room(least: number | null, most: number | null, unit: Unit, { levels = [] }: Drawn): [number, number] {
  let low = least ?? 0;
  let high = most ?? 1;
  for (const { value } of levels) {
    // A level far off would press the lines flat.
    if (value <= high + (high - low) * 1.5 && value > high) high = value;
  }
  if (low >= 0 && low <= (high - low) * 2) low = 0;
  if (high === low) return low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, high * 1.2)];
  const margin = (high - low) * 0.08;
  const top = unit === 'percent' && high <= 100 && high + margin > 100 ? 100 : high + margin;
  return [low === 0 ? 0 : low - margin, top];
}

function timeName(at: number, size: number): string {
  if (size <= 300) return second(at);
  if (size <= 2 * 86_400) return minute(at);
  return minute(at) === '00:00' || size > 8 * 86_400 ? day(at).slice(5) : `${day(at).slice(5)} ${minute(at)}`;
}

function drawBands(chart: uPlot, bands: Band[], colour: (name: string) => string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  for (const band of bands) {
    const left = Math.max(bbox.left, chart.valToPos(band.from, 'x', true));
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(band.to, 'x', true));
    if (right <= bbox.left || left >= bbox.left + bbox.width) continue;
    ctx.fillStyle = colour(`--${band.severity}`);
    ctx.globalAlpha = 0.14;
    ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
    ctx.globalAlpha = 0.9;
    ctx.fillRect(left, bbox.top, Math.max(2, right - left), 3 * devicePixelRatio);
  }
  ctx.restore();
}

function drawLevels(chart: uPlot, { levels = [] }: Drawn, colour: (name: string) => string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour('--error');
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const { value } of levels) {
    const at = chart.valToPos(value, 'y', true);
    if (!(at >= bbox.top && at <= bbox.top + bbox.height)) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, at);
    ctx.lineTo(bbox.left + bbox.width, at);
    ctx.stroke();
  }
  ctx.restore();
}

/** A drag of less than this many pixels is a click. */
const LEAST_DRAG = 8;

function selected(chart: uPlot, zoom: Drawn['zoom']): void {
  const { left, width } = chart.select;
  if (width >= LEAST_DRAG) zoom(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
  if (width > 0) chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

/** Lines of the text at the pointer. */
const TOLD = 8;

function tell(chart: uPlot, tip: HTMLElement, { lines, bands = [] }: Drawn, unit: Unit): void {
  const { idx, left = -1, top = -1 } = chart.cursor;
  const time = idx == null ? undefined : chart.data[0][idx];
  if (time === undefined || idx == null || left < 0) {
    tip.hidden = true;
    return;
  }
  const rows = lines
    .map((line, index) => ({ line, index, value: line.points.length > 0 ? valueAt(line, time) : undefined }))
    .filter(({ line, value }) => !line.hidden && value !== undefined)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const texts = [element('strong', `${day(time).slice(5)} ${second(time)}`)];
  for (const { line, index, value } of rows.slice(0, TOLD)) {
    const row = element('span', '');
    const swatch = element('i', '');
    swatch.className = `swatch of-${(index % 8) + 1}`;
    row.append(swatch, element('span', lines.length > 1 ? line.label : ''), element('b', show(value, unit)));
    texts.push(row);
  }
  if (rows.length > TOLD) texts.push(element('em', `and ${rows.length - TOLD} more`));
  for (const band of bands) {
    if (band.from <= time && time <= band.to) texts.push(element('em', band.label));
  }
  tip.replaceChildren(...texts);
  tip.hidden = false;
  const width = chart.over.clientWidth;
  tip.style.left = `${left > width / 2 ? Math.max(0, left - tip.offsetWidth - 12) : left + 12}px`;
  tip.style.top = `${Math.min(Math.max(0, top - 20), Math.max(0, chart.over.clientHeight - tip.offsetHeight))}px`;
}

function valueAt({ points }: Line, time: number): number | undefined {
  let low = 0;
  let high = points.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const point = points[middle];
    if (!point) return undefined;
    if (point[0] === time) return point[1];
    if (point[0] < time) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

function element(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
