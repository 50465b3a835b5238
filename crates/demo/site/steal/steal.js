// The thief. Each attempt does what it can; if it gets hold of anything that only the vault knows, it
// returns it as its loot. Otherwise it says what came back.
'use strict';
const other = location.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
const vault = `${location.protocol}//${other}${location.port ? `:${location.port}` : ''}`;
/** Longer than any answer from this machine takes. */
const PATIENCE_MS = 3000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
/** An element in the page until it has loaded or failed. */
function load(name, attributes) {
  const element = document.createElement(name);
  const end = new Promise((done) => {
    element.onload = () => done('it loaded');
    element.onerror = () => done('it failed');
  });
  for (const [key, value] of Object.entries(attributes)) element[key] = value;
  document.head.append(element);
  const late = pause(PATIENCE_MS / 2).then(() => 'no event came');
  return Promise.race([end, late]).then((came) => ({ element, came }));
}
const need = (thing, name) => thing ?? Promise.reject(new Missing(`there is no ${name}`));
class Missing extends Error {}

const WALL = 'another process: no object of the vault is in this one';
const ORIGIN = 'the same-origin rule, kept by the network process';
const COOKIES = 'cookies stay with their own site';
const attempts = [
  ['Read the window that opened this one', WALL, async () => window.opener
    ? { loot: window.opener.document.body.textContent } : { came: 'no opener' }],
  ['Read the vault’s tab by its name', WALL, async () => {
    const names = Object.keys(window.frames).filter((name) => window.frames[name]?.accountPassword);
    return { loot: names.map((name) => window.frames[name].accountPassword)[0], came: 'no such window' };
  }],
  ['Put the vault into a frame and read that', WALL, async () => {
    const frame = document.createElement('iframe');
    frame.src = `${vault}/vault`;
    document.body.append(frame);
    await pause(500);
    let loot, came = 'a frame without a document';
    try { loot = frame.contentDocument?.querySelector('#password')?.value; } catch (e) { came = e.name; }
    try { loot ??= frame.contentWindow?.accountPassword; } catch (e) { came = e.name; }
    frame.remove();
    return { loot, came };
  }],
  ['Show the account as an image, and read its pixels', 'tainted pictures are not read', async () => {
    const { element: image, came } = await load('img', { src: `${vault}/vault/account.svg` });
    const canvas = document.createElement('canvas');
    const context = await need(canvas.getContext?.('2d'), 'canvas');
    try {
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, 100, 20);
      if (!data.some((value) => value !== 0)) return { came: `${came}; no pixels` };
      return { loot: `pixels: ${data.join().slice(0, 50)}`, came };
    } catch (error) { return { came: `${came}; ${error.name}` }; }
  }],
  ['Load the account as a style sheet', COOKIES, async () => {
    const { element: sheet, came } = await load('link', {
      rel: 'stylesheet', href: `${vault}/vault/account.css`,
    });
    let loot = getComputedStyle(document.documentElement).getPropertyValue('--password');
    try { loot ||= sheet.sheet?.cssRules?.[0]?.cssText; } catch { /* The rules are closed. */ }
    sheet.remove();
    return { loot: /"(.+)"/.exec(loot)?.[1], came };
  }],
  ['Load the account’s page as a style sheet', ORIGIN, async () => {
    const { element: sheet, came } = await load('link', {
      rel: 'stylesheet', href: `${vault}/vault/account`,
    });
    let loot;
    try { loot = sheet.sheet?.cssRules?.[0]?.cssText; } catch { /* The rules are closed. */ }
    sheet.remove();
    return { loot, came };
  }],
  ['Run the account as a script', COOKIES, async () => {
    const { came } = await load('script', { src: `${vault}/vault/account.js` });
    return { loot: window.accountPassword, came };
  }],
  ['Run the account’s data as a script', ORIGIN, async () => {
    let loot;
    Object.defineProperty(Object.prototype, 'password', {
      set(value) { loot = value; }, configurable: true,
    });
    window.onerror = (message) => { if (/password/.test(message)) loot = message; };
    const { came } = await load('script', { src: `${vault}/vault/account.json` });
    delete Object.prototype.password;
    window.onerror = null;
    return { loot, came };
  }],
  ['Import the account as a module', ORIGIN, async () => {
    const module = await new Function('url', 'return import(url)')(`${vault}/vault/account.js`);
    return { loot: window.accountPassword, came: `a module of ${Object.keys(module).length} names` };
  }],
  ['Fetch the account', ORIGIN, () => get({})],
  ['Fetch it with the user’s cookies', ORIGIN, () => get({ credentials: 'include' })],
  ['Fetch it without CORS', ORIGIN, () => get({ mode: 'no-cors', credentials: 'include' })],
  ['Fetch it by a redirect from here', ORIGIN, () => get({ credentials: 'include' }, '/steal/redirect')],
  ['Ask by XMLHttpRequest', ORIGIN, async () => {
    const request = new (await need(window.XMLHttpRequest, 'XMLHttpRequest'))();
    request.withCredentials = true;
    const end = new Promise((done) => { request.onloadend = done; });
    request.open('GET', `${vault}/vault/account.json`);
    request.send();
    await end;
    return { loot: secretOf(request.responseText), came: `status ${request.status}` };
  }],
  ['Send a form, and read the answer', WALL, async () => {
    const frame = document.createElement('iframe');
    frame.name = 'answer';
    document.body.append(frame);
    const form = document.createElement('form');
    Object.assign(form, { method: 'get', action: `${vault}/vault/account`, target: 'answer' });
    document.body.append(form);
    let loot, came = 'a frame without a document';
    if (frame.contentWindow) {
      form.submit();
      await pause(500);
      try { loot = secretOf(frame.contentDocument?.body?.textContent); } catch (e) { came = e.name; }
    }
    form.remove();
    frame.remove();
    return { loot, came };
  }],
  ['Read the cookies', COOKIES, async () => {
    document.cookie = `thief=1; domain=${other}`;
    return { loot: /vault=([^;]+)/.exec(document.cookie)?.[1], came: `“${document.cookie}”` };
  }],
  ['Read the storage', 'each origin has a storage of its own', async () => {
    const store = await need(window.localStorage, 'localStorage');
    const loot = store.getItem('vault') ?? window.sessionStorage?.getItem('vault');
    return { loot, came: `${store.length} entries` };
  }],
  ['Read the name that a window keeps', 'the name ends with its site', async () =>
    ({ loot: window.name, came: 'an empty name' })],
  ['Listen for messages', WALL, async () => {
    let loot;
    const hear = (event) => { loot = event.data; };
    addEventListener('message', hear);
    const channel = window.BroadcastChannel ? new BroadcastChannel('vault') : null;
    if (channel) channel.onmessage = hear;
    await pause(300);
    removeEventListener('message', hear);
    channel?.close();
    return { loot, came: 'no message' };
  }],
  ['See by the colour of a link who was at the vault', 'styles do not tell which links were visited',
    async () => {
      const link = (href) => {
        const element = document.createElement('a');
        element.href = href;
        document.body.append(element);
        const color = getComputedStyle(element).color;
        element.remove();
        return color;
      };
      const visited = link(`${vault}/vault`), fresh = link(`${vault}/never-${Math.random()}`);
      return { loot: visited === fresh ? null : visited, came: `${visited} for both` };
    }],
  ['Measure how long the account takes', 'time tells that it answers, not what', async () => {
    const start = performance.now();
    const { came } = await load('img', { src: `${vault}/vault/account?${Math.random()}` });
    return { came: `${came} after ${Math.round(performance.now() - start)} ms` };
  }],
  ['Build a clock from shared memory, to read other memory by its timing', 'no memory is shared; the other process is not in this one', async () => {
    if (typeof SharedArrayBuffer === 'function') return { loot: null, came: 'SharedArrayBuffer' };
    let ticks = 0, last = performance.now();
    const end = last + 20;
    while (last < end) {
      const now = performance.now();
      if (now !== last) ticks++;
      last = now;
    }
    return { came: `no SharedArrayBuffer; ${ticks} ticks of the clock in 20 ms` };
  }],
  ['Look for it in memory that was freed', 'new memory is empty', async () => {
    let used = 0;
    for (let round = 0; round < 8; round++) {
      const bytes = new Uint32Array(1 << 20);
      for (let i = 0; i < bytes.length; i += 64) if (bytes[i] !== 0) used++;
    }
    return { loot: used > 0 ? `${used} words` : null, came: '32 MB of zeros' };
  }],
  ['Read the clipboard', 'the clipboard is read only when the user pastes', async () => {
    const clipboard = await need(navigator.clipboard, 'navigator.clipboard');
    return { loot: await clipboard.readText(), came: 'an empty text' };
  }],
  ['Let the browser fill a hidden form', 'the browser keeps no passwords', async () => {
    const form = document.createElement('form');
    form.innerHTML = '<input name=user autocomplete=username>'
      + '<input name=password type=password autocomplete=current-password>';
    document.body.append(form);
    await pause(300);
    const loot = form.elements.password.value;
    form.remove();
    return { loot, came: 'an empty field' };
  }],
  ['Read the memory of processes as files', 'a page of the web opens no files', async () => {
    const { came } = await load('img', { src: 'file:///proc/self/mem' });
    if (typeof fetch !== 'function') return { came };
    return { loot: await (await fetch('file:///proc/self/mem')).text(), came };
  }],
  ['Read the browser’s own pages', 'a page of the web reaches none of them', async () => {
    const { came } = await load('script', { src: 'bulkhead://processes' });
    if (typeof fetch !== 'function') return { came };
    return { loot: await (await fetch('bulkhead://processes')).text(), came };
  }],
];

