// The golden signals: how much, how often in vain, how slow, how full.
import { useLoad } from '../../api/load';
import { type Series, quoted, range } from '../../api/promql';
import type { Unit } from '../../format/number';
import { type Span, asText, stepOf } from '../../format/span';
import { type Band, Chart, type Line } from '../../parts/chart';
import { Failure, Nothing, Panel, Skeleton } from '../../parts/words';

interface Signal {
  title: string;
  unit: Unit;
  /** Expressions with `$` for the matchers of the service; the first that has an answer is shown. `~` is the window of rates. */
  ask: string[];
}

const SIGNALS: Signal[] = [
  {
    title: 'Rate, a second',
    unit: '',
    ask: ['sum by (instance) (rate(messages_processed_total{$}[~]))', 'sum by (instance) (rate(requests_total{$}[~]))', 'rate(bus_sender_messages_total{$service}[~])'],
  },
  { title: 'Errors', unit: 'percent', ask: ['error_rate{$}', '100 * rate(bus_errors_total{$service}[~]) / (rate(bus_sender_messages_total{$service}[~]) > 0)'] },
  {
    title: 'Latency',
    unit: 'seconds',
    ask: [
      'label_replace(histogram_quantile(0.5, sum(rate(response_time_histogram{$}[~]))) / 1000, "line", "p50", "", "") or label_replace(histogram_quantile(0.95, sum(rate(response_time_histogram{$}[~]))) / 1000, "line", "p95", "", "") or label_replace(histogram_quantile(0.99, sum(rate(response_time_histogram{$}[~]))) / 1000, "line", "p99", "", "")',
      'bus_response_seconds{$service, quantile=~".+"}',
      'bus_delay_seconds{$service}',
    ],
  },
  { title: 'Saturation', unit: 'percent', ask: ['{__name__=~"cpu_percent|memory_percent|disk_percent", $}'] },
];

/** The length of the windows of rates: four steps, and a minute at least. */
function windowOf(step: number): string {
  return asText(Math.max(60, step * 4));
}

export function Golden({ service, instance, span, bands }: { service: string; instance: string; span: Span; bands: Band[] }) {
  const step = stepOf(span.to - span.from);
  return (
    <div class="charts">
      {SIGNALS.map((signal) => <One key={signal.title} signal={signal} service={service} instance={instance} span={span} step={step} bands={bands} />)}
    </div>
  );
}

function One({ signal, service, instance, span, step, bands }: { signal: Signal; service: string; instance: string; span: Span; step: number; bands: Band[] }) {
  const ofService = `service=${quoted(service)}`;
  const matchers = instance ? `${ofService}, instance=${quoted(instance)}` : ofService;
  const { from, to } = span;
  const load = useLoad(`golden ${signal.title} ${matchers} ${from} ${to}`, async (aborted) => {
    for (const text of signal.ask) {
      const query = text.replaceAll('$service', ofService).replaceAll('$', matchers).replaceAll('~', windowOf(step));
      const answer = await range(query, { start: from, end: to, step }, aborted, 50);
      if (answer.series.length > 0) return answer.series;
    }
    return [];
  });
  const lines = (load.data ?? []).map(lineOf);
  if (load.error) return <Panel title={signal.title}><Failure what="No answer" why={load.error} again={load.again} /></Panel>;
  return (
    <section class="panel">
      {load.data === undefined ? <><h2>{signal.title}</h2><Skeleton rows={5} /></> : null}
      {load.data && lines.length === 0 && <><h2>{signal.title}</h2><Nothing>The service says nothing of this.</Nothing></>}
      {lines.length > 0 && <Chart title={signal.title} lines={lines} from={from} to={to} step={step} unit={signal.unit} bands={bands} />}
    </section>
  );
}

/** What tells a line from the others. */
function lineOf({ labels, points }: Series): Line {
  const { __name__: name = '', instance = '', line, quantile, topic } = labels;
  const words = [name.replace(/_percent$/, ''), instance, line, quantile && `p${Number(quantile) * 100}`, topic].filter(Boolean);
  return { label: words.join(' ') || 'all', points };
}
