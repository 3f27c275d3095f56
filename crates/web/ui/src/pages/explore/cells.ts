// The cells of a heatmap: how many observations lie where, at which time.
import { shortName } from '../../api/labels';
import type { Series } from '../../api/promql';
import { digits } from '../../format/number';
import type { Span } from '../../format/span';

export interface Grid {
  rows: string[];
  times: number[];
  /** By row, then by time. */
  values: number[][];
}

/** Rows of a heatmap: more have no height. */
const ROWS = 60;

/** Rows from the least bound to the largest, or by name. */
export function gridOf(series: readonly Series[], { from, to }: Span, step: number): Grid {
  const times: number[] = [];
  for (let time = from; time <= to; time += step) times.push(time);
  const place = (time: number) => Math.round((time - from) / step);
  const rows = new Map<string, { order: number; values: number[] }>();
  const add = (name: string, order: number, time: number, value: number) => {
    const at = place(time);
    if (!Number.isFinite(value) || at < 0 || at >= times.length) return;
    const row = rows.get(name) ?? { order, values: new Array<number>(times.length).fill(0) };
    row.values[at] = (row.values[at] ?? 0) + value;
    rows.set(name, row);
  };
  if (series.some(({ histograms }) => histograms.length > 0)) {
    for (const { histograms } of series) {
      for (const [time, { buckets }] of histograms) for (const { low, high, count } of buckets) add(`${digits(low)} … ${digits(high)}`, high, time, count);
    }
  } else if (series.every(({ labels }) => labels['le'] !== undefined)) {
    addCumulative(series, add);
  } else {
    series.forEach(({ labels, points }, index) => points.forEach(([time, value]) => add(shortName(labels), -index, time, Math.abs(value))));
  }
  const sorted = [...rows].sort((a, b) => a[1].order - b[1].order).slice(0, ROWS);
  return { rows: sorted.map(([name]) => name), times, values: sorted.map(([, { values }]) => values) };
}

/** Classic buckets count everything below their bound: what lies between is the difference. */
function addCumulative(series: readonly Series[], add: (name: string, order: number, time: number, value: number) => void): void {
  const bounds = new Map<number, Map<number, number>>();
  for (const { labels, points } of series) {
    const bound = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
    const sums = bounds.get(bound) ?? new Map<number, number>();
    for (const [time, value] of points) sums.set(time, (sums.get(time) ?? 0) + value);
    bounds.set(bound, sums);
  }
  let below: Map<number, number> | undefined;
  let low = '';
  for (const [bound, sums] of [...bounds].sort((a, b) => a[0] - b[0])) {
    const high = bound === Infinity ? '∞' : digits(bound);
    for (const [time, value] of sums) add(low ? `${low} … ${high}` : `up to ${high}`, bound, time, Math.max(0, value - (below?.get(time) ?? 0)));
    below = sums;
    low = high;
  }
}
