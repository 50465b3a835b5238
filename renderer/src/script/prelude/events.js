// Events, and who listens to them.

const listened = new PlainSet();
const listen = (type) => {
  if (!setHas(listened, type)) { setAdd(listened, type); n.listen(type); }
};
const self = (target) => target === undefined || target === null ? G : target;
const captures = (options) => isObject(options) ? !!options.capture : !!options;

class EventTarget {
  constructor() { return new Brand(this, newState(null)); }
  addEventListener(type, callback, options) {
    need(arguments, 2);
    const target = self(this), state = stateOf(target);
    type = text(type);
    const capture = captures(options);
    const full = isObject(options) ? options : null;
    const once = !!(full && full.once), passive = !!(full && full.passive);
    const signal = full ? full.signal : undefined;
    if (callback === null || callback === undefined) return;
    if (!isObject(callback)) throw new PlainTypeError('The listener is not an object');
    if (signal !== undefined && signal.aborted) return;
    if (findListener(state, type, callback, capture) >= 0) return;
    addRecord(state, type, { callback, capture, once, passive, gone: false, __proto__: null });
    if (signal !== undefined) {
      apply(addEventListener, signal, ['abort', () => {
        apply(removeEventListener, target, [type, callback, capture]);
      }]);
    }
  }
  removeEventListener(type, callback, options) {
    need(arguments, 2);
    const state = stateOf(self(this));
    type = text(type);
    const at = findListener(state, type, callback, captures(options));
    if (at < 0) return;
    const records = mapGet(state.listeners, type);
    records[at].gone = true;
    removeRecord(records, at);
  }
  dispatchEvent(event) {
    const details = eventDetails(event);
    if (details.isDispatched || !details.isInitialized) fail('InvalidStateError');
    if (details.isTrusted) details.isTrusted = false;
    const target = self(this);
    if (details.type !== 'click' || !isNode(target) || !isMouse(event)) return dispatch(target, event);
    // What a click does follows, whoever made it.
    if (!clickOn(target, event)) n.click(handleOf(target));
    return !details.isPrevented;
  }
}
const { addEventListener, removeEventListener } = EventTarget.prototype;

/** How often anybody began to listen. */
let additions = 0;
function addRecord(state, type, record) {
  if (!state.listeners) state.listeners = new PlainMap();
  let records = mapGet(state.listeners, type);
  if (!records) {
    records = bareList();
    records.capturing = 0;
    mapSet(state.listeners, type, records);
  }
  if (record.capture) records.capturing++;
  additions++;
  if (state.handle !== null && !state.listens) { state.listens = true; n.listening(state.handle); }
  records[records.length] = record;
  listen(type);
}
function removeRecord(records, at) {
  if (records[at].capture) records.capturing--;
  removeAt(records, at);
}
function findListener(state, type, callback, capture) {
  const records = state.listeners && mapGet(state.listeners, type);
  if (!records) return -1;
  for (let i = 0; i < records.length; i++) {
    const record = records[i];
    if (record.callback === callback && record.capture === capture && callback !== null) return i;
  }
  return -1;
}

// What an event is that nothing else has been said of.
const detailsBase = {
  bubbles: false, cancelable: false, composed: false, isInitialized: true, target: null,
  current: null, phase: 0, isPrevented: false, stop: 0, isTrusted: false, isDispatched: false,
  isPassive: false, wasStopped: false, path: bareList(), __proto__: null,
};
let detailsOf, isEvent;
const eventDetails = (event) => isEvent(event) ? detailsOf(event)
  : (() => { throw new PlainTypeError('The argument is not an Event'); })();
