// node puppeteer.cjs WEBSOCKET SITE: what a test by Puppeteer does, and what it is told. Prints one
// line of JSON for each step; the same lines come of Chromium.
'use strict';

const puppeteer = require('puppeteer-core');
const [endpoint, site] = process.argv.slice(2);

const say = (step, value = true) => console.log(JSON.stringify([step, value]));

(async () => {
  const browser = await puppeteer.connect({ browserWSEndpoint: endpoint });
  const page = await browser.newPage();
  const events = [];
  for (const name of ['framenavigated', 'domcontentloaded', 'load']) {
    page.on(name, () => events.push(name));
  }
  page.on('console', (message) => events.push(`console ${message.type()} ${message.text()}`));
  page.on('pageerror', (error) => events.push(`pageerror ${error.message}`));
  const response = await page.goto(`${site}/form`);
  say('goto', [response.status(), response.url() === `${site}/form`]);
  say('events of the load', events.splice(0));
  say('title', await page.title());

  await page.waitForSelector('#name');
  say('$eval', await page.$eval('h1', (element) => element.textContent));
  say('$$eval', await page.$$eval('li', (all) => all.map((element) => element.textContent)));
  await page.type('#name', 'Ada L');
  await page.keyboard.press('Backspace');
  say('typed', await page.$eval('#name', (element) => element.value));
  await page.click('#greet');
  await page.waitForFunction(() => document.querySelector('#greeting').textContent !== '');
  say('clicked', await page.$eval('#greeting', (element) => element.textContent));
  const box = await (await page.$('#greet')).boundingBox();
  say('box', [box.width, box.height]);
  await page.mouse.click(box.x + 5, box.y + 5);
  say('clicked by coordinates', await page.$eval('#greeting', (element) => element.textContent));
  await page.locator('#name').fill('Grace');
  say('filled', await page.$eval('#name', (element) => element.value));

  say('evaluate', await page.evaluate(async (n) => [n * 2, null, await Promise.resolve('later')], 21));
  const handle = await page.evaluateHandle(() => ({ a: [1, 2] }));
  say('handle', await handle.evaluate((it) => it.a.length));
  await handle.dispose();
  const failed = await page.evaluate(() => { throw new RangeError('no'); }).catch((error) => error);
  say('an error of the page', [failed.name, failed.message]);
  await page.evaluate(() => {
    console.log('hello', 7);
    const script = document.createElement('script');
    script.textContent = "setTimeout(() => { throw new Error('late'); })";
    document.body.append(script);
  });
  await page.waitForFunction(() => new Promise((done) => setTimeout(done, 50, true)));
  say('events of the console', events.splice(0));

  await page.evaluateOnNewDocument(() => { window.early = 'early'; });
  await page.exposeFunction('double', (n) => 2 * n);
  await Promise.all([page.waitForNavigation(), page.click('a')]);
  say('followed a link', [await page.title(), await page.evaluate(() => window.early)]);
  say('exposed', await page.evaluate(() => window.double(4)));
  await page.goBack();
  say('back', await page.title());
  await page.reload();
  say('reloaded', await page.title());

  await page.setViewport({ width: 400, height: 300 });
  say('viewport', await page.evaluate(() => [innerWidth, innerHeight]));
  const picture = Buffer.from(await page.screenshot());
  say('screenshot', [picture.readUInt32BE(16), picture.readUInt32BE(20)]);

  await page.tracing.start();
  await page.reload();
  const { traceEvents } = JSON.parse(Buffer.from(await page.tracing.stop()).toString());
  const named = traceEvents.filter(({ name }) => name === 'process_name').map(({ args }) => args.name);
  say('trace', [traceEvents.length > 20, named.some((name) => /renderer/i.test(name))]);
  await page.goto(`${site}/framed`);
  const inner = await page.waitForFrame((frame) => frame.name() === 'inner');
  say('a frame', [inner.url() === `${site}/second`, inner.parentFrame() === page.mainFrame()]);
  say('its element', await (await page.$('iframe')).contentFrame() === inner);
  await page.$eval('iframe', (element) => element.remove());
  await page.waitForFunction(() => new Promise((done) => setTimeout(done, 50, true)));
  say('frames without it', page.frames().length);
  await page.emulateMediaType('print');
  say('print', await page.evaluate(() => matchMedia('print').matches));
  await page.emulateMediaType(null);
  const dark = { name: 'prefers-color-scheme', value: 'dark' };
  await page.emulateMediaFeatures([dark]);
  say('dark', await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches));
  await page.setViewport({ width: 400, height: 300, deviceScaleFactor: 2 });
  const large = Buffer.from(await page.screenshot());
  say('twice the scale', [large.readUInt32BE(16), large.readUInt32BE(20)]);

  events.length = 0;
  const died = new Promise((done) => page.once('error', (error) => done(error.message)));
  await page.goto('chrome://crash').catch(() => null);
  say('crashed', await died);
  const other = await browser.newPage();
  await other.goto(`${site}/second`);
  say('another page', await other.title());
  say('pages', (await browser.pages()).length >= 2);
  await other.close();
  await browser.close();
  say('closed');
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
