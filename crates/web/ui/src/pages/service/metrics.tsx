// Every metric of a service, each as a small line.
import { useState } from 'preact/hooks';
import { useLoad } from '../../api/load';
import { type Series, literal, quoted, range } from '../../api/promql';
import { get, withParams } from '../../api/request';
import type { Data } from '../../api/types';
import { counted, spread, unitOf } from '../../format/number';
import type { Span } from '../../format/span';
import { Sparkline } from '../../parts/sparkline';
import { Failure, Nothing, Panel, Skeleton } from '../../parts/words';
import { pageOf, param, setParams } from '../../router';

/** Metrics that are shown at a time, and series of all of them together. */
const SHOWN = 24;
const SERIES = 300;
const POINTS = 60;

export function Metrics({ service, instance, span }: { service: string; instance: string; span: Span }) {
  const matchers = instance ? `service=${quoted(service)}, instance=${quoted(instance)}` : `service=${quoted(service)}`;
  const [pages, setPages] = useState(1);
  const filter = param('metric').toLowerCase();
  const names = useLoad(`names ${matchers}`, async (signal) => {
    const answer = await get<Data<string[]>>(withParams('api/v1/label/__name__/values', { 'match[]': `{${matchers}}` }), signal);
    return answer.data;
  });
  const fit = (names.data ?? []).filter((name) => name.toLowerCase().includes(filter)).sort(ownFirst);
  const shown = fit.slice(0, SHOWN * pages);
  return (
    <Panel
      title={`Metrics (${names.data?.length ?? '…'})`}
      aside={<input type="search" data-filter aria-label="Filter metrics" placeholder="Filter  ( / )" value={param('metric')} onInput={(event) => setParams({ metric: event.currentTarget.value }, true)} />}
    >
      {names.error && <Failure what="No metrics" why={names.error} again={names.again} />}
      {names.data && fit.length === 0 && <Nothing>There is none.</Nothing>}
      {shown.length > 0 && <Lines names={shown} matchers={matchers} span={span} />}
      {fit.length > shown.length && <button type="button" onClick={() => setPages(pages + 1)}>Show more ({fit.length - shown.length})</button>}
    </Panel>
  );
}

/** What a service says of itself stands before what the bus says of it. */
function ownFirst(a: string, b: string): number {
  return Number(a.startsWith('bus_')) - Number(b.startsWith('bus_')) || (a < b ? -1 : 1);
}

function Lines({ names, matchers, span: { from, to } }: { names: string[]; matchers: string; span: Span }) {
  const query = `{__name__=~${quoted(names.map(literal).join('|'))}, ${matchers}}`;
  const step = Math.max(1, Math.round((to - from) / POINTS));
  const load = useLoad(`lines ${query} ${from} ${to}`, async (signal) => {
    const answer = await range(query, { start: from, end: to, step }, signal, SERIES);
    const all = new Map<string, Series[]>();
    for (const series of answer.series) {
      const name = series.labels['__name__'] ?? '';
      all.set(name, [...(all.get(name) ?? []), series]);
    }
    return all;
  });
  if (load.error) return <Failure what="No lines" why={load.error} again={load.again} />;
  if (!load.data) return <Skeleton rows={6} />;
  const all = load.data;
  return (
    <div class="metrics">
      {names.map((name) => <Metric key={name} name={name} series={all.get(name) ?? []} matchers={matchers} from={from} to={to} />)}
    </div>
  );
}

function Metric({ name, series, matchers, from, to }: { name: string; series: Series[]; matchers: string; from: number; to: number }) {
  const unit = unitOf(name);
  const newest = series.map(({ points }) => points[points.length - 1]?.[1]).filter((value) => value !== undefined);
  const plain = /^[a-zA-Z_:][\w:]*$/.test(name) ? `${name}{${matchers}}` : `{${quoted(name)}, ${matchers}}`;
  const query = name.endsWith('_total') ? `rate(${plain}[5m])` : plain;
  const words = spread(newest, unit);
  return (
    <a class="metric" href={withParams(pageOf('explore'), { q: query })}>
      <span>
        <span class="metric-name">{name}</span>
        <b>{words}</b>
      </span>
      <Sparkline lines={series.map(({ points }) => points)} from={from} to={to} label={`${name}: ${words}`} />
      <span class="hint">{series.length > 1 ? counted(series.length, 'series', 'series') : (unit || ' ')}</span>
    </a>
  );
}
