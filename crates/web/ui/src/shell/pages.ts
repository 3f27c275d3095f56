// Which pages there are.
import type { IconName } from '../parts/icon';

/** A page of the navigation. */
export interface Page {
  /** The path below the prefix. */
  path: string;
  title: string;
  icon: IconName;
  /** Goes there after `g`. */
  key: string;
}

export const PAGES: readonly Page[] = [
  { path: '', title: 'Overview', icon: 'grid', key: 'o' },
  { path: 'ui/explore', title: 'Explorer', icon: 'chart', key: 'e' },
  { path: 'ui/alerts', title: 'Alerts', icon: 'bell', key: 'a' },
  { path: 'ui/bus', title: 'Bus', icon: 'bus', key: 'b' },
  { path: 'ui/system', title: 'System', icon: 'chip', key: 's' },
  { path: 'ui/status', title: 'Status', icon: 'info', key: 't' },
];
