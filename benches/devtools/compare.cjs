// What a client of the Chrome DevTools Protocol waits for, ours and Chromium's in turns:
//
//     npm ci --prefix DIR               # with tests/cdp/package.json and package-lock.json in DIR
//     NODE_PATH=DIR/node_modules node benches/devtools/compare.cjs PATH/TO/bulkhead [ROUNDS]
//
// Prints medians in milliseconds and their ratio.
'use strict';

const { spawn } = require('node:child_process');
const http = require('node:http');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const puppeteer = require('puppeteer-core');

const [bulkhead, rounds = '5'] = process.argv.slice(2);
const chromium = process.env.CHROMIUM || 'chromium';
const CLIENTS = 50;

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const now = () => performance.now();

async function start(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const lines = readline.createInterface(child.stderr);
  for await (const line of lines) {
    const endpoint = line.split('DevTools listening on ')[1];
    if (endpoint) {
      child.stderr.resume();
      return { child, endpoint };
    }
  }
  throw new Error(`${program} does not say where it listens`);
}

async function measure({ child, endpoint }, site) {
  const times = {};
  const time = async (name, work, count = 1) => {
    const all = [];
    for (let n = 0; n < count; n++) {
      const begun = now();
      await work();
      all.push(now() - begun);
    }
    times[name] = median(all);
  };
  const browser = await puppeteer.connect({ browserWSEndpoint: endpoint });
  const session = await browser.target().createCDPSession();
  await time('Browser.getVersion', () => session.send('Browser.getVersion'), 200);
  let page;
  await time('newPage and goto of a small page', async () => {
    page = await browser.newPage();
    await page.goto(`${site}/`);
  }, 7);
  await page.setViewport({ width: 800, height: 600 });
  await page.screenshot();
  await time('captureScreenshot, 800x600', () => page.screenshot(), 7);
  const browserPid = child.pid;
  const renderer = await newestRenderer(browser, page, browserPid);
  await time('SIGKILL to Inspector.targetCrashed', () => {
    const died = new Promise((done) => page.once('error', done));
    process.kill(renderer, 'SIGKILL');
    return died;
  });
  await time(`${CLIENTS} clients with a page each, at once`, () => Promise.all(Array.from({ length: CLIENTS }, async () => {
    const client = await puppeteer.connect({ browserWSEndpoint: endpoint });
    const own = await client.newPage();
    await own.goto(`${site}/`);
    await own.title();
    await client.disconnect();
  })));
  await browser.close();
  return times;
}

/** The process of a page: that which works while the page does. */
async function newestRenderer(browser, page, root) {
  const spent = (pid) => {
    try {
      const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return +fields[11] + +fields[12];
    } catch { return 0; }
  };
  const all = [];
  const children = new Map();
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1];
      children.set(parent, [...(children.get(parent) ?? []), pid]);
    } catch { /* It is gone. */ }
  }
  const add = (pid) => (children.get(String(pid)) ?? []).forEach((child) => { all.push(child); add(child); });
  add(root);
  const isRenderer = (pid) => {
    try { return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer'); } catch { return false; }
  };
  const renderers = all.filter(isRenderer), before = renderers.map(spent);
  await page.evaluate(() => { const end = performance.now() + 300; while (performance.now() < end); });
  const grown = renderers.map((pid, at) => [spent(pid) - before[at], +pid]);
  return grown.sort((a, b) => b[0] - a[0])[0][1];
}

(async () => {
  const server = http.createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!DOCTYPE html><title>small</title><p>small');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const site = `http://127.0.0.1:${server.address().port}`;
  const ours = {}, theirs = {};
  const keep = (into, times) => {
    for (const [name, ms] of Object.entries(times)) (into[name] ??= []).push(ms);
  };
  for (let round = 0; round < +rounds; round++) {
    keep(ours, await measure(await start(bulkhead, ['--headless', '--remote-debugging-port', '0']), site));
    const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'compare-'));
    const args = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--no-first-run'];
    if (process.getuid() === 0) args.push('--no-sandbox');
    const peer = await start(chromium, args);
    const ended = new Promise((done) => peer.child.once('exit', done));
    keep(theirs, await measure(peer, site));
    await ended;
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  console.log('| | Bulkhead, ms | Chromium, ms | ratio |\n|---|---|---|---|');
  for (const name of Object.keys(ours)) {
    const [a, b] = [median(ours[name]), median(theirs[name])];
    console.log(`| ${name} | ${a.toFixed(2)} | ${b.toFixed(2)} | ${(a / b).toFixed(2)} |`);
  }
  server.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
