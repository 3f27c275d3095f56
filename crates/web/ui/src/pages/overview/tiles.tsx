// The figures above everything.
import type { ComponentChildren } from 'preact';
import type { Overview } from '../../api/types';
import { digits, length, show } from '../../format/number';
import { href } from '../../router';

type Now = Omit<Overview, 'services'>;

export function Tiles({ now }: { now: Now }) {
  const { alerts, bus, ingest, storage, host } = now;
  const days = storage.disk_days_left;
  return (
    <ul class="tiles" aria-label="Figures">
      <Tile to="ui/alerts" name="Alerts" tone={alerts.firing > 0 ? 'error' : 'ok'} more={`${alerts.pending} pending, ${alerts.silenced} silenced`}>
        {alerts.firing} <small>firing</small>
      </Tile>
      <Tile to="ui/bus" name="Bus" tone={bus.connected ? 'ok' : 'error'} more={bus.connected ? (bus.embedded ? 'its own broker' : bus.broker) : 'not connected'}>
        {digits(bus.messages_per_second)} <small>messages/s</small>
      </Tile>
      <Tile to="ui/status" name="Samples" more={`${ingest.series.toLocaleString('en')} series`}>
        {digits(ingest.samples_per_second)} <small>a second</small>
      </Tile>
      <Tile to="ui/status" name="Refused" tone={ingest.refused > 0 ? 'warning' : 'ok'} more="entries since the start">
        {show(ingest.refused)}
      </Tile>
      <Tile to="ui/status" name="Disk" tone={days !== null && days < 14 ? 'warning' : ''} more={`${show(storage.bytes, 'bytes')} kept`}>
        {days === null ? '–' : days > 3650 ? '> 10' : length(days * 86_400).split(' ')[0]} <small>{days === null ? 'days left' : unitOfDays(days)}</small>
      </Tile>
      <Tile to="ui/system" name="Host" more={host ? `memory ${digits(Math.round(host.memory_percent))} %, disk ${digits(Math.round(host.disk_percent))} %` : 'not watched'}>
        {host ? digits(Math.round(host.cpu_percent)) : '–'} <small>% processor</small>
      </Tile>
    </ul>
  );
}

function unitOfDays(days: number): string {
  if (days > 3650) return 'years left';
  const word = length(days * 86_400).split(' ')[1];
  return `${word === 'd' ? 'days' : word === 'h' ? 'hours' : word === 'a' ? 'years' : word} left`;
}

function Tile({ name, to, tone = '', more, children }: { name: string; to: string; tone?: string; more: string; children: ComponentChildren }) {
  return (
    <li class={`tile ${tone && `is-${tone}`}`}>
      <a href={href(to)}>
        <span class="tile-name">{name}</span>
        <strong>{children}</strong>
        <span class="tile-more">{more}</span>
      </a>
    </li>
  );
}
