// Numbers as people read them. Units follow from the names of metrics.

export type Unit = '' | 'percent' | 'ratio' | 'bytes' | 'seconds' | 'milliseconds' | 'celsius' | 'bool';

const SUFFIXES: [RegExp, Unit][] = [
  [/_bytes(_total)?$|^system_(memory|swap|disk)_(total|used|free|available)$|^disk_(total|used|free)$/, 'bytes'],
  [/(_percent|_pct)$|^error_rate$|^battery$|^humidity$/, 'percent'],
  [/_ratio$|^confidence$/, 'ratio'],
  [/_seconds(_total|_sum)?$|_uptime$|^uptime$/, 'seconds'],
  [/(_ms|_milliseconds)(_sum)?$|^response_time(_avg)?$/, 'milliseconds'],
  [/_celsius$|^temperature$/, 'celsius'],
  [/^up$|_overdue$/, 'bool'],
];

/** The unit that a metric's name, or what is known of it, says. */
export function unitOf(metric: string, known = ''): Unit {
  const words: Record<string, Unit> = {
    percent: 'percent', bytes: 'bytes', seconds: 'seconds', milliseconds: 'milliseconds', celsius: 'celsius', ratio: 'ratio',
  };
  return words[known] ?? SUFFIXES.find(([suffix]) => suffix.test(metric))?.[1] ?? '';
}

/** A value with its unit, in three or four digits. */
export function show(value: number | null | undefined, unit: Unit = ''): string {
  if (value === null || value === undefined) return '–';
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  switch (unit) {
    case 'percent': return `${digits(value)} %`;
    case 'ratio': return `${digits(value * 100)} %`;
    case 'bytes': return scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']);
    case 'seconds': return length(value);
    case 'milliseconds': return length(value / 1000);
    case 'celsius': return `${digits(value)} °C`;
    case 'bool': return value === 1 ? 'yes' : value === 0 ? 'no' : digits(value);
    default: return Math.abs(value) < 100_000 ? digits(value) : scaled(value, 1000, ['', 'k', 'M', 'G', 'T', 'P']).replace(' ', '\u202f');
  }
}

/** Three or four digits, with a real minus sign. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return sign(value.toExponential(2));
  const places = size >= 1000 || Number.isInteger(value) ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
  return sign(String(Number(value.toFixed(places))));
}

function sign(text: string): string {
  return text.replace('-', '−');
}

function scaled(value: number, step: number, names: string[]): string {
  let rest = value;
  let index = 0;
  while (Math.abs(rest) >= step && index < names.length - 1) {
    rest /= step;
    index += 1;
  }
  return `${digits(rest)} ${names[index]}`.trimEnd();
}

/** A length of time given in seconds: `350 µs`, `12 ms`, `4.2 s`, `3 min 5 s`, `2 d 4 h`. */
export function length(seconds: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 1e-3) return `${digits(seconds * 1e6)} µs`;
  if (size < 1) return `${digits(seconds * 1e3)} ms`;
  if (size < 60) return `${digits(seconds)} s`;
  if (size < 3600) return two(seconds, 60, 'min', 1, 's');
  if (size < 86_400) return two(seconds, 3600, 'h', 60, 'min');
  if (size < 86_400 * 730) return two(seconds, 86_400, 'd', 3600, 'h');
  return `${digits(seconds / 31_557_600)} a`;
}

function two(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const total = Math.round(Math.abs(seconds) / small) * small;
  const first = Math.floor(total / large);
  const second = Math.round((total - first * large) / small);
  const minus = seconds < 0 ? '−' : '';
  return second > 0 ? `${minus}${first} ${largeName} ${second} ${smallName}` : `${minus}${first} ${largeName}`;
}

/** How often a second; what is hardly ever is said so. */
export function rate(value: number): string {
  return value > 0 && value < 0.001 ? '< 0.001' : digits(value);
}

/** One value, or from the least to the most of several. */
export function spread(values: number[], unit: Unit = ''): string {
  if (values.length === 0) return '–';
  const least = show(Math.min(...values), unit);
  const most = show(Math.max(...values), unit);
  return least === most ? least : `${least} … ${most}`;
}

/** `1 alert`, `2 alerts`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
