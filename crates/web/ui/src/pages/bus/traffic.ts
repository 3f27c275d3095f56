// `GET /bus/traffic`. Times and lengths are seconds.
import type { Schemas } from '../../api/types';

export type Traffic = Schemas['TrafficView'];

/** Who asks whom. */
export type Pair = Schemas['PairView'];
