// Icons, drawn on a field of 16 by 16. They say nothing by themselves: words stand beside them.

const PATHS = {
  grid: 'M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z',
  chart: 'M2 2v12h12M4.5 10.5l3-4 2.5 2.5L14 4',
  bell: 'M8 2a4 4 0 0 0-4 4v3l-1.5 2.5h11L12 9V6a4 4 0 0 0-4-4zM6.5 13.5h3',
  bus: 'M3 4h10M3 8h10M3 12h10M5 2v4M11 6v4M7 10v4',
  chip: 'M4.5 4.5h7v7h-7zM6.5 2v2.5M9.5 2v2.5M6.5 11.5V14M9.5 11.5V14M2 6.5h2.5M2 9.5h2.5M11.5 6.5H14M11.5 9.5H14',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.5V11M8 5v.5',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.5 10.5L14 14',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z',
  auto: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12M8 4.5h3.5M8 8h6M8 11.5h3.5',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.5V8l2.5 1.5',
  healthy: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5.2 8.2l2 2 3.6-4.2',
  degraded: 'M8 2.5l6 11H2zM8 6.5v3.5M8 11.7v.3',
  unhealthy: 'M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6',
  silent: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5 8h.3M8 8h.3M11 8h.3',
  gone: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5 8h6',
  unknown: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.3 6.3a1.8 1.8 0 1 1 2.5 1.7c-.6.3-.8.6-.8 1.2M8 11.3v.2',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  copy: 'M5.5 5.5h8v8h-8zM3 10.5H2.5v-8h8V3',
  left: 'M10 3L5 8l5 5',
  right: 'M6 3l5 5-5 5',
  down: 'M3.5 6L8 10.5 12.5 6',
  zoomOut: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.5 10.5L14 14M4.8 7h4.4',
  pause: 'M5.5 3v10M10.5 3v10',
  play: 'M4.5 2.5l8 5.5-8 5.5z',
  mute: 'M8 2a4 4 0 0 0-4 4v3l-1.5 2.5h9M12 8V6a4 4 0 0 0-1.3-3M6.5 13.5h3M2 2l12 12',
  person: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14a5.5 5.5 0 0 1 11 0',
  bulb: 'M6 13.5h4M8 2a4.2 4.2 0 0 0-2.5 7.6c.4.3.6.8.6 1.4h3.8c0-.6.2-1.1.6-1.4A4.2 4.2 0 0 0 8 2z',
  plus: 'M8 3v10M3 8h10',
  trash: 'M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.7 9h5.6l.7-9M6.8 7v4M9.2 7v4',
  edit: 'M3 13l.7-3L11 2.7l2.3 2.3L6 12.3zM9.5 4.2l2.3 2.3',
  external: 'M6 3H3v10h10v-3M9 3h4v4M13 3L7.5 8.5',
  list: 'M5.5 4H14M5.5 8H14M5.5 12H14M2.3 4h.2M2.3 8h.2M2.3 12h.2',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.3M6.5 6.5h.3M9 6.5h.3M11.5 6.5h.3M4.5 9.5h7',
} as const;

export type IconName = keyof typeof PATHS;

/** An icon in the colour of the text around it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
