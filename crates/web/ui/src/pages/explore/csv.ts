// An answer as a file: one row for each value.
import type { Series } from '../../api/promql';

/** Time, labels and value of each value, with a heading. */
export function csvOf(series: readonly Series[]): string {
  const labels = [...new Set(series.flatMap((one) => Object.keys(one.labels)))].sort();
  const rows = series.flatMap((one) => one.points.map(([time, value]) => [new Date(time * 1000).toISOString(), ...labels.map((label) => one.labels[label] ?? ''), String(value)]));
  return [['time', ...labels, 'value'], ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** What a spreadsheet would take for a formula is marked as text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
