// What passes on the bus, as it passes. Nothing is asked of the collector until the reader wants to see it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { request, withParams } from '../../api/request';
import type { Schemas } from '../../api/types';
import { counted, show } from '../../format/number';
import { second } from '../../format/time';
import { eventsOf } from '../../live/stream';
import { Icon } from '../../parts/icon';
import { Scroll } from '../../parts/scroll';
import { Failure, Nothing, Panel } from '../../parts/words';
import { pageOf, param, setParams } from '../../router';

type Passing = Schemas['PassingMessage'];

/** Messages that are kept while they pass; older ones are let go. */
const KEPT = 200;
/** How long the reader may type before the collector is asked anew, in milliseconds. */
const PAUSE = 400;

export function Tail() {
  const isOn = param('tail') === '1';
  const [topic, text] = [param('topic'), param('text')];
  const [paused, setPaused] = useState(false);
  const { rows, leftOut, failed } = useTail(isOn, topic, text, paused);
  return (
    <Panel
      title="What passes"
      aside={
        <div class="wishes">
          {isOn && <input aria-label="Filter of topics" class="mono" placeholder="alicia/+/health" value={topic} onInput={(event) => setParams({ topic: event.currentTarget.value }, true)} />}
          {isOn && <input type="search" aria-label="Text in topic or payload" placeholder="with the text" value={text} onInput={(event) => setParams({ text: event.currentTarget.value }, true)} />}
          {isOn && <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}><Icon name={paused ? 'play' : 'pause'} size={14} /> {paused ? 'Go on' : 'Pause'}</button>}
          <button type="button" onClick={() => setParams({ tail: isOn ? '' : '1' })}>{isOn ? 'Stop' : 'Look on'}</button>
        </div>
      }
    >
      {failed && <Failure what="Nothing is shown" why={failed} />}
      {isOn && rows.length === 0 && !failed && <Nothing>Nothing of this kind has passed yet.</Nothing>}
      {leftOut > 0 && <p class="hint">{counted(leftOut, 'message')} passed too fast to be shown: a narrower filter shows all.</p>}
      {isOn && rows.length > 0 && (
        <Scroll>
          <table class="passing">
            <thead><tr><th scope="col">At</th><th scope="col">Topic</th><th scope="col">From</th><th scope="col" class="number">Size</th><th scope="col">Payload</th></tr></thead>
            <tbody>{rows.map(({ key, message }) => <Row key={key} message={message} />)}</tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}

function Row({ message }: { message: Passing }) {
  return (
    <tr>
      <td>{second(message.at)}</td>
      <th scope="row"><code>{message.topic}</code>{message.retained && <span class="hint"> kept by the broker</span>}</th>
      <td>{message.service === '' ? <span class="hint">nobody</span> : <a href={pageOf('s', message.service)}>{message.service}</a>} <span class="hint">{message.type}</span></td>
      <td class="number">{show(message.bytes, 'bytes')}</td>
      <td>
        <details>
          <summary><code class="one-line">{message.payload.slice(0, 160)}</code></summary>
          <pre class="payload">{pretty(message.payload)}</pre>
        </details>
      </td>
    </tr>
  );
}

/** JSON with its lines, if it is JSON and whole. */
function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

interface Seen {
  rows: { key: number; message: Passing }[];
  leftOut: number;
  failed: string;
}

/** The newest messages, the newest first. While `paused` they stay as they are. */
function useTail(isOn: boolean, topic: string, text: string, paused: boolean): Seen {
  const [seen, setSeen] = useState<Seen>({ rows: [], leftOut: 0, failed: '' });
  const isPaused = useRef(paused);
  isPaused.current = paused;
  useEffect(() => {
    setSeen({ rows: [], leftOut: 0, failed: '' });
    if (!isOn) return undefined;
    const ending = new AbortController();
    let next = 0;
    const follow = async () => {
      try {
        const response = await request(withParams('bus/tail', { topic, text }), { signal: ending.signal });
        if (!response.body) return;
        for await (const event of eventsOf(response.body)) {
          if (event.type !== 'messages' || isPaused.current) continue;
          const { messages, left_out: leftOut } = JSON.parse(event.data) as Schemas['PassingMessages'];
          const rows = messages.map((message) => ({ key: next++, message })).reverse();
          setSeen((old) => ({ rows: [...rows, ...old.rows].slice(0, KEPT), leftOut: old.leftOut + leftOut, failed: '' }));
        }
        setSeen((old) => ({ ...old, failed: 'The collector ended it.' }));
      } catch (error) {
        if (!ending.signal.aborted) setSeen((old) => ({ ...old, failed: error instanceof Error ? error.message : String(error) }));
      }
    };
    const timer = setTimeout(() => void follow(), topic || text ? PAUSE : 0);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [isOn, topic, text]);
  return seen;
}
