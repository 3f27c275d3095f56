// One metric of all instances, side by side with the same scale.
import { useLoad } from '../../api/load';
import { quoted, range } from '../../api/promql';
import { get, withParams } from '../../api/request';
import type { Data } from '../../api/types';
import { show, unitOf } from '../../format/number';
import { type Span, stepOf } from '../../format/span';
import { Sparkline } from '../../parts/sparkline';
import { Failure, Nothing, Panel, Skeleton } from '../../parts/words';
import { pageOf, param, setParams } from '../../router';

const MOST = 200;

export function Compare({ service, span: { from, to } }: { service: string; span: Span }) {
  const matcher = `service=${quoted(service)}`;
  const names = useLoad(`compared names ${service}`, async (signal) => {
    const to = withParams('api/v1/label/__name__/values', { 'match[]': `{${matcher}, instance!=""}` });
    return (await get<Data<string[]>>(to, signal)).data;
  });
  const metric = param('compare') || names.data?.find((name) => name === 'cpu_percent') || names.data?.[0] || '';
  const query = metric.endsWith('_total') ? `rate({__name__=${quoted(metric)}, ${matcher}}[5m])` : `{__name__=${quoted(metric)}, ${matcher}, instance!=""}`;
  const load = useLoad(metric && `compared ${query} ${from} ${to}`, async (signal) => (await range(query, { start: from, end: to, step: stepOf(to - from, 100) }, signal, MOST)).series);
  const series = load.data ?? [];
  if (names.data && names.data.length === 0) return null;
  return (
    <Panel
      title="Instances compared"
      aside={<select aria-label="Metric that is compared" value={metric} onChange={(event) => setParams({ compare: event.currentTarget.value })}>{names.data?.map((name) => <option key={name}>{name}</option>)}</select>}
    >
      {load.error && <Failure what="No answer" why={load.error} again={load.again} />}
      {!load.data && !load.error && <Skeleton rows={3} />}
      {load.data?.length === 0 && <Nothing>There are no values in this range.</Nothing>}
      <div class="metrics">
        {series.map(({ labels, points }) => {
          const { __name__: _, service: __, instance = '', ...others } = labels;
          const newest = points[points.length - 1]?.[1];
          return (
            <a key={JSON.stringify(labels)} class="metric" href={pageOf('s', service, instance)}>
              <span><span class="metric-name">{instance} {Object.values(others).join(' ')}</span><b>{show(newest, unitOf(metric))}</b></span>
              <Sparkline lines={[points]} from={from} to={to} label={`${metric} of ${instance}: ${show(newest, unitOf(metric))}`} />
            </a>
          );
        })}
      </div>
    </Panel>
  );
}
