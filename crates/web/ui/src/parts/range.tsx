// The choice of a range: those that move on, a step back and forth, wider, or from and to.
import { useState } from 'preact/hooks';
import { type Span, RANGES, asText, seconds, setFixed, setLast, spanOf } from '../format/span';
import { day, exact, minute } from '../format/time';
import { Icon } from './icon';

/** The range in the address, and buttons that change it. */
export function RangePicker({ fallback = '1h' }: { fallback?: string }) {
  const span = spanOf(fallback);
  const [own, setOwn] = useState(false);
  const size = span.to - span.from;
  const chosen = span.last !== '' && (RANGES as readonly string[]).includes(span.last) ? span.last : '';
  const wider = () => {
    if (span.last) setLast(asText(Math.min((seconds(span.last) ?? 3600) * 2, 366 * 86_400)));
    else setFixed(span.from - size / 2, span.to + size / 2);
  };
  return (
    <div class="range" role="group" aria-label="Range of time">
      <button type="button" class="plain" aria-label="Earlier" title="Earlier" onClick={() => setFixed(span.from - size / 2, span.to - size / 2)}>
        <Icon name="left" />
      </button>
      <select aria-label="Last" value={chosen} onChange={(event) => {
        const value = event.currentTarget.value;
        if (value === 'own') setOwn(true);
        else if (value) setLast(value);
      }}>
        {chosen === '' && <option value="">{words(span)}</option>}
        {RANGES.map((range) => <option key={range} value={range}>last {range}</option>)}
        <option value="own">from … to …</option>
      </select>
      <button type="button" class="plain" aria-label="Later" title="Later" onClick={() => setFixed(span.from + size / 2, span.to + size / 2)}>
        <Icon name="right" />
      </button>
      <button type="button" class="plain" aria-label="Wider" title="Wider" onClick={wider}>
        <Icon name="zoomOut" />
      </button>
      {span.last === '' && <button type="button" onClick={() => setLast(fallback)}>Live</button>}
      {own && <OwnRange span={span} onDone={() => setOwn(false)} />}
    </div>
  );
}

function words(span: Span): string {
  if (span.last) return `last ${span.last}`;
  const isSameDay = day(span.from) === day(span.to);
  return isSameDay ? `${day(span.from)} ${minute(span.from)}–${minute(span.to)}` : `${exact(span.from)} – ${exact(span.to)}`;
}

function OwnRange({ span, onDone }: { span: Span; onDone: () => void }) {
  const [from, setFrom] = useState(asField(span.from));
  const [to, setTo] = useState(asField(span.to));
  const begin = Date.parse(from) / 1000;
  const end = Date.parse(to) / 1000;
  const isRight = end > begin;
  return (
    <form class="own-range" onSubmit={(event) => {
      event.preventDefault();
      if (!isRight) return;
      setFixed(begin, end);
      onDone();
    }}>
      <label>From <input type="datetime-local" step="1" value={from} onInput={(event) => setFrom(event.currentTarget.value)} /></label>
      <label>to <input type="datetime-local" step="1" value={to} onInput={(event) => setTo(event.currentTarget.value)} /></label>
      <button type="submit" disabled={!isRight}>Show</button>
      <button type="button" onClick={onDone}>Cancel</button>
      {!isRight && <span class="hint">The end must be after the beginning.</span>}
    </form>
  );
}

/** As the browser's field has it: in the reader's own zone. */
function asField(time: number): string {
  const date = new Date(time * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
