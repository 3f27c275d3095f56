// What was told of a service: alerts that fire or fired lately, insights.
import { useLoad } from '../../api/load';
import { get, withParams } from '../../api/request';
import type { Schemas } from '../../api/types';
import { length } from '../../format/number';
import { Ago, Failure, Nothing, Panel, SeverityTag } from '../../parts/words';
import { href, pageOf } from '../../router';
import { useAlerts } from './bands';

const SHOWN = 8;

export function Told({ service, instance }: { service: string; instance: string }) {
  const alerts = useAlerts(service, instance);
  const insights = useLoad(`insights ${service}`, async (signal) => (await get<Schemas['LastingInsights']>(withParams('insights', { service }), signal)).insights, 15_000);
  return (
    <div class="charts">
      <Panel title="Alerts" aside={<a href={withParams(href('ui/alerts'), { service })}>All of this service</a>}>
        {alerts.length === 0 && <Nothing>None fires, and none did lately.</Nothing>}
        <ul class="feed">
          {alerts.slice(0, SHOWN).map((alert) => (
            <li key={`${alert.alert_id} ${alert.timestamp}`}>
              <SeverityTag severity={alert.severity} />
              <a href={withParams(href('ui/alerts'), { alert: alert.alert_id })}>{alert.rule_name}</a>
              <span class="feed-who">{alert.instance_id}</span>
              <p>{alert.annotations?.['explanation'] ?? alert.message}</p>
              <span class="hint">
                {alert.resolved && alert.resolved_at !== null
                  ? <>over since <Ago at={alert.resolved_at} />, lasted {length(alert.resolved_at - alert.timestamp)}</>
                  : <>fires since <Ago at={alert.timestamp} /></>}
              </span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Noticed">
        {insights.error && <Failure what="No insights" why={insights.error} again={insights.again} />}
        {insights.data?.length === 0 && <Nothing>Nothing unusual has lasted.</Nothing>}
        <ul class="feed">
          {insights.data?.slice(0, SHOWN).map((insight) => (
            <li key={`${insight.type} ${insight.metric} ${insight.first_seen}`}>
              <SeverityTag severity={insight.severity} />
              <a href={withParams(pageOf('explore'), { q: insight.query })}>{insight.metric}</a>
              <p>{insight.message}</p>
              <span class="hint">{insight.type.replaceAll('_', ' ')}, since <Ago at={insight.first_seen} /></span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
