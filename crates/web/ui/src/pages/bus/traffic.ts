// `GET /bus/traffic`. Times and lengths are seconds.
import type { Sender } from '../../api/types';

export interface Traffic {
  messages: number;
  retained: number;
  left_out: number;
  senders: Sender[];
  pairs: Pair[];
}

/** Who asks whom. */
export interface Pair {
  asker: string;
  responder: string;
  topic: string;
  answers: number;
  errors: number;
  response_time?: number;
  response_time_p99?: number;
}
