// node contexts.cjs WEBSOCKET SITE: tests that share no cookies and no storage, by Puppeteer and by
// Playwright. Prints one line of JSON for each step; the same lines come of Chromium.
'use strict';

const puppeteer = require('puppeteer-core');
const { chromium } = require('playwright-core');
const [endpoint, site] = process.argv.slice(2);

const say = (step, value = true) => console.log(JSON.stringify([step, value]));
const kept = () => [document.cookie, localStorage.getItem('mark')];
const keep = (mark) => {
  document.cookie = `mark=${mark}`;
  localStorage.setItem('mark', mark);
};

async function byPuppeteer() {
  const browser = await puppeteer.connect({ browserWSEndpoint: endpoint });
  const own = await browser.newPage();
  await own.goto(`${site}/form`);
  await own.evaluate(keep, 'own');
  const contexts = [await browser.createBrowserContext(), await browser.createBrowserContext()];
  say('contexts', browser.browserContexts().length);
  const pages = [];
  for (const context of contexts) {
    const page = await context.newPage();
    await page.goto(`${site}/form`);
    say('kept at first', await page.evaluate(kept));
    await page.evaluate(keep, `context ${pages.length}`);
    say('is its own', page.browserContext() === context);
    pages.push(page);
  }
  for (const page of [own, ...pages]) {
    await page.reload();
    say('kept', await page.evaluate(kept));
  }
  const second = await contexts[0].newPage();
  await second.goto(`${site}/second`);
  say('kept in a second page', await second.evaluate(kept));
  say('cookies', (await contexts[0].cookies()).map(({ name, value }) => [name, value]));
  await contexts[1].setCookie({ name: 'more', value: '1', domain: '127.0.0.1' });
  const sent = await pages[1].evaluate(() => fetch('/headers').then((it) => it.json()));
  say('sent', sent.cookie.split('; ').sort());
  await pages[0].bringToFront();
  await pages[0].evaluate(() => { document.querySelector('a').target = '_blank'; });
  await pages[0].click('a');
  const isNew = (it) => it.url() === `${site}/second` && it !== second.target();
  const opened = await browser.waitForTarget(isNew);
  const popup = await opened.page();
  await popup.waitForSelector('p');
  say('what a link opens is of the context', [opened.browserContext() === contexts[0], await popup.evaluate(kept)]);
  const closed = new Promise((done) => second.once('close', done));
  await contexts[0].close();
  await closed;
  say('pages left', (await browser.pages()).filter((page) => page.url().startsWith(site)).length);
  const again = await browser.createBrowserContext();
  const page = await again.newPage();
  await page.goto(`${site}/form`);
  say('a new one knows nothing', await page.evaluate(kept));
  await own.reload();
  say('kept', await own.evaluate(kept));
  await again.close();
  await contexts[1].close();
  await own.close();
  await browser.disconnect();
}

async function byPlaywright() {
  const browser = await chromium.connectOverCDP(endpoint);
  const first = await browser.newContext();
  await first.addCookies([{ name: 'given', value: '1', url: site }]);
  const page = await first.newPage();
  await page.goto(`${site}/form`);
  say('given', await page.evaluate(kept));
  await page.evaluate(keep, 'first');
  const state = await first.storageState();
  say('state', [
    state.cookies.map(({ name, value }) => [name, value]).sort(),
    state.origins.map(({ origin, localStorage }) => [origin === site, localStorage]),
  ]);
  // With origins, Playwright empties IndexedDB first, which Bulkhead does not have.
  const second = await browser.newContext({ storageState: { ...state, origins: [] } });
  const restored = await second.newPage();
  await restored.goto(`${site}/form`);
  const [cookies, mark] = await restored.evaluate(kept);
  say('restored', [cookies.split('; ').sort(), mark]);
  await second.clearCookies();
  say('cleared', await restored.evaluate(kept));
  say('apart', (await first.cookies()).length);
  await first.close();
  say('contexts', browser.contexts().length);
  await second.close();
  // Those that nobody closes go with the client.
  await (await (await browser.newContext()).newPage()).goto(`${site}/second`);
  await browser.close();
}

(async () => {
  await byPuppeteer();
  await byPlaywright();
  const browser = await puppeteer.connect({ browserWSEndpoint: endpoint });
  say('contexts at the end', browser.browserContexts().length);
  await browser.close();
  say('closed');
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
