// One door to the collector: addresses below the prefix, errors with the server's own words, the secret if there is one.
import { signal } from '@preact/signals';
import { href } from '../router';

/** Why a request brought nothing. `status` is 0 when nobody answered. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** What is asked of the reader: nothing, a token, or a name and password. */
export const wanted = signal<'' | 'token' | 'password'>('');

const KEY = 'alicia-metrics-authorization';

/** Keeps what the reader gave for as long as the tab is open. */
export function signIn(authorization: string): void {
  sessionStorage.setItem(KEY, authorization);
  wanted.value = '';
  signedIn.value += 1;
}

/** Counts sign-ins: who was refused asks again when it rises. */
export const signedIn = signal(0);

/** Headers of every request. */
function headers(more?: HeadersInit): Headers {
  const all = new Headers(more);
  all.set('X-Requested-With', 'dashboard');
  const authorization = sessionStorage.getItem(KEY);
  if (authorization) all.set('Authorization', authorization);
  return all;
}

/** The answer to a request for a path below the prefix; an error unless it is a good one. */
export async function request(to: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(href(to), { ...init, headers: headers(init.headers), credentials: 'same-origin' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'The collector does not answer.');
  }
  if (response.ok) return response;
  if (response.status === 401) {
    const challenge = response.headers.get('WWW-Authenticate') ?? '';
    wanted.value = /^bearer/i.test(challenge) ? 'token' : 'password';
  }
  throw new ApiError(response.status, await words(response));
}

/** What the server says: Alicia's routes have `detail`, Prometheus' have `error`. */
async function words(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    const body: unknown = JSON.parse(text);
    if (body && typeof body === 'object') {
      if ('error' in body && typeof body.error === 'string') return body.error;
      if ('detail' in body) return detail(body.detail);
    }
  } catch {
    // Not JSON: the status says it.
  }
  return response.status === 401 ? 'Not signed in.' : `The collector answers ${response.status} ${response.statusText}.`;
}

function detail(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    return value.map((one) => (one && typeof one === 'object' && 'msg' in one ? String(one.msg) : JSON.stringify(one))).join('; ');
  }
  return JSON.stringify(value);
}

/** The JSON of a GET. */
export async function get<T>(to: string, signal?: AbortSignal): Promise<T> {
  const response = await request(to, signal ? { signal } : {});
  return (await response.json()) as T;
}

/** Sends JSON; the JSON of the answer. */
export async function send<T>(method: 'POST' | 'PUT' | 'DELETE', to: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  const response = await request(to, init);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** A path with parameters; empty ones are left out. */
export function withParams(to: string, parameters: Record<string, string | number | undefined>): string {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') all.set(name, String(value));
  }
  const text = all.toString();
  return text ? `${to}?${text}` : to;
}
