// The newest insights.
import type { Overview } from '../../api/types';
import { Icon } from '../../parts/icon';
import { Ago, Nothing, Panel, SeverityTag } from '../../parts/words';
import { pageOf } from '../../router';

export function Noticed({ insights }: { insights: Overview['insights'] }) {
  return (
    <Panel title="Noticed">
      {insights.newest.length === 0 && <Nothing>Nothing unusual has lasted.</Nothing>}
      <ul class="feed" tabIndex={0}>
        {insights.newest.map((insight) => (
          <li key={`${insight.kind} ${insight.service} ${insight.metric} ${insight.since}`}>
            {insight.severity === 'info' ? <span class="severity"><Icon name="bulb" size={14} /> {insight.kind.replaceAll('_', ' ')}</span> : <SeverityTag severity={insight.severity} />}
            <a href={pageOf('s', insight.service)}>{insight.service}</a>
            <span class="feed-who">{insight.metric}</span>
            <p>{insight.text}</p>
            <span class="hint"><Ago at={insight.since} /></span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
