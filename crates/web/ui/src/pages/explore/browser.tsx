// The metrics that there are, each with what is known of it.
import { useState } from 'preact/hooks';
import { useLoad } from '../../api/load';
import { instant, literal, quoted, range } from '../../api/promql';
import { get, withParams } from '../../api/request';
import type { Data, Schemas } from '../../api/types';
import { counted, spread, unitOf } from '../../format/number';
import { collectorNow } from '../../format/time';
import { Dialog } from '../../parts/dialog';
import { Sparkline } from '../../parts/sparkline';
import { Failure, Nothing, Skeleton } from '../../parts/words';

const MOST = 100;
const HOUR = 3600;
const SERIES = 30;
const LABELS = 6;
const VALUES = 8;

type Metadata = Schemas['MetricMetadata'];

export function Browser({ onTake, onClose }: { onTake: (query: string) => void; onClose: () => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState('');
  const names = useLoad(`browse ${text}`, async (signal) => {
    const matcher = text.trim() === '' ? undefined : `{__name__=~${quoted(`(?i).*${[...text.trim()].map(literal).join('.*')}.*`)}}`;
    return (await get<Data<string[]>>(withParams('api/v1/label/__name__/values', { 'match[]': matcher, limit: MOST }), signal)).data;
  });
  return (
    <Dialog title="Metrics" wide onClose={onClose}>
      <div class="browser">
        <div>
          <input type="search" class="palette-field" aria-label="Find a metric" placeholder="Some of its letters" autoFocus value={text} onInput={(event) => setText(event.currentTarget.value)} />
          {names.error && <Failure what="Not known" why={names.error} again={names.again} />}
          {!names.data && !names.error && <Skeleton rows={6} />}
          {names.data?.length === 0 && <Nothing>No metric has these letters.</Nothing>}
          <ul class="browser-names">
            {names.data?.map((name) => (
              <li key={name}><button type="button" class="plain" aria-pressed={chosen === name} onClick={() => setChosen(name)}>{name}</button></li>
            ))}
            {names.data?.length === MOST && <li class="hint">There may be more: write more letters.</li>}
          </ul>
        </div>
        <div>{chosen ? <Metric key={chosen} name={chosen} onTake={onTake} /> : <Nothing>Choose one to see more of it.</Nothing>}</div>
      </div>
    </Dialog>
  );
}

function Metric({ name, onTake }: { name: string; onTake: (query: string) => void }) {
  const plain = /^[a-zA-Z_:][\w:]*$/.test(name) ? name : `{${quoted(name)}}`;
  const known = useLoad(`metadata ${name}`, async (signal) => (await get<Data<Record<string, Metadata[]>>>(withParams('api/v1/metadata', { metric: name }), signal)).data[name]?.[0]);
  const to = Math.floor(collectorNow.peek() / 60) * 60;
  const lines = useLoad(`course ${name}`, (signal) => range(plain, { start: to - HOUR, end: to, step: 60 }, signal, SERIES));
  const count = useLoad(`count ${name}`, async (signal) => (await instant(`count(${plain})`, undefined, signal)).series[0]?.points[0]?.[1] ?? 0);
  const labels = useLoad(`labels ${name}`, async (signal) => (await get<Data<string[]>>(withParams('api/v1/labels', { 'match[]': `{__name__=${quoted(name)}}` }), signal)).data.filter((label) => label !== '__name__'));
  const series = lines.data?.series ?? [];
  const newest = series.map(({ points }) => points[points.length - 1]?.[1]).filter((value) => value !== undefined);
  const isCounter = known.data?.type === 'counter' || name.endsWith('_total');
  const isHistogram = name.endsWith('_histogram') || known.data?.type === 'histogram';
  const query = isHistogram ? `histogram_quantile(0.95, sum by (service) (rate(${plain}[5m])))` : isCounter ? `rate(${plain}[5m])` : plain;
  return (
    <>
      <h3>{name}</h3>
      <p class="hint">{[known.data?.type, known.data?.unit || unitOf(name), count.data !== undefined && counted(count.data, 'series', 'series')].filter(Boolean).join(', ')}</p>
      {known.data?.help && <p>{known.data.help}</p>}
      {!isHistogram && <Sparkline lines={series.map(({ points }) => points)} from={to - HOUR} to={to} label={`${name} in the last hour: ${spread(newest, unitOf(name))}`} />}
      {!isHistogram && <p class="hint">{spread(newest, unitOf(name, known.data?.unit))} now, over the last hour</p>}
      <div class="row">
        <button type="button" class="primary" onClick={() => onTake(query)}>Show {isCounter ? 'its rate' : isHistogram ? 'its 95 % quantile' : 'it'}</button>
        {(isCounter || isHistogram) && <button type="button" onClick={() => onTake(plain)}>As it is</button>}
      </div>
      {labels.data?.slice(0, LABELS).map((label) => <Values key={label} metric={plain} label={label} onTake={onTake} />)}
    </>
  );
}

/** The values of a label, the most frequent first. */
function Values({ metric, label, onTake }: { metric: string; label: string; onTake: (query: string) => void }) {
  const by = /^[a-zA-Z_]\w*$/.test(label) ? label : quoted(label);
  const load = useLoad(`values ${metric} ${label}`, async (signal) => (await instant(`topk(${VALUES}, count by (${by}) (${metric}))`, undefined, signal)).series);
  if (!load.data || load.data.length === 0) return null;
  return (
    <p class="values">
      <strong>{label}</strong>
      {load.data.map(({ labels, points }) => (
        <button key={labels[label]} type="button" class="plain" onClick={() => onTake(`{__name__=${quoted(metric)}, ${by}=${quoted(labels[label] ?? '')}}`)}>
          {labels[label]} <span class="hint">{points[0]?.[1]}</span>
        </button>
      ))}
    </p>
  );
}
