// Keys: `?` helps, Ctrl-K finds, `/` goes to the filter, `g` and a letter to a page.
import { signal } from '@preact/signals';
import { href, navigate } from '../router';
import { PAGES } from './pages';

/** Which of the shell's dialogs is open. */
export const open = signal<'' | 'palette' | 'help'>('');

/** How long after `g` the letter may come, in milliseconds. */
const CHORD = 1500;

/** Listens to keys until the function that comes back is called. */
export function startKeys(): () => void {
  /** When `g` was pressed. */
  let after = -Infinity;
  const pressed = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      open.value = open.value === 'palette' ? '' : 'palette';
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
    if (performance.now() - after < CHORD) {
      after = -Infinity;
      const page = PAGES.find(({ key }) => key === event.key);
      if (page) navigate(href(page.path));
    } else if (event.key === 'g') after = performance.now();
    else if (event.key === '?') open.value = 'help';
    else if (event.key === '/') {
      const field = document.querySelector<HTMLElement>('[data-filter]');
      if (!field) return;
      event.preventDefault();
      field.focus();
    }
  };
  addEventListener('keydown', pressed);
  return () => removeEventListener('keydown', pressed);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
