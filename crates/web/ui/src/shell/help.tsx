// The keys.
import { Dialog } from '../parts/dialog';
import { open } from './keys';
import { PAGES } from './pages';

export function Help() {
  return (
    <Dialog title="Keys" onClose={() => (open.value = '')}>
      <dl class="keys">
        <Key keys={['Ctrl', 'K']} what="Find a service, a metric or a page" />
        <Key keys={['/']} what="Go to the filter of the page" />
        <Key keys={['?']} what="This list" />
        <Key keys={['Esc']} what="Close what is open" />
        {PAGES.map(({ key, title }) => <Key key={key} keys={['g', key]} what={`Go to ${title}`} />)}
      </dl>
      <p class="hint">Drag over a chart to look closer. The address holds what you see: copy it to share it.</p>
    </Dialog>
  );
}

function Key({ keys, what }: { keys: string[]; what: string }) {
  return (
    <div>
      <dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
      <dd>{what}</dd>
    </div>
  );
}
