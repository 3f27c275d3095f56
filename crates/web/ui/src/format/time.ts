// Times as people read them: 24 hours, in the reader's zone or in UTC.
import { computed, effect, signal } from '@preact/signals';
import { length } from './number';

const KEY = 'alicia-metrics-zone';

/** Whether times are the reader's own or UTC. */
export const zone = signal<'local' | 'utc'>(localStorage.getItem(KEY) === 'utc' ? 'utc' : 'local');
effect(() => localStorage.setItem(KEY, zone.value));

/** Now in Unix seconds, once a second. Only what reads it is drawn anew. */
export const now = signal(Date.now() / 1000);
setInterval(() => {
  if (!document.hidden) now.value = Date.now() / 1000;
}, 1000);

/** How far the collector's clock is ahead of the reader's, in seconds; ages are by the collector's. */
export const ahead = signal(0);

/** Now by the collector's clock. */
export const collectorNow = computed(() => now.value + ahead.value);

const formats = computed(() => {
  const timeZone = zone.value === 'utc' ? { timeZone: 'UTC' } : {};
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...timeZone } as const;
  const day = { year: 'numeric', month: '2-digit', day: '2-digit', ...timeZone } as const;
  return {
    minute: new Intl.DateTimeFormat('en-GB', time),
    second: new Intl.DateTimeFormat('en-GB', { ...time, second: '2-digit' }),
    day: new Intl.DateTimeFormat('sv-SE', day),
  };
});

/** `14:05`. */
export function minute(seconds: number): string {
  return formats.value.minute.format(seconds * 1000);
}

/** `14:05:09`. */
export function second(seconds: number): string {
  return formats.value.second.format(seconds * 1000);
}

/** `2026-11-25`. */
export function day(seconds: number): string {
  return formats.value.day.format(seconds * 1000);
}

/** `2026-11-25 14:05:09`, and `UTC` where it is. */
export function exact(seconds: number): string {
  const text = `${day(seconds)} ${second(seconds)}`;
  return zone.value === 'utc' ? `${text} UTC` : text;
}

/** How long ago, by the collector's clock: `12 s`, `3 min`. */
export function age(seconds: number, at = collectorNow.value): string {
  const gone = at - seconds;
  if (gone < 1) return 'now';
  if (gone < 60) return `${Math.floor(gone)} s`;
  if (gone < 3600) return `${Math.floor(gone / 60)} min`;
  if (gone < 86_400) return `${Math.floor(gone / 3600)} h`;
  return `${Math.floor(gone / 86_400)} d`;
}

export { length };
