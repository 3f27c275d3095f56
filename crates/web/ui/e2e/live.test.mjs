// What happens on the bus is seen without loading anything anew.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch, measure, open, publish, violations } from './browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('a service appears when it speaks for the first time', async () => {
  const { page, context, faults, go } = await open(browser);
  const greenhouse = `greenhouse-${Date.now()}`;
  await go('/');
  await page.waitForSelector('table.grid tbody tr');
  assert.equal(await page.locator(`table.grid >> text=${greenhouse}`).count(), 0);
  await measure(greenhouse, 'a', { temperature: 21.5 });
  await page.waitForSelector(`table.grid >> text=${greenhouse}`);
  await page.click(`table.grid >> text=${greenhouse}`);
  await page.waitForURL(`**/ui/s/${greenhouse}`);
  await page.waitForSelector('.metric >> text=temperature');
  assert.match(await page.title(), /^greenhouse-/);
  assert.deepEqual(faults, []);
  await context.close();
});

test('an alert appears, and goes when its cause does', async () => {
  // Another one each time: an alert does not begin again so soon.
  const boiler = `boiler-${Date.now()}`;
  await measure(boiler, 'a', { cpu_percent: 5 });
  const one = await open(browser);
  const two = await open(browser);
  await one.go('/');
  await two.go('/ui/alerts');
  await two.page.waitForSelector('h2 >> text=Firing');
  await measure(boiler, 'a', { cpu_percent: 99 });
  await one.page.waitForSelector(`.feed li:has-text("${boiler}")`);
  const row = two.page.locator(`section .alert:has-text("${boiler}"):has-text("high_cpu")`);
  await row.waitFor();
  assert.match(await row.innerText(), /99 against 90/);
  await measure(boiler, 'a', { cpu_percent: 5 });
  await row.waitFor({ state: 'detached' });
  await one.page.waitForSelector(`.feed li:has-text("${boiler}")`, { state: 'detached' });
  assert.deepEqual([...one.faults, ...two.faults], []);
  await one.context.close();
  await two.context.close();
});

test('what is out of sight is not drawn anew, and is when it comes into sight', async () => {
  const { page, context, faults, go } = await open(browser, { height: 240 });
  await go('/');
  const seen = page.locator('table.grid tbody tr:last-child td:last-child');
  await seen.and(page.locator(':empty')).waitFor({ state: 'attached' });
  await seen.scrollIntoViewIfNeeded();
  await seen.locator('time').waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('messages are seen as they pass', async () => {
  const { page, context, faults, go } = await open(browser);
  await go('/ui/bus');
  await page.click('text=Look on');
  await page.waitForSelector('.passing td');
  await page.fill('[aria-label="Filter of topics"]', 'alicia/kitchen/+');
  await page.waitForSelector('.passing', { state: 'detached' });
  await page.waitForTimeout(1000);
  await publish('alicia/kitchen/oven', { source: 'oven', payload: { hot: true } });
  await page.waitForSelector('.passing >> text=alicia/kitchen/oven');
  await page.click('.passing summary');
  await page.waitForSelector('.passing pre >> text="hot": true');
  await page.click('text=Pause');
  await page.waitForSelector('text=Go on');
  assert.match(page.url(), /tail=1/);
  assert.deepEqual(faults, []);
  await context.close();
});

test('what is not understood is mapped in the inbox, and is a number from then on', async () => {
  const { page, context, faults, go } = await open(browser);
  const say = () => publish('alicia/attic/wind', '12 m/s from the west');
  await go('/ui/bus');
  await say();
  const entry = page.locator('.inbox tr', { hasText: 'alicia/attic/wind' });
  await entry.locator('text=Map…').click();
  await page.waitForSelector('dialog .preview code >> text=wind');
  assert.deepEqual(await violations(page), []);
  await page.fill('dialog label:has-text("Metric") input', 'no name');
  await page.waitForSelector('dialog .preview .is-bad');
  await page.fill('dialog label:has-text("Metric") input', 'wind_speed');
  await page.fill('dialog label:has-text("Unit") input', 'm/s');
  await page.waitForSelector('dialog .preview >> text=wind_speed_meters_per_second');
  await page.click('dialog >> text=Save');
  await page.waitForSelector('dialog', { state: 'detached' });
  await entry.waitFor({ state: 'detached' });
  await say();
  const row = page.locator('.numbers tr', { hasText: 'wind_speed_meters_per_second' });
  await row.waitFor();
  assert.match(await row.innerText(), /\b12\b/);
  await page.click('[aria-label="Remove the mapping of alicia/attic/wind"]');
  await page.waitForSelector('[aria-label="Remove the mapping of alicia/attic/wind"]', { state: 'detached' });
  assert.deepEqual(faults, []);
  await context.close();
});

test('the last minutes of the bus are handed to the browser as a file', async () => {
  const { page, context, faults, go } = await open(browser);
  await go('/ui/bus');
  const coming = page.waitForEvent('download');
  await page.click('text=Save the last minutes');
  const file = await coming;
  assert.match(file.suggestedFilename(), /\.capsule$/);
  const bytes = readFileSync(await file.path());
  assert.ok(bytes.length > 1000, `a capsule of ${bytes.length} bytes`);
  assert.deepEqual(faults, []);
  await context.close();
});

test('that the collector says nothing is told, and that it is back', async () => {
  const process_ = Number(process.env.DASHBOARD_PROCESS);
  assert.ok(process_ > 0, 'DASHBOARD_PROCESS is the number of the collector’s process');
  const { page, context, go } = await open(browser);
  await go('/ui/status');
  await page.waitForSelector('.bars .bar');
  process.kill(process_, 'SIGSTOP');
  try {
    await page.waitForSelector('.banner >> text=Disconnected');
  } finally {
    process.kill(process_, 'SIGCONT');
  }
  await page.waitForSelector('.banner', { state: 'detached' });
  await context.close();
});
