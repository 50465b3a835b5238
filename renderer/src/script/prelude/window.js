// The window: timers, frames, console, location.

class Window extends EventTarget { constructor() { illegal(); } }
new Brand(G, newState(null));
setPrototypeOf(G, Window.prototype);
expose('Window', Window);
addHandlers(G, handlerTypes);
addHandlers(G, ownKeys(ofWindow));
for (const name of ['window', 'self', 'frames', 'parent', 'top']) {
  defineProperty(G, name, { get: () => G, enumerable: true, configurable: true });
}
defineProperty(G, 'document', { get: () => document, enumerable: true });
delete G.SharedArrayBuffer;
delete G.Atomics;

// ---- timers

const timers = new PlainMap(), frames = new PlainMap();
let lastId = 0, nesting = 0;
function setTimer(callback, delay, repeats, values = []) {
  const id = ++lastId;
  const wait = max(+delay || 0, nesting >= 5 || repeats && nesting >= 4 ? 4 : 0);
  if (!n.timer(id, wait)) fail('QuotaExceededError', 'Too many timers wait');
  const run = typeof callback === 'function' ? callback : text(callback);
  mapSet(timers, id, { run, delay, repeats, values, nesting: nesting + 1, __proto__: null });
  return id;
}
const clearTimer = (id) => {
  const own = +id || 0;
  if (mapDelete(timers, own)) n.clearTimer(own);
};
function runTimer(id) {
  const timer = mapGet(timers, id);
  if (timer === undefined) return;
  if (timer.repeats) {
    const wait = max(+timer.delay || 0, timer.nesting >= 5 ? 4 : 0);
    timer.nesting++;
    n.timer(id, wait);
  } else mapDelete(timers, id);
  nesting = timer.nesting;
  try {
    if (typeof timer.run === 'string') (0, indirectEval)(timer.run);
    else apply(timer.run, G, timer.values);
  } catch (error) { report(error); }
  nesting = 0;
}
const indirectEval = eval;
const later = (task) => setTimer(task, 0, false);
function runFrames(now) {
  const due = [];
  mapEach(frames, (callback, id) => { push(due, id); });
  for (let i = 0; i < due.length; i++) {
    const callback = mapGet(frames, due[i]);
    if (callback === undefined) continue;
    mapDelete(frames, due[i]);
    try { apply(callback, G, [now]); } catch (error) { report(error); }
  }
}
const callable = (callback) => {
  if (typeof callback !== 'function') throw new PlainTypeError('The callback is no function');
  return callback;
};

// ---- promises that nobody caught

const rejected = new PlainMap();
function tellRejections() {
  const waiting = [];
  mapEach(rejected, (reason, promise) => { push(waiting, { promise, reason, __proto__: null }); });
  mapClear(rejected);
  for (let i = 0; i < waiting.length; i++) {
    const { promise, reason } = waiting[i];
    const event = trusted(new PromiseRejectionEvent('unhandledrejection', {
      promise, reason, cancelable: true,
    }));
    if (dispatch(G, event)) {
      if (heard !== null) heard.thrown(reason, true);
      let shown = 'a promise was rejected';
      try { shown = `Uncaught (in promise) ${text(reason)}`; } catch { /* Its own method threw. */ }
      n.log('error', shown, '', 0);
    }
  }
}

// ---- location and history

