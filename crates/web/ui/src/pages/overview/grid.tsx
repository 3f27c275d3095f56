// Services and their instances. The worst stand first.
import { useRef } from 'preact/hooks';
import type { Overview, ServiceRow } from '../../api/types';
import { SEVERITIES } from '../../api/types';
import { counted, rate, show } from '../../format/number';
import { asText } from '../../format/span';
import { services, stripSpan } from '../../live/overview';
import { memo } from '../../parts/memo';
import { useSight } from '../../parts/sight';
import { Scroll } from '../../parts/scroll';
import { Strip } from '../../parts/strip';
import { Ago, Nothing, Panel, SeverityTag, State } from '../../parts/words';
import { pageOf, param, setParams } from '../../router';

const RANK = { unhealthy: 0, silent: 1, degraded: 2, unknown: 4, healthy: 5, gone: 6 } as const;
const SPANS = [3600, 6 * 3600, 86_400, 7 * 86_400];
/** Rows that are drawn at first; the others come when they are asked for. */
const ROWS = 100;

export function Grid({ strip }: { strip: Overview['strip'] }) {
  const filter = param('filter').toLowerCase();
  const state = param('state');
  const all = services.value;
  const shown = all.filter((service) => fits(service, filter) && (state === '' || service.state === state)).sort(worse);
  const most = Number(param('rows')) || ROWS;
  return (
    <Panel title={`Services (${shown.length === all.length ? all.length : `${shown.length} of ${all.length}`})`} aside={<Wishes />}>
      {shown.length === 0 && <Nothing>{all.length === 0 ? 'Nobody has spoken yet.' : 'No service is so.'}</Nothing>}
      {shown.length > 0 && (
        <Scroll>
          <table class="grid">
            <thead>
              <tr>
                <th scope="col">Service</th>
                <th scope="col">State</th>
                <th scope="col">Last {asText(strip.step * strip.buckets)}</th>
                <th scope="col">Instances</th>
                <th scope="col" class="number wide-only">Messages/s</th>
                <th scope="col" class="number wide-only">Delay</th>
                <th scope="col" class="number wide-only">Errors</th>
                <th scope="col" class="number">Seen</th>
              </tr>
            </thead>
            <tbody>{shown.slice(0, most).map((service) => <Row key={service.name} service={service} />)}</tbody>
          </table>
        </Scroll>
      )}
      {shown.length > most && (
        <button type="button" onClick={() => setParams({ rows: String(shown.length) })}>Show all {shown.length}</button>
      )}
    </Panel>
  );
}

function fits({ name, instances }: ServiceRow, filter: string): boolean {
  return filter === '' || name.toLowerCase().includes(filter) || instances.some(([id]) => id.toLowerCase().includes(filter));
}

/** What fires comes first, then how the service is, then its name. */
function worse(a: ServiceRow, b: ServiceRow): number {
  return worst(b) - worst(a) || RANK[a.state] - RANK[b.state] || (a.name < b.name ? -1 : 1);
}

function worst({ firing }: ServiceRow): number {
  return Math.max(-1, ...firing.map((severity) => SEVERITIES.indexOf(severity)));
}

function Wishes() {
  return (
    <div class="wishes">
      <input type="search" data-filter aria-label="Filter services" placeholder="Filter  ( / )" value={param('filter')} onInput={(event) => setParams({ filter: event.currentTarget.value }, true)} />
      <select aria-label="State" value={param('state')} onChange={(event) => setParams({ state: event.currentTarget.value })}>
        <option value="">all states</option>
        {Object.keys(RANK).map((state) => <option key={state}>{state}</option>)}
      </select>
      <select aria-label="Length of the strips" value={String(stripSpan.value)} onChange={(event) => setParams({ strip: event.currentTarget.value === '3600' ? '' : event.currentTarget.value })}>
        {SPANS.map((span) => <option key={span} value={span}>{asText(span)}</option>)}
      </select>
    </div>
  );
}

/** A service. While it is out of sight it stays as it was. */
const Row = memo(function Row({ service }: { service: ServiceRow }) {
  const [place, isSeen] = useSight<HTMLTableRowElement>();
  const drawn = useRef(service);
  if (isSeen) drawn.current = service;
  return <tr ref={place}><Inside service={drawn.current} isSeen={isSeen} /></tr>;
});

const Inside = memo(function Inside({ service, isSeen }: { service: ServiceRow; isSeen: boolean }) {
  const worstOne = SEVERITIES[worst(service)];
  return (
    <>
      <th scope="row">
        <a href={pageOf('s', service.name)}>{service.name}</a>
        {service.from === 'traffic' && <span class="hint" title="It publishes no metrics: it is known by what passes on the bus"> by traffic</span>}
      </th>
      <td>
        <State state={service.state} />
        {worstOne && <SeverityTag severity={worstOne} />}
      </td>
      <td><Strip strip={service.strip} /></td>
      <td><Cells service={service} /></td>
      <td class="number wide-only">{service.messages_per_second === null ? '–' : rate(service.messages_per_second)}</td>
      <td class="number wide-only">{delay(service.delay_ms)}</td>
      <td class={`number wide-only ${(service.error_percent ?? 0) > 5 ? 'is-bad' : ''}`}>{service.error_percent === null ? '–' : show(service.error_percent, 'percent')}</td>
      <td class="number">{isSeen && <Ago at={service.last_seen} />}</td>
    </>
  );
});

/** Senders say milliseconds: less than one is not known any better. */
function delay(milliseconds: number | null): string {
  if (milliseconds === null) return '–';
  return milliseconds < 1 ? '< 1 ms' : show(milliseconds, 'milliseconds');
}

/** Cells that are drawn of one service. */
const CELLS = 60;

function Cells({ service }: { service: ServiceRow }) {
  const { instances } = service;
  if (instances.length === 0) return <span class="hint">–</span>;
  return (
    <span class="cells">
      {instances.slice(0, CELLS).map(([name, state]) => (
        <a key={name} class={`cell is-${state}`} href={pageOf('s', service.name, name)} title={`${name}: ${state}`}>
          <span class="hidden">{name}: {state}</span>
        </a>
      ))}
      {instances.length > CELLS && <span class="hint">and {counted(instances.length - CELLS, 'more', 'more')}</span>}
    </span>
  );
}