/** What the vault says only to who is signed in. */
const secretOf = (text) => /password[^:=]*[:=]\s*"?([^"<\s]+)/.exec(text ?? '')?.[1];
async function get(options, url = `${vault}/vault/account.json`) {
  const ask = await need(window.fetch, 'fetch');
  const response = await ask.call(window, url, options);
  return { loot: secretOf(await response.text()), came: `a response of type ${response.type}` };
}

const body = document.querySelector('#board tbody'), score = document.getElementById('score');
function row(texts, isStopped) {
  const line = document.createElement('tr');
  line.className = isStopped ? 'stopped' : 'read';
  for (const text of texts) {
    const cell = document.createElement('td');
    cell.textContent = text;
    line.append(cell);
  }
  body.append(line);
}
async function tryAll() {
  body.replaceChildren();
  let read = 0, count = 0;
  for (const [name, wall, attempt] of attempts) {
    count++;
    score.textContent = `${count} of ${attempts.length}: ${name} …`;
    let came = 'nothing', loot = null, by = wall;
    try {
      const late = pause(PATIENCE_MS).then(() => ({ came: 'no answer' }));
      ({ loot = null, came = 'nothing' } = await Promise.race([attempt(), late]));
    } catch (error) {
      came = error instanceof Missing ? error.message : `${error?.name ?? error}`;
      if (error instanceof Missing) by = 'the browser has nothing of the kind';
    }
    const isRead = loot !== null && loot !== undefined && loot !== '';
    if (isRead) read++;
    row([name, isRead ? `READ: ${loot}` : came, isRead ? 'nothing' : by], !isRead);
  }
  score.textContent = `${count} ways tried, ${read} read something.`;
  score.className = read === 0 ? 'score stopped' : 'score read';
  document.title = `Steal a password: ${count} tried, ${read} read`;
}
document.getElementById('try').addEventListener('click', tryAll);
