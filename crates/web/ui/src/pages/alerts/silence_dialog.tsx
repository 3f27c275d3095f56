// Makes or changes a silence, and shows before what it would hide.
import { useEffect, useState } from 'preact/hooks';
import { useLoad } from '../../api/load';
import { send } from '../../api/request';
import type { Schemas } from '../../api/types';
import { counted } from '../../format/number';
import { base } from '../../router';
import { Copy } from '../../parts/copy';
import { Dialog } from '../../parts/dialog';
import { Failure, SeverityTag } from '../../parts/words';
import { myName, setMyName } from './data';

const LENGTHS: [number, string][] = [[900, '15 min'], [3600, '1 h'], [7200, '2 h'], [28_800, '8 h'], [86_400, '1 day'], [604_800, '7 days']];
/** How long the reader may type before the preview is asked for, in milliseconds. */
const PAUSE = 300;
const SHOWN = 8;

export function SilenceDialog({ matchers: given, id, comment: said = '', onClose }: { matchers: string; id?: string; comment?: string; onClose: (done: boolean) => void }) {
  const [matchers, setMatchers] = useState(given);
  const [asked, setAsked] = useState(given);
  const [duration, setDuration] = useState(7200);
  const [by, setBy] = useState(myName());
  const [comment, setComment] = useState(said);
  const [failed, setFailed] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(matchers.trim()), PAUSE);
    return () => clearTimeout(timer);
  }, [matchers]);
  const preview = useLoad(asked && `preview ${asked}`, async (signal) => (await send<Schemas['Alerts']>('POST', 'alerts/silences/preview', { matchers: asked }, signal)).alerts);
  const body = { matchers, duration, created_by: by, comment };
  const submit = async (event: Event) => {
    event.preventDefault();
    setMyName(by);
    try {
      if (id) await send('PUT', `alerts/silences/${encodeURIComponent(id)}`, body);
      else await send('POST', 'alerts/silences', body);
      onClose(true);
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };
  const hidden = preview.data ?? [];
  return (
    <Dialog title={id ? 'Change a silence' : 'New silence'} onClose={() => onClose(false)}>
      <form class="form" onSubmit={submit}>
        {failed && <Failure what="Not saved" why={failed} />}
        <label>
          Alerts with
          <input class="mono" required value={matchers} placeholder={'service="oven", severity=~"info|warning"'} spellcheck={false} onInput={(event) => setMatchers(event.currentTarget.value)} />
        </label>
        <div class="preview" aria-live="polite">
          {preview.error && <p class="is-bad">{preview.error}</p>}
          {preview.data && <p class="hint">It would hide {hidden.length === 0 ? 'none that fires now' : counted(hidden.length, 'alert that fires now', 'alerts that fire now')}.</p>}
          <ul>
            {hidden.slice(0, SHOWN).map((alert) => <li key={alert.alert_id}><SeverityTag severity={alert.severity} bare /> {alert.rule_name}: {alert.service_name} {alert.instance_id}</li>)}
            {hidden.length > SHOWN && <li class="hint">and {hidden.length - SHOWN} more</li>}
          </ul>
        </div>
        <label>For
          <select value={String(duration)} onChange={(event) => setDuration(Number(event.currentTarget.value))}>
            {LENGTHS.map(([seconds, words]) => <option key={seconds} value={seconds}>{words}</option>)}
          </select>
        </label>
        <label>Your name<input required value={by} onInput={(event) => setBy(event.currentTarget.value)} /></label>
        <label>Why<input value={comment} onInput={(event) => setComment(event.currentTarget.value)} /></label>
        <details><summary class="hint">The same on the command line</summary><Copy text={asCurl(body)} /></details>
        <footer class="dialog-foot">
          <button type="button" onClick={() => onClose(false)}>Cancel</button>
          <button type="submit" class="primary" disabled={preview.error !== undefined}>{id ? 'Save' : 'Silence'}</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** What a shell takes: quotation marks in it are written as shells want them. */
function asCurl(body: object): string {
  const quoted = JSON.stringify(body).replaceAll("'", `'\\''`);
  return `curl ${location.origin}${base}alerts/silences --json '${quoted}'`;
}
