// What the collector answers, as far as the pages read it. Times are Unix seconds.

export type Severity = 'info' | 'warning' | 'error' | 'critical';
export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'error', 'critical'];

/** How a service or an instance is. */
export type Health = 'healthy' | 'degraded' | 'unhealthy' | 'silent' | 'gone' | 'unknown';

/** `GET /overview`. */
export interface Overview {
  time: number;
  version: string;
  started: number;
  bus: { connected: boolean; broker: string; embedded: boolean; messages_per_second: number };
  ingest: { samples_per_second: number; series: number; refused: number };
  storage: { bytes: number; disk_days_left: number | null };
  host: { cpu_percent: number; memory_percent: number; disk_percent: number } | null;
  alerts: { firing: number; pending: number; silenced: number; newest: BriefAlert[] };
  insights: { lasting: number; newest: BriefInsight[] };
  strip: { start: number; step: number; buckets: number };
  services: ServiceRow[];
}

export interface BriefAlert {
  id: string;
  rule: string;
  service: string;
  instance: string;
  severity: Severity;
  message: string;
  since: number;
  acknowledged: boolean;
}

export interface BriefInsight {
  kind: string;
  service: string;
  metric: string;
  severity: Severity;
  text: string;
  since: number;
}

/** Name, state, last seen. */
export type InstanceCell = [name: string, state: Health, lastSeen: number];

export interface ServiceRow {
  name: string;
  state: Health;
  from: 'metrics' | 'traffic';
  last_seen: number;
  messages_per_second: number | null;
  delay_ms: number | null;
  error_percent: number | null;
  firing: Severity[];
  strip: string;
  instances: InstanceCell[];
}

/** `GET /services/{service}`. */
export interface Service {
  name: string;
  measured: boolean;
  health_status: string | null;
  status: string | null;
  up: boolean | null;
  stale: boolean;
  registered: boolean | null;
  first_seen: number;
  last_seen: number;
  started: number | null;
  restarts: number;
  version: string | null;
  capabilities: string[];
  interval_seconds: number | null;
  probe_duration_ms: number | null;
  instances: Instance[];
}

export interface Instance {
  instance_id: string;
  health_status: string;
  stale: boolean;
  first_seen: number;
  last_seen: number;
  last_updated: number;
  interval_seconds: number | null;
  messages: number;
  samples: number;
}

/** An alert of `GET /alerts`. */
export interface Alert {
  alert_id: string;
  rule_name: string;
  service_name: string;
  instance_id: string;
  severity: Severity;
  message: string;
  value: number | null;
  threshold: number;
  timestamp: number;
  resolved: boolean;
  resolved_at: number | null;
  state?: 'pending' | 'firing' | 'resolved';
  silenced_by?: string[];
  inhibited_by?: string[];
  acknowledged?: { by: string; comment: string; at: number; expires?: number | null };
  flapping?: { changes: number; since: number };
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** An insight of `GET /insights`. */
export interface Insight {
  type: string;
  service_name: string;
  instance_id?: string;
  metric: string;
  severity: Severity;
  message: string;
  query: string;
  p_value?: number | null;
  first_seen: number;
  last_seen: number;
  resolved: boolean;
  resolved_at: number | null;
}

/** Who speaks on the bus, of `GET /bus/traffic`. */
export interface Sender {
  service: string;
  first_seen: number;
  last_seen: number;
  state: string;
  messages: number;
  messages_per_second: number;
  bytes_per_second: number;
  delay: number | null;
  delay_p99: number | null;
  clock_offset: number | null;
  duplicates: number;
  expired: number;
  strays: number;
  errors: number;
  streams: Stream[];
}

export interface Stream {
  topic: string;
  type: string;
  messages: number;
  messages_per_second: number;
  bytes: number;
  last_seen: number;
  every?: number;
}
