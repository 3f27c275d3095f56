// The panels in the address: `q` and `view` once for each.

export const VIEWS = ['graph', 'table', 'heatmap'] as const;
export type View = (typeof VIEWS)[number];

export interface Asked {
  query: string;
  view: View;
  stacked: boolean;
}

/** Panels of a page. */
const MOST = 12;

/** The panels that an address names; at least one. */
export function read(params: URLSearchParams): Asked[] {
  const views = params.getAll('view');
  const stacked = params.getAll('stacked');
  const panels = params.getAll('q').slice(0, MOST).map((query, index) => ({
    query,
    view: VIEWS.find((view) => view === views[index]) ?? 'graph',
    stacked: stacked[index] === '1',
  }));
  return panels.length > 0 ? panels : [{ query: '', view: 'graph', stacked: false }];
}

/** The parameters that name these panels; others are kept. */
export function written(panels: readonly Asked[], params: URLSearchParams): URLSearchParams {
  const all = new URLSearchParams(params);
  for (const name of ['q', 'view', 'stacked']) all.delete(name);
  const anyStacked = panels.some((panel) => panel.stacked);
  for (const { query, view, stacked } of panels.slice(0, MOST)) {
    all.append('q', query);
    all.append('view', view);
    if (anyStacked) all.append('stacked', stacked ? '1' : '0');
  }
  return all;
}
