// What fires now, the newest first.
import type { Overview } from '../../api/types';
import { Ago, Nothing, Panel, SeverityTag } from '../../parts/words';
import { Icon } from '../../parts/icon';
import { href, pageOf } from '../../router';
import { withParams } from '../../api/request';

export function Fires({ alerts }: { alerts: Overview['alerts'] }) {
  return (
    <Panel title="Firing" aside={<a href={href('ui/alerts')}>All alerts</a>}>
      {alerts.newest.length === 0 && <Nothing>Nothing fires.</Nothing>}
      <ul class="feed" tabIndex={0}>
        {alerts.newest.map((alert) => (
          <li key={alert.id}>
            <SeverityTag severity={alert.severity} />
            <a href={withParams(href('ui/alerts'), { alert: alert.id })}>{alert.rule}</a>
            <span class="feed-who">
              <a href={pageOf('s', alert.service)}>{alert.service}</a>
              {alert.instance !== '' && alert.instance !== alert.service && ` / ${alert.instance}`}
            </span>
            <p>{alert.message}</p>
            <span class="hint">
              <Ago at={alert.since} />
              {alert.acknowledged && <> <Icon name="person" size={12} /> taken care of</>}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
