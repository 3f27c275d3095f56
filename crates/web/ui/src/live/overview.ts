// The newest overview, kept up to date by the collector for as long as the page is seen.
import { batch, computed, effect, signal } from '@preact/signals';
import { request, signedIn, withParams } from '../api/request';
import type { Overview, Schemas, ServiceRow } from '../api/types';
import { ahead } from '../format/time';
import { param } from '../router';
import { eventsOf } from './stream';

/** The overview but for the services. */
export const overview = signal<Omit<Overview, 'services'> | undefined>(undefined);

/** The services, by name. A service that did not change is the same object as before. */
export const services = signal<readonly ServiceRow[]>([]);

/** Whether the stream is there: `connecting` at first, `lost` with the reason after it broke. */
export const link = signal<{ state: 'connecting' | 'open' | 'lost'; why: string }>({ state: 'connecting', why: '' });

/** Rises whenever the list of alerts or silences changed: lists of them are loaded anew. */
export const alertsVersion = signal(0);

/** The length in seconds that the health strips show. */
export const stripSpan = computed(() => Number(param('strip')) || 3600);

/** The names of all services. */
export const names = computed(() => services.value.map((service) => service.name));

type Change = Schemas['OverviewChange'];

/** The collector says something each second; without a word for so many milliseconds the connection counts as lost. */
const SILENCE = 6000;
const RETRY_LEAST = 1000;
const RETRY_MOST = 15_000;

/** Keeps the overview up to date until the function that comes back is called. */
export function follow(): () => void {
  let ending = new AbortController();
  const stop = effect(() => {
    const span = stripSpan.value;
    // Who signs in is listened to at once.
    void signedIn.value;
    ending.abort();
    ending = new AbortController();
    void keepListening(ending.signal, span);
  });
  return () => {
    stop();
    ending.abort();
  };
}

/** One connection after the other, with longer pauses the more of them fail. */
async function keepListening(ending: AbortSignal, span: number): Promise<void> {
  let pause = RETRY_LEAST;
  const heard = () => {
    pause = RETRY_LEAST;
  };
  while (!ending.aborted) {
    const why = await listen(ending, span, heard);
    if (ending.aborted) return;
    link.value = { state: 'lost', why };
    await new Promise((resolve) => setTimeout(resolve, pause + Math.random() * 500));
    pause = Math.min(pause * 2, RETRY_MOST);
  }
}

/** Listens until the connection ends or falls silent; why it did. */
async function listen(ending: AbortSignal, span: number, heard: () => void): Promise<string> {
  const silence = new AbortController();
  const fall = () => silence.abort();
  let watch = setTimeout(fall, SILENCE);
  try {
    const init = { signal: AbortSignal.any([ending, silence.signal]), headers: { Accept: 'text/event-stream' } };
    const response = await request(withParams('overview/live', { span }), init);
    if (!response.body) return 'The collector sends no events.';
    for await (const event of eventsOf(response.body)) {
      clearTimeout(watch);
      watch = setTimeout(fall, SILENCE);
      if (link.value.state !== 'open') link.value = { state: 'open', why: '' };
      heard();
      took(event.type, event.data);
    }
    return 'The connection ended.';
  } catch (error) {
    if (silence.signal.aborted) return 'The collector says nothing.';
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(watch);
  }
}

function took(type: string, text: string): void {
  const data: unknown = JSON.parse(text);
  if (type === 'overview') whole(data as Overview);
  else if (type === 'change') changed(data as Change);
  else if (type === 'alerts') alertsVersion.value += 1;
}

function whole({ services: rows, ...rest }: Overview): void {
  batch(() => {
    overview.value = rest;
    services.value = rows;
    alertsVersion.value += 1;
    setClock(rest.time);
  });
}

function changed({ services: rows = [], removed = [], ...rest }: Change): void {
  batch(() => {
    if (overview.value) overview.value = { ...overview.value, ...rest };
    if (rows.length > 0 || removed.length > 0) services.value = merged(services.value, rows, removed);
    setClock(rest.time);
  });
}

/** `old` with `rows` in their places and without those `removed`, by name. */
export function merged(old: readonly ServiceRow[], rows: ServiceRow[], removed: string[]): readonly ServiceRow[] {
  const fresh = new Map(rows.map((row) => [row.name, row]));
  const gone = new Set(removed);
  const kept = old.filter((row) => !gone.has(row.name)).map((row) => {
    const newer = fresh.get(row.name);
    if (newer) fresh.delete(row.name);
    return newer ?? row;
  });
  if (fresh.size === 0) return kept;
  return [...kept, ...fresh.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Clocks that differ by less than this are the same: the way of the message is in it. */
const SAME_CLOCK = 2;

function setClock(time: number): void {
  const difference = time - Date.now() / 1000;
  if (Math.abs(difference - ahead.value) > SAME_CLOCK) ahead.value = Math.abs(difference) > SAME_CLOCK ? difference : 0;
}
