// Says that somebody takes care of an alert.
import { useState } from 'preact/hooks';
import { send } from '../../api/request';
import type { Alert } from '../../api/types';
import { collectorNow } from '../../format/time';
import { Dialog } from '../../parts/dialog';
import { Failure } from '../../parts/words';
import { myName, setMyName } from './data';

const HOURS = [0, 1, 4, 12, 24];

export function Acknowledge({ alert, onClose }: { alert: Alert; onClose: (done: boolean) => void }) {
  const [by, setBy] = useState(myName());
  const [comment, setComment] = useState('');
  const [hours, setHours] = useState(0);
  const [failed, setFailed] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    setMyName(by);
    try {
      const expires = hours > 0 ? { expires: collectorNow.value + hours * 3600 } : {};
      await send('POST', `alerts/${encodeURIComponent(alert.alert_id)}/acknowledge`, { by, comment, ...expires });
      onClose(true);
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Dialog title={`Take care of ${alert.rule_name}`} onClose={() => onClose(false)}>
      <form class="form" onSubmit={submit}>
        <p class="hint">It is not told again meanwhile; that it is over is told.</p>
        {failed && <Failure what="Not done" why={failed} />}
        <label>Your name<input required value={by} onInput={(event) => setBy(event.currentTarget.value)} autoFocus={by === ''} /></label>
        <label>Comment<input value={comment} onInput={(event) => setComment(event.currentTarget.value)} autoFocus={by !== ''} /></label>
        <label>For
          <select value={String(hours)} onChange={(event) => setHours(Number(event.currentTarget.value))}>
            {HOURS.map((count) => <option key={count} value={count}>{count === 0 ? 'as long as it fires' : `${count} h`}</option>)}
          </select>
        </label>
        <footer class="dialog-foot">
          <button type="button" onClick={() => onClose(false)}>Cancel</button>
          <button type="submit" class="primary">Take care</button>
        </footer>
      </form>
    </Dialog>
  );
}
