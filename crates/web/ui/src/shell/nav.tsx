// The navigation: at the side, at the foot of a narrow window.
import { overview } from '../live/overview';
import { zone } from '../format/time';
import { Icon } from '../parts/icon';
import { href, path } from '../router';
import { open } from './keys';
import { PAGES } from './pages';
import { nextTheme, theme } from './theme';

const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

export function Nav() {
  const firing = overview.value?.alerts.firing ?? 0;
  const isHere = (to: string) => (to === '' ? path.value === '' || path.value === 'ui' || path.value.startsWith('ui/s/') : path.value === to || path.value.startsWith(`${to}/`));
  return (
    <header class="side">
      <a class="brand" href={href('')}>
        <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M5 18h5l3-9 5 15 3.5-9H27" />
        </svg>
        <span>Alicia Metrics</span>
      </a>
      <nav aria-label="Pages">
        {PAGES.map((page) => (
          <a key={page.path} href={href(page.path)} aria-current={isHere(page.path) ? 'page' : undefined}>
            <Icon name={page.icon} />
            <span>{page.title}</span>
            {page.path === 'ui/alerts' && firing > 0 && <b class="count" title={`${firing} firing`}>{firing}</b>}
          </a>
        ))}
      </nav>
      <div class="side-foot">
        <button type="button" class="plain" onClick={() => (open.value = 'palette')} title="Find anything (Ctrl-K)">
          <Icon name="search" />
          <span>Find</span>
          <kbd>Ctrl K</kbd>
        </button>
        <button type="button" class="plain" onClick={nextTheme} title="Light, dark, or as the system has it">
          <Icon name={THEME_ICONS[theme.value]} />
          <span>{theme.value === 'auto' ? 'As the system' : theme.value === 'light' ? 'Light' : 'Dark'}</span>
        </button>
        <button type="button" class="plain" onClick={() => (zone.value = zone.value === 'utc' ? 'local' : 'utc')} title="Times of your zone, or UTC">
          <Icon name="clock" />
          <span>{zone.value === 'utc' ? 'UTC' : 'Local time'}</span>
        </button>
        <button type="button" class="plain" onClick={() => (open.value = 'help')} title="Keys (?)">
          <Icon name="keyboard" />
          <span>Keys</span>
          <kbd>?</kbd>
        </button>
      </div>
    </header>
  );
}
