// Who consumes what whom says, and how that is known; and what could explain what.
import { useLoad } from '../../api/load';
import { get } from '../../api/request';
import type { Schemas } from '../../api/types';
import { length } from '../../format/number';
import { Copy } from '../../parts/copy';
import { Scroll } from '../../parts/scroll';
import { Ago, Failure, Nothing, Panel } from '../../parts/words';
import { pageOf } from '../../router';

type Edge = Schemas['EdgeView'];

type Graph = Schemas['GraphView'];

/** How often it is loaded anew, in milliseconds. */
const EVERY = 10_000;
const SHOWN = 200;

const EVIDENCE: Record<string, string> = {
  destination: 'is named',
  answer: 'answers',
  asked: 'asked',
  repeats_id: 'repeats its id',
  follows: 'speaks after it',
};

export function Consumers() {
  const load = useLoad('graph', (signal) => get<Graph>('bus/graph', signal), EVERY);
  // What the collector itself reads is no news.
  const edges = (load.data?.edges ?? []).filter(({ evidence }) => evidence.some(({ by }) => by !== 'reads')).sort((a, b) => b.messages - a.messages);
  const suggested = load.data?.suggested_inhibitions ?? [];
  return (
    <Panel title={`Who hears whom (${edges.length})`}>
      {load.error && <Failure what="The graph is not known" why={load.error} again={load.again} />}
      {load.data && edges.length === 0 && <Nothing>Nobody has shown yet that it hears somebody.</Nothing>}
      {edges.length > 0 && (
        <Scroll>
          <table class="consumers">
            <thead><tr><th scope="col">Says</th><th scope="col">Hears</th><th scope="col">Topic</th><th scope="col">Because it</th><th scope="col" class="number">Messages</th><th scope="col" class="number">After</th><th scope="col" class="number">Seen</th></tr></thead>
            <tbody>
              {edges.slice(0, SHOWN).map((edge) => (
                <tr key={JSON.stringify([edge.from, edge.to, edge.topic])}>
                  <th scope="row"><a href={pageOf('s', edge.from)}>{edge.from}</a></th>
                  <td><a href={pageOf('s', edge.to)}>{edge.to}</a></td>
                  <td><code>{edge.topic}</code></td>
                  <td>{reasons(edge)}</td>
                  <td class="number">{edge.messages.toLocaleString('en')}</td>
                  <td class="number">{edge.delay === undefined ? '–' : length(edge.delay)}</td>
                  <td class="number"><Ago at={edge.last_seen} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {edges.length > SHOWN && <p class="hint">and {edges.length - SHOWN} more</p>}
      {suggested.length > 0 && (
        <details>
          <summary class="hint">Alerts that could explain others ({suggested.length})</summary>
          {suggested.map(({ source, target, evidence, settings }) => <div key={settings}><p>{target} needs {source}: {evidence}</p><Copy text={settings} /></div>)}
        </details>
      )}
    </Panel>
  );
}

function reasons({ evidence, confidence }: Edge): string {
  const known = evidence.filter(({ by }) => by !== 'reads').map(({ by }) => EVIDENCE[by] ?? by);
  const by = known.join(', ');
  return confidence === undefined ? by : `${by} (${Math.floor(confidence * 1000) / 10} % sure)`;
}
