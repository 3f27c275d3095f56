// A line without axes, on a canvas of its own.
import { useEffect, useRef } from 'preact/hooks';
import { isDark } from '../shell/theme';

/** `points` are times and values; a gap of more than three steps breaks the line. */
export function Sparkline({ lines, from, to, label }: { lines: [number, number][][]; from: number; to: number; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = isDark.value;
  useEffect(() => {
    if (canvas.current) draw(canvas.current, lines, from, to);
  }, [lines, from, to, theme]);
  return <canvas ref={canvas} class="sparkline" width={360} height={72} role="img" aria-label={label} />;
}

function draw(canvas: HTMLCanvasElement, lines: [number, number][][], from: number, to: number): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  let least = Infinity;
  let most = -Infinity;
  for (const line of lines) {
    for (const [, value] of line) {
      if (!Number.isFinite(value)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  if (!(most >= least)) return;
  const flat = most === least;
  const style = getComputedStyle(canvas);
  const x = (time: number) => ((time - from) / (to - from)) * (width - 4) + 2;
  const y = (value: number) => (flat ? height / 2 : height - 6 - ((value - least) / (most - least)) * (height - 12));
  context.lineWidth = 2.5;
  context.lineJoin = 'round';
  lines.forEach((line, index) => {
    context.strokeStyle = style.getPropertyValue(`--series-${(index % 8) + 1}`);
    context.beginPath();
    let before = -Infinity;
    for (const [time, value] of line) {
      if (!Number.isFinite(value)) continue;
      if (time - before > (to - from) / 12) context.moveTo(x(time), y(value));
      else context.lineTo(x(time), y(value));
      before = time;
    }
    context.stroke();
    // A single point is no line.
    if (line.length === 1 && line[0] && Number.isFinite(line[0][1])) {
      context.fillStyle = context.strokeStyle;
      context.fillRect(x(line[0][0]) - 3, y(line[0][1]) - 3, 6, 6);
    }
  });
}
