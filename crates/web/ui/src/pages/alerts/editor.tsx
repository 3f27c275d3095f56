// Makes or changes a rule, and tries it on what is kept before it is saved.
import { useState } from 'preact/hooks';
import { useLoad } from '../../api/load';
import { literal } from '../../api/promql';
import { get, send, withParams } from '../../api/request';
import { SEVERITIES, type Severity, type Data } from '../../api/types';
import { Confirm } from '../../parts/confirm';
import { Copy } from '../../parts/copy';
import { Dialog } from '../../parts/dialog';
import { Icon } from '../../parts/icon';
import { Failure } from '../../parts/words';
import type { Rule } from './data';
import { asRuleFile, isPlain } from './from_query';
import { Trial } from './trial';

export function Editor({ rule: given, isNew, query, onClose }: { rule: Rule; isNew: boolean; query: string; onClose: () => void }) {
  const [rule, setRule] = useState<Rule>(given);
  const [failed, setFailed] = useState('');
  const [deleting, setDeleting] = useState(false);
  const set = (changes: Partial<Rule>) => setRule((old) => ({ ...old, ...changes }));
  const done = (request: Promise<unknown>) => request.then(onClose, (error: Error) => setFailed(error.message));
  const submit = (event: Event) => {
    event.preventDefault();
    const body = written(rule);
    void done(isNew ? send('POST', 'alerts/rules', body) : send('PUT', `alerts/rules/${encodeURIComponent(given.name)}`, body));
  };
  const isDeadMan = rule.kind === 'dead-man';
  return (
    <Dialog title={isNew ? 'New rule' : given.name} wide onClose={onClose}>
      {query !== '' && !isPlain(query) && (
        <div class="hint">
          <p>Rules of this kind look at the series of one metric. This expression does more; it can stand in a rule file:</p>
          <Copy text={asRuleFile(query)} />
        </div>
      )}
      <form class="form editor" onSubmit={submit}>
        {failed && <Failure what="Not saved" why={failed} />}
        <div class="fields">
          <label>Name<input required disabled={!isNew} value={rule.name} onInput={(event) => set({ name: event.currentTarget.value })} /></label>
          <label>Description<input required value={rule.description} onInput={(event) => set({ description: event.currentTarget.value })} /></label>
          {!isDeadMan && <MetricField value={rule.metric_name} onInput={(metric_name) => set({ metric_name })} />}
          <TextField title="Which series" hint={'mount="/", room=~"a|b"'} value={rule.match} onInput={(match) => set({ match })} />
        </div>
        {!isDeadMan && <Levels rule={rule} set={set} />}
        {isDeadMan && (
          <div class="fields">
            <SeverityField value={rule.severity} onInput={(severity) => set({ severity })} />
            <TextField title="Missed after" hint="learnt from each sender" value={rule.interval} onInput={(interval) => set({ interval })} />
          </div>
        )}
        <div class="fields">
          <TextField title="Must hold for" hint="5m" value={rule.for} onInput={(hold) => set({ for: hold })} />
          <TextField title="Ends when" hint="value < 75" value={rule.recover} onInput={(recover) => set({ recover })} />
          <TextField title="Goes on for" hint="10m" value={rule.keep_firing_for} onInput={(keep_firing_for) => set({ keep_firing_for })} />
          <label>Again not before (s)<input type="number" min="0" value={rule.cooldown_period} onInput={(event) => set({ cooldown_period: Number(event.currentTarget.value) })} /></label>
          <label>An alert for each
            <select value={rule.per ?? 'instance'} onChange={(event) => set({ per: event.currentTarget.value as 'instance' | 'series' })}><option>instance</option><option>series</option></select>
          </label>
        </div>
        <Pairs title="Labels" pairs={rule.labels ?? {}} onInput={(labels) => set({ labels })} />
        <Pairs title="Annotations" pairs={rule.annotations ?? {}} onInput={(annotations) => set({ annotations })} />
        <label class="check"><input type="checkbox" checked={rule.enabled} onChange={(event) => set({ enabled: event.currentTarget.checked })} /> It is on</label>
        <footer class="dialog-foot">
          {!isNew && <button type="button" class="danger" onClick={() => setDeleting(true)}>Delete</button>}
          <button type="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="primary">Save</button>
        </footer>
      </form>
      {!isDeadMan && rule.metric_name !== '' && <Trial rule={written(rule)} onTake={set} />}
      {deleting && (
        <Confirm title={`Delete ${given.name}?`} does="Delete" onYes={() => void done(send('DELETE', `alerts/rules/${encodeURIComponent(given.name)}`))} onNo={() => setDeleting(false)}>
          Its alerts end with it. Their history stays.
        </Confirm>
      )}
    </Dialog>
  );
}

