// How a service was: sixty buckets of a span, the worst of each.
import { useRef, useEffect } from 'preact/hooks';
import { isDark } from '../shell/theme';
import { counted } from '../format/number';

const HEIGHT = 18;

const VARIABLES: Record<string, string> = { '0': '--ok', '1': '--warning', '2': '--error', x: '--silent' };

/** What the letters of a strip come to in words. */
export function told(strip: string): string {
  const count = (letter: string) => [...strip].filter((one) => one === letter).length;
  const parts = [
    [count('2'), 'with errors'],
    [count('1'), 'with warnings'],
    [count('x'), 'silent'],
    [count('0'), 'fine'],
  ] as const;
  const known = parts.filter(([many]) => many > 0).map(([many, word]) => `${many} ${word}`);
  return known.length > 0 ? `Of ${counted(strip.length, 'part')}: ${known.join(', ')}` : 'Nothing is known yet';
}

/** Drawn on a canvas: two thousand of them must cost little. */
export function Strip({ strip }: { strip: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = isDark.value;
  useEffect(() => {
    if (canvas.current) draw(canvas.current, strip);
  }, [strip, theme]);
  return <canvas ref={canvas} class="strip" width={240} height={HEIGHT * 2} role="img" aria-label={told(strip)} title={told(strip)} />;
}

function draw(canvas: HTMLCanvasElement, strip: string): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(canvas);
  const step = canvas.width / Math.max(1, strip.length);
  context.clearRect(0, 0, canvas.width, canvas.height);
  [...strip].forEach((letter, index) => {
    const variable = VARIABLES[letter];
    context.fillStyle = style.getPropertyValue(variable ?? '--line');
    // What is bad is as high as the strip, so that colour is not all that tells.
    const height = letter === '2' || letter === 'x' ? canvas.height : letter === '1' ? canvas.height * 0.75 : letter === '0' ? canvas.height * 0.5 : 3;
    context.fillRect(index * step, canvas.height - height, Math.max(1, step - 1), height);
  });
}
