// Who is scraped.
import { useLoad } from '../../api/load';
import { get } from '../../api/request';
import type { Data, Schemas } from '../../api/types';
import { length } from '../../format/number';
import { Scroll } from '../../parts/scroll';
import { Ago, Failure, Nothing, Panel, State } from '../../parts/words';

const SHOWN = 200;

export function Targets() {
  const { data, error, again } = useLoad('targets', async (signal) => (await get<Data<Schemas['Targets']>>('api/v1/targets?state=active', signal)).data.activeTargets, 10_000);
  const rank = { down: 0, unknown: 1, up: 2 };
  const targets = [...(data ?? [])].sort((a, b) => rank[a.health] - rank[b.health]);
  return (
    <Panel title={`Scraped endpoints (${data?.length ?? '…'})`}>
      {error && <Failure what="Not known" why={error} again={again} />}
      {data?.length === 0 && <Nothing>None is scraped. Settings, files or messages on the bus can name some.</Nothing>}
      {targets.length > 0 && (
        <Scroll>
          <table>
            <thead><tr><th scope="col">Endpoint</th><th scope="col">State</th><th scope="col">Job</th><th scope="col" class="number">Took</th><th scope="col" class="number">Last</th><th scope="col">Error</th></tr></thead>
            <tbody>
              {targets.slice(0, SHOWN).map((target) => (
                <tr key={`${target.scrapePool} ${target.scrapeUrl}`}>
                  <th scope="row">{target.scrapeUrl}</th>
                  <td><State state={target.health === 'up' ? 'healthy' : target.health === 'down' ? 'unhealthy' : 'unknown'} bare /> {target.health}</td>
                  <td>{target.scrapePool}</td>
                  <td class="number">{length(target.lastScrapeDuration)}</td>
                  <td class="number">{Date.parse(target.lastScrape) > 0 ? <Ago at={Date.parse(target.lastScrape) / 1000} /> : '–'}</td>
                  <td class="is-bad">{target.lastError}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}
