// Request and fetch(). What may be fetched is not decided here.

const requestModes = ['cors', 'no-cors', 'same-origin'];
const credentialModes = ['omit', 'same-origin', 'include'];
const redirectModes = ['follow', 'error', 'manual'];
const cacheModes = ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'];
const referrerPolicies = ['', 'no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin',
  'strict-origin', 'origin-when-cross-origin', 'strict-origin-when-cross-origin', 'unsafe-url'];
const oneOf = (given, allowed, fallback) => {
  if (given === undefined) return fallback;
  const value = text(given);
  if (indexIn(allowed, value) < 0) throw new PlainTypeError(`'${value}' is not allowed here`);
  return value;
};
const requestMethod = (given) => {
  const method = text(given);
  if (!n.isToken(method)) throw new PlainTypeError(`'${method}' is not a valid HTTP method`);
  if (n.isForbiddenMethod(method)) throw new PlainTypeError(`'${method}' HTTP method is unsupported`);
  return n.normalMethod(method);
};
const requestUrl = (given) => {
  const url = n.resolve(text(given)), parts = url === null ? null : n.parseUrl(url, null);
  if (parts === null) throw new PlainTypeError(`Failed to parse URL from ${text(given)}`);
  if (parts[3] !== '' || parts[4] !== '') {
    throw new PlainTypeError('Request cannot be constructed from a URL that includes credentials');
  }
  return url;
};
let requestState, newRequest, isRequest;
class Request {
  #state;
  static {
    requestState = (request) => request.#state;
    isRequest = (value) => isObject(value) && #state in value;
    newRequest = (state) => {
      const request = new Request(state.url);
      request.#state = state;
      return request;
    };
  }
  constructor(input, init) {
    if (arguments.length === 0) throw new PlainTypeError('A request needs an address');
    if (init !== undefined && init !== null && !isObject(init)) throw new PlainTypeError('No options');
    const from = isRequest(input) ? input.#state : null, options = init ?? {};
    const mode = oneOf(options.mode, requestModes, from?.mode ?? 'cors');
    const method = options.method === undefined ? from?.method ?? 'GET' : requestMethod(options.method);
    if (mode === 'no-cors' && indexIn(['GET', 'HEAD', 'POST'], method) < 0) {
      throw new PlainTypeError(`'${method}' is unsupported in no-cors mode`);
    }
    const given = options.signal === undefined ? from?.signal ?? null : options.signal;
    if (given !== null && !(hasState(given) && stateOf(given).aborted !== undefined)) {
      throw new PlainTypeError('The signal is no AbortSignal');
    }
    const headers = guardHeaders(new Headers(), mode === 'no-cors' ? 'request-no-cors' : 'request');
    if (options.headers !== undefined) fillHeaders(headers, options.headers);
    else if (from !== null) fillHeaders(headers, from.headers);
    this.#state = {
      url: from?.url ?? requestUrl(input), method, mode, headers, signal: given ?? newSignal(),
      credentials: oneOf(options.credentials, credentialModes, from?.credentials ?? 'same-origin'),
      cache: oneOf(options.cache, cacheModes, from?.cache ?? 'default'),
      redirect: oneOf(options.redirect, redirectModes, from?.redirect ?? 'follow'),
      policy: oneOf(options.referrerPolicy, referrerPolicies, from?.policy ?? ''),
      referrer: options.referrer === undefined ? from?.referrer ?? 'about:client' : text(options.referrer),
      keepalive: options.keepalive === undefined ? from?.keepalive ?? false : !!options.keepalive,
      body: takeBody(options, from, method, headers),
    };
  }
  get url() { return this.#state.url; }
  get method() { return this.#state.method; }
  get headers() { return this.#state.headers; }
  get mode() { return this.#state.mode; }
  get credentials() { return this.#state.credentials; }
  get cache() { return this.#state.cache; }
  get redirect() { return this.#state.redirect; }
  get referrer() { return this.#state.referrer; }
  get referrerPolicy() { return this.#state.policy; }
  get integrity() { return ''; }
  get keepalive() { return this.#state.keepalive; }
  get signal() { return this.#state.signal; }
  get destination() { return ''; }
  get duplex() { return 'half'; }
  clone() {
    const { body } = this.#state;
    if (body.isUsed) throw new PlainTypeError('The body has been read already');
    const headers = guardHeaders(new Headers(), 'none');
    fillHeaders(headers, this.#state.headers);
    guardHeaders(headers, this.#state.mode === 'no-cors' ? 'request-no-cors' : 'request');
    return newRequest({ ...this.#state, headers, body: bodyOf(body.bytes) });
  }
}
mix(Request.prototype, bodyMembers((request) => requestState(request)));
expose('Request', Request);
/** The body of a new request: its own, or that of the one it is made from, which is then used. */
function takeBody(options, from, method, headers) {
  const hasNone = method === 'GET' || method === 'HEAD';
  const given = options.body;
  if (given !== undefined && given !== null) {
    if (hasNone) throw new PlainTypeError('Request with GET/HEAD method cannot have body');
    const extracted = extractBody(given);
    if (extracted.type !== null && headerOf(headers, 'content-type') === null) {
      apply(appendHeader, headers, ['content-type', extracted.type]);
    }
    return bodyOf(extracted.bytes);
  }
  if (given === null || from === null || from.body.bytes === null) return noBody();
  if (hasNone) throw new PlainTypeError('Request with GET/HEAD method cannot have body');
  if (from.body.isUsed) throw new PlainTypeError('The body has been read already');
  from.body.isUsed = true;
  return bodyOf(from.body.bytes);
}

// ---- under way

/** Of each fetch under way: what to do with its answer. */
const underWay = new PlainMap();
let lastFetch = 0;
const flatHeaders = (headers) => {
  const list = listOfHeaders(headers), flat = [];
  for (let i = 0; i < list.length; i++) { push(flat, list[i][0]); push(flat, list[i][1]); }
  return flat;
};
const sentPolicy = (state) => state.referrer === '' ? 'no-referrer' : state.policy;
/** Sends a request; returns its number, by which it can be stopped. */
function send(state, hooks, isStream = false) {
  const id = ++lastFetch;
  const how = [withoutHash(state.url), state.method, state.mode, state.credentials, state.redirect,
    sentPolicy(state)];
  const { bytes } = state.body, sent = bytes === null ? null : binaryOf(bytes);
  checked(n.fetch(id, how, flatHeaders(state.headers), sent, isStream));
  mapSet(underWay, id, hooks);
  return id;
}
const stopFetch = (id) => { if (mapDelete(underWay, id)) n.abortFetch(id); };
/** What the host tells of a fetch. */
function answer(id, what, detail, status, isRedirected) {
  const hooks = mapGet(underWay, id);
  if (hooks === undefined) return;
  if (what === 'head') { hooks.head(detail, status, isRedirected); return; }
  if (what === 'piece') { hooks.piece(detail); return; }
  mapDelete(underWay, id);
  if (what === 'end') hooks.end(detail);
  else hooks.failed();
}
/** A response that is here already: of a `data:` or `blob:` address. */
function localResponse(url) {
  let kind, bytes;
  if (startsWith(url, 'data:')) {
    const data = n.dataUrl(url);
    if (data === null) return null;
    ({ kind, bytes } = data);
  } else {
    const blob = mapGet(blobUrls, withoutHash(url));
    if (blob === undefined) return null;
    kind = blob.type;
    bytes = blobBytes(blob);
  }
  const headers = kind === '' ? new Headers() : new Headers([['content-type', kind]]);
  apply(appendHeader, headers, ['content-length', `${bytesLength(bytes)}`]);
  return { type: 'basic', url, status: 200, statusText: 'OK', isRedirected: false,
    headers: guardHeaders(headers, 'immutable'), body: bodyOf(bytes) };
}
const isLocal = (url) => startsWith(url, 'data:') || startsWith(url, 'blob:');
const isOfWeb = (url) => startsWith(url, 'http:') || startsWith(url, 'https:');
const headersOfAnswer = (detail) => {
  const headers = new Headers();
  for (let i = 2; i + 1 < detail.length; i += 2) {
    apply(appendHeader, headers, [detail[i], detail[i + 1]]);
  }
  return guardHeaders(headers, 'immutable');
};
const refusedFetch = () => new PlainTypeError('Failed to fetch');
function startFetch(state, resolve, reject) {
  if (state.body.isUsed) throw new PlainTypeError('The body has been read already');
  const signal = stateOf(state.signal);
  if (signal.aborted) throw signal.reason;
  if (isLocal(state.url)) {
    const local = state.method === 'GET' ? localResponse(state.url) : null;
    if (local === null) throw refusedFetch();
    resolve(newResponse(local));
    return;
  }
  if (startsWith(state.url, 'bulkhead:')) { startAct(state, resolve, reject); return; }
  if (!isOfWeb(state.url)) {
    n.log('error', `Fetch API cannot load ${state.url}. URL scheme is not supported.`, '', 0);
    throw refusedFetch();
  }
  let giveBytes, failBytes;
  const later = new PlainPromise((give, fail) => { giveBytes = give; failBytes = fail; });
  // Nobody may ever read the body.
  promiseThen(later, undefined, () => {});
  const id = send(state, {
    head(detail, status, isRedirected) {
      const hasBody = detail[0] === 'basic' || detail[0] === 'cors';
      const body = hasBody ? { bytes: null, later, isUsed: false, __proto__: null } : noBody();
      resolve(newResponse({ type: detail[0], url: detail[1], status, statusText: '', isRedirected,
        headers: headersOfAnswer(detail), body }));
    },
    end(bytes) { giveBytes(bytes); },
    failed() { const error = refusedFetch(); reject(error); failBytes(error); },
  });
  if (state.body.bytes !== null) state.body.isUsed = true;
  apply(addEventListener, state.signal, ['abort', () => {
    stopFetch(id);
    const { reason } = stateOf(state.signal);
    reject(reason);
    failBytes(reason);
  }, { once: true }]);
}
mix(G, {
  fetch(input, init) {
    return new PlainPromise((resolve, reject) => {
      startFetch(requestState(new Request(input, init)), resolve, reject);
    });
  },
});
mix(AbortSignal, {
  any(signals) {
    const combined = newSignal(), all = [];
    for (const signal of signals) {
      stateOf(signal);
      push(all, signal);
    }
    for (let i = 0; i < all.length; i++) {
      if (stateOf(all[i]).aborted) { abort(combined, stateOf(all[i]).reason); return combined; }
    }
    for (let i = 0; i < all.length; i++) {
      apply(addEventListener, all[i], ['abort', () => abort(combined, stateOf(all[i]).reason), { once: true }]);
    }
    return combined;
  },
});
