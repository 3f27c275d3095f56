// What strangers send is only ever text; who must sign in does; a proxy may put a prefix before everything.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { BASE, PAGES, launch, measure, open, publish } from './browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const EVIL = '<img src=x onerror=window.__ran=1>';

test('hostile names never run', async () => {
  await publish('alicia/metrics/evil', { service_name: EVIL, instance_id: EVIL, metrics: [{ name: 'cpu_percent', value: 99 }, { name: EVIL, value: 1 }, { name: 'le_evil', value: 1, labels: { le: EVIL, [EVIL]: EVIL } }] });
  await publish('alicia/metrics/x', `{"metrics": "${EVIL}"`);
  const rule = { name: EVIL, metric_name: 'cpu_percent', condition: 'value > 98', severity: 'critical', description: EVIL };
  const made = await fetch(`${BASE}/alerts/rules`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(rule) });
  assert.ok([200, 400, 422].includes(made.status));
  await measure(EVIL, EVIL, { cpu_percent: 99.5 });
  const { page, context, faults, go } = await open(browser);
  const name = encodeURIComponent(EVIL);
  const more = [
    { path: `/ui/s/${name}`, shows: 'h1' },
    { path: `/ui/s/${name}/${name}`, shows: 'h1' },
    { path: `/ui/explore?q=${name}&view=table`, shows: '.failure' },
    { path: `/ui/explore?q=${encodeURIComponent('{__name__=~".*evil.*"}')}&view=table`, shows: '.explore-panel' },
    { path: `/ui/alerts?alert=${name}&filter=${name}`, shows: 'h1' },
    { path: `/ui/${name}`, shows: '.failure' },
  ];
  for (const { path, shows } of [...PAGES, ...more]) {
    await go(path);
    await page.waitForSelector(shows, { state: 'attached' });
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => window.__ran), undefined, path);
    assert.equal(await page.locator('img').count(), 0, path);
  }
  await go('/');
  await page.waitForSelector(`table.grid >> text=${EVIL}`);
  assert.deepEqual(faults, []);
  await context.close();
  await measure(EVIL, EVIL, { cpu_percent: 1 });
  await fetch(`${BASE}/alerts/rules/${name}`, { method: 'DELETE' });
});

test('it works below the prefix of a proxy', async () => {
  const server = http.createServer((question, answer) => {
    if (!question.url.startsWith('/home/metrics/')) {
      answer.statusCode = 404;
      answer.end();
      return;
    }
    const to = new URL(question.url.slice('/home/metrics'.length), BASE);
    const onward = http.request(to, { method: question.method, headers: question.headers }, (came) => {
      answer.writeHead(came.statusCode, came.headers);
      came.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    question.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  const { page, context, faults, go } = await open(browser, { base });
  await go('/home/metrics/');
  await page.click('table.grid >> text=tts_service');
  await page.waitForURL(`${base}/home/metrics/ui/s/tts_service`);
  await page.waitForSelector('.metric');
  await page.reload();
  await page.waitForSelector('.chart-place canvas');
  await page.click('nav >> text=Alerts');
  await page.waitForURL(`${base}/home/metrics/ui/alerts`);
  await page.waitForSelector('h1 >> text=Alerts');
  assert.deepEqual(faults, []);
  await context.close();
  server.closeAllConnections();
  server.close();
});

for (const [variable, fill] of [
  ['DASHBOARD_TOKEN_BASE', async (page, secret) => page.fill('dialog input[type=password]', secret)],
  ['DASHBOARD_PASSWORD_BASE', async (page, secret) => {
    await page.fill('dialog input[autocomplete=username]', 'ada');
    await page.fill('dialog input[type=password]', secret);
  }],
]) {
  test(`who must sign in does (${variable})`, async () => {
    const base = process.env[variable];
    assert.ok(base, `${variable} is where a collector wants a secret`);
    const { page, context, faults, go } = await open(browser, { base });
    await go('/ui/status');
    await page.waitForSelector('dialog >> text=Sign in');
    await fill(page, 'wrong');
    await page.click('dialog button.primary');
    await page.waitForSelector('dialog >> text=Sign in');
    await fill(page, 'secret');
    await page.click('dialog button.primary');
    await page.waitForSelector('.bars .bar');
    await page.waitForSelector('dialog', { state: 'detached' });
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test('a viewer signs in with a token, sees everything and is told what is not allowed', async () => {
  const { page, context, faults, go } = await open(browser, { base: process.env.DASHBOARD_PASSWORD_BASE });
  await go('/ui/alerts/rules');
  await page.waitForSelector('dialog >> text=Sign in');
  await page.fill('dialog input[type=password]', 'look');
  await page.click('dialog button.primary');
  await page.waitForSelector('dialog', { state: 'detached' });
  await page.locator('.switch').first().click();
  await page.waitForSelector('.failure >> text=who comes in as a viewer may not do that');
  assert.deepEqual(faults, []);
  await context.close();
});
