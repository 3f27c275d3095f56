// What is known of a service: since when, how often, which version, which instances.
import type { Service } from '../../api/types';
import { length } from '../../format/number';
import { exact } from '../../format/time';
import { Ago } from '../../parts/words';
import { pageOf } from '../../router';
import type { ComponentChildren } from 'preact';

export function Facts({ service, instance }: { service: Service; instance: string }) {
  const one = service.instances.find(({ instance_id }) => instance_id === instance);
  const rhythm = one ? one.interval_seconds : service.interval_seconds;
  return (
    <section class="panel">
      <dl class="facts">
        <Fact name="Last seen"><Ago at={one?.last_seen ?? service.last_seen} /></Fact>
        <Fact name="First seen">{exact(one?.first_seen ?? service.first_seen)}</Fact>
        {service.started !== null && <Fact name="Started"><Ago at={service.started} /></Fact>}
        <Fact name="Restarts">{service.restarts}</Fact>
        <Fact name="Speaks every">{rhythm === null ? 'not known yet' : length(rhythm)}</Fact>
        {service.version !== null && <Fact name="Version">{service.version}</Fact>}
        {service.health_status !== null && <Fact name="Says of itself">{service.health_status}</Fact>}
        {service.probe_duration_ms !== null && <Fact name="Answers health in">{length(service.probe_duration_ms / 1000)}</Fact>}
        {service.capabilities.length > 0 && <Fact name="Can">{service.capabilities.join(', ')}</Fact>}
        {one && <Fact name="Messages, samples">{one.messages.toLocaleString('en')}, {one.samples.toLocaleString('en')}</Fact>}
        {!one && service.instances.length > 0 && (
          <Fact name="Instances">
            {service.instances.slice(0, 20).map(({ instance_id }, index) => (
              <span key={instance_id}>{index > 0 && ', '}<a href={pageOf('s', service.name, instance_id)}>{instance_id}</a></span>
            ))}
            {service.instances.length > 20 && `, and ${service.instances.length - 20} more`}
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}
