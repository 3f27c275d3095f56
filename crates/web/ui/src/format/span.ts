// The range that a page looks at: the last so long, which moves on, or from one time to another.
import { collectorNow } from './time';
import { param, setParams } from '../router';

/** From and to in Unix seconds. */
export interface Span {
  from: number;
  to: number;
  /** The text of a range that moves on, like `1h`; empty for a fixed one. */
  last: string;
}

/** The ranges that are offered. */
export const RANGES = ['5m', '15m', '1h', '3h', '12h', '1d', '7d', '30d'] as const;

const UNITS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

/** Seconds of `90s`, `1h30m`, `7d`; undefined if it means nothing. */
export function seconds(text: string): number | undefined {
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) sum += Number(count) * (UNITS[unit ?? ''] ?? 0);
  return sum;
}

/** `1h30m` of 5400. */
export function asText(total: number): string {
  let rest = Math.max(1, Math.round(total));
  let text = '';
  for (const [unit, size] of [['d', 86_400], ['h', 3600], ['m', 60], ['s', 1]] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

/** The range of the address; one that moves on ends at the last full `grain` seconds, so that it is the same for a while. */
export function spanOf(fallback = '1h', grain = 0): Span {
  const from = Number(param('from'));
  const to = Number(param('to'));
  if (from > 0 && to > from) return { from, to, last: '' };
  const last = seconds(param('range')) ? param('range') : fallback;
  const size = seconds(last) ?? 3600;
  const steady = grain || stepOf(size);
  const end = Math.floor(collectorNow.value / steady) * steady;
  return { from: end - size, to: end, last };
}

/** Puts a range that moves on into the address. */
export function setLast(last: string): void {
  setParams({ range: last, from: '', to: '' });
}

/** Puts a fixed range into the address. */
export function setFixed(from: number, to: number): void {
  if (to - from < 1) return;
  setParams({ range: '', from: String(Math.floor(from)), to: String(Math.ceil(to)) });
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];

/** A step in seconds that makes at most about `points` of a length. */
export function stepOf(size: number, points = 300): number {
  return STEPS.find((step) => size / step <= points) ?? Math.ceil(size / points / 86_400) * 86_400;
}
