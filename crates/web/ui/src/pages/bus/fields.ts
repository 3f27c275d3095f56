// What messages say in numbers, in the shape of the wire.

/** What becomes of messages: a row of `[[mapping]]` in the settings. */
export interface Mapping {
  topic: string;
  path?: string;
  name?: string;
  unit?: string;
  scale?: number;
  labels?: Record<string, string>;
  drop?: boolean;
}

export interface KnownMapping extends Mapping {
  /** Only of those that were made while running. */
  id?: number;
  origin: 'settings' | 'request';
}

/** Messages of one kind that were not understood. */
export interface InboxEntry {
  kind: string;
  topic: string;
  reason: 'binary' | 'broken_json' | 'free_text' | 'too_large' | 'announcement';
  example: string;
  count: number;
  first_seen: number;
  last_seen: number;
  mapping?: Mapping;
}

export interface Field {
  metric: string;
  labels: Record<string, string>;
  unit?: string;
  value?: number;
  state?: string;
  topic: string;
  path: string;
  last_seen: number;
}

export interface Fields {
  messages: number;
  values: number;
  metrics: number;
  others: number;
  announced: number;
  left_out: { reason: string; count: number; example: string }[];
  fields: Field[];
}

export interface Tried {
  fields: Field[];
  left_fields: { topic: string; path: string; reason: string }[];
  not_understood?: InboxEntry;
}

/** A mapping in few words. */
export function inWords(mapping: Mapping): string {
  if (mapping.drop) return 'left out';
  const parts = [mapping.path, mapping.name && `is ${mapping.name}`, mapping.unit && `in ${mapping.unit}`, mapping.scale && `times ${mapping.scale}`];
  const labels = Object.entries(mapping.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return [...parts, ...labels].filter(Boolean).join(' ') || 'taken as it is';
}
