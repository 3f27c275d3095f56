// What fires now: first what nobody has silenced.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { send } from '../../api/request';
import { type Alert, SEVERITIES } from '../../api/types';
import { counted, show } from '../../format/number';
import { Icon } from '../../parts/icon';
import { Ago, Failure, Nothing, Panel, SeverityTag, Skeleton } from '../../parts/words';
import { pageOf, param, setParams } from '../../router';
import { Acknowledge } from './acknowledge';
import { isQuiet, matchersOf, useActive, worse } from './data';
import { Detail } from './detail';
import { SilenceDialog } from './silence_dialog';

const SHOWN = 200;

type Open = { kind: 'acknowledge' | 'silence'; alert: Alert } | undefined;

export function Active() {
  const load = useActive();
  const [open, setOpen] = useState<Open>(undefined);
  const [failed, setFailed] = useState('');
  const all = load.data ?? [];
  const fit = all.filter(isMeant);
  const loud = fit.filter((alert) => alert.state === 'firing' && !isQuiet(alert)).sort(worse);
  const quiet = fit.filter((alert) => alert.state === 'firing' && isQuiet(alert)).sort(worse);
  const pending = fit.filter((alert) => alert.state === 'pending').sort(worse);
  const resolved = fit.filter((alert) => alert.state === 'resolved').sort((a, b) => (b.resolved_at ?? 0) - (a.resolved_at ?? 0));
  const chosen = param('alert');
  const shown = all.find((alert) => alert.alert_id === chosen);
  const release = (alert: Alert) => {
    send('DELETE', `alerts/${encodeURIComponent(alert.alert_id)}/acknowledge`).then(load.again, (error: Error) => setFailed(error.message));
  };
  const list = (alerts: Alert[]) => <List alerts={alerts} onOpen={setOpen} onRelease={release} />;
  return (
    <>
      <Wishes alerts={all} />
      {load.error && <Failure what="The alerts are not known" why={load.error} again={load.again} />}
      {failed && <Failure what="Not done" why={failed} />}
      {!load.data && !load.error && <Skeleton rows={6} />}
      {load.data && (
        <>
          <Panel title={`Firing (${loud.length})`}>{loud.length === 0 ? <Nothing>Nothing fires{fit.length < all.length ? ' that is so' : ''}.</Nothing> : list(loud)}</Panel>
          <More title={`Silenced or explained by others (${quiet.length})`} name="quiet" count={quiet.length}>{list(quiet)}</More>
          <More title={`Pending (${pending.length})`} name="pending" count={pending.length}>{list(pending)}</More>
          <More title={`Over within the hour (${resolved.length})`} name="resolved" count={resolved.length}>{list(resolved)}</More>
        </>
      )}
      {open?.kind === 'acknowledge' && <Acknowledge alert={open.alert} onClose={(done) => { setOpen(undefined); if (done) load.again(); }} />}
      {open?.kind === 'silence' && <SilenceDialog matchers={matchersOf(open.alert)} onClose={(done) => { setOpen(undefined); if (done) load.again(); }} />}
      {chosen !== '' && load.data && <Detail id={chosen} alert={shown} onClose={() => setParams({ alert: '' })} />}
    </>
  );
}

function isMeant(alert: Alert): boolean {
  const text = param('filter').toLowerCase();
  const words = [alert.rule_name, alert.service_name, alert.instance_id, alert.message, ...Object.values(alert.labels ?? {})];
  return (
    (param('severity') === '' || alert.severity === param('severity')) &&
    (param('service') === '' || alert.service_name === param('service')) &&
    (text === '' || words.some((word) => word.toLowerCase().includes(text)))
  );
}

/** Services that are offered as a choice. */
const SERVICES = 300;

