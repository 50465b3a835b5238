// node requests.cjs WEBSOCKET SITE: requests as Puppeteer sees them, stops, answers and changes
// them. Prints one line of JSON for each step; the same lines come of Chromium.
'use strict';

const puppeteer = require('puppeteer-core');
const [endpoint, site] = process.argv.slice(2);

const say = (step, value = true) => console.log(JSON.stringify([step, value]));
const path = (url) => url.replace(site, '');

(async () => {
  const browser = await puppeteer.connect({ browserWSEndpoint: endpoint });
  const page = await browser.newPage();
  const client = await page.createCDPSession();
  await client.send('Network.enable');
  let events = [];
  for (const name of ['requestWillBeSent', 'responseReceived', 'loadingFinished', 'loadingFailed']) {
    client.on(`Network.${name}`, (params) => events.push([name, params]));
  }
  const sent = (name) => events.filter(([event]) => event === name).map(([, params]) => params);

  const response = await page.goto(`${site}/moved`);
  say('redirected', [response.status(), path(response.url())]);
  say('chain', response.request().redirectChain().map((it) => [path(it.url()), it.response().status()]));
  say('its body', (await response.text()).includes('second'));
  say('its type', response.headers()['content-type']);
  say('address', [response.remoteAddress().ip, response.remoteAddress().port > 0]);
  const names = events.filter(([, params]) => params.requestId === sent('requestWillBeSent')[0].requestId);
  say('events of a document', names.map(([name]) => name));
  say('loader', sent('requestWillBeSent')[0].requestId === sent('requestWillBeSent')[0].loaderId);

  events = [];
  await page.goto(`${site}/assets`, { waitUntil: 'networkidle0' });
  const types = sent('requestWillBeSent').map(({ type, request }) => [path(request.url), type]);
  say('types', types.filter(([url]) => url !== '/favicon.ico').sort());
  const answer = await page.evaluate(async () => {
    const answer = await fetch('/echo', { method: 'POST', body: 'sent', headers: { 'X-Page': '1' } });
    return answer.text();
  });
  say('answered', answer);
  const post = sent('requestWillBeSent').find(({ request }) => request.method === 'POST');
  say('posted', [post.request.postData, post.request.hasPostData, post.request.headers['X-Page']]);
  const body = await client.send('Network.getResponseBody', { requestId: post.requestId });
  say('body of an answer', [body.body, body.base64Encoded]);
  const missing = await client.send('Network.getResponseBody', { requestId: 'none' }).catch((error) => error);
  say('a body that is not there', /No resource with given identifier found/.test(missing.message));

  await page.setExtraHTTPHeaders({ 'X-Every': 'yes' });
  await page.setUserAgent({ userAgent: 'Tester/1' });
  const echoed = await (await page.goto(`${site}/headers`)).json();
  say('headers of a client', [echoed['x-every'], echoed['user-agent']]);

  await page.setCookie({ name: 'a', value: '1', url: site }, { name: 'b', value: '2', url: site, httpOnly: true });
  const cookies = await page.cookies();
  say('cookies', cookies.map(({ name, value, httpOnly, session, path: where }) => [name, value, httpOnly, session, where]).sort());
  const seen = (await (await page.goto(`${site}/headers`)).json()).cookie;
  say('cookies at the server', seen.split('; ').sort());
  say('cookies of scripts', await page.evaluate(() => document.cookie));
  await page.deleteCookie({ name: 'a', url: site });
  say('cookies that are left', (await page.cookies()).map(({ name }) => name));
  await client.send('Network.clearBrowserCookies');
  say('no cookies', (await page.cookies()).length);

  await page.setOfflineMode(true);
  const offline = await page.goto(`${site}/second`).catch((error) => error.message);
  say('offline', /net::ERR_INTERNET_DISCONNECTED/.test(offline));
  await page.setOfflineMode(false);

  await page.setRequestInterception(true);
  const asked = [];
  page.on('request', (request) => {
    const url = path(request.url());
    // Chromium's own page for a request that failed has pictures.
    if (url !== '/favicon.ico' && !url.startsWith('data:')) asked.push([url, request.resourceType()]);
    if (url === '/made') {
      request.respond({ status: 201, contentType: 'text/html', headers: { 'X-Made': 'here' }, body: '<title>made</title><p>by hand' });
    } else if (url === '/never' || url === '/one.png') {
      request.abort('blockedbyclient');
    } else if (url === '/failing') {
      request.abort();
    } else if (url === '/echo') {
      request.continue({ method: 'PUT', postData: 'changed', headers: { ...request.headers(), 'x-page': '2' } });
    } else {
      request.continue();
    }
  });
  const made = await page.goto(`${site}/made`);
  say('answered by a client', [made.status(), made.headers()['x-made'], await page.title(), await made.text()]);
  const never = await page.goto(`${site}/never`).catch((error) => error.message);
  say('stopped by a client', /net::ERR_BLOCKED_BY_CLIENT/.test(never));
  const failing = await page.goto(`${site}/failing`).catch((error) => error.message);
  say('failed by a client', /net::ERR_FAILED/.test(failing));
  await page.goto(`${site}/assets`, { waitUntil: 'networkidle0' });
  say('asked', asked.sort());
  say('a picture that was stopped', await page.$eval('img', (image) => image.naturalWidth));
  const changed = await page.evaluate(async () => (await fetch('/echo', { method: 'POST', body: 'sent' })).text());
  say('changed by a client', changed);
  page.removeAllListeners('request');
  await page.setRequestInterception(false);

  await client.send('Fetch.enable', { patterns: [{ urlPattern: '*/second*', requestStage: 'Response' }] });
  client.on('Fetch.requestPaused', async ({ requestId, responseStatusCode, responseHeaders, request }) => {
    const { body, base64Encoded } = await client.send('Fetch.getResponseBody', { requestId });
    const text = Buffer.from(body, base64Encoded ? 'base64' : 'utf8').toString();
    say('at the response', [responseStatusCode, path(request.url), text.includes('second'), responseHeaders.some(({ name }) => /content-type/i.test(name))]);
    await client.send('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders: [{ name: 'Content-Type', value: 'text/html' }], body: Buffer.from(text.replaceAll('second', 'third')).toString('base64') });
  });
  await page.goto(`${site}/second`);
  say('changed at the response', await page.title());
  const unknown = await client.send('Fetch.continueRequest', { requestId: 'none' }).catch((error) => error);
  say('an unknown request', unknown.message);
  await client.send('Fetch.disable');
  await page.goto(`${site}/second`);
  say('not changed any more', await page.title());
  const disabled = await client.send('Fetch.continueRequest', { requestId: 'none' }).catch((error) => error);
  say('not enabled', disabled.message);
  await page.close();
  await browser.close();
  say('closed');
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
