// Makes a mapping, and shows before what becomes of a message by it.
import { useEffect, useState } from 'preact/hooks';
import { selector } from '../../api/labels';
import { useLoad } from '../../api/load';
import { send } from '../../api/request';
import { show } from '../../format/number';
import { Dialog } from '../../parts/dialog';
import { Failure } from '../../parts/words';
import type { Field, Mapping, Tried } from './fields';

/** How long the reader may type before the message is tried, in milliseconds. */
const PAUSE = 300;

export function MappingDialog({ mapping: given, example, onClose }: { mapping: Mapping; example: { topic: string; payload: string }; onClose: (done: boolean) => void }) {
  const [mapping, setMapping] = useState(given);
  const [message, setMessage] = useState(example);
  const [failed, setFailed] = useState('');
  const body = JSON.stringify({ ...message, mapping });
  const asked = useSettled(message.topic && mapping.topic ? body : '');
  const trial = useLoad(asked, (signal) => send<Tried>('POST', 'bus/mappings/test', JSON.parse(asked), signal));
  const change = (name: 'path' | 'name' | 'unit', value: string) => {
    const { [name]: _, ...rest } = mapping;
    setMapping(value.trim() === '' ? rest : { ...rest, [name]: value.trim() });
  };
  const setDrop = (drop: boolean) => setMapping(drop ? { topic: mapping.topic, drop } : { topic: mapping.topic });
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await send('POST', 'bus/mappings', mapping);
      onClose(true);
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };
  const text = (name: 'path' | 'name' | 'unit', label: string, placeholder: string) => (
    <label>{label}<input class="mono" value={mapping[name] ?? ''} placeholder={placeholder} spellcheck={false} disabled={mapping.drop} onInput={(event) => change(name, event.currentTarget.value)} /></label>
  );
  return (
    <Dialog title="New mapping" onClose={() => onClose(false)}>
      <form class="form" onSubmit={submit}>
        {failed && <Failure what="Not saved" why={failed} />}
        <label>
          Messages on
          <input class="mono" required value={mapping.topic} placeholder="home/{room}/+/climate" spellcheck={false} onInput={(event) => setMapping({ ...mapping, topic: event.currentTarget.value.trim() })} />
        </label>
        <p class="hint">A level in braces becomes a label; + is any level, # the rest.</p>
        <label class="check"><input type="checkbox" checked={mapping.drop ?? false} onChange={(event) => setDrop(event.currentTarget.checked)} /> Leave them out</label>
        {text('name', 'Metric', 'temperature')}
        {text('unit', 'Unit', '°C')}
        {text('path', 'Only the field', 'data.temp')}
        <label>A message to try, on<input class="mono" value={message.topic} spellcheck={false} onInput={(event) => setMessage({ ...message, topic: event.currentTarget.value })} /></label>
        <label>Its payload<textarea class="mono" rows={3} value={message.payload} spellcheck={false} onInput={(event) => setMessage({ ...message, payload: event.currentTarget.value })} /></label>
        <div class="preview" aria-live="polite">
          {trial.error && <p class="is-bad">{trial.error}</p>}
          {trial.data && <Outcome tried={trial.data} />}
        </div>
        <footer class="dialog-foot">
          <button type="button" onClick={() => onClose(false)}>Cancel</button>
          <button type="submit" class="primary" disabled={trial.error !== undefined}>Save</button>
        </footer>
      </form>
    </Dialog>
  );
}

function Outcome({ tried }: { tried: Tried }) {
  if (tried.not_understood) return <p class="hint">It is still not understood.</p>;
  if (tried.fields.length === 0) return <p class="hint">Nothing becomes of it{tried.left_fields[0] && `: ${tried.left_fields[0].reason}`}.</p>;
  return (
    <>
      <p class="hint">It becomes</p>
      <ul>{tried.fields.map((field) => <li key={`${field.metric} ${field.path}`}><code>{seriesOf(field)}</code> {field.state ?? (field.value === undefined ? '' : show(field.value, ''))}</li>)}</ul>
    </>
  );
}

function seriesOf({ metric, labels: { job: _, ...labels } }: Field): string {
  return selector({ __name__: metric, ...labels });
}

/** `value`, once it has not changed for a while. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
