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
  test(`${name} is there in both themes, without a fault, and for everybody`, async () => {
    for (const theme of ['light', 'dark']) {
      const { page, context, faults, go } = await open(browser, { theme });
      await go(path);
      await page.waitForSelector(shows);
      await page.waitForFunction(() => !document.querySelector('.skeleton'));
      assert.deepEqual(await violations(page), [], `${name}, ${theme}`);
      assert.deepEqual(faults, []);
      await context.close();
    }
  });

  test(`${name} fits a phone`, async () => {
    const { page, context, faults, go } = await open(browser, { width: 390, height: 844 });
    await go(path);
    await page.waitForSelector(shows, { state: 'attached' });
    await page.waitForFunction(() => !document.querySelector('.skeleton'));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${name} is ${wide} wide`);
    assert.deepEqual(await violations(page), [], `${name}, phone`);
    assert.deepEqual(faults, []);
    await context.close();
  });
}
