// The connections to the broker.
import { useLoad } from '../../api/load';
import { get } from '../../api/request';
import type { Schemas } from '../../api/types';
import { Ago, Failure, Panel, Skeleton, State } from '../../parts/words';


export function BusSession() {
  const { data: bus, error, again } = useLoad('bus session', (signal) => get<Schemas['BusStatus']>('bus', signal), 5000);
  return (
    <Panel title="Bus session">
      {error && <Failure what="Not known" why={error} again={again} />}
      {!bus && !error && <Skeleton />}
      {bus?.warnings.map((warning) => <p key={warning} class="severity is-warning">{warning}</p>)}
      {bus && (
        <dl class="facts">
          <div><dt>Broker</dt><dd>{bus.address} ({bus.broker})</dd></div>
          <div><dt>Connection</dt><dd><State state={bus.connected ? 'healthy' : 'unhealthy'} bare /> {bus.connected ? 'up' : 'away'} for <Ago at={bus.since} /></dd></div>
          <div><dt>Connects</dt><dd>{bus.connects}</dd></div>
          <div><dt>Received</dt><dd>{bus.messages_received.toLocaleString('en')}</dd></div>
          <div><dt>Published</dt><dd>{bus.messages_published.toLocaleString('en')}{bus.publish_failures > 0 && <span class="is-bad">, {bus.publish_failures} failed</span>}</dd></div>
          <div><dt>Questions</dt><dd>{bus.questions}{bus.questions_refused > 0 && <span class="is-bad">, {bus.questions_refused} refused</span>}</dd></div>
          {bus.last_error && <div><dt>Last error</dt><dd class="is-bad">{bus.last_error}</dd></div>}
          {bus.listening && <div><dt>Listens to</dt><dd>{bus.listening.filters.join(', ')} {bus.listening.connected ? '' : '(away)'}</dd></div>}
          {bus.listening && <div><dt>Heard</dt><dd>{bus.listening.messages.toLocaleString('en')}, {bus.listening.without_envelope} without an envelope</dd></div>}
          {bus.listening?.last_error && <div><dt>Listening</dt><dd class="is-bad">{bus.listening.last_error}</dd></div>}
        </dl>
      )}
    </Panel>
  );
}
