// What the dashboard costs: `node e2e/bench.mjs PROGRAM` starts a collector with 2,000 instances and prints figures.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from './browser.mjs';

const SERVICES = 200;
const INSTANCES = 10;
const RUNS = 5;
const program = process.argv[2];
if (!program) throw new Error('usage: node e2e/bench.mjs PROGRAM');
const http = 'http://127.0.0.1:18014';
const broker = '18883';
const data = mkdtempSync(join(tmpdir(), 'dashboard-'));
const collector = spawn(program, ['serve', '--mqtt-broker', 'embedded', '--mqtt-port', broker, '--http-listen', '127.0.0.1:18014', '--data-dir', data, '--log-level', 'error'], { stdio: 'inherit' });

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** All instances say something once. */
function speak(value) {
  const lines = [];
  for (let service = 0; service < SERVICES; service += 1) {
    for (let instance = 0; instance < INSTANCES; instance += 1) {
      lines.push(JSON.stringify({ service_name: `service_${service}`, instance_id: `service_${service}-${instance}`, metrics: [{ name: 'cpu_percent', value: value + instance }, { name: 'error_rate', value: 0.1 }] }));
    }
  }
  return new Promise((resolve) => {
    const child = spawn('mosquitto_pub', ['-h', '127.0.0.1', '-p', broker, '-q', '1', '-t', 'alicia/metrics/fleet', '-l'], { stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('exit', resolve);
    child.stdin.end(`${lines.join('\n')}\n`);
  });
}

try {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await fetch(`${http}/-/ready`).then((answer) => answer.ok, () => false)) break;
    await pause(100);
  }
  await speak(10);
  await pause(1500);
  const answer = await fetch(`${http}/overview`, { headers: { 'Accept-Encoding': 'gzip' } });
  const text = await answer.text();
  const { gzipSync } = await import('node:zlib');
  console.log(`overview of ${SERVICES * INSTANCES} instances: ${text.length} bytes, ${gzipSync(text, { level: 1 }).length} by gzip`);

  const browser = await launch();
  const paints = [];
  const rows = [];
  let bytes = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript(() => {
      new MutationObserver(() => {
        if (!window.shown && document.querySelector('table.grid tbody tr')) window.shown = performance.now();
      }).observe(document, { childList: true, subtree: true });
    });
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(`${http}/`);
    await page.waitForSelector('table.grid tbody tr');
    rows.push(await page.evaluate(() => window.shown));
    paints.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN));
    await context.close();
  }
  console.log(`first paint ${Math.round(median(paints))} ms, services shown ${Math.round(median(rows))} ms, ${bytes} bytes loaded (stream apart), median of ${RUNS}`);

  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${http}/`);
  await page.waitForSelector('table.grid tbody tr');
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busy = async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
  await page.waitForTimeout(2000);
  const idleBefore = await busy();
  await page.waitForTimeout(10_000);
  const idle = (await busy()) - idleBefore;
  const before = await busy();
  for (let round = 0; round < 10; round += 1) await Promise.all([speak(20 + round), page.waitForTimeout(1000)]);
  const worked = (await busy()) - before;
  console.log(`main thread: ${Math.round(idle * 100)} ms a second while nothing speaks, ${Math.round(worked * 100)} ms an update while all ${SERVICES * INSTANCES} do`);

  const { from, drawn } = await chart(await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }));
  console.log(`a chart of ${from}: ${Math.round(drawn)} ms, median of ${RUNS}`);
  await browser.close();
} finally {
  collector.kill();
  rmSync(data, { recursive: true, force: true });
}

/** The time from the answer to the drawn chart, of ten series with two thousand points. */
async function chart(page) {
  // The theme as the system has it, so that the first change is one.
  await page.addInitScript(() => localStorage.clear());
  const points = (series) => Array.from({ length: 2000 }, (_, at) => [1_700_000_000 + at * 10, String(50 + 40 * Math.sin(at / 50 + series))]);
  const result = Array.from({ length: 10 }, (_, series) => ({ metric: { __name__: 'x', series: String(series) }, values: points(series) }));
  await page.route('**/api/v1/query_range', (route) => route.fulfill({ json: { status: 'success', data: { resultType: 'matrix', result } } }));
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    await page.goto(`${http}/ui/explore?q=x&from=1700000000&to=1700020000`);
    await page.waitForSelector('.chart-place canvas');
    const time = await page.evaluate(async () => {
      const old = document.querySelector('.chart-place canvas');
      const begun = performance.now();
      // Another theme draws all anew.
      document.querySelector('.side-foot button:nth-child(2)').click();
      while (document.querySelector('.chart-place canvas') === old || !document.querySelector('.chart-place canvas')) await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - begun;
    });
    times.push(time);
  }
  return { from: '10 series with 2,000 points', drawn: median(times) };
}
