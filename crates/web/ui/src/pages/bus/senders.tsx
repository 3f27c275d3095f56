// Everybody who speaks, sorted as the reader wants.
import type { Sender } from '../../api/types';
import { length, rate, show } from '../../format/number';
import { Scroll } from '../../parts/scroll';
import { Ago, Nothing, Panel, State } from '../../parts/words';
import { pageOf, param, setParams } from '../../router';

type Column = { key: string; title: string; of: (sender: Sender) => number; show: (sender: Sender) => string; bad?: (sender: Sender) => boolean };

/** A clock that is further off than this many seconds is shown as wrong. */
const WRONG_CLOCK = 1;

const COLUMNS: Column[] = [
  { key: 'rate', title: 'Messages/s', of: (sender) => sender.messages_per_second, show: (sender) => rate(sender.messages_per_second) },
  { key: 'bytes', title: 'Bytes/s', of: (sender) => sender.bytes_per_second, show: (sender) => show(sender.bytes_per_second, 'bytes') },
  { key: 'delay', title: 'Delay', of: (sender) => sender.delay ?? -1, show: (sender) => (sender.delay == null ? '–' : length(sender.delay)) },
  { key: 'p99', title: 'Delay 99 %', of: (sender) => sender.delay_p99 ?? -1, show: (sender) => (sender.delay_p99 == null ? '–' : length(sender.delay_p99)) },
  { key: 'clock', title: 'Clock', of: (sender) => Math.abs(sender.clock_offset ?? 0), show: clock, bad: (sender) => Math.abs(sender.clock_offset ?? 0) > WRONG_CLOCK },
  { key: 'errors', title: 'Errors', of: (sender) => sender.errors, show: (sender) => sender.errors.toLocaleString('en'), bad: (sender) => sender.errors > 0 },
  { key: 'doubles', title: 'Twice', of: (sender) => sender.duplicates, show: (sender) => sender.duplicates.toLocaleString('en'), bad: (sender) => sender.duplicates > 0 },
  { key: 'expired', title: 'Too late', of: (sender) => sender.expired, show: (sender) => sender.expired.toLocaleString('en'), bad: (sender) => sender.expired > 0 },
];

const SHOWN = 300;

export function Senders({ senders, leftOut }: { senders: Sender[]; leftOut: number }) {
  const filter = param('filter').toLowerCase();
  const sort = param('sort', 'rate');
  const column = COLUMNS.find(({ key }) => key === sort);
  const fit = senders.filter(({ service, streams }) => service.toLowerCase().includes(filter) || streams.some(({ topic }) => topic.toLowerCase().includes(filter)));
  const sorted = fit.sort((a, b) => (column ? column.of(b) - column.of(a) : 0) || (a.service < b.service ? -1 : 1));
  return (
    <Panel
      title={`Senders (${senders.length})`}
      aside={<input type="search" data-filter aria-label="Filter by sender or topic" placeholder="Filter  ( / )" value={param('filter')} onInput={(event) => setParams({ filter: event.currentTarget.value }, true)} />}
    >
      {leftOut > 0 && <p class="hint">{leftOut.toLocaleString('en')} messages are counted nowhere else: there are too many senders or topics.</p>}
      {fit.length === 0 && <Nothing>{senders.length === 0 ? 'Nobody has spoken yet.' : 'Nobody is called so.'}</Nothing>}
      {fit.length > 0 && (
        <Scroll>
          <table>
            <thead>
              <tr>
                <th scope="col" aria-sort={column ? 'none' : 'ascending'}><button type="button" class="plain sort" onClick={() => setParams({ sort: 'name' })}>Sender</button></th>
                <th scope="col">State</th>
                {COLUMNS.map(({ key, title }) => (
                  <th key={key} scope="col" class="number" aria-sort={sort === key ? 'descending' : 'none'}>
                    <button type="button" class="plain sort" onClick={() => setParams({ sort: key })}>{title}{sort === key ? ' ↓' : ''}</button>
                  </th>
                ))}
                <th scope="col" class="number">Seen</th>
              </tr>
            </thead>
            <tbody>{sorted.slice(0, SHOWN).map((sender) => <Row key={sender.service} sender={sender} />)}</tbody>
          </table>
        </Scroll>
      )}
      {fit.length > SHOWN && <p class="hint">and {fit.length - SHOWN} more: filter to see them</p>}
    </Panel>
  );
}

function Row({ sender }: { sender: Sender }) {
  const state = sender.state === 'alive' ? 'healthy' : sender.state === 'overdue' ? 'silent' : 'gone';
  return (
    <tr>
      <th scope="row">{sender.service === '' ? <span class="hint">without a name</span> : <a href={pageOf('s', sender.service)}>{sender.service}</a>}</th>
      <td><State state={state} bare /> {sender.state}</td>
      {COLUMNS.map((column) => <td key={column.key} class={`number ${column.bad?.(sender) ? 'is-bad' : ''}`}>{column.show(sender)}</td>)}
      <td class="number"><Ago at={sender.last_seen} /></td>
    </tr>
  );
}

function clock({ clock_offset: offset }: Sender): string {
  if (offset == null) return '–';
  if (Math.abs(offset) < 0.001) return 'right';
  return `${length(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}`;
}
