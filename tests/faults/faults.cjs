// Three tests of what faults do, by Puppeteer.
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const readline = require('node:readline');
const puppeteer = require('puppeteer-core');

const PAGE = 'data:text/html,<title>moving</title><p>moving';

(async () => {
  const program = spawn(process.env.BULKHEAD || 'bulkhead',
    ['--headless', '--remote-debugging-port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  process.on('exit', () => program.kill());
  let endpoint;
  for await (const line of readline.createInterface(program.stderr)) {
    if ((endpoint = line.split('DevTools listening on ')[1])) break;
  }
  const browser = await puppeteer.connect({ browserWSEndpoint: endpoint });
  const client = await browser.target().createCDPSession();
  const processOf = async (role, page) => {
    const { processes } = await client.send('Bulkhead.processes');
    const targetId = page?.target()._targetId;
    return processes.find((it) => it.role === role && (page === undefined || it.targetId === targetId))?.process;
  };
  const paints = async (page) => {
    await page.bringToFront();
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  };

  const pages = [];
  for (let n = 0; n < 5; n++) {
    pages.push(await browser.newPage());
    await pages[n].goto(PAGE);
  }
  const [killed] = pages.splice(2, 1);
  const died = once(killed, 'error');
  await client.send('Bulkhead.kill', { process: await processOf('renderer', killed) });
  await died;
  for (const page of pages) await paints(page);
  console.log('one of five tabs was killed, and the others paint');

  const page = pages.at(-1), ended = once(page, 'error');
  const hung = page.evaluate(() => { for (;;); }).catch((error) => error.message);
  await client.send('Bulkhead.kill', { process: await processOf('renderer', page) });
  await ended;
  await hung;
  await page.goto(PAGE);
  await paints(page);
  console.log('a page hung, and came back');

  for (let n = 0; n < 10; n++) {
    let gpu;
    // A new gpu process may still be on its way.
    while ((gpu = await processOf('gpu')) === undefined) await new Promise((done) => setTimeout(done, 100));
    await client.send('Bulkhead.kill', { process: gpu, signal: 'SEGV' });
    while (await processOf('gpu') === gpu) await new Promise((done) => setTimeout(done, 20));
  }
  await page.screenshot();
  console.log('the gpu process died ten times, and the page paints');
  await browser.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