function Wishes({ alerts }: { alerts: Alert[] }) {
  const services = [...new Set([param('service'), ...alerts.map((alert) => alert.service_name)])].filter(Boolean).sort().slice(0, SERVICES);
  return (
    <div class="wishes above">
      <input type="search" data-filter aria-label="Filter alerts" placeholder="Filter  ( / )" value={param('filter')} onInput={(event) => setParams({ filter: event.currentTarget.value }, true)} />
      <select aria-label="Severity" value={param('severity')} onChange={(event) => setParams({ severity: event.currentTarget.value })}>
        <option value="">all severities</option>
        {SEVERITIES.map((severity) => <option key={severity}>{severity}</option>)}
      </select>
      <select aria-label="Service" value={param('service')} onChange={(event) => setParams({ service: event.currentTarget.value })}>
        <option value="">all services</option>
        {services.map((service) => <option key={service}>{service}</option>)}
      </select>
    </div>
  );
}

/** Something that is shown when it is asked for. */
function More({ title, name, count, children }: { title: string; name: string; count: number; children: ComponentChildren }) {
  if (count === 0) return null;
  return (
    <details class="panel" open={param(name) === '1'} onToggle={(event) => setParams({ [name]: event.currentTarget.open ? '1' : '' }, true)}>
      <summary><h2>{title}</h2></summary>
      {children}
    </details>
  );
}

function List({ alerts, onOpen, onRelease }: { alerts: Alert[]; onOpen: (open: Open) => void; onRelease: (alert: Alert) => void }) {
  return (
    <ul class="alerts">
      {alerts.slice(0, SHOWN).map((alert) => (
        <li key={`${alert.alert_id} ${alert.timestamp}`} class={`alert is-${alert.severity}`}>
          <div class="alert-head">
            <SeverityTag severity={alert.severity} />
            <button type="button" class="plain alert-name" onClick={() => setParams({ alert: alert.alert_id })}>{alert.rule_name}</button>
            <span class="alert-who">
              {alert.service_name !== '' && <a href={pageOf('s', alert.service_name)}>{alert.service_name}</a>}
              {alert.instance_id !== '' && alert.instance_id !== alert.service_name && <> / <a href={pageOf('s', alert.service_name, alert.instance_id)}>{alert.instance_id}</a></>}
            </span>
            <span class="alert-since">{alert.resolved_at !== null ? <>over since <Ago at={alert.resolved_at} /></> : <Ago at={alert.timestamp} />}</span>
          </div>
          <p>{alert.message}{alert.value !== null && alert.threshold !== 0 && <span class="hint"> {show(alert.value)} against {show(alert.threshold)}</span>}</p>
          {alert.annotations?.['explanation'] && <p class="hint">{alert.annotations['explanation']}</p>}
          <Standing alert={alert} />
          {alert.state !== 'resolved' && (
            <div class="row">
              {alert.state === 'firing' && !alert.acknowledged && (
                <button type="button" onClick={() => onOpen({ kind: 'acknowledge', alert })}><Icon name="person" size={14} /> Take care</button>
              )}
              {alert.acknowledged && <button type="button" onClick={() => onRelease(alert)}>Give back</button>}
              <button type="button" onClick={() => onOpen({ kind: 'silence', alert })}><Icon name="mute" size={14} /> Silence</button>
              <button type="button" onClick={() => setParams({ alert: alert.alert_id })}>Why?</button>
            </div>
          )}
        </li>
      ))}
      {alerts.length > SHOWN && <li class="hint">and {counted(alerts.length - SHOWN, 'more', 'more')}: filter to see them</li>}
    </ul>
  );
}

function Standing({ alert }: { alert: Alert }) {
  const { acknowledged, flapping, silenced_by: silences = [], inhibited_by: others = [] } = alert;
  return (
    <>
      {acknowledged && <p class="hint"><Icon name="person" size={12} /> {acknowledged.by || 'Somebody'} takes care of it{acknowledged.comment && `: ${acknowledged.comment}`}</p>}
      {flapping && <p class="hint"><Icon name="degraded" size={12} /> It flaps: {flapping.changes} changes lately</p>}
      {silences.length > 0 && <p class="hint"><Icon name="mute" size={12} /> In {counted(silences.length, 'silence')}: {silences.join(', ')}</p>}
      {others.length > 0 && <p class="hint"><Icon name="mute" size={12} /> Explained by {others.join(', ')}</p>}
    </>
  );
}
