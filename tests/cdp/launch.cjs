// node launch.cjs PROGRAM SITE ARGUMENT…: Puppeteer starts the browser and drives it by a pipe. Prints
// one line of JSON for each step; the same lines come of Chromium.
'use strict';

const puppeteer = require('puppeteer-core');
const [executablePath, site, ...args] = process.argv.slice(2);

const say = (step, value = true) => console.log(JSON.stringify([step, value]));

(async () => {
  const browser = await puppeteer.launch({ executablePath, pipe: true, ignoreDefaultArgs: true, args });
  const ended = new Promise((done) => browser.process().once('exit', (status) => done(status)));
  const page = await browser.newPage();
  await page.goto(`${site}/second`);
  say('title', await page.title());
  // Longer than what a pipe holds at once, both ways.
  const long = await page.evaluate((text) => text + text, 'é'.repeat(300_000));
  say('a long text', long.length);
  const picture = Buffer.from(await page.screenshot());
  say('screenshot', picture.subarray(1, 4).toString());
  await browser.close();
  say('ended', await ended);
  say('closed');
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
