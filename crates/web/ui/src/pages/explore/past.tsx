// What was asked lately, kept in this browser.
import { signal } from '@preact/signals';

const KEY = 'alicia-metrics-queries';
const MOST = 20;

const past = signal<string[]>(stored());

function stored(): string[] {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(all) ? all.filter((one) => typeof one === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Puts an expression first. */
export function remember(query: string): void {
  if (query === '') return;
  past.value = [query, ...past.value.filter((one) => one !== query)].slice(0, MOST);
  localStorage.setItem(KEY, JSON.stringify(past.value));
}

export function Past({ onTake }: { onTake: (query: string) => void }) {
  if (past.value.length === 0) return null;
  return (
    <select aria-label="Asked before" class="past" value="" onChange={(event) => event.currentTarget.value && onTake(event.currentTarget.value)}>
      <option value="">before…</option>
      {past.value.map((query) => <option key={query} value={query}>{query.slice(0, 120)}</option>)}
    </select>
  );
}