/** What is sent: nothing that is not set. */
function written(rule: Rule): Rule {
  const body: Record<string, unknown> = { ...rule };
  for (const name of ['for', 'recover', 'keep_firing_for', 'match', 'interval'] as const) if (!rule[name]) delete body[name];
  for (const name of ['labels', 'annotations'] as const) if (Object.keys(rule[name] ?? {}).length === 0) delete body[name];
  if (!rule.levels || rule.levels.length < 2) {
    const [only] = rule.levels ?? [];
    if (only) Object.assign(body, only);
    delete body['levels'];
  } else {
    // The first level says both.
    delete body['condition'];
    delete body['severity'];
  }
  if (rule.per === 'instance') delete body['per'];
  return body as unknown as Rule;
}

function TextField({ title, hint, value, onInput }: { title: string; hint: string; value: string | undefined; onInput: (value: string) => void }) {
  return <label>{title}<input class="mono" placeholder={hint} spellcheck={false} value={value ?? ''} onInput={(event) => onInput(event.currentTarget.value)} /></label>;
}

function SeverityField({ value, onInput }: { value: Severity; onInput: (value: Severity) => void }) {
  return (
    <label>Severity
      <select value={value} onChange={(event) => onInput(event.currentTarget.value as Severity)}>{SEVERITIES.map((severity) => <option key={severity}>{severity}</option>)}</select>
    </label>
  );
}

/** Names that are offered. */
const OFFERED = 50;

function MetricField({ value, onInput }: { value: string; onInput: (value: string) => void }) {
  const names = useLoad(value && `offered ${value}`, async (signal) => {
    const matcher = `{__name__=~${JSON.stringify(`(?i).*${literal(value)}.*`)}}`;
    return (await get<Data<string[]>>(withParams('api/v1/label/__name__/values', { 'match[]': matcher, limit: OFFERED }), signal)).data;
  });
  return (
    <label>Metric
      <input class="mono" required list="metrics" autocomplete="off" spellcheck={false} value={value} onInput={(event) => onInput(event.currentTarget.value)} />
      <datalist id="metrics">{names.data?.map((name) => <option key={name} value={name} />)}</datalist>
    </label>
  );
}

/** A condition, or a ladder of them. */
function Levels({ rule, set }: { rule: Rule; set: (changes: Partial<Rule>) => void }) {
  const levels = rule.levels && rule.levels.length > 0 ? rule.levels : [{ severity: rule.severity, condition: rule.condition }];
  const change = (index: number, changes: Partial<(typeof levels)[number]>) => {
    const next = levels.map((level, at) => (at === index ? { ...level, ...changes } : level));
    set({ levels: next, ...next[0] });
  };
  const add = () => {
    const last = levels[levels.length - 1];
    const worse = SEVERITIES[Math.min(SEVERITIES.length - 1, SEVERITIES.indexOf(last?.severity ?? 'info') + 1)] ?? 'critical';
    set({ levels: [...levels, { severity: worse, condition: last?.condition ?? 'value > 0' }] });
  };
  const remove = (index: number) => {
    const next = levels.filter((_, at) => at !== index);
    set({ levels: next, ...next[0] });
  };
  return (
    <fieldset>
      <legend>When</legend>
      {levels.map((level, index) => (
        <div key={index} class="row level">
          <input class="mono grow" required aria-label={`Condition ${index + 1}`} placeholder="value > 90 or avg(5m) > 2 * avg(1h)" spellcheck={false} value={level.condition} onInput={(event) => change(index, { condition: event.currentTarget.value })} />
          <select aria-label={`Severity ${index + 1}`} value={level.severity} onChange={(event) => change(index, { severity: event.currentTarget.value as Severity })}>{SEVERITIES.map((severity) => <option key={severity}>{severity}</option>)}</select>
          {levels.length > 1 && <button type="button" class="plain" aria-label={`Remove condition ${index + 1}`} onClick={() => remove(index)}><Icon name="trash" /></button>}
        </div>
      ))}
      {levels.length < SEVERITIES.length && <button type="button" onClick={add}><Icon name="plus" size={14} /> A worse level</button>}
    </fieldset>
  );
}

function Pairs({ title, pairs, onInput }: { title: string; pairs: Record<string, string>; onInput: (pairs: Record<string, string>) => void }) {
  const [rows, setRows] = useState(Object.entries(pairs));
  const change = (next: [string, string][]) => {
    setRows(next);
    onInput(Object.fromEntries(next.filter(([name]) => name !== '')));
  };
  return (
    <fieldset>
      <legend>{title}</legend>
      {rows.map(([name, value], index) => (
        <div key={index} class="row level">
          <input class="mono" aria-label={`${title}: name ${index + 1}`} value={name} onInput={(event) => change(rows.map((row, at) => (at === index ? [event.currentTarget.value, value] : row)))} />
          <input class="mono grow" aria-label={`${title}: value ${index + 1}`} value={value} onInput={(event) => change(rows.map((row, at) => (at === index ? [name, event.currentTarget.value] : row)))} />
          <button type="button" class="plain" aria-label={`Remove ${name || `row ${index + 1}`}`} onClick={() => change(rows.filter((_, at) => at !== index))}><Icon name="trash" /></button>
        </div>
      ))}
      <button type="button" onClick={() => setRows([...rows, ['', '']])}><Icon name="plus" size={14} /> Add</button>
    </fieldset>
  );
}