class Event {
  #details;
  static {
    detailsOf = (event) => event.#details;
    isEvent = (event) => isObject(event) && #details in event;
  }
  constructor(type, init) {
    need(arguments, 1);
    if (init !== undefined && init !== null && !isObject(init)) throw new PlainTypeError('The second argument is not an object');
    const details = this.#details = objectCreate(detailsBase);
    details.type = text(type);
    if (init) {
      if (init.bubbles) details.bubbles = true;
      if (init.cancelable) details.cancelable = true;
      if (init.composed) details.composed = true;
    }
    details.time = n.now();
  }
  get type() { return this.#details.type; }
  get bubbles() { return this.#details.bubbles; }
  get cancelable() { return this.#details.cancelable; }
  get composed() { return this.#details.composed; }
  get target() { return this.#details.target; }
  get srcElement() { return this.#details.target; }
  get currentTarget() { return this.#details.current; }
  get eventPhase() { return this.#details.phase; }
  get defaultPrevented() { return this.#details.isPrevented; }
  get isTrusted() { return this.#details.isTrusted; }
  get timeStamp() { return this.#details.time; }
  get returnValue() { return !this.#details.isPrevented; }
  set returnValue(value) { if (!value) prevent(this.#details); }
  get cancelBubble() { return this.#details.stop > 0; }
  set cancelBubble(value) { if (value && this.#details.stop === 0) this.#details.stop = 1; }
  preventDefault() { prevent(this.#details); }
  stopPropagation() { if (this.#details.stop === 0) this.#details.stop = 1; }
  stopImmediatePropagation() { this.#details.stop = 2; }
  composedPath() {
    const { path } = this.#details, whole = [];
    for (let i = 0; i < path.length; i++) {
      push(whole, typeof path[i] === 'number' ? wrap(handleAt(path[i])) : path[i]);
    }
    return whole;
  }
  initEvent(type, bubbles = false, cancelable = false) {
    need(arguments, 1);
    const details = this.#details;
    details.isInitialized = true;
    if (details.isDispatched) return;
    details.type = text(type);
    details.bubbles = !!bubbles;
    details.cancelable = !!cancelable;
    details.stop = 0;
    details.isPrevented = false;
    details.isTrusted = false;
    details.target = null;
  }
}
const prevent = (details) => {
  if (details.cancelable && !details.isPassive) details.isPrevented = true;
};
const phases = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 };
for (const name of ownKeys(phases)) {
  const constant = { value: phases[name], enumerable: true };
  defineProperty(Event, name, constant);
  defineProperty(Event.prototype, name, constant);
}

/** Runs what listens; returns whether nobody prevented what the event does by itself. */
function dispatch(target, event) {
  const details = detailsOf(event), { handle } = stateOf(target), { type } = details;
  details.isDispatched = true;
  details.target = target;
  // Only elements and the window can have handlers as attributes; of most types there are none.
  const mayInline = handle !== null || target === G;
  let path, inline = mayInline && n.isInlined(type);
  if (handle === null) (path = bareList())[0] = target;
  else {
    path = n.route(handle);
    path[0] = target;
    if (type !== 'load' && n.isConnected(handle)) path[path.length] = G;
  }
  details.path = path;
  const count = path.length, before = additions;
  for (let i = count - 1; i >= 0 && details.stop === 0; i--) {
    if (!inline && additions === before && isUnheard(path[i])) continue;
    const at = resolve(path, i, inline, type), records = at ? recordsOf(at, type) : undefined;
    if (records === undefined || records.capturing === 0) continue;
    details.phase = i === 0 ? 2 : 1;
    invoke(at, records, event, details, true);
    // A listener may have given the first such attribute.
    if (mayInline && !inline) inline = n.isInlined(type);
  }
  const last = details.bubbles ? count : 1;
  for (let i = 0; i < last && details.stop === 0; i++) {
    if (!inline && additions === before && isUnheard(path[i])) continue;
    const at = resolve(path, i, inline, type);
    if (!at) continue;
    details.phase = i === 0 ? 2 : 3;
    if (inline) {
      const own = inlineHandler(at, stateOf(at), type);
      details.current = at;
      if (own) callHandler(own, at, event, details);
    }
    const records = recordsOf(at, type);
    if (records === undefined || records.length === 0) continue;
    invoke(at, records, event, details, false);
    if (mayInline && !inline) inline = n.isInlined(type);
  }
  details.phase = 0;
  details.current = null;
  details.path = detailsBase.path;
  details.isDispatched = false;
  const wasStopped = details.stop > 0;
  if (details.wasStopped !== wasStopped) details.wasStopped = wasStopped;
  if (wasStopped) details.stop = 0;
  return !details.isPrevented;
}

/** Whether a place of an event's way is a node at which nobody listened when it began. */
const isUnheard = (step) => typeof step === 'number' && step < 0;
/** The node at a place of an event's way. */
const handleAt = (step) => step < 0 ? -1 - step : step;
/** Who stands at a place of the path, if it can listen: a node without a wrapper cannot. */
function resolve(path, i, inline, type) {
  if (typeof path[i] !== 'number') return path[i];
  const at = handleAt(path[i]), present = existing(at);
  if (present) return path[i] = present;
  return inline && n.attribute(at, 'on' + type) !== null ? path[i] = wrap(at) : null;
}

/** Those who listen at a target, if any ever did. */
const recordsOf = (target, type) => {
  const { listeners } = stateOf(target);
  return listeners === null ? undefined : mapGet(listeners, type);
};

function invoke(target, records, event, details, capture) {
  details.current = target;
  const now = records.length === 1 ? null : bareCopy(records), outer = currentEvent;
  const count = records.length;
  currentEvent = event;
  for (let i = 0; i < count && details.stop < 2; i++) {
    const record = now === null ? records[0] : now[i];
    if (record.gone || record.capture !== capture) continue;
    if (record.once) {
      record.gone = true;
      const at = indexIn(records, record);
      if (at >= 0) removeRecord(records, at);
    }
    if (record.isHandler) {
      const { handlers } = stateOf(target), isInline = details.type + ' source' in handlers;
      if (!isInline) callHandler(handlers[details.type], target, event, details);
      continue;
    }
    if (record.passive) details.isPassive = true;
    try {
      if (typeof record.callback === 'function') apply(record.callback, target, [event]);
      else {
        const method = record.callback.handleEvent;
        if (typeof method !== 'function') throw new PlainTypeError('handleEvent is not a function');
        apply(method, record.callback, [event]);
      }
    } catch (error) { report(error); }
    if (record.passive) details.isPassive = false;
  }
  currentEvent = outer;
}
/** `window.event`. */
let currentEvent;

// ---- handlers: `onclick` as a property, and as an attribute

function callHandler(handler, target, event, details) {
  if (typeof handler !== 'function') return;
  try {
    let returned;
    if (details.type === 'error' && target === G) {
      returned = apply(handler, target,
        [event.message, event.filename, event.lineno, event.colno, event.error]) === true
        ? false : undefined;
    } else returned = apply(handler, target, [event]);
    const stays = details.type === 'beforeunload' && returned !== undefined && returned !== null;
    if (returned === false || stays) prevent(details);
  } catch (error) { report(error); }
}

const ofWindow = { __proto__: null };
for (const type of ['afterprint', 'beforeprint', 'beforeunload', 'blur', 'error', 'focus',
  'hashchange', 'languagechange', 'load', 'message', 'offline', 'online', 'pagehide', 'pageshow',
  'popstate', 'resize', 'scroll', 'storage', 'unload', 'rejectionhandled', 'unhandledrejection']) {
  ofWindow[type] = true;
}

/** The element whose attributes are a target's handlers: the body's may be the window's. */
function attributesOf(target, state, type) {
  if (target === G) {
    const body = ofWindow[type] ? bodyHandle() : null;
    return body;
  }
  if (state.handle === null || n.type(state.handle) !== 1) return null;
  return ofWindow[type] && state.handle === bodyHandle() ? null : state.handle;
}

/** What the attribute says, unless a script has set something else. */
function inlineHandler(target, state, type) {
  if (state.handlers && type in state.handlers && !(type + ' source' in state.handlers)) return null;
  const handle = attributesOf(target, state, type);
  const source = handle === null ? null : n.attribute(handle, 'on' + type);
  if (source === null) return null;
  const handlers = state.handlers || (state.handlers = { __proto__: null });
  if (handlers[type + ' source'] !== source) {
    handlers[type + ' source'] = source;
    handlers[type] = compile(wrap(handle), type, source, target === G);
  }
  return handlers[type];
}

/** The attribute has changed: what it says now is the handler. */
function forgetHandler(handle, type) {
  const wrapper = existing(handle), handlers = wrapper && stateOf(wrapper).handlers;
  if (handlers) {
    delete handlers[type];
    delete handlers[type + ' source'];
  }
}

function compile(element, type, source, isWindow) {
  const names = isWindow && type === 'error' ? 'event, source, lineno, colno, error' : 'event';
  try {
    const body = `with (document) { with (this.form || {}) { with (this) {
      return function (${names}) {\n${source}\n}; } } }`;
    const make = new PlainFunction(isWindow ? `return function (${names}) {\n${source}\n};` : body);
    return apply(make, element, []);
  } catch (error) { report(error); return null; }
}

function handlerOf(target, type) {
  const state = stateOf(target);
  const inline = inlineHandler(target, state, type);
  return inline || (state.handlers && state.handlers[type]) || null;
}
function setHandler(target, type, handler) {
  const state = stateOf(target);
  const handlers = state.handlers || (state.handlers = { __proto__: null });
  delete handlers[type + ' source'];
  handlers[type] = isObject(handler) ? handler : null;
  if (!handlers[type + ' listens']) {
    handlers[type + ' listens'] = true;
    addRecord(state, type, {
      callback: null, capture: false, once: false, passive: false, gone: false, isHandler: true,
      __proto__: null,
    });
  }
}
const handlerTypes = [
  'abort', 'animationend', 'animationiteration', 'animationstart', 'auxclick', 'beforeinput', 'blur',
  'cancel', 'canplay', 'change', 'click', 'close', 'contextmenu', 'copy', 'cut', 'dblclick', 'drag',
  'dragend', 'dragenter', 'dragleave', 'dragover', 'dragstart', 'drop', 'ended', 'error', 'focus',
  'focusin', 'focusout', 'formdata', 'gotpointercapture', 'input', 'invalid', 'keydown', 'keypress', 'keyup', 'load',
  'loadend', 'loadstart', 'lostpointercapture', 'mousedown', 'mouseenter', 'mouseleave', 'mousemove', 'mouseout',
  'mouseover', 'mouseup', 'paste', 'pause', 'play', 'playing', 'pointercancel', 'pointerdown',
  'pointerenter', 'pointerleave', 'pointermove', 'pointerout', 'pointerover', 'pointerup',
  'progress', 'reset', 'resize', 'scroll', 'scrollend', 'select', 'selectionchange', 'selectstart',
  'submit', 'toggle', 'webkitAnimationEnd', 'webkitAnimationIteration', 'webkitAnimationStart',
  'webkitTransitionEnd', 'touchcancel', 'touchend', 'touchmove', 'touchstart', 'transitionend', 'wheel',
];
/** Gives a prototype, or the window, its handler properties. */
const addHandlers = (prototype, types) => {
  for (let i = 0; i < types.length; i++) {
    const type = types[i];
    accessor(prototype, 'on' + toLower(type), {
      get() { return handlerOf(self(this), type); },
      set(handler) { setHandler(self(this), type, handler); },
    });
  }
};

// ---- errors

let isReporting = false;
/** An exception that nobody caught. */
function report(error) {
  let message = 'Uncaught exception', stack = '';
  try {
    message = `Uncaught ${text(error)}`;
    stack = error instanceof PlainError ? text(error.stack) : '';
  } catch { /* Its own methods threw. */ }
  if (!isReporting) {
    isReporting = true;
    try {
      const event = trusted(new ErrorEvent('error', { message, error, cancelable: true }));
      if (!dispatch(G, event)) return;
    } finally { isReporting = false; }
  }
  if (heard !== null) heard.thrown(error, false);
  n.log('error', stack === '' ? message : `${message}\n${stack}`, wellFormed(stack), 0);
}
const trusted = (event) => { detailsOf(event).isTrusted = true; return event; };
expose('EventTarget', EventTarget);
expose('Event', Event);
