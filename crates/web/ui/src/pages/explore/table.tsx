// The newest value of each series.
import type { Answer, Series } from '../../api/promql';
import { selector } from '../../api/promql';
import { digits } from '../../format/number';
import { Scroll } from '../../parts/scroll';
import { useState } from 'preact/hooks';
import { download } from '../../parts/download';

const ROWS = 500;
/** Labels that get a column each; with more, a row says them in one. */
const COLUMNS = 6;

export function Table({ answer }: { answer: Answer }) {
  const [sort, setSort] = useState<{ by: string; down: boolean }>({ by: 'value', down: true });
  const labels = [...new Set(answer.series.flatMap((series) => Object.keys(series.labels)))].sort();
  const hasColumns = labels.length <= COLUMNS;
  const columns = hasColumns ? labels : ['series'];
  const of = (series: Series, column: string) => (hasColumns ? (series.labels[column] ?? '') : selector(series.labels));
  const rows = [...answer.series].sort((a, b) => {
    const order = sort.by === 'value' ? (valueOf(a) ?? -Infinity) - (valueOf(b) ?? -Infinity) : of(a, sort.by) < of(b, sort.by) ? -1 : 1;
    return sort.down ? -order : order;
  });
  const head = (column: string) => (
    <button type="button" class="plain sort" onClick={() => setSort({ by: column, down: sort.by === column ? !sort.down : column === 'value' })}>
      {column}{sort.by === column && (sort.down ? ' ↓' : ' ↑')}
    </button>
  );
  const order = (column: string) => (sort.by !== column ? 'none' : sort.down ? 'descending' : 'ascending');
  return (
    <>
      <Scroll>
        <table>
          <thead>
            <tr>
              {columns.map((column) => <th key={column} scope="col" aria-sort={order(column)}>{head(column)}</th>)}
              <th scope="col" class="number" aria-sort={order('value')}>{head('value')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS).map((series) => (
              <tr key={selector(series.labels)}>
                {columns.map((column) => <td key={column} class={hasColumns ? '' : 'mono'}>{of(series, column)}</td>)}
                <td class="number" title={String(series.points[0]?.[1] ?? '')}>{shown(series)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rows.length > ROWS && <p class="hint">The first {ROWS} of {rows.length.toLocaleString('en')} are shown. The file has all of them.</p>}
      <button type="button" onClick={() => download(JSON.stringify(answer.series, null, 1), 'series.json', 'application/json')}>JSON</button>
    </>
  );
}

function valueOf(series: Series): number | undefined {
  return series.points[0]?.[1] ?? series.histograms[0]?.[1].count;
}

function shown(series: Series): string {
  const value = series.points[0]?.[1];
  if (value !== undefined) return Number.isFinite(value) ? digits(value) : String(value);
  const histogram = series.histograms[0]?.[1];
  return histogram ? `${digits(histogram.count)} observations, mean ${digits(histogram.sum / histogram.count)}` : '';
}
