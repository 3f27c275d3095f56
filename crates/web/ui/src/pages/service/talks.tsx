// What a service says on the bus.
import { useLoad } from '../../api/load';
import { get, withParams } from '../../api/request';
import type { Schemas } from '../../api/types';
import { length, rate, show } from '../../format/number';
import { Scroll } from '../../parts/scroll';
import { Ago, Nothing, Panel } from '../../parts/words';

export function Talks({ service }: { service: string }) {
  const load = useLoad(`talks ${service}`, async (signal) => (await get<Schemas['TrafficView']>(withParams('bus/traffic', { service }), signal)).senders, 10_000);
  const streams = load.data?.find((sender) => sender.service === service)?.streams ?? [];
  return (
    <Panel title="On the bus">
      {load.data && streams.length === 0 && <Nothing>It has said nothing that the collector listens to.</Nothing>}
      {streams.length > 0 && (
        <Scroll>
          <table>
            <thead>
              <tr><th scope="col">Topic</th><th scope="col">Type</th><th scope="col" class="number">Messages</th><th scope="col" class="number">A second</th><th scope="col" class="number">Bytes</th><th scope="col" class="number">Every</th><th scope="col" class="number">Seen</th></tr>
            </thead>
            <tbody>
              {streams.map((stream) => (
                <tr key={`${stream.topic} ${stream.type}`}>
                  <th scope="row"><code>{stream.topic}</code></th>
                  <td>{stream.type}</td>
                  <td class="number">{stream.messages.toLocaleString('en')}</td>
                  <td class="number">{rate(stream.messages_per_second)}</td>
                  <td class="number">{show(stream.bytes, 'bytes')}</td>
                  <td class="number">{stream.every === undefined ? 'now and then' : length(stream.every)}</td>
                  <td class="number"><Ago at={stream.last_seen} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}
