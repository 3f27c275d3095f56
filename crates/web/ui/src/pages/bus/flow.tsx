// Senders at the left, kinds of topics at the right, and how much goes from one to the other.
import type { Sender } from '../../api/types';
import { rate } from '../../format/number';
import { Scroll } from '../../parts/scroll';
import { Nothing } from '../../parts/words';
import { useState } from 'preact/hooks';

/** Names on each side; the quietest are left out. */
const SIDE = 24;
const ROW = 24;
const WIDTH = 1000;
const LEFT = 230;
const RIGHT = 610;

interface Edge {
  sender: string;
  topic: string;
  perSecond: number;
}

export function Flow({ senders }: { senders: Sender[] }) {
  const [chosen, choose] = useState('');
  const { names, topics, edges } = flowOf(senders);
  if (edges.length === 0) return <Nothing>Nothing passes.</Nothing>;
  const height = Math.max(names.length, topics.length) * ROW + 12;
  const at = (index: number, count: number) => ((index + 0.5) * (height - 12)) / count + 6;
  const isMeant = ({ sender, topic }: Edge) => chosen === '' || chosen === sender || chosen === topic;
  const words = edges.slice(0, 10).map((edge) => `${edge.sender} on ${edge.topic}: ${rate(edge.perSecond)} a second`);
  return (
    <Scroll>
      <svg class="flow" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={`The loudest: ${words.join('; ')}`} onMouseLeave={() => choose('')}>
        {edges.map((edge) => {
          const from = at(names.indexOf(edge.sender), names.length);
          const to = at(topics.indexOf(edge.topic), topics.length);
          const width = Math.max(1, Math.min(12, 2 + Math.log2(1 + edge.perSecond * 8)));
          return (
            <path key={`${edge.sender} ${edge.topic}`} class={isMeant(edge) ? '' : 'is-faint'} d={`M${LEFT} ${from} C${(LEFT + RIGHT) / 2} ${from} ${(LEFT + RIGHT) / 2} ${to} ${RIGHT} ${to}`} stroke-width={width}>
              <title>{`${edge.sender} on ${edge.topic}: ${rate(edge.perSecond)} a second`}</title>
            </path>
          );
        })}
        {names.map((name, index) => (
          <text key={name} x={LEFT - 8} y={at(index, names.length) + 4} text-anchor="end" onMouseEnter={() => choose(name)}>{short(name || 'without a name', 32)}</text>
        ))}
        {topics.map((topic, index) => (
          <text key={topic} x={RIGHT + 8} y={at(index, topics.length) + 4} onMouseEnter={() => choose(topic)}>{short(topic, 52)}</text>
        ))}
      </svg>
    </Scroll>
  );
}

function short(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The loudest senders and kinds of topics, by name, and what goes between them, the loudest first. */
export function flowOf(senders: readonly Sender[]): { names: string[]; topics: string[]; edges: Edge[] } {
  const sums = new Map<string, Edge>();
  for (const { service, streams } of senders) {
    for (const { topic, messages_per_second: perSecond } of streams) {
      const key = JSON.stringify([service, topic]);
      const edge = sums.get(key) ?? { sender: service, topic, perSecond: 0 };
      edge.perSecond += perSecond;
      sums.set(key, edge);
    }
  }
  const edges = [...sums.values()];
  const names = loudest(edges, ({ sender }) => sender);
  const topics = loudest(edges, ({ topic }) => topic);
  const shown = edges.filter(({ sender, topic }) => names.includes(sender) && topics.includes(topic));
  return { names, topics, edges: shown.sort((a, b) => b.perSecond - a.perSecond) };
}

function loudest(edges: Edge[], of: (edge: Edge) => string): string[] {
  const sums = new Map<string, number>();
  for (const edge of edges) sums.set(of(edge), (sums.get(of(edge)) ?? 0) + edge.perSecond);
  return [...sums]
    .sort((a, b) => b[1] - a[1])
    .slice(0, SIDE)
    .map(([name]) => name)
    .sort();
}
