// The rules: Alicia's own, which can be changed here, and those of rule files.
import { useLoad } from '../../api/load';
import { get, send } from '../../api/request';
import type { Data, Schemas } from '../../api/types';
import { length } from '../../format/number';
import { overview } from '../../live/overview';
import { Icon } from '../../parts/icon';
import { Scroll } from '../../parts/scroll';
import { Ago, Failure, Nothing, Panel, SeverityTag, Skeleton } from '../../parts/words';
import { param, setParams } from '../../router';
import { useState } from 'preact/hooks';
import { type Rule, useActive, useRules } from './data';
import { Editor } from './editor';
import { fromQuery } from './from_query';

/** Alicia's rules are a group of their own in Prometheus' list. */
const OWN = 'alicia-metrics';

export function Rules() {
  const rules = useRules();
  const active = useActive();
  const [failed, setFailed] = useState('');
  const filter = param('filter').toLowerCase();
  const chosen = param('rule');
  const isNew = param('new') === '1';
  const shown = (rules.data ?? []).filter(({ name, metric_name }) => name.toLowerCase().includes(filter) || metric_name.toLowerCase().includes(filter));
  const firing = (name: string) => (active.data ?? []).filter((alert) => alert.rule_name === name && alert.state === 'firing').length;
  const toggle = (rule: Rule) => {
    send('POST', `alerts/rules/${encodeURIComponent(rule.name)}/${rule.enabled ? 'disable' : 'enable'}`).then(rules.again, (error: Error) => setFailed(error.message));
  };
  const close = () => {
    setParams({ rule: '', new: '', query: '' });
    rules.again();
  };
  const edited = isNew ? fromQuery(param('query')) : rules.data?.find(({ name }) => name === chosen);
  return (
    <>
      <Panel
        title={`Rules (${rules.data?.length ?? '…'})`}
        aside={
          <div class="wishes">
            <input type="search" data-filter aria-label="Filter rules" placeholder="Filter  ( / )" value={param('filter')} onInput={(event) => setParams({ filter: event.currentTarget.value }, true)} />
            <button type="button" class="primary" onClick={() => setParams({ new: '1' })}><Icon name="plus" size={14} /> New rule</button>
          </div>
        }
      >
        {rules.error && <Failure what="The rules are not known" why={rules.error} again={rules.again} />}
        {failed && <Failure what="Not done" why={failed} />}
        {!rules.data && !rules.error && <Skeleton rows={6} />}
        {rules.data && shown.length === 0 && <Nothing>There is none.</Nothing>}
        {shown.length > 0 && (
          <Scroll>
            <table>
              <thead><tr><th scope="col">Rule</th><th scope="col">Looks at</th><th scope="col">Severity</th><th scope="col" class="number">Firing</th><th scope="col">On</th></tr></thead>
              <tbody>
                {shown.map((rule) => (
                  <tr key={rule.name}>
                    <th scope="row">
                      <button type="button" class="plain alert-name" onClick={() => setParams({ rule: rule.name })}>{rule.name}</button>
                      <p class="hint">{rule.description}</p>
                    </th>
                    <td>{rule.kind === 'dead-man' ? 'senders that fall silent' : <code>{rule.metric_name}: {rule.condition}</code>}{rule.for && <span class="hint"> for {rule.for}</span>}</td>
                    <td><SeverityTag severity={rule.severity} /></td>
                    <td class={`number ${firing(rule.name) > 0 ? 'is-bad' : ''}`}>{firing(rule.name)}</td>
                    <td><button type="button" role="switch" aria-checked={rule.enabled} aria-label={`${rule.name} is on`} class="switch" onClick={() => toggle(rule)}><span /></button></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Panel>
      <Files filter={filter} />
      {edited && <Editor key={isNew ? '' : chosen} rule={edited} isNew={isNew} query={isNew ? param('query') : ''} onClose={close} />}
      {chosen !== '' && rules.data && !edited && <Failure what="There is no such rule" why={chosen} />}
    </>
  );
}

const SHOWN = 200;

function Files({ filter }: { filter: string }) {
  const started = overview.value?.started;
  const load = useLoad(`files ${started}`, async (signal) => (await get<Data<Schemas['PrometheusRuleGroups']>>('api/v1/rules', signal)).data.groups.filter(({ name, file }) => !(name === OWN && file === OWN)), 15_000);
  const groups = load.data ?? [];
  if (groups.length === 0 && !load.error) return null;
  return (
    <Panel title="Rule files">
      {load.error && <Failure what="The rule files are not known" why={load.error} again={load.again} />}
      {groups.map((group) => (
        <details key={`${group.file} ${group.name}`} open={filter !== ''}>
          <summary><strong>{group.name}</strong> <span class="hint">{group.file}, every {length(group.interval)}, {group.rules.length} rules{group.rules.some(({ health }) => health === 'err') && <span class="is-bad">, with errors</span>}</span></summary>
          <Scroll>
            <table>
              <thead><tr><th scope="col">Rule</th><th scope="col">Expression</th><th scope="col">State</th><th scope="col">Judged</th><th scope="col" class="number">Took</th><th scope="col" class="number">Last</th></tr></thead>
              <tbody>
                {group.rules.filter(({ name }) => name.toLowerCase().includes(filter)).slice(0, SHOWN).map((rule, index) => (
                  <tr key={`${rule.name} ${index}`}>
                    <th scope="row">{rule.name}</th>
                    <td><code>{rule.query}</code>{rule.lastError && <p class="is-bad">{rule.lastError}</p>}</td>
                    <td>{rule.type === 'recording' ? 'records' : `${rule.state}${rule.alerts?.length ? ` (${rule.alerts.length})` : ''}`}</td>
                    <td title={rule.type === 'alerting' ? rule.judgedSoBecause : undefined}>{rule.type === 'alerting' ? rule.judged : 'in rounds'}</td>
                    <td class="number">{length(rule.evaluationTime)}</td>
                    <td class="number">{Date.parse(rule.lastEvaluation) > 0 ? <Ago at={Date.parse(rule.lastEvaluation) / 1000} /> : '–'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </details>
      ))}
    </Panel>
  );
}
