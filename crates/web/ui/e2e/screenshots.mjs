// Pictures of every page, light, dark and on a phone: `node e2e/screenshots.mjs DIRECTORY` before a running collector.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES, launch, open } from './browser.mjs';

const directory = process.argv[2] ?? 'screenshots';
mkdirSync(directory, { recursive: true });
const browser = await launch();
const KINDS = [
  { name: 'light', theme: 'light' },
  { name: 'dark', theme: 'dark' },
  { name: 'phone', theme: 'dark', width: 390, height: 844 },
];
for (const { path, name, shows } of PAGES) {
  for (const kind of KINDS) {
    const { page, context, go } = await open(browser, kind);
    await go(path);
    await page.waitForSelector(shows, { state: 'attached' });
    await page.waitForFunction(() => !document.querySelector('.skeleton'));
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(directory, `${name}-${kind.name}.png`) });
    await context.close();
    console.log(`${name}-${kind.name}.png`);
  }
}
await browser.close();
