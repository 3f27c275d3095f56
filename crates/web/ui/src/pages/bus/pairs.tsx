// Who asks whom, and how the answers are.
import { length } from '../../format/number';
import { Scroll } from '../../parts/scroll';
import { Nothing, Panel } from '../../parts/words';
import { pageOf } from '../../router';
import type { Pair } from './traffic';

const SHOWN = 200;

export function Pairs({ pairs }: { pairs: Pair[] }) {
  const shown = [...pairs].sort((a, b) => b.answers - a.answers).slice(0, SHOWN);
  return (
    <Panel title={`Who answers whom (${pairs.length})`}>
      {shown.length === 0 && <Nothing>No questions with answers have passed yet.</Nothing>}
      {shown.length > 0 && (
        <Scroll>
          <table>
            <thead><tr><th scope="col">Asks</th><th scope="col">Answers</th><th scope="col">Topic</th><th scope="col" class="number">Answers</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Median</th><th scope="col" class="number">99 %</th></tr></thead>
            <tbody>
              {shown.map((pair) => (
                <tr key={`${pair.asker} ${pair.responder} ${pair.topic}`}>
                  <th scope="row"><a href={pageOf('s', pair.asker)}>{pair.asker}</a></th>
                  <td><a href={pageOf('s', pair.responder)}>{pair.responder}</a></td>
                  <td><code>{pair.topic}</code></td>
                  <td class="number">{pair.answers.toLocaleString('en')}</td>
                  <td class={`number ${pair.errors > 0 ? 'is-bad' : ''}`}>{pair.errors}</td>
                  <td class="number">{pair.response_time === undefined ? '–' : length(pair.response_time)}</td>
                  <td class="number">{pair.response_time_p99 === undefined ? '–' : length(pair.response_time_p99)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}
