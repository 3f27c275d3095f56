// What the pages of alerts read.
import { useLoad } from '../../api/load';
import { literal, quoted } from '../../api/promql';
import { get } from '../../api/request';
import type { Alert, Schemas } from '../../api/types';
import { SEVERITIES } from '../../api/types';
import { alertsVersion } from '../../live/overview';

/** Alerts that fire, are pending, or ended within the hour; loaded anew whenever one changed. */
export function useActive() {
  return useLoad(`all alerts ${alertsVersion.value}`, async (signal) => (await get<Schemas['ListedAlerts']>('alerts?state=all', signal)).alerts, 30_000);
}

/** Alerts that are over, newest first. */
export function useHistory(limit = 1000) {
  return useLoad(`over ${limit} ${alertsVersion.value}`, async (signal) => (await get<Schemas['Alerts']>(`alerts/history?limit=${limit}`, signal)).alerts);
}

/** A rule of Alicia's. */
export type Rule = Schemas['Rule'];

export function useRules() {
  return useLoad('rules', async (signal) => (await get<Schemas['Rules']>('alerts/rules', signal)).rules, 15_000);
}

/** Whether receivers hear nothing of it. */
export function isQuiet(alert: Alert): boolean {
  return (alert.silenced_by?.length ?? 0) > 0 || (alert.inhibited_by?.length ?? 0) > 0;
}

/** The worst first, of these the newest. */
export function worse(a: Alert, b: Alert): number {
  return SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || b.timestamp - a.timestamp;
}

/** Matchers that meet this alert and its like: rule, service and instance. */
export function matchersOf(alert: Alert): string {
  const known = [
    ['alertname', alert.rule_name],
    ['service', alert.service_name],
    ['instance', alert.instance_id],
  ] as const;
  return known.filter(([, value]) => value !== '').map(([name, value]) => `${name}=${quoted(value)}`).join(', ');
}

/** The series that a rule looks at, of the service of an alert. */
export function queryOf(rule: Rule | undefined, alert: Alert): string {
  if (!rule || rule.metric_name === '') return '';
  const matchers = [alert.service_name && `service=${quoted(alert.service_name)}`, alert.instance_id && `instance=~${quoted(`${literal(alert.instance_id)}|`)}`, rule.match];
  return `{${[`__name__=${quoted(rule.metric_name)}`, ...matchers].filter(Boolean).join(', ')}}`;
}

const NAME = 'alicia-metrics-name';

/** Who the reader is, as they said the last time. */
export function myName(): string {
  return localStorage.getItem(NAME) ?? '';
}

export function setMyName(name: string): void {
  localStorage.setItem(NAME, name);
}
