// Recordings of the bus: the last minutes on request, and those that were written because of alerts.
import { useState } from 'preact/hooks';
import { useLoad } from '../../api/load';
import { get, request } from '../../api/request';
import { SEVERITIES, type Schemas } from '../../api/types';
import { show } from '../../format/number';
import { download } from '../../parts/download';
import { Scroll } from '../../parts/scroll';
import { Ago, Failure, Panel, SeverityTag } from '../../parts/words';
import { pageOf } from '../../router';

/** How often the list is loaded anew, in milliseconds. */
const EVERY = 15_000;

export function Capsules() {
  const kept = useLoad('capsules', async (signal) => (await get<Schemas['Capsules']>('bus/capsules', signal)).capsules, EVERY);
  const [failed, setFailed] = useState('');
  const [busy, setBusy] = useState(false);
  const fetchOne = async (method: 'GET' | 'POST', to: string, name: string) => {
    setBusy(true);
    setFailed('');
    try {
      download(await (await request(to, { method })).blob(), name);
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  const now = () => fetchOne('POST', 'bus/capsule', `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.capsule`);
  return (
    <Panel title="Capsules" aside={<button type="button" disabled={busy} onClick={now}>Save the last minutes</button>}>
      {failed && <Failure what="Not saved" why={failed} />}
      {kept.error && <Failure what="The capsules are not known" why={kept.error} again={kept.again} />}
      <p class="hint">What passed lately, message by message, as one file: <code>alicia-metrics capsule replay FILE</code> comes to the same series, alerts and events again.</p>
      {kept.data && kept.data.length > 0 && (
        <Scroll>
          <table class="capsules">
            <thead><tr><th scope="col">Because of</th><th scope="col">Service</th><th scope="col" class="number">Size</th><th scope="col" class="number">Made</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead>
            <tbody>
              {kept.data.map((capsule) => (
                <tr key={capsule.name}>
                  <th scope="row">{capsule.alert ? <><Worded severity={capsule.alert.severity} /> {capsule.alert.rule_name}</> : <code>{capsule.name}</code>}{capsule.damage && <p class="is-bad">{capsule.damage}</p>}</th>
                  <td>{capsule.alert && <a href={pageOf('s', capsule.alert.service_name)}>{capsule.alert.service_name}</a>}</td>
                  <td class="number">{show(capsule.bytes, 'bytes')}</td>
                  <td class="number">{capsule.made_at !== null && <Ago at={capsule.made_at} />}</td>
                  <td><button type="button" disabled={busy} onClick={() => fetchOne('GET', `bus/capsules/${encodeURIComponent(capsule.name)}`, capsule.name)}>Save</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}

/** What stands in a file may be any word. */
function Worded({ severity }: { severity: string }) {
  const known = SEVERITIES.find((one) => one === severity);
  return known ? <SeverityTag severity={known} bare /> : null;
}
