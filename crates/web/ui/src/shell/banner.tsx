// What everybody must know at once: the collector is gone, or the bus is.
import { link, overview } from '../live/overview';
import { wanted } from '../api/request';
import { Icon } from '../parts/icon';

export function Banner() {
  const { state, why } = link.value;
  if (state === 'lost' && wanted.value === '') {
    return (
      <div class="banner is-error" role="alert">
        <Icon name="degraded" /> Disconnected: what you see may be old. {why} Trying again…
      </div>
    );
  }
  const bus = overview.value?.bus;
  if (bus && !bus.connected) {
    return (
      <div class="banner is-warning" role="alert">
        <Icon name="degraded" /> The collector has no connection to the broker {bus.broker}. It tries again by itself.
      </div>
    );
  }
  return null;
}
