// Lines over time.
import { useMemo } from 'preact/hooks';
import { type Series, selector } from '../../api/promql';
import { unitOf } from '../../format/number';
import { type Span, stepOf } from '../../format/span';
import { Chart } from '../../parts/chart';
import { Nothing } from '../../parts/words';

/** Lines of one graph: more of them nobody can tell apart. */
const LINES = 100;

export function Graph({ series, query, span, stacked }: { series: Series[]; query: string; span: Span; stacked: boolean }) {
  const lines = useMemo(() => series.slice(0, LINES).filter(({ points }) => points.length > 0).map(({ labels, points }) => ({ label: selector(labels), points })), [series]);
  if (lines.length === 0) return <Nothing>These are histograms: look at them as a heatmap.</Nothing>;
  return (
    <>
      <Chart title={query} lines={lines} from={span.from} to={span.to} step={stepOf(span.to - span.from)} unit={unitOfQuery(query)} height={320} stacked={stacked} />
      {series.length > LINES && <p class="hint">The first {LINES} of {series.length} series are drawn.</p>}
    </>
  );
}

/** The unit of a query that is one metric, or a rate or sum of one. */
function unitOfQuery(query: string) {
  const names = [...query.matchAll(/[a-zA-Z_:][\w:]*(?=\s*[{[)]|\s*$)/g)].map(([name]) => name);
  return names.length === 1 && !/count|[*/]/.test(query) ? unitOf(names[0] ?? '') : '';
}
