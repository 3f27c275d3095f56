// Everything at a glance: who is how, what fires, what was noticed.
import { overview, services } from '../../live/overview';
import { Skeleton } from '../../parts/words';
import { FirstSteps } from './first_steps';
import { Fires } from './fires';
import { Grid } from './grid';
import { Noticed } from './noticed';
import { Tiles } from './tiles';

export function Overview() {
  const now = overview.value;
  if (!now) return <><h1>Overview</h1><Skeleton rows={8} /></>;
  const others = services.value.filter(({ name }) => name !== 'system' && name !== 'metrics_collector');
  return (
    <>
      <h1>Overview</h1>
      <Tiles now={now} />
      <div class="overview">
        <div>
          {others.length === 0 ? <FirstSteps now={now} /> : null}
          <Grid strip={now.strip} />
        </div>
        <div class="beside">
          <Fires alerts={now.alerts} />
          <Noticed insights={now.insights} />
        </div>
      </div>
    </>
  );
}
