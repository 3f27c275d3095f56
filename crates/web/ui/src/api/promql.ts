// Prometheus' interface: queries at one time and over a range.
import { request, withParams } from './request';

export type Labels = Record<string, string>;

/** One series of an answer: times in seconds and values, which may be no numbers. */
export interface Series {
  labels: Labels;
  points: [number, number][];
}

/** What an answer cost, and what the server thinks of it. */
export interface Answer {
  type: 'vector' | 'matrix' | 'scalar' | 'string';
  series: Series[];
  warnings: string[];
  infos: string[];
  /** Milliseconds from the question to the whole answer. */
  took: number;
  /** Samples that were read, where the server says so. */
  samples: number | undefined;
}

interface Raw {
  data: { resultType: Answer['type']; result: unknown; stats?: { samples?: { totalQueryableSamples?: number } } };
  warnings?: string[];
  infos?: string[];
}

type RawPoint = [number, string];
interface RawSeries {
  metric: Labels;
  value?: RawPoint;
  values?: RawPoint[];
}

/** Answers to one expression at `time` (now if there is none). */
export async function instant(query: string, time: number | undefined, signal?: AbortSignal, limit?: number): Promise<Answer> {
  return ask('api/v1/query', { query, time, stats: 'all', limit }, signal);
}

/** Answers to one expression from `start` to `end` in steps of `step` seconds. */
export async function range(
  query: string,
  { start, end, step }: { start: number; end: number; step: number },
  signal?: AbortSignal,
  limit?: number,
): Promise<Answer> {
  return ask('api/v1/query_range', { query, start, end, step, stats: 'all', limit }, signal);
}

async function ask(to: string, parameters: Record<string, string | number | undefined>, signal?: AbortSignal): Promise<Answer> {
  const began = performance.now();
  // A form: an expression may be longer than an address.
  const body = new URLSearchParams(withParams('', parameters).slice(1));
  const response = await request(to, signal ? { method: 'POST', body, signal } : { method: 'POST', body });
  const raw = (await response.json()) as Raw;
  return {
    type: raw.data.resultType,
    series: seriesOf(raw.data.resultType, raw.data.result),
    warnings: raw.warnings ?? [],
    infos: raw.infos ?? [],
    took: performance.now() - began,
    samples: raw.data.stats?.samples?.totalQueryableSamples,
  };
}

function seriesOf(type: Answer['type'], result: unknown): Series[] {
  if (type === 'scalar' || type === 'string') {
    return [{ labels: {}, points: [point(result as RawPoint)] }];
  }
  return (result as RawSeries[]).map(({ metric, value, values }) => ({
    labels: metric,
    points: (values ?? (value ? [value] : [])).map(point),
  }));
}

function point([time, text]: RawPoint): [number, number] {
  if (text === '+Inf') return [time, Infinity];
  if (text === '-Inf') return [time, -Infinity];
  return [time, Number(text)];
}

/** `name{label="value"}` of a series. */
export function selector(labels: Labels): string {
  const { __name__: name = '', ...rest } = labels;
  const own = Object.entries(rest).map(([label, value]) => `${labelName(label)}=${quoted(value)}`);
  if (name !== '' && !/^[a-zA-Z_:][\w:]*$/.test(name)) return `{${[quoted(name), ...own].join(', ')}}`;
  return own.length > 0 ? `${name}{${own.join(', ')}}` : name || '{}';
}

/** What tells a series from others of its metric, for people: the values of its labels, service and instance first. */
export function shortName({ __name__: name = '', service = '', instance = '', job: _, ...others }: Labels): string {
  const own = instance === service ? [service] : [service, instance];
  return [...own, ...Object.values(others)].filter(Boolean).join(' ') || name || 'all';
}

function labelName(label: string): string {
  return /^[a-zA-Z_]\w*$/.test(label) ? label : quoted(label);
}

/** A text as PromQL has it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A name as it stands in a regular expression. */
export function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
