// Messages between parts of a page.
//
// Source: the HTML standard, "Channel messaging" and "Posting messages".

let posted = 0;
/** Tells of a message in a task of its own. */
function post(run) {
  if (posted >= 1_000) fail('QuotaExceededError', 'Too many messages wait');
  posted++;
  setTimer(() => { posted--; run(); }, 0, false);
}
const newMessage = (type, data, ports, more) => trusted(new MessageEvent(type, {
  data, ports: freeze(ports), ...more,
}));

class MessagePort extends EventTarget {
  constructor() { illegal(); }
  postMessage(message, options) {
    need(arguments, 1);
    const state = portState(this), transfer = transferOf(options);
    if (indexIn(transfer, this) >= 0) fail('DataCloneError');
    const copied = copyWith(message, transfer), to = state.other;
    if (to === null) return;
    if (to.waiting.length >= 1_000) fail('QuotaExceededError', 'Too many messages wait');
    push(to.waiting, copied);
    deliverTo(to);
  }
  start() { const state = portState(this); state.isStarted = true; deliverTo(state); }
  close() {
    const state = portState(this);
    if (state.other !== null) state.other.other = null;
    state.other = null;
  }
  get onmessage() { return handlerOf(this, 'message'); }
  set onmessage(handler) {
    setHandler(this, 'message', handler);
    const state = portState(this);
    state.isStarted = true;
    deliverTo(state);
  }
}
addHandlers(MessagePort.prototype, ['messageerror']);
const isPort = (value) => hasState(value) && stateOf(value).waiting !== undefined;
const portState = (port) => {
  const state = stateOf(port);
  if (state.waiting === undefined) throw new PlainTypeError('Illegal invocation');
  return state;
};
const newPort = () => {
  const state = newState(null), port = objectCreate(MessagePort.prototype);
  state.waiting = [];
  state.other = null;
  state.isStarted = false;
  state.isMoved = false;
  state.port = port;
  return new Brand(port, state);
};
/** A port in the place of one that goes elsewhere. */
const movedPort = (old) => {
  const from = portState(old), port = newPort(), state = portState(port);
  state.waiting = from.waiting;
  state.other = from.other;
  if (from.other !== null) from.other.other = state;
  from.other = null;
  from.waiting = [];
  return port;
};
function deliverTo(state) {
  if (!state.isStarted || state.waiting.length === 0 || state.isDelivering) return;
  state.isDelivering = true;
  post(() => {
    state.isDelivering = false;
    if (state.waiting.length === 0) return;
    const { data, ports } = state.waiting[0];
    removeAt(state.waiting, 0);
    deliverTo(state);
    dispatch(state.port, newMessage('message', data, ports));
  });
}
class MessageChannel {
  #one = newPort(); #other = newPort();
  constructor() {
    portState(this.#one).other = portState(this.#other);
    portState(this.#other).other = portState(this.#one);
  }
  get port1() { return this.#one; }
  get port2() { return this.#other; }
}

/** Those that hear what is said on a channel of that name; there is one page. */
const channels = new PlainMap();
class BroadcastChannel extends EventTarget {
  constructor(name) {
    need(arguments, 1);
    const state = newState(null), channel = new Brand(objectCreate(new.target.prototype), state);
    state.name = text(name);
    state.isOpen = true;
    const all = mapGet(channels, state.name) ?? [];
    if (all.length >= 1_000) fail('QuotaExceededError', 'Too many channels');
    push(all, channel);
    mapSet(channels, state.name, all);
    return channel;
  }
  get name() { return stateOf(this).name; }
  postMessage(message) {
    need(arguments, 1);
    const { name, isOpen } = stateOf(this);
    if (!isOpen) fail('InvalidStateError');
    const all = copyOf(mapGet(channels, name) ?? []), { data } = copyWith(message, []);
    for (let i = 0; i < all.length; i++) {
      if (all[i] === this) continue;
      post(() => {
        if (stateOf(all[i]).isOpen) {
          dispatch(all[i], newMessage('message', structuredCopy(data, new PlainMap(), null), [], { origin: location.origin }));
        }
      });
    }
  }
  close() {
    const state = stateOf(this), all = mapGet(channels, state.name) ?? [], at = indexIn(all, this);
    state.isOpen = false;
    if (at >= 0) removeAt(all, at);
    if (all.length === 0) mapDelete(channels, state.name);
  }
}
addHandlers(BroadcastChannel.prototype, ['message', 'messageerror']);
mix(G, {
  postMessage(message, target, transfer) {
    need(arguments, 1);
    const options = isObject(target) ? target : null;
    const origin = options === null ? target : options.targetOrigin;
    const wanted = origin === undefined ? '/' : text(origin);
    let isOurs = wanted === '*' || wanted === '/';
    if (!isOurs) {
      const parts = n.parseUrl(wanted, null);
      if (parts === null) fail('SyntaxError');
      isOurs = parts[1] === location.origin;
    }
    const { data, ports } = copyWith(message, transferOf(options ?? transfer));
    if (!isOurs) return;
    post(() => dispatch(G, newMessage('message', data, ports, { origin: location.origin, source: G })));
  },
  structuredClone(value, options) {
    need(arguments, 1);
    return copyWith(value, transferOf(options)).data;
  },
});
expose('MessagePort', MessagePort);
expose('MessageChannel', MessageChannel);
expose('BroadcastChannel', BroadcastChannel);
