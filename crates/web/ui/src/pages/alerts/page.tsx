// Alerts: what fires, what fired, the rules, the silences, who was told.
import './alerts.css';
import type { ComponentType } from 'preact';
import { overview } from '../../live/overview';
import { pageOf, parts } from '../../router';
import { Active } from './active';
import { History } from './history';
import { Notifications } from './notifications';
import { Rules } from './rules';
import { Silences } from './silences';

const TABS: { path: string; title: string; view: ComponentType }[] = [
  { path: '', title: 'Active', view: Active },
  { path: 'history', title: 'History', view: History },
  { path: 'rules', title: 'Rules', view: Rules },
  { path: 'silences', title: 'Silences', view: Silences },
  { path: 'notifications', title: 'Notifications', view: Notifications },
];

export default function AlertsPage() {
  const [, , chosen = ''] = parts.value;
  const tab = TABS.find(({ path }) => path === chosen) ?? TABS[0];
  const firing = overview.value?.alerts.firing ?? 0;
  if (!tab) return null;
  return (
    <>
      <header class="page-head"><h1>Alerts</h1></header>
      <nav class="tabs" aria-label="Alerts">
        {TABS.map(({ path, title }) => (
          <a key={path} href={path ? pageOf('alerts', path) : pageOf('alerts')} aria-current={path === tab.path ? 'page' : undefined}>
            {title}{path === '' && firing > 0 && ` (${firing})`}
          </a>
        ))}
      </nav>
      <tab.view />
    </>
  );
}
