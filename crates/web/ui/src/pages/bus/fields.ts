// What messages say in numbers, in the shape of the wire.
import type { Schemas } from '../../api/types';

/** What becomes of messages: a row of `[[mapping]]` in the settings. */
export type Mapping = Schemas['Mapping'];

export type KnownMapping = Schemas['KnownMapping'];

/** Messages of one kind that were not understood. */
export type InboxEntry = Schemas['InboxEntry'];

export type Field = Schemas['FieldView'];

export type Fields = Schemas['FieldsView'];

export type Tried = Schemas['TriedMessage'];

/** A mapping in few words. */
export function inWords(mapping: Mapping): string {
  if (mapping.drop) return 'left out';
  const parts = [mapping.path, mapping.name && `is ${mapping.name}`, mapping.unit && `in ${mapping.unit}`, mapping.scale && `times ${mapping.scale}`];
  const labels = Object.entries(mapping.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return [...parts, ...labels].filter(Boolean).join(' ') || 'taken as it is';
}
