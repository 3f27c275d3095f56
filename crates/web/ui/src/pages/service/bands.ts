// The alerts of a service, as what lies behind its charts.
import { useMemo } from 'preact/hooks';
import { useLoad } from '../../api/load';
import { get } from '../../api/request';
import type { Alert, Schemas } from '../../api/types';
import { collectorNow, exact } from '../../format/time';
import { alertsVersion } from '../../live/overview';
import type { Band } from '../../parts/chart';

/** Alerts that fire and those that are over, of a service or one instance. */
export function useAlerts(service: string, instance: string): Alert[] {
  const load = useLoad(`alerts ${service} ${alertsVersion.value}`, async (signal) => {
    const [active, over] = await Promise.all([
      get<Schemas['ListedAlerts']>('alerts?state=firing', signal),
      get<Schemas['Alerts']>('alerts/history?limit=1000', signal),
    ]);
    return [...active.alerts, ...over.alerts];
  });
  return useMemo(
    () => (load.data ?? []).filter((alert) => alert.service_name === service && (instance === '' || alert.instance_id === instance)),
    [load.data, service, instance],
  );
}

export function useBands(service: string, instance: string): Band[] {
  const alerts = useAlerts(service, instance);
  return useMemo(
    () =>
      alerts.map((alert) => ({
        from: alert.timestamp,
        to: alert.resolved_at ?? collectorNow.peek(),
        severity: alert.severity,
        label: `${alert.severity}: ${alert.rule_name}, since ${exact(alert.timestamp)}`,
      })),
    [alerts],
  );
}
