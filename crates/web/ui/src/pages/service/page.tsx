// One service: its golden signals, its alerts and insights, its metrics, its instances beside each other.
import { useLoad } from '../../api/load';
import { get } from '../../api/request';
import type { Service } from '../../api/types';
import { spanOf } from '../../format/span';
import { services } from '../../live/overview';
import { RangePicker } from '../../parts/range';
import { Failure, State } from '../../parts/words';
import { href, pageOf, parts } from '../../router';
import { Compare } from './compare';
import { Facts } from './facts';
import { Golden } from './golden';
import { Metrics } from './metrics';
import { useBands } from './bands';
import { Talks } from './talks';
import { Told } from './told';

export default function ServicePage() {
  const [, , name = '', instance = ''] = parts.value;
  const span = spanOf('1h');
  const known = useLoad(`service ${name}`, (signal) => get<Service>(`services/${encodeURIComponent(name)}`, signal), 10_000);
  const bands = useBands(name, instance);
  const row = services.value.find((service) => service.name === name);
  const state = instance ? row?.instances.find(([id]) => id === instance)?.[1] : row?.state;
  return (
    <>
      <header class="page-head">
        <h1>
          <a href={href('')}>Services</a> / {instance ? <><a href={pageOf('s', name)}>{name}</a> / {instance}</> : name} {state && <State state={state} />}
        </h1>
        <RangePicker />
      </header>
      {known.error && !row && <Failure what={`Nothing is known of ${name}`} why={known.error} again={known.again} />}
      {known.data && <Facts service={known.data} instance={instance} />}
      <Golden service={name} instance={instance} span={span} bands={bands} />
      <Told service={name} instance={instance} />
      <Metrics service={name} instance={instance} span={span} />
      {!instance && <Compare service={name} span={span} />}
      <Talks service={name} />
    </>
  );
}
