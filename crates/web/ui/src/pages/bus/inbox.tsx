// Messages that were not understood, each kind with an example, and what could be made of them.
import { useState } from 'preact/hooks';
import { useLoad } from '../../api/load';
import { get, send } from '../../api/request';
import type { Schemas } from '../../api/types';
import { Icon } from '../../parts/icon';
import { Scroll } from '../../parts/scroll';
import { Ago, Failure, Nothing, Panel } from '../../parts/words';
import { inWords, type InboxEntry, type KnownMapping, type Mapping } from './fields';
import { MappingDialog } from './mapping_dialog';

/** How often it is loaded anew, in milliseconds. */
const EVERY = 5000;

const REASONS: Record<InboxEntry['reason'], string> = {
  binary: 'no text',
  broken_json: 'broken JSON',
  free_text: 'free text',
  too_large: 'too long',
  announcement: 'an announcement that cannot be read',
};

/** What the dialog is opened with. */
interface Draft {
  mapping: Mapping;
  example: { topic: string; payload: string };
}

export function Inbox() {
  const inbox = useLoad('inbox', (signal) => get<Schemas['Inbox']>('bus/inbox', signal), EVERY);
  const known = useLoad('mappings', async (signal) => (await get<Schemas['Mappings']>('bus/mappings', signal)).mappings, EVERY);
  const [draft, setDraft] = useState<Draft>();
  const [failed, setFailed] = useState('');
  const reload = () => {
    inbox.again();
    known.again();
  };
  const remove = async (id: number) => {
    try {
      await send('DELETE', `bus/mappings/${id}`);
      setFailed('');
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
    reload();
  };
  const entries = inbox.data?.entries ?? [];
  return (
    <>
      <Panel
        title={`Not understood (${entries.length})`}
        aside={<button type="button" onClick={() => setDraft({ mapping: { topic: '' }, example: { topic: '', payload: '' } })}>New mapping</button>}
      >
        {inbox.error && <Failure what="The inbox is not known" why={inbox.error} again={inbox.again} />}
        {inbox.data && entries.length === 0 && <Nothing>Every message that passed was understood.</Nothing>}
        {entries.length > 0 && <Entries entries={entries} take={setDraft} />}
        {inbox.data !== undefined && inbox.data.left_out > 0 && <p class="hint">{inbox.data.left_out.toLocaleString('en')} messages of further kinds found no room here.</p>}
      </Panel>
      {known.data && known.data.length > 0 && (
        <Panel title={`Mappings (${known.data.length})`}>
          {failed && <Failure what="Not removed" why={failed} />}
          <Mappings known={known.data} remove={remove} />
        </Panel>
      )}
      {draft && (
        <MappingDialog
          {...draft}
          onClose={(done) => {
            setDraft(undefined);
            if (done) reload();
          }}
        />
      )}
    </>
  );
}

function Entries({ entries, take }: { entries: InboxEntry[]; take: (draft: Draft) => void }) {
  return (
    <Scroll>
      <table class="inbox">
        <thead><tr><th scope="col">Topic</th><th scope="col">Why</th><th scope="col" class="number">How often</th><th scope="col">Example</th><th scope="col" class="number">Seen</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={`${entry.kind} ${entry.reason}`}>
              <th scope="row"><code>{entry.topic}</code></th>
              <td>{REASONS[entry.reason] ?? entry.reason}</td>
              <td class="number">{entry.count.toLocaleString('en')}</td>
              <td><code class="one-line">{entry.example.slice(0, 120)}</code></td>
              <td class="number"><Ago at={entry.last_seen} /></td>
              <td><button type="button" onClick={() => take({ mapping: entry.mapping ?? { topic: entry.topic }, example: { topic: entry.topic, payload: entry.example } })}>Map…</button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Mappings({ known, remove }: { known: KnownMapping[]; remove: (id: number) => void }) {
  return (
    <Scroll>
      <table>
        <thead><tr><th scope="col">Topic</th><th scope="col">Becomes</th><th scope="col">Said by</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead>
        <tbody>
          {known.map((mapping, place) => (
            <tr key={mapping.id ?? `settings ${place}`}>
              <th scope="row"><code>{mapping.topic}</code></th>
              <td>{inWords(mapping)}</td>
              <td>{mapping.origin === 'settings' ? 'the settings file' : 'a request'}</td>
              <td>{mapping.id !== undefined && <button type="button" class="plain" aria-label={`Remove the mapping of ${mapping.topic}`} title="Remove" onClick={() => remove(mapping.id!)}><Icon name="trash" /></button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
