import { describe, expect, it } from 'vitest';
import { asRuleFile, fromQuery, isPlain } from './from_query';

describe('a rule from an expression', () => {
  it('takes metric, matchers and comparison', () => {
    const rule = fromQuery('disk_percent{mount="/", host=~"a|b"} >= 95.5');
    expect(rule).toMatchObject({ metric_name: 'disk_percent', match: 'mount="/", host=~"a|b"', condition: 'value >= 95.5', name: 'disk_percent_high' });
    expect(fromQuery('up < 1')).toMatchObject({ name: 'up_low', condition: 'value < 1' });
    expect(fromQuery('up').match).toBeUndefined();
  });

  it('takes nothing of what is more than that', () => {
    for (const query of ['rate(x[5m]) > 1', 'a + b', 'sum by (x) (y)', '']) {
      expect(isPlain(query)).toBe(false);
      expect(fromQuery(query).metric_name).toBe('');
    }
  });

  it('is a rule file else', () => {
    expect(asRuleFile('sum(a)\n> 1')).toContain('    expr: |\n      sum(a)\n      > 1\n');
  });
});
