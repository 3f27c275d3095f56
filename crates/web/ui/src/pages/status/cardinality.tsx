// Which metrics and labels make the most series.
import { useLoad } from '../../api/load';
import { get } from '../../api/request';
import { withParams } from '../../api/request';
import type { Data, Schemas } from '../../api/types';
import { Failure, Panel, Skeleton } from '../../parts/words';
import { show } from '../../format/number';
import { pageOf } from '../../router';

type Count = Schemas['TsdbCount'];


export function Cardinality() {
  const { data, error, again } = useLoad('tsdb', async (signal) => (await get<Data<Schemas['Tsdb']>>('api/v1/status/tsdb?limit=12', signal)).data, 15_000);
  return (
    <Panel title={`What there is much of${data ? ` (${data.headStats.numSeries.toLocaleString('en')} series)` : ''}`}>
      {error && <Failure what="Not known" why={error} again={again} />}
      {!data && !error && <Skeleton rows={6} />}
      {data && (
        <div class="charts">
          <Counts title="Series by metric" counts={data.seriesCountByMetricName} to={(name) => withParams(pageOf('explore'), { q: name, view: 'table' })} />
          <Counts title="Values by label" counts={data.labelValueCountByLabelName} />
          <Counts title="Series by label and value" counts={data.seriesCountByLabelValuePair} />
          <Counts title="Memory by label" counts={data.memoryInBytesByLabelName} unit="bytes" />
        </div>
      )}
    </Panel>
  );
}

function Counts({ title, counts, unit = '', to }: { title: string; counts: Count[]; unit?: '' | 'bytes'; to?: (name: string) => string }) {
  const most = Math.max(1, ...counts.map(({ value }) => value));
  return (
    <div>
      <h3>{title}</h3>
      <div class="bars">
        {counts.map(({ name, value }) => (
          <>
            <span>{to ? <a href={to(name)}>{name}</a> : name}</span>
            <span class="bar-place"><span class="bar" style={{ width: `${(value / most) * 100}%` }} /></span>
            <span class="number">{show(value, unit)}</span>
          </>
        ))}
      </div>
    </div>
  );
}
