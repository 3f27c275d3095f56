// The silences: who made them, why, until when, and what they hide.
import { useLoad } from '../../api/load';
import { quoted } from '../../api/promql';
import { get, send } from '../../api/request';
import type { Schemas } from '../../api/types';
import { length } from '../../format/number';
import { collectorNow, exact } from '../../format/time';
import { alertsVersion } from '../../live/overview';
import { Confirm } from '../../parts/confirm';
import { Icon } from '../../parts/icon';
import { Scroll } from '../../parts/scroll';
import { Ago, Failure, Nothing, Panel, Skeleton } from '../../parts/words';
import { param, setParams } from '../../router';
import { useState } from 'preact/hooks';
import { SilenceDialog } from './silence_dialog';

type Silence = Schemas['Silence'];

const SHOWN = 200;

type Open = { kind: 'new' } | { kind: 'edit' | 'end'; silence: Silence } | undefined;

export function Silences() {
  const load = useLoad(`silences ${alertsVersion.value}`, async (signal) => (await get<Schemas['Silences']>('alerts/silences', signal)).silences, 15_000);
  const [open, setOpen] = useState<Open>(undefined);
  const [failed, setFailed] = useState('');
  const withExpired = param('expired') === '1';
  const shown = (load.data ?? []).filter(({ state }) => withExpired || state !== 'expired');
  const done = (isDone: boolean) => {
    setOpen(undefined);
    if (isDone) load.again();
  };
  const end = (silence: Silence) => {
    setOpen(undefined);
    send('DELETE', `alerts/silences/${encodeURIComponent(silence.id)}`).then(load.again, (error: Error) => setFailed(error.message));
  };
  return (
    <Panel
      title={`Silences (${shown.length})`}
      aside={
        <div class="wishes">
          <label class="row"><input type="checkbox" checked={withExpired} onChange={(event) => setParams({ expired: event.currentTarget.checked ? '1' : '' })} /> those that are over too</label>
          <button type="button" class="primary" onClick={() => setOpen({ kind: 'new' })}><Icon name="plus" size={14} /> New silence</button>
        </div>
      }
    >
      {load.error && <Failure what="The silences are not known" why={load.error} again={load.again} />}
      {failed && <Failure what="Not done" why={failed} />}
      {!load.data && !load.error && <Skeleton />}
      {load.data && shown.length === 0 && <Nothing>Nothing is silenced.</Nothing>}
      {shown.length > 0 && (
        <Scroll>
          <table>
            <thead><tr><th scope="col">Alerts with</th><th scope="col">State</th><th scope="col" class="number">Hides</th><th scope="col">By</th><th scope="col">Why</th><th scope="col">Until</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead>
            <tbody>
              {shown.slice(0, SHOWN).map((silence) => (
                <tr key={silence.id}>
                  <th scope="row"><code>{textOf(silence)}</code></th>
                  <td>{silence.state}{silence.times.length > 0 && <span class="hint"> at times of the week</span>}</td>
                  <td class="number">{silence.alerts}</td>
                  <td>{silence.created_by}</td>
                  <td>{silence.comment}</td>
                  <td><Until silence={silence} /></td>
                  <td>
                    {silence.state !== 'expired' && (
                      <span class="row">
                        <button type="button" class="plain" aria-label="Change" title="Change" onClick={() => setOpen({ kind: 'edit', silence })}><Icon name="edit" /></button>
                        <button type="button" class="plain" aria-label="End" title="End" onClick={() => setOpen({ kind: 'end', silence })}><Icon name="trash" /></button>
                      </span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {open?.kind === 'new' && <SilenceDialog matchers="" onClose={done} />}
      {open?.kind === 'edit' && <SilenceDialog id={open.silence.id} matchers={textOf(open.silence)} comment={open.silence.comment} onClose={done} />}
      {open?.kind === 'end' && (
        <Confirm title="End the silence?" does="End it" onYes={() => end(open.silence)} onNo={() => setOpen(undefined)}>
          <code>{textOf(open.silence)}</code> {open.silence.alerts > 0 && `hides ${open.silence.alerts} that fire: they are told then.`}
        </Confirm>
      )}
    </Panel>
  );
}

function Until({ silence }: { silence: Silence }) {
  if (silence.ends_at === null) return <>for ever</>;
  if (silence.state === 'expired') return <>over since <Ago at={silence.ends_at} /></>;
  if (silence.state === 'pending') return <>from {exact(silence.starts_at)}</>;
  return <span title={exact(silence.ends_at)}>{length(Math.max(0, Math.round(silence.ends_at - collectorNow.value)))} left</span>;
}

function textOf({ matchers }: Silence): string {
  const sign = (is_equal: boolean, is_regex: boolean) => (is_equal ? (is_regex ? '=~' : '=') : is_regex ? '!~' : '!=');
  return matchers.map(({ name, value, is_regex, is_equal }) => `${name}${sign(is_equal, is_regex)}${quoted(value)}`).join(', ');
}
