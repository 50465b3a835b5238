// node playwright.cjs WEBSOCKET SITE: what a test by Playwright does, connected over the protocol.
'use strict';

const { chromium } = require('playwright-core');
const [endpoint, site] = process.argv.slice(2);

const say = (step, value = true) => console.log(JSON.stringify([step, value]));

(async () => {
  const browser = await chromium.connectOverCDP(endpoint);
  const [context] = browser.contexts();
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const response = await page.goto(`${site}/form`);
  say('goto', response.status());
  say('title', await page.title());
  await page.locator('#name').fill('Ada');
  await page.getByText('Greet').click();
  say('clicked', await page.locator('#greeting').textContent());
  say('count', await page.locator('li').count());
  await page.locator('a').click();
  await page.waitForURL(`${site}/second`);
  say('followed a link', await page.title());
  await page.route('**/made', (route) => route.fulfill({ status: 201, contentType: 'text/html', body: '<title>made</title>' }));
  const made = await page.goto(`${site}/made`);
  say('answered by a client', [made.status(), await page.title()]);
  await page.unroute('**/made');
  const [answer] = await Promise.all([
    page.waitForResponse('**/headers'), page.evaluate(() => fetch('/headers').then((it) => it.status)),
  ]);
  say('a response', [answer.status(), (await answer.json()).host === new URL(site).host]);
  const picture = await page.screenshot();
  say('screenshot', picture.length > 0);
  await page.close();
  await browser.close();
  say('closed');
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
