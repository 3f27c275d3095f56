// A chart of what expressions come to over the range of the page.
import { useLoad } from '../api/load';
import { type Labels, range } from '../api/promql';
import { withParams } from '../api/request';
import type { Unit } from '../format/number';
import { type Span, asText, stepOf } from '../format/span';
import { pageOf } from '../router';
import { type Band, Chart, type Line } from './chart';
import { Icon } from './icon';
import { Failure, Nothing, Skeleton } from './words';

/** Series of one chart. */
const SERIES = 50;

export interface Asked {
  title: string;
  /** Expressions; `$window` stands for the length of the windows of rates. */
  queries: string[];
  unit?: Unit;
  /** What tells a line from the others; by default its labels. */
  name?: (labels: Labels, query: number) => string;
  stacked?: boolean;
  /** Only the first expression with an answer is shown, instead of all. */
  first?: boolean;
}

/** The length of the windows of rates: four steps, and a minute at least. */
export function windowOf(step: number): string {
  return asText(Math.max(60, step * 4));
}

export function QueryChart({ asked, span, bands = [] }: { asked: Asked; span: Span; bands?: Band[] }) {
  const { title, unit = '', name = byLabels, first = false } = asked;
  const { from, to } = span;
  const step = stepOf(to - from);
  const queries = asked.queries.map((query) => query.replaceAll('$window', windowOf(step)));
  const load = useLoad(`${queries.join(' ; ')} ${from} ${to}`, async (signal) => {
    const lines: Line[] = [];
    for (const [index, query] of queries.entries()) {
      const { series } = await range(query, { start: from, end: to, step }, signal, SERIES);
      lines.push(...series.map(({ labels, points }) => ({ label: name(labels, index), points })));
      if (first && lines.length > 0) return { lines, query };
    }
    return { lines, query: queries.join(' or ') };
  });
  const aside = load.data && (
    <a class="to-explorer" href={withParams(pageOf('explore'), { q: load.data.query })} title="Open in the Explorer">
      <Icon name="chart" size={14} /><span class="hidden">Open {title} in the Explorer</span>
    </a>
  );
  return (
    <section class="panel">
      {!load.data && <h2>{title}</h2>}
      {load.error && <Failure what="No answer" why={load.error} again={load.again} />}
      {!load.data && !load.error && <Skeleton rows={5} />}
      {load.data?.lines.length === 0 && <><h2>{title}</h2><Nothing>There are no values in this range.</Nothing></>}
      {load.data && load.data.lines.length > 0 && (
        <Chart title={title} lines={load.data.lines} from={from} to={to} step={step} unit={unit} bands={bands} stacked={asked.stacked ?? false} aside={aside} />
      )}
    </section>
  );
}

/** The values of the labels, or the name of the metric. */
export function byLabels({ __name__: name = '', service: _, job: __, ...labels }: Labels): string {
  return Object.values(labels).join(' ') || name || 'all';
}
