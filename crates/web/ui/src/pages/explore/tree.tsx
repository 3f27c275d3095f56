// How the collector reads an expression.
import { useState } from 'preact/hooks';
import { useLoad } from '../../api/load';
import { get, withParams } from '../../api/request';
import type { Data } from '../../api/types';

interface Node {
  type: string;
  [member: string]: unknown;
}

export function Tree({ query }: { query: string }) {
  const [open, setOpen] = useState(false);
  const load = useLoad(open ? `tree ${query}` : '', async (signal) => (await get<Data<Node>>(withParams('api/v1/parse_query', { query }), signal)).data);
  return (
    <details class="tree" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="hint">How it is read</summary>
      {load.data && <ul><Branch node={load.data} /></ul>}
    </details>
  );
}

/** Deeper ones are not drawn. */
const DEEPEST = 40;

function Branch({ node, depth = 0 }: { node: Node; depth?: number }) {
  const children = [node['expr'], node['lhs'], node['rhs'], node['param'], ...(Array.isArray(node['args']) ? (node['args'] as unknown[]) : [])].filter(isNode);
  return (
    <li>
      <code>{wordsOf(node)}</code>
      {children.length > 0 && depth < DEEPEST && <ul>{children.map((child, index) => <Branch key={index} node={child} depth={depth + 1} />)}</ul>}
    </li>
  );
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** A node in a line. */
export function wordsOf(node: Node): string {
  const text = (member: string) => String(node[member] ?? '');
  switch (node.type) {
    case 'aggregation': {
      const grouping = node['grouping'] as string[] | undefined;
      return `${text('op')}${grouping && grouping.length > 0 ? ` ${node['without'] ? 'without' : 'by'} (${grouping.join(', ')})` : ''}`;
    }
    case 'binaryExpr': return text('op');
    case 'unaryExpr': return `unary ${text('op')}`;
    case 'call': return `${String((node['func'] as { name?: unknown } | undefined)?.name ?? '')}(…)`;
    case 'numberLiteral':
    case 'stringLiteral': return text('val');
    case 'parenExpr': return '( … )';
    case 'subquery': return `subquery [${length(node['range'])}:${length(node['step'])}]`;
    case 'matrixSelector': return `${selectorOf(node)}[${length(node['range'])}]`;
    case 'vectorSelector': return selectorOf(node);
    default: return node.type;
  }
}

function selectorOf(node: Node): string {
  const matchers = (node['matchers'] as { name: string; type: string; value: string }[] | undefined) ?? [];
  const shown = matchers.filter(({ name, type }) => !(name === '__name__' && type === '=')).map(({ name, type, value }) => `${name}${type}${JSON.stringify(value)}`);
  return `${String(node['name'] ?? '')}${shown.length > 0 ? `{${shown.join(', ')}}` : ''}`;
}

function length(value: unknown): string {
  return typeof value === 'number' && value > 0 ? `${value / 1000}s` : '';
}
