// Light, dark, or as the system has it.
import { computed, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'alicia-metrics-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(dark.matches);
dark.addEventListener('change', () => {
  systemIsDark.value = dark.matches;
});

/** What the reader chose. */
export const theme = signal<Theme>(stored());

/** What is shown. Charts are drawn anew when it changes. */
export const isDark = computed(() => (theme.value === 'auto' ? systemIsDark.value : theme.value === 'dark'));

function stored(): Theme {
  const text = localStorage.getItem(KEY);
  return text === 'light' || text === 'dark' ? text : 'auto';
}

/** Puts the choice where the styles see it. */
export function applyTheme(): void {
  if (theme.value === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme.value;
}

/** The next of the three. */
export function nextTheme(): void {
  theme.value = theme.value === 'auto' ? 'light' : theme.value === 'light' ? 'dark' : 'auto';
  localStorage.setItem(KEY, theme.value);
  applyTheme();
}
