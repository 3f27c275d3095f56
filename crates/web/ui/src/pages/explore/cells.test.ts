import { describe, expect, it } from 'vitest';
import { gridOf } from './cells';

const span = { from: 0, to: 60, last: '' };

describe('a heatmap', () => {
  it('has what lies between the bounds of classic buckets', () => {
    const bucket = (le: string, value: number) => ({ labels: { le }, points: [[0, value], [60, value * 2]] as [number, number][], histograms: [] });
    const grid = gridOf([bucket('+Inf', 10), bucket('0.5', 3), bucket('1', 7)], span, 60);
    expect(grid.rows).toEqual(['up to 0.5', '0.5 … 1', '1 … ∞']);
    expect(grid.values).toEqual([[3, 6], [4, 8], [3, 6]]);
  });

  it('adds native histograms of several series', () => {
    const one = { count: 3, sum: 1, buckets: [{ low: 1, high: 2, count: 3 }] };
    const series = { labels: {}, points: [], histograms: [[60, one]] as [number, typeof one][] };
    expect(gridOf([series, series], span, 60)).toMatchObject({ rows: ['1 … 2'], values: [[0, 6]] });
  });

  it('has a row for each series else', () => {
    const line = (service: string, value: number) => ({ labels: { service }, points: [[0, value]] as [number, number][], histograms: [] });
    expect(gridOf([line('a', 1), line('b', 2)], span, 60).values).toEqual([[2, 0], [1, 0]]);
  });
});
