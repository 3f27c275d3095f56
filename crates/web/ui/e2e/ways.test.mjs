// Ways through the pages: by address, by key, by dialog.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, measure, open } from './browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('keys go everywhere', async () => {
  const { page, context, faults, go } = await open(browser);
  await go('/');
  await page.waitForSelector('table.grid tbody tr');
  await page.keyboard.press('?');
  await page.waitForSelector('dialog >> text=This list');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  for (const [key, path] of [['e', 'ui/explore'], ['a', 'ui/alerts'], ['b', 'ui/bus'], ['s', 'ui/system'], ['t', 'ui/status'], ['o', '']]) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.waitForURL(`**/${path}`);
  }
  await page.waitForSelector('table.grid tbody tr');
  await page.keyboard.press('/');
  await page.keyboard.type('ai_serv');
  await page.waitForFunction(() => document.querySelectorAll('table.grid tbody tr').length === 1);
  assert.match(page.url(), /filter=ai_serv/);
  await page.keyboard.press('Control+k');
  // What is typed before the field is there goes where the keys went before.
  await page.waitForSelector('.palette-field:focus');
  await page.keyboard.type('mempercent');
  await page.waitForSelector('[role=option] >> text=memory_percent');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/ui/explore?q=memory_percent');
  await page.goBack();
  await page.waitForURL('**/?filter=ai_serv');
  assert.deepEqual(faults, []);
  await context.close();
});

test('expressions are written fast, run, and told where they are wrong', async () => {
  const { page, context, faults, go } = await open(browser);
  await go('/ui/explore');
  await page.click('.cm-content');
  await page.keyboard.type('sum by (service) (cpu_percent');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.chart-place canvas');
  assert.equal(new URL(page.url()).searchParams.get('q'), 'sum by (service) (cpu_percent)');
  await page.click('button >> text=table');
  await page.waitForSelector('td >> text=ai_service');
  await page.click('summary >> text=How it is read');
  await page.waitForSelector('.tree code >> text=sum by (service)');
  await page.click('.cm-content');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('sum(cpu_percent))');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.failure >> text=parse error');
  await page.waitForSelector('.place');
  await page.click('main >> button >> text=Metrics');
  await page.fill('dialog input', 'errors');
  await page.click('.browser-names >> text="errors_total"');
  await page.click('dialog >> text=Show its rate');
  await page.waitForFunction(() => new URL(location.href).searchParams.get('q') === 'rate(errors_total[5m])');
  const download = page.waitForEvent('download');
  await page.click('button >> text=CSV');
  assert.equal((await download).suggestedFilename(), 'series.csv');
  assert.deepEqual(faults, []);
  await context.close();
});

test('an alert is taken care of, explained and silenced', async () => {
  // Another one each time: an alert does not begin again so soon.
  const kiln = `kiln-${Date.now()}`;
  await measure(kiln, 'a', { cpu_percent: 97 });
  const { page, context, faults, go } = await open(browser);
  await go(`/ui/alerts?filter=${kiln}`);
  const row = page.locator(`.alert:has-text("${kiln}")`);
  await row.waitFor();
  await row.locator('text=Why?').click();
  await page.waitForSelector('dialog >> text=series were looked at');
  assert.match(page.url(), /alert=/);
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  await row.locator('text=Take care').click();
  await page.fill('dialog input >> nth=0', 'Ada');
  await page.fill('dialog input >> nth=1', 'on it');
  await page.click('dialog button.primary');
  await page.waitForSelector('.alert >> text=Ada takes care of it: on it');
  await row.locator('text=Silence').click();
  await page.waitForSelector('dialog >> text=It would hide 1 alert that fires now.');
  await page.fill('dialog input.mono', 'service=~');
  await page.waitForSelector('dialog .is-bad');
  await page.fill('dialog input.mono', `service="${kiln}"`);
  await page.waitForSelector('dialog >> text=It would hide 1 alert');
  await page.click('dialog button.primary');
  await page.waitForSelector('summary >> text=Silenced or explained by others (1)');
  await go('/ui/alerts/silences');
  await page.waitForSelector(`tr:has-text("${kiln}") >> text=Ada`);
  await page.click(`tr:has-text("${kiln}") >> [aria-label=End]`);
  await page.click('dialog >> text=End it');
  await page.waitForSelector(`tr:has-text("${kiln}")`, { state: 'detached' });
  await measure(kiln, 'a', { cpu_percent: 7 });
  await go(`/ui/alerts/history?filter=${kiln}&range=1h`);
  await page.waitForSelector(`.timeline-row:has-text("${kiln}")`);
  assert.deepEqual(faults, []);
  await context.close();
});

test('a rule is tried before it is saved, changed, switched off and deleted', async () => {
  const { page, context, faults, go } = await open(browser);
  await go('/ui/alerts/rules?new=1&query=memory_percent%7Bservice%3D%22tts_service%22%7D%20%3E%2030');
  await page.waitForSelector('dialog');
  await page.waitForSelector('dialog >> text=It would have fired');
  await page.waitForSelector('dialog .variants td');
  assert.equal(await page.inputValue('dialog [aria-label="Condition 1"]'), 'value > 30');
  await page.fill('dialog label:has-text("Name") input', 'tts_memory');
  await page.fill('dialog label:has-text("Description") input', 'The voice grows');
  await page.fill('dialog [aria-label="Condition 1"]', 'value >> 30');
  await page.click('dialog button.primary');
  await page.waitForSelector('dialog .failure >> text=condition at character');
  await page.fill('dialog [aria-label="Condition 1"]', 'value > 30');
  await page.click('dialog button.primary');
  await page.waitForSelector('dialog', { state: 'detached' });
  const row = page.locator('tr:has-text("tts_memory")');
  await row.waitFor();
  const on = row.locator('[role=switch]');
  await on.click();
  await page.waitForSelector('tr:has-text("tts_memory") >> [aria-checked=false]');
  await row.locator('.alert-name').click();
  await page.click('dialog >> text=A worse level');
  await page.fill('dialog [aria-label="Condition 2"]', 'value > 60');
  await page.click('dialog button.primary');
  await page.waitForSelector('dialog', { state: 'detached' });
  await row.locator('.alert-name').click();
  assert.equal(await page.inputValue('dialog [aria-label="Condition 2"]'), 'value > 60');
  await page.click('dialog >> text=Delete');
  await page.click('dialog[open] .danger >> text="Delete" >> nth=-1');
  await row.waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await context.close();
});

test('ranges and themes are where the address and the reader put them', async () => {
  const { page, context, faults, go } = await open(browser);
  await go('/ui/system?range=15m');
  await page.waitForSelector('.chart-place canvas');
  await page.click('[aria-label=Earlier]');
  await page.waitForURL(/from=\d+&to=\d+|to=\d+/);
  await page.click('text=Live');
  await page.waitForURL(/range=1h/);
  await page.click('.side-foot >> text=As the system');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  await page.click('.side-foot >> text=Light');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.click('.side-foot >> text=Local time');
  await page.waitForSelector('.side-foot >> text=UTC');
  assert.deepEqual(faults, []);
  await context.close();
});
