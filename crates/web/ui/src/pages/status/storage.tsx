// What is kept, and how much may be.
import { useLoad } from '../../api/load';
import { get } from '../../api/request';
import type { Schemas } from '../../api/types';
import { digits, show } from '../../format/number';
import { Failure, Panel, Skeleton } from '../../parts/words';


export function Storage() {
  const { data, error, again } = useLoad('storage', (signal) => get<Schemas['StorageStatus']>('storage', signal), 5000);
  return (
    <Panel title="Storage">
      {error && <Failure what="Not known" why={error} again={again} />}
      {!data && !error && <Skeleton />}
      {data?.closed && <Failure what="Nothing is taken now" why={data.closed} />}
      {data && (
        <div class="bars">
          <Bar name="Series in memory" used={data.series} most={data.limits.series} words={data.series.toLocaleString('en')} />
          <Bar name="Samples in memory" used={data.head_bytes} most={data.limits.memory_bytes} words={`${digits(data.head_samples)} in ${show(data.head_bytes, 'bytes')}`} />
          <Bar
            name="Blocks on disk"
            used={data.block_bytes}
            most={data.limits.block_bytes ?? 0}
            words={`${data.blocks} with ${show(data.block_samples)} samples, ${show(data.block_bytes, 'bytes')}`}
          />
          <span>Kept for</span>
          <span />
          <span>{data.limits.retention_days > 36_500 ? 'ever' : `${digits(data.limits.retention_days)} days`}</span>
        </div>
      )}
    </Panel>
  );
}

function Bar({ name, used, most, words }: { name: string; used: number; most: number; words: string }) {
  const part = most > 0 ? Math.min(1, used / most) : 0;
  return (
    <>
      <span>{name}</span>
      <span class="bar-place" title={most > 0 ? `${digits(part * 100)} % of what may be` : 'no limit but the disk'}>
        <span class="bar" style={{ width: `${part * 100}%` }} />
      </span>
      <span>{words}</span>
    </>
  );
}
