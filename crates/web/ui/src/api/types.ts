// What the collector answers, by the names that the pages use. The types are made of the OpenAPI document (schema.ts); here they are
// only named. Times are Unix seconds.
import type { components } from './schema';

/** All of them, by the names of the document. */
export type Schemas = components['schemas'];

export type Severity = Schemas['Severity'];
export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'error', 'critical'];

/** How a service or an instance is. */
export type Health = Schemas['ServiceState'];

/** `GET /overview`. */
export type Overview = Schemas['Overview'];
export type ServiceRow = Schemas['ServiceNow'];

/** `GET /services/{service}`. */
export type Service = Schemas['Service'];

/** An alert of `GET /alerts`. */
export type Alert = Schemas['ListedAlert'];

/** An insight of `GET /insights`. */
export type Insight = Schemas['LastingInsight'];

/** Who speaks on the bus, of `GET /bus/traffic`. */
export type Sender = Schemas['SenderView'];

/** An answer of Prometheus' interface. */
export interface Data<T> {
  data: T;
}
