// A real browser before a running collector, and what all tests ask of every page.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

/** Where the collector answers, and the port of its broker. */
export const BASE = process.env.DASHBOARD_BASE ?? 'http://127.0.0.1:8014';
export const BROKER = process.env.DASHBOARD_BROKER ?? '1883';

/** How long a page may take to show something on a busy machine, in milliseconds. */
export const SOON = 20_000;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];

/** The browser of this machine. */
export function launch() {
  const path = process.env.CHROMIUM ?? execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'], { encoding: 'utf8' }).trim();
  return chromium.launch({ executablePath: path, args: FLAGS });
}

/**
 * A page of its own. Nothing but the collector can be reached from it; what it says in the console as an error, and what it asks
 * of others, is collected in `faults`.
 */
export async function open(browser, { theme = 'light', width = 1440, height = 900, base = BASE, headers } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce', extraHTTPHeaders: headers ?? {} });
  context.setDefaultTimeout(SOON);
  const faults = [];
  await context.route((url) => url.origin !== new URL(base).origin, (route) => {
    faults.push(`asks elsewhere: ${route.request().url()}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error.stack)));
  page.on('console', (message) => {
    // A refused request is told by the page itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text());
  });
  return { page, context, faults, go: (path) => page.goto(base + path) };
}

/** Publishes over real MQTT. */
export function publish(topic, payload) {
  return new Promise((resolve, reject) => {
    const child = spawn('mosquitto_pub', ['-h', '127.0.0.1', '-p', BROKER, '-q', '1', '-t', topic, '-s'], { stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`mosquitto_pub ended with ${code}`))));
    child.stdin.end(typeof payload === 'string' ? payload : JSON.stringify(payload));
  });
}

/** A measurement of a service, as services send it. */
export function measure(service, instance, metrics) {
  const entries = Object.entries(metrics).map(([name, value]) => ({ name, value }));
  return publish(`alicia/metrics/${service.replace(/[+#/\s]/g, '_')}`, { service_name: service, instance_id: instance, metrics: entries });
}

/** What axe finds wrong, in lines. */
export async function violations(page) {
  // Through the debugger: the page itself may run no script that is not its own.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: AXE });
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((found) => JSON.stringify(found.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 160) + ' ' + (node.any[0]?.message ?? node.all[0]?.message ?? '')).slice(0, 4).join(' | '))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  if (exceptionDetails) throw new Error(exceptionDetails.text);
  return JSON.parse(result.value);
}

/** The pages, each with something that it shows when it is there. */
export const PAGES = [
  { path: '/', name: 'overview', shows: 'table.grid tbody tr' },
  { path: '/ui/s/ai_service', name: 'service', shows: '.metric' },
  { path: '/ui/s/ai_service/ai_service-1', name: 'instance', shows: '.metric' },
  { path: '/ui/explore?q=cpu_percent&view=graph&q=topk(3%2C%20memory_percent)&view=table&q=rate(response_time_histogram%5B1m%5D)&view=heatmap&range=15m', name: 'explorer', shows: '.heatmap canvas' },
  { path: '/ui/alerts', name: 'alerts', shows: '.alert' },
  { path: '/ui/alerts/history?range=1h', name: 'history', shows: '.timeline-row' },
  { path: '/ui/alerts/rules', name: 'rules', shows: '.switch' },
  { path: '/ui/alerts/rules?rule=high_cpu', name: 'rule', shows: '.variants td' },
  { path: '/ui/alerts/silences', name: 'silences', shows: 'h2' },
  { path: '/ui/alerts/notifications', name: 'notifications', shows: '.nothing' },
  { path: '/ui/bus', name: 'bus', shows: '.numbers td' },
  { path: '/ui/bus?tail=1', name: 'tail', shows: '.passing td' },
  { path: '/ui/system', name: 'system', shows: '.chart-place canvas' },
  { path: '/ui/status', name: 'status', shows: '.bars .bar' },
];
