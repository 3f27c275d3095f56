// What a rule would have done: when it would have fired, and how often with other thresholds and lengths of `for`.
import { useLoad } from '../../api/load';
import { quoted, range, shortName } from '../../api/promql';
import { send } from '../../api/request';
import type { Schemas } from '../../api/types';
import { counted, digits, length, unitOf } from '../../format/number';
import { asText, stepOf } from '../../format/span';
import { Chart } from '../../parts/chart';
import { Scroll } from '../../parts/scroll';
import { Failure, Nothing, Skeleton } from '../../parts/words';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Rule } from './data';

type Cell = Schemas['TrialCell'];

type Outcome = Schemas['TrialOutcome'];

/** How long the reader may type before the rule is tried, in milliseconds. */
const PAUSE = 600;
const SPANS = ['6h', '1d', '7d', '30d'];
const HOLDS = ['0s', '1m', '5m', '15m'];
/** Thresholds beside the rule's own, as factors of it. */
const FACTORS = [0.8, 0.9, 1, 1.1, 1.2];
const SERIES = 20;

export function Trial({ rule, onTake }: { rule: Rule; onTake: (changes: Partial<Rule>) => void }) {
  const [since, setSince] = useState('1d');
  const text = JSON.stringify({ ...rule, name: rule.name || 'trial', description: rule.description || 'trial' });
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  const trial = useLoad(`trial ${since} ${asked}`, (signal) => send<Outcome>('POST', 'rules/backtest', { rule: JSON.parse(asked) as Rule, since }, signal));
  const cell = trial.data?.cells[0];
  return (
    <section class="trial" aria-live="polite">
      <header class="panel-head">
        <h3>What it would have done</h3>
        <select aria-label="Tried on the last" value={since} onChange={(event) => setSince(event.currentTarget.value)}>{SPANS.map((span) => <option key={span} value={span}>last {span}</option>)}</select>
      </header>
      {trial.error && <Failure what="It cannot be tried" why={trial.error} />}
      {trial.loading && <Skeleton rows={4} />}
      {trial.data && cell && (
        <>
          <p>
            {cell.count === 0 ? 'It would not have fired.' : <>It would have fired <strong>{counted(cell.count, 'time')}</strong> ({digits(Math.round(cell.per_week * 10) / 10)} a week), {length(Math.round(cell.firing_seconds))} in all, at most {length(Math.round(cell.longest_seconds))} at a time.</>}
            <span class="hint"> {counted(trial.data.samples, 'sample')} of {counted(trial.data.series, 'series', 'series')} were judged.</span>
          </p>
          {trial.data.notes?.map((note) => <p key={note} class="hint">{note}</p>)}
          <Course rule={rule} outcome={trial.data} cell={cell} />
          <Variants rule={asked} since={since} onTake={onTake} />
        </>
      )}
    </section>
  );
}

/** The metric, with the times in which the rule would have fired. */
function Course({ rule, outcome, cell }: { rule: Rule; outcome: Outcome; cell: Cell }) {
  const query = `{__name__=${quoted(rule.metric_name)}${rule.match ? `, ${rule.match}` : ''}}`;
  const { start, end } = outcome;
  const step = stepOf(end - start);
  const load = useLoad(`tried ${query} ${start} ${end}`, async (signal) => (await range(query, { start, end, step }, signal, SERIES)).series);
  const lines = useMemo(() => (load.data ?? []).map(({ labels, points }) => ({ label: shortName(labels), points })), [load.data]);
  const bands = useMemo(() => cell.firings.map((firing) => ({ from: firing.start, to: firing.end ?? end, severity: rule.severity, label: Object.values(firing.labels).join(' ') })), [cell]);
  const threshold = thresholdOf(rule.condition);
  const levels = useMemo(() => (threshold === undefined ? [] : [{ value: threshold, label: 'threshold' }]), [threshold]);
  if (load.data?.length === 0) return <Nothing>No series is like this.</Nothing>;
  if (!load.data) return null;
  return <Chart title={rule.metric_name} lines={lines} from={start} to={end} step={step} unit={unitOf(rule.metric_name)} bands={bands} levels={levels} height={160} heading={3} onZoom={() => undefined} />;
}

/** The number that a plain condition compares with. */
function thresholdOf(condition: string): number | undefined {
  const [, number] = /^\s*value\s*(?:>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*%?\s*$/.exec(condition) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** How often it would have fired in a week, with other thresholds and lengths of `for`. */
function Variants({ rule: text, since, onTake }: { rule: string; since: string; onTake: (changes: Partial<Rule>) => void }) {
  const rule = JSON.parse(text) as Rule;
  const threshold = thresholdOf(rule.condition);
  const thresholds = threshold === undefined || threshold === 0 ? [] : FACTORS.map((factor) => Number((threshold * factor).toPrecision(3)));
  const load = useLoad(thresholds.length > 0 ? `variants ${since} ${text}` : '', (signal) => send<Outcome>('POST', 'rules/backtest', { rule, since, thresholds, for: HOLDS }, signal));
  if (thresholds.length === 0) return null;
  if (load.error) return <Failure what="Others cannot be tried" why={load.error} />;
  if (!load.data) return <Skeleton rows={4} />;
  const cells = load.data.cells;
  const most = Math.max(1, ...cells.map(({ per_week }) => per_week));
  const take = (value: number, hold: number) => onTake({ condition: rule.condition.replace(/-?\d+(?:\.\d+)?/, String(value)), levels: [], ...{ for: hold > 0 ? asText(hold) : '' } });
  return (
    <Scroll>
      <table class="variants">
        <caption class="hint">Times a week, for other thresholds and lengths of “must hold for”. A click takes them over.</caption>
        <thead><tr><th scope="col">Threshold</th>{HOLDS.map((hold) => <th key={hold} scope="col" class="number">{hold}</th>)}</tr></thead>
        <tbody>
          {thresholds.map((value) => (
            <tr key={value}>
              <th scope="row">{digits(value)}</th>
              {cells.filter((cell) => cell.threshold === value).map((cell) => (
                <td key={cell.for} class="number" style={{ background: `color-mix(in srgb, var(--warning) ${Math.round((cell.per_week / most) * 45)}%, transparent)` }}>
                  <button type="button" class="plain" onClick={() => take(value, cell.for ?? 0)}>{digits(Math.round(cell.per_week * 10) / 10)}</button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
