// Who was told, and whether they took it.
import { useLoad } from '../../api/load';
import { get, send } from '../../api/request';
import type { Schemas } from '../../api/types';
import { Icon } from '../../parts/icon';
import { Scroll } from '../../parts/scroll';
import { Ago, Failure, Nothing, Panel, Skeleton } from '../../parts/words';
import { useState } from 'preact/hooks';

const SHOWN = 200;

export function Notifications() {
  const receivers = useLoad('receivers', (signal) => get<Schemas['AlertmanagerReceiver'][]>('api/v2/receivers', signal));
  const load = useLoad('deliveries', async (signal) => (await get<Schemas['Deliveries']>('alerts/deliveries', signal)).deliveries, 5000);
  return (
    <>
      <Panel title={`Receivers (${receivers.data?.length ?? '…'})`}>
        {receivers.error && <Failure what="The receivers are not known" why={receivers.error} again={receivers.again} />}
        {receivers.data?.length === 0 && <Nothing>Nobody is told but the bus. The settings name receivers: webhooks, mail, ntfy, Telegram, Slack and others.</Nothing>}
        <ul>{receivers.data?.map(({ name }) => <Receiver key={name} name={name} onTried={load.again} />)}</ul>
      </Panel>
      <Panel title="Sent">
        {load.error && <Failure what="Not known" why={load.error} again={load.again} />}
        {!load.data && !load.error && <Skeleton />}
        {load.data?.length === 0 && <Nothing>Nothing was sent since the start.</Nothing>}
        {load.data && load.data.length > 0 && (
          <Scroll>
            <table>
              <thead><tr><th scope="col">When</th><th scope="col">To</th><th scope="col">Of</th><th scope="col" class="number">Alerts</th><th scope="col">Came of it</th><th scope="col" class="number">Tries</th></tr></thead>
              <tbody>
                {load.data.slice(0, SHOWN).map((delivery, index) => (
                  <tr key={`${delivery.timestamp} ${delivery.receiver} ${index}`}>
                    <td><Ago at={delivery.timestamp} /></td>
                    <th scope="row">{delivery.receiver}{delivery.test && <span class="hint"> test</span>}</th>
                    <td>{Object.entries(delivery.group).map(([name, value]) => `${name}=${value}`).join(', ')}</td>
                    <td class="number">{delivery.alerts}</td>
                    <td class={delivery.outcome === 'sent' ? '' : 'is-bad'}>{delivery.outcome} <span class="hint">{delivery.answer}</span></td>
                    <td class="number">{delivery.attempts}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Panel>
    </>
  );
}

function Receiver({ name, onTried }: { name: string; onTried: () => void }) {
  const [said, setSaid] = useState<{ good: boolean; text: string } | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const test = async () => {
    setBusy(true);
    try {
      const { delivered, answer } = await send<Schemas['ReceiverTested']>('POST', `alerts/receivers/${encodeURIComponent(name)}/test`);
      setSaid({ good: delivered, text: answer || (delivered ? 'taken' : 'not taken') });
    } catch (error) {
      setSaid({ good: false, text: error instanceof Error ? error.message : String(error) });
    }
    setBusy(false);
    onTried();
  };
  return (
    <li class="row receiver">
      <strong>{name}</strong>
      <button type="button" disabled={busy} onClick={test}>{busy ? 'Sending…' : 'Send a test'}</button>
      <span role="status" class={said?.good === false ? 'is-bad' : ''}>{said && <><Icon name={said.good ? 'healthy' : 'unhealthy'} size={14} /> {said.text}</>}</span>
    </li>
  );
}
