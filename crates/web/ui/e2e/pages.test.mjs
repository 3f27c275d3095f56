// What holds of every page: it is there, in both themes and on a phone, without a fault, and for everybody.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PAGES, launch, measure, open, violations } from './browser.mjs';

let browser;
before(async () => {
  browser = await launch();
  // Something has to fire where alerts are shown.
  await measure('furnace', 'furnace-1', { cpu_percent: 99 });
});
after(() => browser?.close());

for (const { path, name, shows } of PAGES) {
  test(`${name} is there in both themes and on a phone, without a fault, and for everybody`, async () => {
    const { page, context, faults, go } = await open(browser);
    await go(path);
    await page.waitForSelector(shows);
    await page.waitForFunction(() => !document.querySelector('.skeleton'));
    assert.deepEqual(await violations(page), [], `${name}, light`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction(() => matchMedia('(prefers-color-scheme: dark)').matches);
    assert.deepEqual(await violations(page), [], `${name}, dark`);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForFunction(() => getComputedStyle(document.querySelector('.side')).position === 'fixed');
    assert.deepEqual(await violations(page), [], `${name}, phone`);
    // Loaded on a phone it is no wider either.
    await page.reload();
    await page.waitForSelector(shows, { state: 'attached' });
    await page.waitForFunction(() => !document.querySelector('.skeleton'));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${name} is ${wide} wide`);
    assert.deepEqual(faults, []);
    await context.close();
  });
}
