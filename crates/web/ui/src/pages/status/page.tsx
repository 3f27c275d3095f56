// How the collector is: its connection, what it keeps, what it refused, what there is much of.
import { useLoad } from '../../api/load';
import { get } from '../../api/request';
import type { Data } from '../../api/types';
import { overview } from '../../live/overview';
import { Ago, Panel } from '../../parts/words';
import { href } from '../../router';
import { BusSession } from './bus_session';
import { Cardinality } from './cardinality';
import { Refusals } from './refusals';
import { Storage } from './storage';
import { Targets } from './targets';


export default function StatusPage() {
  const flags = useLoad('flags', (signal) => get<Data<Record<string, string>>>('api/v1/status/flags', signal));
  const now = overview.value;
  return (
    <>
      <header class="page-head">
        <h1>Status</h1>
        <nav class="row" aria-label="Interfaces">
          <a class="button" href={href('docs')}>REST interface</a>
          <a class="button" href={href('openapi.json')}>OpenAPI</a>
          <a class="button" href={`${href('metrics')}?format=prometheus`}>Metrics</a>
        </nav>
      </header>
      <Panel title="Program">
        <dl class="facts">
          <div><dt>Version</dt><dd>{now?.version ?? '…'}</dd></div>
          <div><dt>Runs for</dt><dd>{now ? <Ago at={now.started} /> : '…'}</dd></div>
          {Object.entries(flags.data?.data ?? {}).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
        </dl>
      </Panel>
      <Refusals />
      <div class="charts">
        <BusSession />
        <Storage />
      </div>
      <Cardinality />
      <Targets />
    </>
  );
}
