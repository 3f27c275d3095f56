// What was not taken, why, and one example of each.
import { useLoad } from '../../api/load';
import { get } from '../../api/request';
import type { Schemas } from '../../api/types';
import { Scroll } from '../../parts/scroll';
import { Ago, Failure, Nothing, Panel, Skeleton } from '../../parts/words';

type Refusal = Schemas['Refusal'];

export function Refusals() {
  const load = useLoad('refusals', async (signal) => (await get<Schemas['Refusals']>('refusals', signal)).refusals, 5000);
  return (
    <Panel title="Not taken">
      {load.error && <Failure what="Not known" why={load.error} again={load.again} />}
      {!load.data && !load.error && <Skeleton />}
      {load.data?.length === 0 && <Nothing>Everything that came was good.</Nothing>}
      {load.data && load.data.length > 0 && (
        <Scroll>
          <table>
            <thead><tr><th scope="col">Reason</th><th scope="col" class="number">Count</th><th scope="col">Where</th><th scope="col">Newest example</th></tr></thead>
            <tbody>{load.data.map((refusal) => <Row key={refusal.reason} refusal={refusal} />)}</tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}

const TOPICS = 4;

function Row({ refusal }: { refusal: Refusal }) {
  const { example, topics, other_topics: others } = refusal;
  return (
    <tr>
      <th scope="row">
        {refusal.reason.replaceAll('_', ' ')}
        <p class="hint">{refusal.explanation}</p>
      </th>
      <td class={`number ${refusal.is_error ? 'is-bad' : ''}`}>{refusal.count.toLocaleString('en')}</td>
      <td>
        {topics.slice(0, TOPICS).map(({ topic, count }) => <div key={topic}><code>{topic}</code> <span class="hint">{count}</span></div>)}
        {topics.length > TOPICS && <span class="hint">and {topics.length - TOPICS} more, {others} elsewhere</span>}
      </td>
      <td>
        {example && (
          <details>
            <summary><Ago at={example.timestamp} /> {example.detail}</summary>
            <code>{example.topic}</code>
            <pre class="payload">{example.payload}</pre>
          </details>
        )}
      </td>
    </tr>
  );
}
