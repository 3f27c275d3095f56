// Small words that stand everywhere: states, severities, ages, errors, nothing.
import type { ComponentChildren } from 'preact';
import type { Health, Severity } from '../api/types';
import { age, exact } from '../format/time';
import { Icon, type IconName } from './icon';

/** A state by colour, icon and word. */
export function State({ state, bare = false }: { state: Health; bare?: boolean }) {
  return (
    <span class={`state is-${state}`}>
      <Icon name={state} size={14} />
      <span class={bare ? 'hidden' : ''}>{state}</span>
    </span>
  );
}

const SEVERITY_ICONS: Record<Severity, IconName> = { info: 'info', warning: 'degraded', error: 'unhealthy', critical: 'unhealthy' };

/** A severity by colour, icon and word. */
export function SeverityTag({ severity, bare = false }: { severity: Severity; bare?: boolean }) {
  return (
    <span class={`severity is-${severity}`}>
      <Icon name={SEVERITY_ICONS[severity]} size={14} />
      <span class={bare ? 'hidden' : ''}>{severity}</span>
    </span>
  );
}

/** An age that counts up, with the time itself on it. */
export function Ago({ at }: { at: number }) {
  return <time title={exact(at)} dateTime={new Date(at * 1000).toISOString()}>{age(at)}</time>;
}

/** Why something is not there. */
export function Failure({ what, why, again }: { what: string; why: string; again?: () => void }) {
  return (
    <div class="failure" role="alert">
      <Icon name="degraded" />
      <span>
        {what}: {why}
      </span>
      {again && <button type="button" onClick={again}>Try again</button>}
    </div>
  );
}

/** What to say where there is nothing. */
export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}

/** The shape of what is under way. */
export function Skeleton({ rows = 3 }: { rows?: number }) {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => <span key={row} />)}
    </div>
  );
}

/** A panel with a heading. */
export function Panel({ title, aside, class: more = '', children }: { title: ComponentChildren; aside?: ComponentChildren; class?: string; children: ComponentChildren }) {
  return (
    <section class={`panel ${more}`}>
      <header class="panel-head">
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
