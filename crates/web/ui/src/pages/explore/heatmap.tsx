// How many observations lie where, over time: of native histograms, of buckets with `le`, or simply one row for each series.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Series } from '../../api/promql';
import { digits } from '../../format/number';
import { type Span, stepOf } from '../../format/span';
import { minute } from '../../format/time';
import { isDark } from '../../shell/theme';
import { type Grid, gridOf } from './cells';

export function Heatmap({ series, span }: { series: Series[]; span: Span }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = isDark.value;
  const step = stepOf(span.to - span.from, 120);
  const grid = useMemo(() => gridOf(series, span, step), [series, span.from, span.to, step]);
  const [told, setTold] = useState('');
  useEffect(() => {
    if (canvas.current) draw(canvas.current, grid);
  }, [grid, theme]);
  const most = Math.max(0, ...grid.values.flat());
  const look = (event: MouseEvent) => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box) return;
    const column = Math.floor(((event.clientX - box.left) / box.width) * grid.times.length);
    const row = grid.rows.length - 1 - Math.floor(((event.clientY - box.top) / box.height) * grid.rows.length);
    const time = grid.times[column];
    setTold(time === undefined || grid.rows[row] === undefined ? '' : `${minute(time)}, ${grid.rows[row]}: ${digits(grid.values[row]?.[column] ?? 0)}`);
  };
  return (
    <figure class="heatmap">
      <div class="heatmap-body">
        <ol class="heatmap-rows" aria-hidden="true">
          {[grid.rows[grid.rows.length - 1], grid.rows[Math.floor(grid.rows.length / 2)], grid.rows[0]].map((row, index) => <li key={index}>{row}</li>)}
        </ol>
        <canvas ref={canvas} width={1200} height={360} role="img" aria-label={`Heatmap of ${grid.rows.length} rows, from ${grid.rows[0]} to ${grid.rows[grid.rows.length - 1]}; the most is ${digits(most)}`} onMouseMove={look} onMouseLeave={() => setTold('')} />
      </div>
      <figcaption class="hint">{told || `${minute(span.from)} to ${minute(span.to)}; the darkest is ${digits(most)}`}</figcaption>
    </figure>
  );
}

function draw(canvas: HTMLCanvasElement, { rows, times, values }: Grid): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = getComputedStyle(canvas).getPropertyValue('--accent');
  const most = Math.max(1e-12, ...values.flat());
  const width = canvas.width / Math.max(1, times.length);
  const height = canvas.height / Math.max(1, rows.length);
  values.forEach((row, index) => {
    row.forEach((value, column) => {
      if (value <= 0) return;
      // The eye sees small counts too.
      context.globalAlpha = 0.08 + 0.92 * Math.sqrt(value / most);
      context.fillRect(column * width, canvas.height - (index + 1) * height, Math.ceil(width), Math.ceil(height));
    });
  });
  context.globalAlpha = 1;
}
