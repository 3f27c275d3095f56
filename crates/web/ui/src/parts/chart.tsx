// A chart of lines over time. The drawing itself comes with the first chart.
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Severity } from '../api/types';
import { type Unit, show } from '../format/number';
import { setFixed } from '../format/span';
import { exact } from '../format/time';
import { zone } from '../format/time';
import { isDark } from '../shell/theme';
import type { Drawing } from './drawing';

/** A line: its name, and values at times in seconds, in the order of time. */
export interface Line {
  label: string;
  points: [number, number][];
}

/** Something that lasted, shown behind the lines. */
export interface Band {
  from: number;
  to: number;
  severity: Severity;
  label: string;
}

/** A level that means something. */
export interface Level {
  value: number;
  label: string;
}

export interface ChartProps {
  title: string;
  lines: Line[];
  from: number;
  to: number;
  /** The pause between values in seconds: a longer one is a gap. */
  step: number;
  unit?: Unit;
  bands?: Band[];
  levels?: Level[];
  height?: number;
  stacked?: boolean;
  /** Which heading its title is: below a page or below a panel. */
  heading?: 2 | 3;
  aside?: ComponentChildren;
  /** What a drag over the chart does; without it, the range of the address is set. */
  onZoom?: (from: number, to: number) => void;
}

/** At most so many names below a chart; the others are counted. */
const NAMES = 24;

export function Chart(props: ChartProps) {
  const { title, lines, unit = '', bands = [], height = 200, from, to } = props;
  const Heading = props.heading === 3 ? 'h3' : 'h2';
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | undefined>(undefined);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [failed, setFailed] = useState('');
  const theme = isDark.value;
  const times = zone.value;
  const shown = useMemo(() => lines.map((line) => ({ ...line, hidden: hidden.has(line.label) })), [lines, hidden]);
  useEffect(() => {
    let gone = false;
    void import('./drawing')
      .then(({ drawn }) => {
        if (gone || !place.current) return;
        drawing.current?.end();
        drawing.current = drawn(place.current, { ...props, lines: shown, zoom: props.onZoom ?? setFixed });
      })
      .catch(() => setFailed('The chart cannot be drawn: its code did not come.'));
    return () => {
      gone = true;
    };
  }, [shown, bands, props.levels, from, to, unit, height, theme, times, props.stacked]);
  useEffect(() => () => drawing.current?.end(), []);
  const toggle = (label: string) => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    setHidden(next);
  };
  return (
    <figure class="chart">
      <figcaption>
        <Heading class="chart-title">{title}</Heading>
        {props.aside}
      </figcaption>
      <div ref={place} class="chart-place" style={{ height: `${height}px` }} role="img" aria-label={summary(props)} />
      {failed && <p class="nothing">{failed}</p>}
      {lines.length > 1 && (
        <ul class="names">
          {lines.slice(0, NAMES).map((line, index) => (
            <li key={line.label}>
              <button type="button" class="name" aria-pressed={!hidden.has(line.label)} onClick={() => toggle(line.label)}>
                <span class={`swatch of-${(index % 8) + 1}`} />
                {line.label}
              </button>
            </li>
          ))}
          {lines.length > NAMES && <li class="hint">and {lines.length - NAMES} more</li>}
        </ul>
      )}
    </figure>
  );
}

/** The chart in words, for those who do not see it. */
function summary({ title, lines, unit = '', bands = [], from, to }: ChartProps): string {
  const parts = lines.slice(0, 5).map(({ label, points }) => {
    const values = points.map(([, value]) => value).filter(Number.isFinite);
    if (values.length === 0) return `${label}: no values`;
    const least = values.reduce((a, b) => Math.min(a, b), Infinity);
    const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
    return `${label}: ${show(values[values.length - 1], unit)}, between ${show(least, unit)} and ${show(most, unit)}`;
  });
  if (lines.length > 5) parts.push(`and ${lines.length - 5} more lines`);
  if (bands.length > 0) parts.push(`${bands.length} alerts in it`);
  return `${title}, from ${exact(from)} to ${exact(to)}. ${parts.join('. ') || 'No values.'}`;
}