class Location {
  constructor() { illegal(); }
  get href() { return n.url(); }
  set href(value) { go(text(value)); }
  assign(value) { go(text(value)); }
  replace(value) {
    const url = n.resolve(text(value));
    if (url === null) fail('SyntaxError');
    const isWithin = stringIndexOf(url, '#') >= 0 && withoutHash(url) === withoutHash(n.url());
    if (isWithin || startsWith(url, 'javascript:')) go(url);
    else checked(n.replace(url));
  }
  reload() { n.reload(); }
  toString() { return n.url(); }
  get ancestorOrigins() { return []; }
}
['origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search',
  'hash'].forEach((part, at) => {
  if (part === 'username' || part === 'password') return;
  defineProperty(Location.prototype, part, {
    get() { return n.parseUrl(n.url(), null)[at + 1]; },
    set: part === 'origin' ? undefined : (value) => {
      const parts = n.urlWith(n.url(), part, text(value));
      if (parts !== null) go(parts[0]);
    },
    enumerable: true, configurable: true,
  });
});
const withoutHash = (url) => {
  const at = stringIndexOf(url, '#');
  return at < 0 ? url : substring(url, 0, at);
};
/** To another document, or to another place of this one. */
function go(given) {
  const url = n.resolve(given);
  if (url === null) fail('SyntaxError');
  if (startsWith(url, 'javascript:')) { runUrl(url); return; }
  const old = n.url();
  checked(n.navigate(url));
  if (stringIndexOf(url, '#') >= 0 && withoutHash(url) === withoutHash(old)) n.setUrl(url);
}
/** What a `javascript:` address says. What it returns is not shown. */
function runUrl(url) {
  let code = substring(url, 'javascript:'.length);
  try { code = decode(code); } catch { /* It is no encoded text. */ }
  (0, indirectEval)(code);
}
const decode = decodeURIComponent;
const location = objectCreate(Location.prototype);
defineProperty(G, 'location', {
  get: () => location, set(value) { location.href = value; }, enumerable: true,
});
expose('Location', Location);

class History {
  constructor() { illegal(); }
  get length() { return n.historyLength(); }
  get state() { return presentState(); }
  get scrollRestoration() { return 'auto'; }
  set scrollRestoration(value) { text(value); }
  back() { n.traverse(-1); }
  forward() { n.traverse(1); }
  go(by) {
    const steps = trunc(+by || 0);
    if (steps === 0) n.reload();
    else if (steps > -10_000 && steps < 10_000) n.traverse(steps);
  }
  pushState(state, title, url) { setHistory(state, url, false); }
  replaceState(state, title, url) { setHistory(state, url, true); }
}
let stateJson = null, stateValue = null;
/** The state of the present entry; the same object for as long as it is the same state. */
function presentState() {
  const json = n.historyState();
  if (json !== stateJson) {
    stateJson = json;
    stateValue = json === null ? null : parseJson(json);
  }
  return stateValue;
}
function setHistory(state, given, replaces) {
  const json = state === undefined || state === null ? null : stringify(state);
  if (json === undefined) fail('DataCloneError');
  const url = given === undefined || given === null ? n.url() : n.resolve(text(given));
  if (url === null) fail('SecurityError');
  checked(n.pushState(url, json === null ? null : wellFormed(json), replaces));
}
const history = objectCreate(History.prototype);
defineProperty(G, 'history', { get: () => history, enumerable: true, configurable: true });
expose('History', History);

// ---- the rest

class UserActivation {
  constructor() { illegal(); }
  get isActive() { return n.isActive(); }
  get hasBeenActive() { return n.hasBeenActive(); }
}
const userActivation = objectCreate(UserActivation.prototype);
expose('UserActivation', UserActivation);
class Navigator { constructor() { illegal(); } }
mix(Navigator.prototype, {
  get userAgent() { return n.userAgent() ?? 'Mozilla/5.0 (X11; Linux x86_64) Bulkhead/0.1'; },
  get appVersion() { return '5.0 (X11; Linux x86_64) Bulkhead/0.1'; },
  get appName() { return 'Netscape'; },
  get appCodeName() { return 'Mozilla'; },
  get product() { return 'Gecko'; },
  get platform() { return 'Linux x86_64'; },
  get vendor() { return ''; },
  get language() { return 'en-US'; },
  get languages() { return freeze(['en-US', 'en']); },
  get onLine() { return true; },
  get cookieEnabled() { return true; },
  get hardwareConcurrency() { return 1; },
  get maxTouchPoints() { return 0; },
  get webdriver() { return false; },
  get userActivation() { return userActivation; },
  javaEnabled() { return false; },
  sendBeacon() { return false; },
});
const navigator = objectCreate(Navigator.prototype);
expose('Navigator', Navigator);
defineProperty(G, 'navigator', { get: () => navigator, enumerable: true, configurable: true });


