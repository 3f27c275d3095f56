import { expect, it } from 'vitest';
import { csvOf } from './csv';

it('has a column for each label, and nothing that a spreadsheet would run', () => {
  const series = [
    { labels: { __name__: 'a', x: '=cmd()' }, points: [[0, 1.5], [60, -2]] as [number, number][], histograms: [] },
    { labels: { __name__: 'b', y: 'say "hi", you' }, points: [[0, NaN]] as [number, number][], histograms: [] },
  ];
  expect(csvOf(series)).toBe(
    ['time,__name__,x,y,value', "1970-01-01T00:00:00.000Z,a,'=cmd(),,1.5", "1970-01-01T00:01:00.000Z,a,'=cmd(),,-2", '1970-01-01T00:00:00.000Z,b,,"say ""hi"", you",NaN', ''].join('\r\n'),
  );
});
