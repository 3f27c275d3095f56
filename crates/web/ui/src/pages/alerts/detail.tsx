// One alert: what was compared, what else changed, and how it was before.
import { useLoad } from '../../api/load';
import { type Labels, range, selector, shortName } from '../../api/promql';
import { get, withParams } from '../../api/request';
import type { Alert, Schemas } from '../../api/types';
import { digits, length, show, unitOf } from '../../format/number';
import { stepOf } from '../../format/span';
import { collectorNow, exact } from '../../format/time';
import { Chart } from '../../parts/chart';
import { Dialog } from '../../parts/dialog';
import { Scroll } from '../../parts/scroll';
import { Failure, Nothing, SeverityTag, Skeleton } from '../../parts/words';
import { pageOf } from '../../router';
import { useMemo } from 'preact/hooks';
import { queryOf, useHistory, useRules } from './data';

type Changed = Schemas['ChangedSeries'];

type Why = Schemas['AlertWhy'];

export function Detail({ id, alert: active, onClose }: { id: string; alert: Alert | undefined; onClose: () => void }) {
  const history = useHistory();
  const same = (history.data ?? []).filter(({ alert_id }) => alert_id === id);
  const alert: Alert | undefined = active ?? same[0];
  const isFiring = alert !== undefined && !alert.resolved && alert.state !== 'pending';
  const why = useLoad(isFiring ? `why ${id}` : '', (signal) => get<Why>(`alerts/${encodeURIComponent(id)}/why`, signal));
  return (
    <Dialog title={alert?.rule_name ?? id} wide onClose={onClose}>
      {!alert && (history.loading ? <Skeleton /> : <Failure what="No such alert" why={id} />)}
      {alert && (
        <div class="detail">
          <p>
            <SeverityTag severity={alert.severity} /> <a href={pageOf('s', alert.service_name)}>{alert.service_name}</a> {alert.instance_id}
            <span class="hint"> since {exact(alert.timestamp)}{alert.resolved_at !== null && `, over ${exact(alert.resolved_at)}`}</span>
          </p>
          <p>{alert.message}</p>
          <Course alert={alert} />
          <section>
            <h3>Why</h3>
            <p>{why.data?.text ?? alert.annotations?.['explanation'] ?? (why.loading && isFiring ? 'The half hour before is read…' : 'Nothing else is known to have changed with it.')}</p>
            {why.error && <Failure what="Not explained" why={why.error} again={why.again} />}
            {why.data && why.data.explanation.changed.length > 0 && <Changes changed={why.data.explanation.changed} />}
            {why.data && <p class="hint">{why.data.explanation.series} series were looked at{why.data.explanation.truncated && '; there are more'}. That two things changed together does not say which did it.</p>}
          </section>
          <Words title="Labels" words={alert.labels} />
          <Words title="Annotations" words={alert.annotations} without="explanation" />
          {same.length > 0 && (
            <section>
              <h3>Before</h3>
              <ul>{same.slice(0, 10).map((one) => <li key={one.timestamp} class="hint">{exact(one.timestamp)}, for {length((one.resolved_at ?? one.timestamp) - one.timestamp)}</li>)}</ul>
            </section>
          )}
        </div>
      )}
    </Dialog>
  );
}

/** How much is shown before the alert began, in seconds. */
const BEFORE = 1800;

/** What the rule looks at, with its threshold and the alert. */
function Course({ alert }: { alert: Alert }) {
  const rules = useRules();
  const rule = rules.data?.find(({ name }) => name === alert.rule_name);
  const query = queryOf(rule, alert);
  const from = alert.timestamp - BEFORE;
  const to = useMemo(() => Math.min(collectorNow.peek(), (alert.resolved_at ?? Infinity) + BEFORE / 2), [alert.alert_id]);
  const step = stepOf(to - from);
  const load = useLoad(query && `course ${query} ${from}`, async (signal) => (await range(query, { start: from, end: to, step }, signal, 20)).series);
  const lines = useMemo(() => (load.data ?? []).map(({ labels, points }) => ({ label: shortName(labels), points })), [load.data]);
  const bands = useMemo(() => [{ from: alert.timestamp, to: alert.resolved_at ?? to, severity: alert.severity, label: alert.rule_name }], [alert.alert_id]);
  const levels = useMemo(() => (alert.threshold === 0 ? [] : [{ value: alert.threshold, label: 'threshold' }]), [alert.threshold]);
  if (query === '' || load.data?.length === 0) return null;
  if (load.error) return <Failure what="Its course is not known" why={load.error} again={load.again} />;
  if (!load.data) return <Skeleton rows={5} />;
  return (
    <Chart
      title={rule?.metric_name ?? ''} lines={lines} from={from} to={to} step={step} unit={unitOf(rule?.metric_name ?? '')} bands={bands} levels={levels} height={180} heading={3}
      aside={<a href={withParams(pageOf('explore'), { q: query })}>Explorer</a>}
    />
  );
}

function Changes({ changed }: { changed: Changed[] }) {
  return (
    <Scroll>
      <table>
        <thead><tr><th scope="col">Changed</th><th scope="col">Where</th><th scope="col" class="number">From</th><th scope="col" class="number">To</th><th scope="col" class="number">Before it</th><th scope="col" class="number">Clear by</th></tr></thead>
        <tbody>
          {changed.map((one) => {
            const query = one.is_rate ? `rate(${selector(one.labels)}[5m])` : selector(one.labels);
            const unit = unitOf(one.labels['__name__'] ?? '');
            return (
              <tr key={query}>
                <th scope="row"><a href={withParams(pageOf('explore'), { q: query })}>{one.labels['__name__']}{one.is_rate && ' a second'}</a><p class="hint">{one.labels['service']} {one.labels['instance']}</p></th>
                <td>{one.relation.replaceAll('_', ' ')}</td>
                <td class="number">{show(one.before, unit)}</td>
                <td class="number">{show(one.after, unit)}</td>
                <td class="number">{length(one.seconds_before)}</td>
                <td class="number" title="How far beyond chance, in standard deviations">{digits(one.z)} σ</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

function Words({ title, words = {}, without = '' }: { title: string; words?: Labels | undefined; without?: string }) {
  const all = Object.entries(words).filter(([name]) => name !== without);
  if (all.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      {all.length === 0 && <Nothing>None.</Nothing>}
      <dl class="facts">{all.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </section>
  );
}
