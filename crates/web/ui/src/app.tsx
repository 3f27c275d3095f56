// The shell: what stands around every page, and which page that is.
import { effect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { follow } from './live/overview';
import { Overview } from './pages/overview/page';
import { Failure, Skeleton } from './parts/words';
import { parts, path, startRouter } from './router';
import { Banner } from './shell/banner';
import { Help } from './shell/help';
import { open, startKeys } from './shell/keys';
import { Nav } from './shell/nav';
import { Palette } from './shell/palette';
import { PAGES } from './shell/pages';
import { SignIn } from './shell/sign_in';

type Loader = () => Promise<{ default: ComponentType }>;

/** Every page but the first comes when it is asked for. */
const LATER: Record<string, Loader> = {
  s: () => import('./pages/service/page'),
  explore: () => import('./pages/explore/page'),
  alerts: () => import('./pages/alerts/page'),
  bus: () => import('./pages/bus/page'),
  system: () => import('./pages/system/page'),
  status: () => import('./pages/status/page'),
};

export function App() {
  useEffect(() => {
    const ends = [startRouter(), startKeys(), follow(), effect(nameTheWindow)];
    return () => ends.forEach((end) => end());
  }, []);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>Skip to the content</button>
      <Nav />
      <div class="column">
        <Banner />
        <main id="main" tabIndex={-1}>
          <Page />
        </main>
      </div>
      {open.value === 'palette' && <Palette />}
      {open.value === 'help' && <Help />}
      <SignIn />
    </>
  );
}

function nameTheWindow(): void {
  const [, kind, name] = parts.value;
  const page = PAGES.find((one) => one.path === `ui/${kind}`);
  const title = kind === 's' ? name : (page?.title ?? 'Overview');
  document.title = `${title} · Alicia Metrics`;
}

function Page() {
  const kind = parts.value[1] ?? '';
  if (path.value === '' || path.value === 'ui') return <Overview />;
  const loader = parts.value[0] === 'ui' ? LATER[kind] : undefined;
  if (!loader) return <Failure what="No such page" why={path.value} />;
  return <Later key={kind} loader={loader} />;
}

/** A page whose code is under way. */
function Later({ loader }: { loader: Loader }) {
  const [found, setFound] = useState<{ page?: ComponentType; failed?: string }>({});
  useEffect(() => {
    let gone = false;
    loader().then(
      (module) => {
        if (!gone) setFound({ page: module.default });
      },
      () => {
        if (!gone) setFound({ failed: 'Its code did not come. Is the collector there, or is it a newer one now?' });
      },
    );
    return () => {
      gone = true;
    };
  }, [loader]);
  if (found.failed) return <Failure what="The page cannot be shown" why={found.failed} again={() => location.reload()} />;
  return found.page ? <found.page /> : <Skeleton rows={6} />;
}
