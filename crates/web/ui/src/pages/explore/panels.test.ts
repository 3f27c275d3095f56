import { describe, expect, it } from 'vitest';
import { read, written } from './panels';

describe('panels in the address', () => {
  it('come back as they were, beside other parameters', () => {
    const panels = [
      { query: 'rate(x[5m])', view: 'table', stacked: false },
      { query: 'a{b="&c=d"}', view: 'graph', stacked: true },
    ] as const;
    const params = written(panels, new URLSearchParams('range=1h&q=old'));
    expect(params.get('range')).toBe('1h');
    expect(read(new URLSearchParams(params.toString()))).toEqual(panels);
  });

  it('are one where none is named, and a graph where no view is known', () => {
    expect(read(new URLSearchParams(''))).toEqual([{ query: '', view: 'graph', stacked: false }]);
    expect(read(new URLSearchParams('q=up&view=pie'))).toEqual([{ query: 'up', view: 'graph', stacked: false }]);
  });
});
