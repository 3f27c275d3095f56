// One expression and what it comes to.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLoad } from '../../api/load';
import { type Answer, instant, range } from '../../api/promql';
import { get, withParams } from '../../api/request';
import type { Data } from '../../api/types';
import { digits } from '../../format/number';
import { type Span, spanOf, stepOf } from '../../format/span';
import { Icon } from '../../parts/icon';
import { Failure, Nothing, Skeleton } from '../../parts/words';
import { base, pageOf } from '../../router';
import { download } from '../../parts/download';
import { csvOf } from './csv';
import { Graph } from './graph';
import { Heatmap } from './heatmap';
import { Past, remember } from './past';
import { type Asked, VIEWS } from './panels';
import { QueryField } from './query_field';
import { Table } from './table';
import { Tree } from './tree';

/** Series that are drawn. */
const SERIES = 300;
/** How often a range that moves on is asked anew, in milliseconds. */
const EVERY = 10_000;

interface Props {
  asked: Asked;
  onChange: (changes: Partial<Asked>) => void;
  onBrowse: () => void;
  onRemove: (() => void) | undefined;
}

export function Panel({ asked, onChange, onBrowse, onRemove }: Props) {
  const [given, setGiven] = useState({ text: asked.query });
  const [note, setNote] = useState('');
  /** What stands in the field now. */
  const text = useRef(asked.query);
  const put = (next: string) => {
    text.current = next;
    setGiven({ text: next });
  };
  useEffect(() => {
    if (asked.query !== text.current.trim()) put(asked.query);
  }, [asked.query]);
  const span = spanOf('1h');
  const load = useAnswer(asked, span);
  const run = (query: string) => {
    if (query !== text.current) put(query);
    if (query.trim() === asked.query) load.again();
    else onChange({ query: query.trim() });
    remember(query.trim());
  };
  const format = async () => {
    try {
      put((await get<Data<string>>(withParams('api/v1/format_query', { query: text.current }))).data);
      setNote('');
    } catch (error) {
      setNote(error instanceof Error ? error.message : String(error));
    }
  };
  const isAsked = asked.query !== '';
  return (
    <section class="panel explore-panel">
      <QueryField given={given} onInput={(typed) => (text.current = typed)} onRun={run} />
      <div class="row">
        <button type="button" class="primary" onClick={() => run(text.current)}>Run</button>
        <div class="row" role="group" aria-label="Shown as">
          {VIEWS.map((view) => <button key={view} type="button" aria-pressed={asked.view === view} onClick={() => onChange({ view, query: text.current.trim() })}>{view}</button>)}
        </div>
        {asked.view === 'graph' && <label class="row"><input type="checkbox" checked={asked.stacked} onChange={(event) => onChange({ stacked: event.currentTarget.checked })} /> stacked</label>}
        <button type="button" onClick={onBrowse}>Metrics</button>
        <button type="button" onClick={format}>Format</button>
        <Past onTake={run} />
        {isAsked && <More query={asked.query} span={span} answer={load.data} />}
        {onRemove && <button type="button" class="plain" aria-label="Remove this panel" onClick={onRemove}><Icon name="trash" /></button>}
      </div>
      {note && <Failure what="Not formatted" why={note} />}
      {load.error && <QueryError query={asked.query} why={load.error} again={load.again} />}
      {!isAsked && <Nothing>Write an expression, or choose a metric. Ctrl-Space shows what there is.</Nothing>}
      {isAsked && !load.data && !load.error && <Skeleton rows={6} />}
      {load.data && <Shown answer={load.data} asked={asked} span={span} />}
      {load.data && <Cost answer={load.data} />}
      {isAsked && <Tree query={asked.query} />}
    </section>
  );
}

/** The answer, asked anew as the range moves on. */
function useAnswer({ query, view }: Asked, { from, to, last }: Span) {
  const step = view === 'heatmap' ? stepOf(to - from, 120) : stepOf(to - from);
  const key = query === '' ? '' : `${view === 'table' ? 'at' : 'over'} ${query} ${from} ${to} ${step}`;
  return useLoad(
    key,
    (signal) => (view === 'table' ? instant(query, last ? undefined : to, signal) : range(query, { start: from, end: to, step }, signal, SERIES)),
    last ? EVERY : 0,
  );
}

function Shown({ answer, asked, span }: { answer: Answer; asked: Asked; span: Span }) {
  if (answer.series.length === 0) return <Nothing>No series is like this{asked.view === 'table' ? ' now' : ' in this range'}.</Nothing>;
  if (asked.view === 'table') return <Table answer={answer} />;
  if (asked.view === 'heatmap') return <Heatmap series={answer.series} span={span} />;
  return <Graph series={answer.series} query={asked.query} span={span} stacked={asked.stacked} />;
}

function Cost({ answer }: { answer: Answer }) {
  const read = answer.samples === undefined ? '' : `, ${answer.samples.toLocaleString('en')} samples read`;
  return (
    <div class="cost">
      {answer.warnings.map((text) => <p key={text} class="severity is-warning"><Icon name="degraded" size={14} /> {text}</p>)}
      {answer.infos.map((text) => <p key={text} class="hint"><Icon name="info" size={14} /> {text}</p>)}
      <p class="hint">{answer.series.length.toLocaleString('en')} series in {digits(Math.round(answer.took))} ms{read}</p>
    </div>
  );
}

/** The server's words, and where in the expression they point. */
function QueryError({ query, why, again }: { query: string; why: string; again: () => void }) {
  const [, line, column] = /\b(\d+):(\d+): parse error/.exec(why) ?? [];
  const place = query.split('\n')[Number(line) - 1];
  return (
    <>
      <Failure what="No answer" why={why} again={again} />
      {place !== undefined && <pre class="place" aria-hidden="true">{place}{'\n'}{' '.repeat(Math.max(0, Number(column) - 1))}^</pre>}
    </>
  );
}

function More({ query, span, answer }: { query: string; span: Span; answer: Answer | undefined }) {
  const [copied, setCopied] = useState('');
  const copy = (name: string, text: string) => {
    void navigator.clipboard?.writeText(text).then(() => setCopied(name));
    setTimeout(() => setCopied(''), 1500);
  };
  const quoted = query.replaceAll("'", `'\\''`);
  const curl = `curl ${location.origin}${base}api/v1/query_range --data-urlencode 'query=${quoted}' -d start=${span.from} -d end=${span.to} -d step=${stepOf(span.to - span.from)}`;
  return (
    <>
      <a class="button" href={withParams(pageOf('alerts', 'rules'), { new: 1, query })}><Icon name="bell" size={14} /> Make an alert</a>
      <button type="button" onClick={() => copy('link', location.href)}>{copied === 'link' ? 'Copied' : 'Copy link'}</button>
      <button type="button" onClick={() => copy('curl', curl)}>{copied === 'curl' ? 'Copied' : 'Copy as curl'}</button>
      <button type="button" disabled={!answer || answer.series.length === 0} onClick={() => answer && download(csvOf(answer.series), 'series.csv', 'text/csv')}>CSV</button>
    </>
  );
}
