// node interface.cjs WEBSOCKET SITE: the protocol itself, by chrome-remote-interface. Prints the
// steps, and the events in their order.
'use strict';

const connect = require('chrome-remote-interface');
const [endpoint, site] = process.argv.slice(2);
const { hostname, port } = new URL(endpoint);

const say = (step, value = true) => console.log(JSON.stringify([step, value]));

(async () => {
  const target = await connect.New({ host: hostname, port, url: 'about:blank' });
  const listed = await connect.List({ host: hostname, port });
  say('listed', listed.some(({ id, type }) => id === target.id && type === 'page'));
  const client = await connect({ target, host: hostname, port, local: true });
  const { DOM, Inspector, Page, Runtime } = client;
  const wanted = /^(Page\.(frameStartedLoading|frameNavigated|domContentEventFired|loadEventFired|frameStoppedLoading|lifecycleEvent)|Runtime\.executionContext(sCleared|Created)|Inspector\..*)$/;
  let events = [];
  client.on('event', ({ method, params }) => {
    if (wanted.test(method)) events.push(method === 'Page.lifecycleEvent' ? `lifecycle ${params.name}` : method);
  });
  await Promise.all([DOM.enable(), Inspector.enable(), Page.enable(), Runtime.enable()]);
  await Page.setLifecycleEventsEnabled({ enabled: true });
  events = [];
  const loaded = Page.loadEventFired();
  const { frameId, loaderId, errorText } = await Page.navigate({ url: `${site}/form` });
  await loaded;
  const stopped = () => events.includes('Page.frameStoppedLoading');
  if (!stopped()) await Page.frameStoppedLoading();
  say('navigated', [frameId === target.id, typeof loaderId, errorText ?? null]);
  // Chromium may tell twice that there are no contexts, as it leaves the process of the empty page.
  const told = events.filter((name) => !/lifecycle (first|network|Interactive)/.test(name));
  say('events', told.filter((name, at) => told.indexOf(name) === at));

  const { result } = await Runtime.evaluate({ expression: '[1, {a: -0}, NaN]' });
  say('a remote object', [result.type, result.subtype, result.className, result.description]);
  const { result: properties } = await Runtime.getProperties({ objectId: result.objectId, ownProperties: true });
  say('properties', properties.map(({ name, value }) => [name, value.type, value.description]));
  const thrown = await Runtime.evaluate({ expression: 'null.x' });
  say('thrown', [thrown.exceptionDetails.text, thrown.result.subtype, thrown.result.className]);
  const { root } = await DOM.getDocument();
  say('document', [root.nodeName, root.children?.map((node) => node.nodeName)]);
  const { nodeId } = await DOM.querySelector({ nodeId: root.nodeId, selector: '#greet' });
  const { outerHTML } = await DOM.getOuterHTML({ nodeId });
  say('markup', outerHTML);
  const { model } = await DOM.getBoxModel({ nodeId });
  say('box', [model.width, model.height]);
  const unknown = await client.send('Page.noSuchThing').catch((error) => error.response);
  say('unknown method', [unknown.code, unknown.message]);
  const wrong = await Runtime.evaluate({ expression: 7 }).catch((error) => error.response);
  say('wrong parameters', [wrong.code, wrong.message]);

  events = [];
  // Chromium never answers what was under way. Whoever connects to us hears of it at once.
  Page.crash().catch(() => null);
  await Inspector.targetCrashed();
  say('crashed');
  const again = Page.loadEventFired();
  await Page.navigate({ url: `${site}/second` });
  await again;
  say('brought back', events.filter((name) => name.startsWith('Inspector.')));
  const title = await Runtime.evaluate({ expression: 'document.title' });
  say('its title', title.result.value);
  await connect.Close({ host: hostname, port, id: target.id });
  say('closed');
  process.exit(0);
})().catch((error) => {
  console.error(error, error.response);
  process.exit(1);
});
