// Labels of series, as texts.

export type Labels = Record<string, string>;

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
