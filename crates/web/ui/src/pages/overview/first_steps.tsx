// What to do when nobody has spoken yet. It goes away with the first message.
import type { Overview } from '../../api/types';
import { Copy } from '../../parts/copy';
import { Icon } from '../../parts/icon';
import { Panel } from '../../parts/words';

export function FirstSteps({ now }: { now: Omit<Overview, 'services'> }) {
  const [host = '127.0.0.1', port = '1883'] = now.bus.broker.split(/:(?=\d+$)/);
  const payload = '{"metrics":[{"name":"temperature","value":21.5}]}';
  const where = host === '127.0.0.1' && port === '1883' ? '' : ` -h ${host} -p ${port}`;
  const command = `mosquitto_pub${where} -t alicia/metrics/hello -m '${payload}'`;
  return (
    <Panel title="Waiting for the first message" class="first-steps">
      <ol>
        <li class={now.bus.connected ? 'is-done' : ''}>
          <Icon name={now.bus.connected ? 'healthy' : 'silent'} /> {now.bus.connected ? `The collector is on the bus at ${now.bus.broker}.` : `The collector tries to reach the bus at ${now.bus.broker}.`}
        </li>
        <li>
          <Icon name="silent" /> Send it a first metric:
          <Copy text={command} />
        </li>
        <li>
          <Icon name="silent" /> It is shown here at once. Services that already speak on <code>alicia/#</code> are found by themselves.
        </li>
      </ol>
    </Panel>
  );
}
