// A rule of Alicia's from an expression of the Explorer, as far as one is as plain as the other.
import type { Rule } from './data';

const EMPTY: Rule = {
  name: '', metric_name: '', condition: 'value > 0', severity: 'warning', description: '', enabled: true, cooldown_period: 300,
};

const PLAIN = /^\s*([a-zA-Z_:][\w:]*)\s*(\{[^{}]*\})?\s*(?:(==|!=|>=|<=|>|<)\s*(-?[\d.]+(?:e[+-]?\d+)?))?\s*$/i;

/** `metric{matchers} > 5`, with or without the comparison; anything else gives an empty rule. */
export function fromQuery(query: string): Rule {
  const [, metric, matchers = '', sign = '>', value] = PLAIN.exec(query) ?? [];
  if (metric === undefined) return { ...EMPTY };
  const match = matchers.slice(1, -1).trim();
  return {
    ...EMPTY,
    name: `${metric}_${sign.startsWith('<') ? 'low' : 'high'}`,
    metric_name: metric,
    condition: `value ${sign} ${value ?? '0'}`,
    ...(match ? { match } : {}),
  };
}

/** Whether an expression can be a rule of Alicia's. */
export function isPlain(query: string): boolean {
  return PLAIN.test(query);
}

/** What a rule file says for an expression that cannot. */
export function asRuleFile(query: string): string {
  const lines = ['groups:', '- name: mine', '  rules:', '  - alert: MyAlert', '    expr: |', ...query.split('\n').map((line) => `      ${line}`), '    for: 5m', '    labels: {severity: warning}'];
  return lines.join('\n');
}