const rootHandle = () => n.documentElement() ?? n.root();
const windowMembers = {
  setTimeout(callback, delay, ...values) { return setTimer(callback, delay, false, values); },
  setInterval(callback, delay, ...values) { return setTimer(callback, delay, true, values); },
  clearTimeout(id) { clearTimer(id); },
  clearInterval(id) { clearTimer(id); },
  requestAnimationFrame(callback) {
    callable(callback);
    if (mapSize(frames) >= 10_000) fail('QuotaExceededError', 'Too many frames wait');
    const id = ++lastId;
    mapSet(frames, id, callback);
    n.frame();
    return id;
  },
  cancelAnimationFrame(id) { mapDelete(frames, +id || 0); },
  requestIdleCallback(callback) {
    callable(callback);
    return setTimer(() => callback({ didTimeout: false, timeRemaining: () => 8 }), 1, false);
  },
  cancelIdleCallback(id) { clearTimer(id); },
  queueMicrotask(callback) {
    callable(callback);
    promiseThen(resolvedPromise, () => { try { callback(); } catch (error) { report(error); } });
  },
  reportError(error) { report(error); },
  getComputedStyle(element) {
    nodeArgument(element);
    return newStyle(computedSource(element));
  },
  getSelection() { return selection; },
  get event() { return currentEvent; },
  scrollTo(x, y) { scrollTo(rootHandle(), x, y, false); },
  scroll(x, y) { scrollTo(rootHandle(), x, y, false); },
  scrollBy(x, y) { scrollTo(rootHandle(), x, y, true); },
  open(url, target) {
    if (url === undefined || url === '') return null;
    const link = createElement('a');
    setAttribute(handleOf(link), 'href', text(url));
    setAttribute(handleOf(link), 'target', target === undefined ? '_blank' : text(target));
    const holder = n.documentElement();
    if (holder === null) return null;
    // Where it leads is decided as for any link.
    insert(holder, link, null);
    n.click(handleOf(link));
    remove(handleOf(link));
    return null;
  },
  close() { n.closeTab(); }, stop() {}, focus() {}, blur() {}, print() {},
  matchMedia(query) { need(arguments, 1); return mediaList(text(query)); },
  alert(message) { n.alert(message === undefined ? '' : text(message)); },
  confirm(message) { return n.confirm(message === undefined ? '' : text(message)); },
  prompt(message, initial) {
    return n.prompt(message === undefined ? '' : text(message), initial === undefined ? '' : text(initial));
  },
  get innerWidth() { return round(n.view()[0]); },
  get innerHeight() { return round(n.view()[1]); },
  get outerWidth() { return round(n.view()[0]); },
  get outerHeight() { return round(n.view()[1]); },
  get scrollX() { return n.view()[2]; },
  get scrollY() { return n.view()[3]; },
  get pageXOffset() { return n.view()[2]; },
  get pageYOffset() { return n.view()[3]; },
  get screenX() { return 0; },
  get screenY() { return 0; },
  get devicePixelRatio() { return n.view()[4]; },
  get origin() { return location.origin; },
  get isSecureContext() { return location.protocol === 'https:'; },
  get screen() {
    const view = n.view(), width = view[0], height = view[1];
    return { width, height, availWidth: width, availHeight: height, colorDepth: 24, pixelDepth: 24 };
  },
};
mix(G, windowMembers);
// A page may put something else in their place, as `var parent` does.
for (const name of [
  'self', 'frames', 'parent', 'event', 'screen', 'origin', 'innerWidth', 'innerHeight', 'outerWidth',
  'outerHeight', 'scrollX', 'scrollY', 'pageXOffset', 'pageYOffset', 'screenX', 'screenY',
  'devicePixelRatio',
]) {
  const { get } = getOwnPropertyDescriptor(G, name);
  const set = (value) => {
    defineProperty(G, name, {
      value, writable: true, enumerable: true, configurable: true, __proto__: null,
    });
  };
  defineProperty(G, name, { get, set, enumerable: true, configurable: true });
}
G.length = 0;
G.closed = false;
G.name = '';
G.opener = null;
G.frameElement = null;
G.status = '';

