// What fired: a line of time for each rule and service.
import { type Alert, SEVERITIES } from '../../api/types';
import { counted, length } from '../../format/number';
import { spanOf } from '../../format/span';
import { collectorNow, day, exact, minute } from '../../format/time';
import { RangePicker } from '../../parts/range';
import { Scroll } from '../../parts/scroll';
import { Failure, Nothing, Panel, SeverityTag, Skeleton } from '../../parts/words';
import { param, setParams } from '../../router';
import { useActive, useHistory } from './data';
import { Detail } from './detail';

const ROWS = 150;
const NEWEST = 100;

export function History() {
  const over = useHistory();
  const active = useActive();
  const span = spanOf('1d');
  const filter = param('filter').toLowerCase();
  const firing = (active.data ?? []).filter(({ state }) => state === 'firing');
  const all = [...firing, ...(over.data ?? [])].filter(
    (alert) =>
      alert.timestamp < span.to && (alert.resolved_at ?? collectorNow.value) > span.from &&
      (filter === '' || [alert.rule_name, alert.service_name, alert.instance_id].some((word) => word.toLowerCase().includes(filter))),
  );
  const rows = grouped(all);
  const chosen = param('alert');
  return (
    <>
      <Panel
        title={`Fired in this range (${all.length})`}
        aside={
          <div class="wishes">
            <input type="search" data-filter aria-label="Filter" placeholder="Filter  ( / )" value={param('filter')} onInput={(event) => setParams({ filter: event.currentTarget.value }, true)} />
            <RangePicker fallback="1d" />
          </div>
        }
      >
        {over.error && <Failure what="Not known" why={over.error} again={over.again} />}
        {!over.data && !over.error && <Skeleton rows={6} />}
        {over.data && rows.length === 0 && <Nothing>Nothing fired.</Nothing>}
        <div class="timeline">
          {rows.slice(0, ROWS).map(({ name, who, alerts, lasted }) => (
            <div key={`${name} ${who}`} class="timeline-row">
              <span class="timeline-name">{name} <span class="hint">{who}</span></span>
              <svg class="timeline-bars" viewBox="0 0 1000 18" preserveAspectRatio="none" role="img" aria-label={`${name} ${who}: ${counted(alerts.length, 'time')}, ${length(lasted)} in all`}>
                {alerts.map((alert) => <Bar key={`${alert.alert_id} ${alert.timestamp}`} alert={alert} from={span.from} to={span.to} />)}
              </svg>
              <span class="hint number">{alerts.length} × {length(Math.round(lasted))}</span>
            </div>
          ))}
          {rows.length > 0 && <div class="timeline-row hint"><span /><span class="timeline-axis"><span>{time(span.from)}</span><span>{time((span.from + span.to) / 2)}</span><span>{time(span.to)}</span></span><span /></div>}
        </div>
        {rows.length > ROWS && <p class="hint">and {rows.length - ROWS} more: filter to see them</p>}
      </Panel>
      {all.length > 0 && (
        <Panel title="One by one">
          <Scroll>
            <table>
              <thead><tr><th scope="col">Alert</th><th scope="col">Severity</th><th scope="col">Began</th><th scope="col" class="number">Lasted</th><th scope="col">Taken care of</th></tr></thead>
              <tbody>
                {all.slice(0, NEWEST).map((alert) => (
                  <tr key={`${alert.alert_id} ${alert.timestamp}`}>
                    <th scope="row"><button type="button" class="plain alert-name" onClick={() => setParams({ alert: alert.alert_id })}>{alert.rule_name}</button> <span class="hint">{alert.service_name} {alert.instance_id}</span></th>
                    <td><SeverityTag severity={alert.severity} /></td>
                    <td>{exact(alert.timestamp)}</td>
                    <td class="number">{alert.resolved_at === null ? 'still fires' : length(Math.round(alert.resolved_at - alert.timestamp))}</td>
                    <td>{alert.acknowledged?.by}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          {all.length > NEWEST && <p class="hint">and {all.length - NEWEST} earlier ones: choose another range to see them</p>}
        </Panel>
      )}
      {chosen !== '' && over.data && <Detail id={chosen} alert={all.find(({ alert_id }) => alert_id === chosen)} onClose={() => setParams({ alert: '' })} />}
    </>
  );
}

function time(at: number): string {
  return `${day(at).slice(5)} ${minute(at)}`;
}

function Bar({ alert, from, to }: { alert: Alert; from: number; to: number }) {
  const place = (at: number) => Math.max(0, Math.min(1000, ((at - from) / (to - from)) * 1000));
  const left = place(alert.timestamp);
  const width = Math.max(2, place(alert.resolved_at ?? collectorNow.value) - left);
  // The worse, the higher.
  const height = 6 + 4 * SEVERITIES.indexOf(alert.severity);
  return (
    <rect class={`bar-${alert.severity}`} x={left} y={18 - height} width={width} height={height}>
      <title>{`${alert.severity}: ${exact(alert.timestamp)}, ${alert.resolved_at === null ? 'still fires' : `for ${length(Math.round(alert.resolved_at - alert.timestamp))}`}`}</title>
    </rect>
  );
}

interface Row {
  name: string;
  who: string;
  alerts: Alert[];
  lasted: number;
}

/** By rule and service, what fired longest first. */
export function grouped(alerts: readonly Alert[]): Row[] {
  const rows = new Map<string, Row>();
  for (const alert of alerts) {
    const key = JSON.stringify([alert.rule_name, alert.service_name]);
    const row = rows.get(key) ?? { name: alert.rule_name, who: alert.service_name, alerts: [], lasted: 0 };
    row.alerts.push(alert);
    row.lasted += (alert.resolved_at ?? collectorNow.value) - alert.timestamp;
    rows.set(key, row);
  }
  return [...rows.values()].sort((a, b) => b.lasted - a.lasted);
}
