// Finds services, metrics and pages by some of their letters.
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, withParams } from '../api/request';
import { useLoad } from '../api/load';
import { literal } from '../api/promql';
import type { Data } from '../api/types';
import { names } from '../live/overview';
import { Dialog } from '../parts/dialog';
import { Icon, type IconName } from '../parts/icon';
import { href, navigate, pageOf } from '../router';
import { open } from './keys';
import { PAGES } from './pages';

interface Found {
  title: string;
  kind: string;
  icon: IconName;
  to: string;
}

const MOST = 12;

export function Palette() {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const metrics = useLoad(`metrics ${text}`, async (signal) => {
    if (text.trim() === '') return [];
    // The server looks for the letters; it never sends all names.
    const pattern = `.*${[...text.trim()].map(literal).join('.*')}.*`;
    const to = withParams('api/v1/label/__name__/values', { 'match[]': `{__name__=~${JSON.stringify(`(?i)${pattern}`)}}`, limit: 50 });
    return (await get<Data<string[]>>(to, signal)).data;
  });
  const found = findings(text, metrics.data ?? []);
  const chosen = Math.min(at, found.length - 1);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const go = (one: Found | undefined) => {
    if (!one) return;
    open.value = '';
    navigate(one.to);
  };
  return (
    <Dialog title="Find" onClose={() => (open.value = '')}>
      <input
        class="palette-field"
        role="combobox"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant={found.length > 0 ? `found-${chosen}` : undefined}
        aria-label="A service, a metric or a page"
        placeholder="A service, a metric or a page"
        autocomplete="off"
        spellcheck={false}
        autoFocus
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
          else if (event.key === 'Enter') go(found[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <ul id="found" class="found" role="listbox" aria-label="Found" ref={list}>
        {found.map((one, index) => (
          <li key={one.to} id={`found-${index}`} role="option" aria-selected={index === chosen} onClick={() => go(one)}>
            <Icon name={one.icon} />
            <span>{one.title}</span>
            <em>{one.kind}</em>
          </li>
        ))}
      </ul>
      {found.length === 0 && !metrics.loading && <p class="nothing">Nothing has these letters.</p>}
    </Dialog>
  );
}

function findings(text: string, metrics: string[]): Found[] {
  const pages = PAGES.map(({ title, icon, path }) => ({ title, kind: 'page', icon, to: href(path) }));
  const services = names.value.map((name) => ({ title: name, kind: 'service', icon: 'grid' as const, to: pageOf('s', name) }));
  const of = metrics.map((name) => ({ title: name, kind: 'metric', icon: 'chart' as const, to: withParams(pageOf('explore'), { q: name }) }));
  return [...pages, ...services, ...of]
    .map((one) => ({ one, rank: rank(one.title, text.trim()) }))
    .filter(({ rank: place }) => place >= 0)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ one }) => one);
}

/** How well `text` fits, 0 the best; −1 if its letters are not there in their order. */
export function rank(title: string, text: string): number {
  const name = title.toLowerCase();
  const wanted = text.toLowerCase();
  const place = name.indexOf(wanted);
  if (place >= 0) return place === 0 ? name.length / 1000 : 1 + place / 100;
  let from = 0;
  for (const letter of wanted) {
    from = name.indexOf(letter, from) + 1;
    if (from === 0) return -1;
  }
  return 3 + from / 100;
}
