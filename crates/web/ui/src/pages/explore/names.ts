// Names for the completion: each time the few that fit, never all there are.
import type { PrometheusClient } from '@prometheus-io/codemirror-promql/dist/esm/client/prometheus';
import { literal, quoted } from '../../api/promql';
import { get, withParams } from '../../api/request';
import type { Data, Schemas } from '../../api/types';

/** Names of one answer. */
const MOST = 100;


async function ask(path: string, parameters: Record<string, string | number | undefined>): Promise<string[]> {
  try {
    return (await get<Data<string[]>>(withParams(path, { ...parameters, limit: MOST }))).data;
  } catch {
    // Who writes goes on without it.
    return [];
  }
}

function ofMetric(metric?: string): string | undefined {
  return metric ? `{__name__=${quoted(metric)}}` : undefined;
}

/** What the language package asks of a server. */
export const names: PrometheusClient = {
  metricNames: (prefix = '') => ask('api/v1/label/__name__/values', { 'match[]': prefix ? `{__name__=~${quoted(`(?i).*${literal(prefix)}.*`)}}` : undefined }),
  labelNames: (metric) => ask('api/v1/labels', { 'match[]': ofMetric(metric) }),
  labelValues: (label, metric) => ask(`api/v1/label/${encodeURIComponent(label)}/values`, { 'match[]': ofMetric(metric) }),
  metricMetadata: async () => {
    try {
      return (await get<Data<Record<string, Schemas['MetricMetadata'][]>>>(withParams('api/v1/metadata', { limit: 1000 }))).data;
    } catch {
      return {};
    }
  },
  // It would bring whole series where names are wanted.
  series: () => Promise.resolve([]),
  flags: () => Promise.resolve({}),
};
