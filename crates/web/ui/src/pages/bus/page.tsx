// What passes on the bus: who says what, who answers whom, how late, how often in vain.
import { useLoad } from '../../api/load';
import { get } from '../../api/request';
import { age } from '../../format/time';
import { overview } from '../../live/overview';
import { Failure, Panel, Skeleton } from '../../parts/words';
import { Capsules } from './capsules';
import { Consumers } from './consumers';
import { Flow } from './flow';
import { Inbox } from './inbox';
import { Numbers } from './numbers';
import { Pairs } from './pairs';
import { Senders } from './senders';
import { Tail } from './tail';
import type { Traffic } from './traffic';

/** How often the tables are loaded anew, in milliseconds. */
const EVERY = 3000;

export default function BusPage() {
  const load = useLoad('traffic', (signal) => get<Traffic>('bus/traffic', signal), EVERY);
  const bus = overview.value?.bus;
  return (
    <>
      <header class="page-head">
        <h1>Bus</h1>
        {bus && <p class="hint">{bus.connected ? `On ${bus.broker}` : `${bus.broker} is away`}{load.data && `, ${load.data.messages.toLocaleString('en')} messages in ${age(overview.value?.started ?? 0)}`}</p>}
      </header>
      {load.error && <Failure what="The traffic is not known" why={load.error} again={load.again} />}
      {!load.data && !load.error && <Skeleton rows={8} />}
      {load.data && (
        <>
          <Tail />
          <Panel title="Who says what"><Flow senders={load.data.senders} /></Panel>
          <Pairs pairs={load.data.pairs} />
          <Consumers />
          <Senders senders={load.data.senders} leftOut={load.data.left_out} />
          <Numbers />
          <Inbox />
          <Capsules />
        </>
      )}
    </>
  );
}
