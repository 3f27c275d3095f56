// Where the reader is. All state of the view is in the address: the path says the page, the parameters the rest.
import { computed, signal } from '@preact/signals';

/** The directory that the collector is served from: `/`, or the prefix of a proxy. */
export const base = new URL('.', document.baseURI).pathname;

const current = signal(new URL(location.href));

/** The path below the prefix, without slashes at its ends: `` is the overview, `ui/alerts` the alerts. */
export const path = computed(() => current.value.pathname.slice(base.length).replace(/\/$/, ''));

/** The parts of the path, decoded. */
export const parts = computed(() => path.value.split('/').map(decoded));

/** The parameters of the address. */
export const params = computed(() => current.value.searchParams);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A parameter, or `fallback`. Reading it in a component makes the component follow it. */
export function param(name: string, fallback = ''): string {
  return params.value.get(name) ?? fallback;
}

/** The address of `path` below the prefix. */
export function href(to: string): string {
  return base + to;
}

/** The address of a page, its parts escaped. */
export function pageOf(...names: string[]): string {
  return href(['ui', ...names.map(encodeURIComponent)].join('/'));
}

/** Goes to an address of this origin. */
export function navigate(to: string, replace = false): void {
  const url = new URL(to, location.href);
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  const isOtherPage = url.pathname !== current.value.pathname;
  current.value = url;
  if (isOtherPage) scrollTo(0, 0);
}

/** Sets parameters (an empty text takes one away), as a step of its own in the history unless `replace`. */
export function setParams(changes: Record<string, string>, replace = false): void {
  const url = new URL(current.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  if (url.href !== current.value.href) navigate(url.href, replace);
}

/** Makes links of this page go without loading it anew. */
export function startRouter(): () => void {
  const popped = () => {
    current.value = new URL(location.href);
  };
  addEventListener('popstate', popped);
  addEventListener('click', followed);
  return () => {
    removeEventListener('popstate', popped);
    removeEventListener('click', followed);
  };
}

function followed(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const anchor = (event.target as Element | null)?.closest?.('a');
  if (!anchor || anchor.target || anchor.hasAttribute('download')) return;
  const url = new URL(anchor.href);
  if (url.origin !== location.origin || !isPage(url.pathname)) return;
  event.preventDefault();
  navigate(url.href);
}

function isPage(pathname: string): boolean {
  if (!pathname.startsWith(base)) return false;
  const below = pathname.slice(base.length);
  return below === '' || below === 'ui' || below.startsWith('ui/');
}
