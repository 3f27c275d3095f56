// The machine that the collector runs on, and what the collector itself costs.
import { useMemo } from 'preact/hooks';
import type { Labels } from '../../api/promql';
import { spanOf } from '../../format/span';
import { type Asked, QueryChart } from '../../parts/query_chart';
import { RangePicker } from '../../parts/range';
import { useBands } from '../service/bands';

/** The host is a service like the others, of this name. */
const HOST = 'system';

const called = (...names: string[]) => (_: Labels, query: number) => names[query] ?? '';
const by = (label: string) => (labels: Labels) => labels[label] ?? 'all';

const MACHINE: Asked[] = [
  { title: 'Processor', unit: 'percent', queries: ['cpu_percent{service="system"}', 'system_cpu_core_percent'], name: (labels) => (labels['core'] ? `core ${labels['core']}` : 'all') },
  { title: 'Memory', unit: 'percent', queries: ['memory_percent{service="system"}', 'system_swap_percent'], name: called('memory', 'swap') },
  { title: 'Load', queries: ['system_load1', 'system_load5', 'system_load15'], name: called('1 minute', '5 minutes', '15 minutes') },
  { title: 'Disk in use', unit: 'percent', queries: ['disk_percent{service="system"} or system_disk_percent'], name: (labels) => labels['mount'] ?? labels['device'] ?? 'disk' },
  { title: 'Disk traffic, a second', unit: 'bytes', queries: ['rate(system_disk_read_bytes_total[$window])', 'rate(system_disk_written_bytes_total[$window])'], name: (labels, query) => `${labels['device'] ?? ''} ${query === 0 ? 'read' : 'written'}`.trim() },
  { title: 'Network, a second', unit: 'bytes', queries: ['rate(system_network_receive_bytes_total[$window])', 'rate(system_network_transmit_bytes_total[$window])'], name: (labels, query) => `${labels['interface'] ?? ''} ${query === 0 ? 'in' : 'out'}`.trim() },
  { title: 'Connections', queries: ['network_connections'], name: by('state') },
  { title: 'Temperatures', unit: 'celsius', queries: ['{__name__=~"system_temperature.*|temperature_celsius", service="system"}'], name: by('sensor') },
];

const OWN: Asked[] = [
  { title: 'Processor', unit: 'percent', queries: ['collector_process_cpu_percent'], name: called('collector') },
  { title: 'Memory', unit: 'bytes', queries: ['collector_process_resident_bytes'], name: called('resident') },
  { title: 'Threads and open files', queries: ['collector_process_threads', 'collector_process_open_fds'], name: called('threads', 'open files') },
  { title: 'Messages on the bus, a second', queries: ['sum(rate(bus_sender_messages_total[$window]))'], name: called('all senders') },
];

export default function SystemPage() {
  const span = spanOf('1h');
  const bands = useBands(HOST, '');
  const none = useMemo(() => [], []);
  return (
    <>
      <header class="page-head">
        <h1>System</h1>
        <RangePicker />
      </header>
      <h2 class="section">The machine</h2>
      <div class="charts">{MACHINE.map((asked) => <QueryChart key={asked.title} asked={asked} span={span} bands={bands} />)}</div>
      <h2 class="section">The collector itself</h2>
      <div class="charts">{OWN.map((asked) => <QueryChart key={asked.title} asked={asked} span={span} bands={none} />)}</div>
    </>
  );
}
