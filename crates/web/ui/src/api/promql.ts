// Prometheus' interface: queries at one time and over a range.
import type { Labels } from './labels';
import { request, withParams } from './request';
import type { Schemas } from './types';

export { type Labels, literal, quoted, selector, shortName } from './labels';


/** One series of an answer: times in seconds and values, which may be no numbers. */
export interface Series {
  labels: Labels;
  points: [number, number][];
  /** Native histograms, where the series has some. */
  histograms: [number, Histogram][];
}

/** A native histogram: how many observations, their sum, and how many lie between two bounds. */
export interface Histogram {
  count: number;
  sum: number;
  buckets: { low: number; high: number; count: number }[];
}

/** What an answer cost, and what the server thinks of it. */
export interface Answer {
  type: Schemas['QueryResult']['resultType'];
  series: Series[];
  warnings: string[];
  infos: string[];
  /** Milliseconds from the question to the whole answer. */
  took: number;
  /** Samples that were read, where the server says so. */
  samples: number | undefined;
}

type Raw = Schemas['QueryAnswer'];
type RawPoint = [number, string];
type RawSeries = Schemas['QuerySample'] & Schemas['QuerySeries'];
type RawHistogram = NonNullable<Schemas['QuerySample']['histogram']>[1];

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
    return [{ labels: {}, points: type === 'string' ? [] : [point(result as RawPoint)], histograms: [] }];
  }
  return (result as RawSeries[]).map(({ metric, value, values, histogram, histograms }) => ({
    labels: metric,
    points: (values ?? (value ? [value] : [])).map(point),
    histograms: (histograms ?? (histogram ? [histogram] : [])).map(([time, raw]) => [time, histogramOf(raw)]),
  }));
}

function histogramOf({ count, sum, buckets = [] }: RawHistogram): Histogram {
  return {
    count: Number(count),
    sum: Number(sum),
    buckets: buckets.map(([, low, high, many]) => ({ low: number(low), high: number(high), count: Number(many) })),
  };
}

function number(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}

function point([time, text]: RawPoint): [number, number] {
  return [time, number(text)];
}
