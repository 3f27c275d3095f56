// The golden signals: how much, how often in vain, how slow, how full.
import { type Labels, quoted } from '../../api/promql';
import type { Span } from '../../format/span';
import type { Band } from '../../parts/chart';
import { type Asked, QueryChart } from '../../parts/query_chart';

const quantile = (line: string, part: number) =>
  `label_replace(histogram_quantile(${part}, sum(rate(response_time_histogram{$}[$window]))) / 1000, "line", "${line}", "", "")`;

/** `$` stands for the matchers of the service and the instance, `$service` for the service's alone. */
const SIGNALS: Asked[] = [
  {
    title: 'Rate, a second',
    queries: ['sum by (instance) (rate(messages_processed_total{$}[$window]))', 'sum by (instance) (rate(requests_total{$}[$window]))', 'rate(bus_sender_messages_total{$service}[$window])'],
  },
  {
    title: 'Errors',
    unit: 'percent',
    queries: ['error_rate{$}', '100 * rate(bus_errors_total{$service}[$window]) / (rate(bus_sender_messages_total{$service}[$window]) > 0)'],
  },
  {
    title: 'Latency',
    unit: 'seconds',
    queries: [[quantile('p50', 0.5), quantile('p95', 0.95), quantile('p99', 0.99)].join(' or '), 'bus_response_seconds{$service, quantile!=""}', 'bus_delay_seconds{$service}'],
  },
  { title: 'Saturation', unit: 'percent', queries: ['{__name__=~"cpu_percent|memory_percent|disk_percent", $}'] },
];

export function Golden({ service, instance, span, bands }: { service: string; instance: string; span: Span; bands: Band[] }) {
  const ofService = `service=${quoted(service)}`;
  const matchers = instance ? `${ofService}, instance=${quoted(instance)}` : ofService;
  // The longer placeholders first: `$` is the beginning of all of them.
  const filled = (query: string) => query.replaceAll('$service', ofService).replaceAll(/\$(?!window)/g, () => matchers);
  return (
    <div class="charts">
      {SIGNALS.map((signal) => (
        <QueryChart key={signal.title} asked={{ ...signal, queries: signal.queries.map(filled), name: named, first: true }} span={span} bands={bands} />
      ))}
    </div>
  );
}

/** What tells a line from the others. */
function named({ __name__: name = '', instance = '', line, quantile: part, topic }: Labels): string {
  const words = [name.replace(/_percent$/, '').replace(/^bus_.*/, ''), instance, line, part && `p${Number(part) * 100}`, topic];
  return words.filter(Boolean).join(' ') || 'all';
}
