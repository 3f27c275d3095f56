// What messages say in numbers: every field that is a metric.
import { selector, shortName } from '../../api/labels';
import { useLoad } from '../../api/load';
import { get, withParams } from '../../api/request';
import { counted, show, unitOf } from '../../format/number';
import { Scroll } from '../../parts/scroll';
import { Ago, Failure, Nothing, Panel } from '../../parts/words';
import { pageOf, param, setParams } from '../../router';
import type { Field, Fields } from './fields';

/** How often it is loaded anew, in milliseconds. */
const EVERY = 5000;
const SHOWN = 200;

export function Numbers() {
  const load = useLoad('fields', (signal) => get<Fields>('bus/fields', signal), EVERY);
  const filter = param('field').toLowerCase();
  const fit = (load.data?.fields ?? []).filter((field) => textOf(field).includes(filter));
  return (
    <Panel
      title={`Numbers in messages (${load.data?.metrics.toLocaleString('en') ?? '…'})`}
      aside={<input type="search" aria-label="Filter by metric, label or topic" placeholder="Filter" value={param('field')} onInput={(event) => setParams({ field: event.currentTarget.value }, true)} />}
    >
      {load.error && <Failure what="The fields are not known" why={load.error} again={load.again} />}
      {load.data && fit.length === 0 && <Nothing>{load.data.metrics === 0 ? 'No message with a number has passed yet.' : 'None is called so.'}</Nothing>}
      {fit.length > 0 && (
        <Scroll>
          <table class="numbers">
            <thead><tr><th scope="col">Metric</th><th scope="col">Of</th><th scope="col" class="number">Value</th><th scope="col">Topic and field</th><th scope="col" class="number">Seen</th></tr></thead>
            <tbody>{fit.slice(0, SHOWN).map((field) => <Row key={JSON.stringify([field.metric, field.labels])} field={field} />)}</tbody>
          </table>
        </Scroll>
      )}
      {fit.length > SHOWN && <p class="hint">and {fit.length - SHOWN} more: filter to see them</p>}
      {load.data && load.data.left_out.length > 0 && <LeftOut left={load.data.left_out} />}
    </Panel>
  );
}

function Row({ field }: { field: Field }) {
  return (
    <tr>
      <th scope="row"><a href={withParams(pageOf('explore'), { q: selector({ __name__: field.metric, ...field.labels }) })}>{field.metric}</a></th>
      <td>{ofWhom(field)}</td>
      <td class="number">{field.state ?? (field.value === undefined ? '–' : show(field.value, unitOf(field.metric)))}</td>
      <td><code>{field.topic}</code> <span class="hint">{field.path}</span></td>
      <td class="number"><Ago at={field.last_seen} /></td>
    </tr>
  );
}

function LeftOut({ left }: { left: Fields['left_out'] }) {
  const sorted = [...left].sort((a, b) => b.count - a.count);
  return (
    <details>
      <summary class="hint">{counted(left.reduce((sum, { count }) => sum + count, 0), 'value or message', 'values and messages')} left out, for {counted(left.length, 'reason')}</summary>
      <ul class="hint">{sorted.map(({ reason, count, example }) => <li key={reason}>{reason.replaceAll('_', ' ')}: {count.toLocaleString('en')}, as <code>{example}</code></li>)}</ul>
    </details>
  );
}

/** What tells it apart, beside what the row shows anyhow. */
function ofWhom({ labels: { topic: _, state: __, profile: ___, ...others } }: Field): string {
  return Object.keys(others).some((name) => name !== 'job') ? shortName(others) : '';
}

function textOf({ metric, labels, topic }: Field): string {
  return [metric, topic, ...Object.values(labels)].join(' ').toLowerCase();
}
