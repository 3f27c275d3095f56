// The Explorer: any expression, as a table, a graph or a heatmap.
import './explore.css';
import { useState } from 'preact/hooks';
import { Icon } from '../../parts/icon';
import { RangePicker } from '../../parts/range';
import { navigate, params } from '../../router';
import { Browser } from './browser';
import { Panel } from './panel';
import { type Asked, read, written } from './panels';

export default function ExplorePage() {
  const panels = read(params.value);
  const [browsing, setBrowsing] = useState<number | undefined>(undefined);
  const put = (next: Asked[], replace = false) => {
    const url = new URL(location.href);
    url.search = written(next, params.value).toString();
    navigate(url.href, replace);
  };
  const change = (index: number, changes: Partial<Asked>) => put(panels.map((panel, at) => (at === index ? { ...panel, ...changes } : panel)));
  return (
    <>
      <header class="page-head">
        <h1>Explorer</h1>
        <div class="row">
          <button type="button" onClick={() => setBrowsing(panels.length - 1)}><Icon name="list" size={14} /> Metrics</button>
          <RangePicker />
        </div>
      </header>
      {panels.map((panel, index) => (
        <Panel
          // A panel keeps its place, whatever is asked in it.
          key={index}
          asked={panel}
          onChange={(changes) => change(index, changes)}
          onBrowse={() => setBrowsing(index)}
          onRemove={panels.length > 1 ? () => put(panels.filter((_, at) => at !== index)) : undefined}
        />
      ))}
      <button type="button" onClick={() => put([...panels, { query: '', view: 'graph', stacked: false }])}><Icon name="plus" size={14} /> Another panel</button>
      {browsing !== undefined && (
        <Browser
          onClose={() => setBrowsing(undefined)}
          onTake={(query) => {
            change(browsing, { query });
            setBrowsing(undefined);
          }}
        />
      )}
    </>
  );
}
