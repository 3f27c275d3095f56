// Data of a component: loaded when its key changes, again every so often, and let go with it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, signedIn } from './request';

/** What is there: the newest data, which stays while new data is under way, and why there is none. */
export interface Loaded<T> {
  data: T | undefined;
  error: string | undefined;
  loading: boolean;
  /** Loads once more. */
  again: () => void;
}

/** Data by `key`, loaded by `load`; `every` so many milliseconds once more while the page is seen. An empty key loads nothing. */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>, every = 0): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: string; loading: boolean }>({ key, loading: true });
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  const epoch = signedIn.value;
  useEffect(() => {
    if (key === '') return undefined;
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      setState((old) => (old.key === key ? { ...old, loading: true } : { key, loading: true }));
      try {
        const data = await loader.current(ending.signal);
        if (!ending.signal.aborted) setState({ key, data, loading: false });
      } catch (error) {
        if (ending.signal.aborted) return;
        const why = error instanceof Error ? error.message : String(error);
        setState((old) => ({ ...(old.key === key ? old : { key }), error: why, loading: false }));
        if (error instanceof ApiError && error.status === 401) return;
      }
      if (every > 0 && !ending.signal.aborted) timer = setTimeout(again, every);
    };
    const again = () => {
      // What nobody sees is not loaded.
      if (document.hidden) timer = setTimeout(again, 1000);
      else void run();
    };
    void run();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [key, every, round, epoch]);
  const fresh = state.key === key;
  return {
    data: fresh ? state.data : undefined,
    error: fresh ? state.error : undefined,
    loading: !fresh || state.loading,
    again: () => setRound((old) => old + 1),
  };
}
