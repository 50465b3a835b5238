// Headers, and what comes of requests.

const isSpaceOrLine = (code) => code === 32 || code === 9 || code === 10 || code === 13;
const trimmed = (value) => {
  let from = 0, to = value.length;
  while (from < to && isSpaceOrLine(charCode(value, from))) from++;
  while (to > from && isSpaceOrLine(charCode(value, to - 1))) to--;
  return substring(value, from, to);
};
const headerName = (given) => {
  const name = text(given);
  if (!n.isToken(name)) throw new PlainTypeError(`'${name}' is not a valid header name`);
  return toLower(name);
};
const headerValue = (given) => {
  const value = trimmed(`${given}`);
  if (!n.isHeaderValue(wellFormed(value))) throw new PlainTypeError('Invalid header value');
  return value;
};
let listOfHeaders, guardHeaders, isHeaders;
class Headers {
  /** Pairs of a name in lower case and a value, in order. */
  #list = []; #guard = 'none';
  static {
    listOfHeaders = (headers) => headers.#list;
    guardHeaders = (headers, guard) => { headers.#guard = guard; return headers; };
    isHeaders = (value) => isObject(value) && #list in value;
  }
  constructor(init) { if (init !== undefined && init !== null) fillHeaders(this, init); }
  /** Whether the header may be changed; one that is the browser's own is left as it is. */
  #allows(name, value) {
    if (this.#guard === 'immutable') throw new PlainTypeError('These headers cannot be changed');
    if (this.#guard === 'request') return !n.isForbiddenHeader(name, value);
    if (this.#guard === 'request-no-cors') return n.isSafelistedHeader(name, value);
    if (this.#guard === 'response') return name !== 'set-cookie' && name !== 'set-cookie2';
    return true;
  }
  append(given, givenValue) {
    const name = headerName(given), value = headerValue(givenValue);
    if (this.#allows(name, value)) push(this.#list, [name, value]);
  }
  delete(given) {
    const name = headerName(given);
    if (!this.#allows(name, '')) return;
    for (let i = this.#list.length - 1; i >= 0; i--) {
      if (this.#list[i][0] === name) removeAt(this.#list, i);
    }
  }
  get(given) {
    const name = headerName(given), found = [];
    for (let i = 0; i < this.#list.length; i++) {
      if (this.#list[i][0] === name) push(found, this.#list[i][1]);
    }
    return found.length === 0 ? null : join(found, ', ');
  }
  getSetCookie() {
    const found = [];
    for (let i = 0; i < this.#list.length; i++) {
      if (this.#list[i][0] === 'set-cookie') push(found, this.#list[i][1]);
    }
    return found;
  }
  has(given) { return this.get(given) !== null; }
  set(given, givenValue) {
    const name = headerName(given), value = headerValue(givenValue);
    if (!this.#allows(name, value)) return;
    const kept = [];
    let isThere = false;
    for (let i = 0; i < this.#list.length; i++) {
      if (this.#list[i][0] !== name) push(kept, this.#list[i]);
      else if (!isThere) { push(kept, [name, value]); isThere = true; }
    }
    if (!isThere) push(kept, [name, value]);
    this.#list = kept;
  }
  /** Sorted by name, each name once. */
  #sorted() {
    const names = [];
    for (let i = 0; i < this.#list.length; i++) {
      const name = this.#list[i][0];
      if (indexIn(names, name) >= 0) continue;
      let at = names.length;
      push(names, name);
      while (at > 0 && names[at - 1] > name) { put(names, at, names[at - 1]); at--; }
      put(names, at, name);
    }
    const pairs = [];
    for (let i = 0; i < names.length; i++) push(pairs, [names[i], this.get(names[i])]);
    return pairs;
  }
  forEach(callback, self) {
    const pairs = this.#sorted();
    for (let i = 0; i < pairs.length; i++) apply(callback, self, [pairs[i][1], pairs[i][0], this]);
  }
  *entries() { const all = this.#sorted(); for (let i = 0; i < all.length; i++) yield all[i]; }
  *keys() { const all = this.#sorted(); for (let i = 0; i < all.length; i++) yield all[i][0]; }
  *values() { const all = this.#sorted(); for (let i = 0; i < all.length; i++) yield all[i][1]; }
}
defineProperty(Headers.prototype, Symbol.iterator, {
  value: Headers.prototype.entries, writable: true, configurable: true,
});
const { append: appendHeader, set: setHeader, get: getHeader } = Headers.prototype;
const headerOf = (headers, name) => apply(getHeader, headers, [name]);
function fillHeaders(headers, init) {
  if (isHeaders(init)) {
    const list = copyOf(listOfHeaders(init));
    for (let i = 0; i < list.length; i++) apply(appendHeader, headers, [list[i][0], list[i][1]]);
  } else if (!isObject(init)) throw new PlainTypeError('These are no headers');
  else if (init[Symbol.iterator] !== undefined) {
    for (const pair of init) {
      const both = [];
      for (const part of pair) push(both, part);
      if (both.length !== 2) throw new PlainTypeError('A header is a name and a value');
      apply(appendHeader, headers, both);
    }
  } else {
    const names = ownKeys(init);
    for (let i = 0; i < names.length; i++) {
      const descriptor = getOwnPropertyDescriptor(init, names[i]);
      if (descriptor !== undefined && descriptor.enumerable) {
        apply(appendHeader, headers, [names[i], init[names[i]]]);
      }
    }
  }
}
expose('Headers', Headers);

// ---- bodies

/** The bytes of what a page sends, and their type. */
function extractBody(value) {
  if (isBlob(value)) return { bytes: blobBytes(value), type: value.type === '' ? null : value.type };
  if (isFormData(value)) return multipart(pairsOfForm(value));
  if (isParams(value)) {
    const type = 'application/x-www-form-urlencoded;charset=UTF-8';
    return { bytes: n.utf8(n.formEncode(pairsOf(value))), type };
  }
  if (isView(value) || isBuffer(value)) return { bytes: copyBytes(value), type: null };
  return { bytes: n.utf8(text(value)), type: 'text/plain;charset=UTF-8' };
}
const noBody = () => ({ bytes: null, later: null, isUsed: false, __proto__: null });
const bodyOf = (bytes) => ({ bytes, later: null, isUsed: false, __proto__: null });
/** Takes a body's bytes, once. */
function consume(body) {
  if (body.isUsed) return failed(new PlainTypeError('The body has been read already'));
  if (body.bytes === null && body.later === null) return resolved(emptyBytes());
  body.isUsed = true;
  return body.later ?? resolved(body.bytes);
}

/** The fields of a multipart body. */
function readForm(bytes, type) {
  const essence = toLower(trimmed(splitAt(type, ';')));
  const data = new FormData(), pairs = pairsOfForm(data);
  if (essence === 'application/x-www-form-urlencoded') {
    const found = n.decodeForm(binaryOf(bytes));
    for (let i = 0; i < found.length; i++) push(pairs, [found[i][0], found[i][1]]);
    return data;
  }
  const at = stringIndexOf(type, 'boundary=');
  if (essence !== 'multipart/form-data' || at < 0) throw new PlainTypeError('The body is no form');
  const boundary = trimmed(splitAt(substring(type, at + 9), ';'));
  readParts(pairs, binaryOf(bytes), boundary[0] === '"' ? substring(boundary, 1, boundary.length - 1) : boundary);
  return data;
}
const splitAt = (value, mark) => {
  const at = stringIndexOf(value, mark);
  return at < 0 ? value : substring(value, 0, at);
};
function readParts(pairs, binary, boundary) {
  let at = stringIndexOf(binary, `--${boundary}`);
  while (at >= 0) {
    const from = at + boundary.length + 2;
    if (substring(binary, from, from + 2) === '--') return;
    const end = stringIndexOf(binary, `\r\n--${boundary}`, from);
    const middle = stringIndexOf(binary, '\r\n\r\n', from);
    if (end < 0 || middle < 0 || middle > end) throw new PlainTypeError('The body is no form');
    readPart(pairs, substring(binary, from, middle), substring(binary, middle + 4, end));
    at = end + 2;
  }
}
const bytesOfBinary = (binary) => {
  const bytes = new PlainUint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = charCode(binary, i);
  return bytes;
};
const parameter = (head, name) => {
  const at = stringIndexOf(head, ` ${name}="`);
  if (at < 0) return null;
  const from = at + name.length + 3;
  return decodeBytes('utf-8', bytesOfBinary(substring(head, from, stringIndexOf(head, '"', from))));
};
function readPart(pairs, head, body) {
  const name = parameter(head, 'name'), file = parameter(head, 'filename');
  if (name === null) throw new PlainTypeError('The body is no form');
  const bytes = bytesOfBinary(body);
  if (file === null) { push(pairs, [name, decodeBytes('utf-8', bytes)]); return; }
  const at = stringIndexOf(toLower(head), 'content-type:');
  const type = at < 0 ? 'text/plain' : trimmed(splitAt(substring(head, at + 13), '\r\n'));
  push(pairs, [name, new File([bytes], file, { type })]);
}
/** The members of Request and Response that read the body. */
const bodyMembers = (stateOfBody) => ({
  get body() { stateOfBody(this); return null; },
  get bodyUsed() { return stateOfBody(this).body.isUsed; },
  arrayBuffer() {
    return promiseThen(readBody(stateOfBody, this), (bytes) => bufferOf(bytes));
  },
  bytes() { return promiseThen(readBody(stateOfBody, this), (bytes) => copyBytes(bytes)); },
  blob() {
    return promiseThen(readBody(stateOfBody, this),
      (bytes) => newBlob(bytes, headerOf(stateOfBody(this).headers, 'content-type') ?? ''));
  },
  formData() {
    return promiseThen(readBody(stateOfBody, this),
      (bytes) => readForm(bytes, headerOf(stateOfBody(this).headers, 'content-type') ?? ''));
  },
  json() {
    return promiseThen(readBody(stateOfBody, this), (bytes) => parseJson(decodeBytes('utf-8', bytes)));
  },
  text() { return promiseThen(readBody(stateOfBody, this), (bytes) => decodeBytes('utf-8', bytes)); },
});
const readBody = (stateOfBody, object) => {
  try { return consume(stateOfBody(object).body); } catch (error) { return failed(error); }
};

// ---- responses

let responseState, newResponse;
class Response {
  #state;
  static {
    responseState = (response) => response.#state;
    newResponse = (state) => {
      const response = new Response();
      response.#state = state;
      return response;
    };
  }
  constructor(given, init) {
    const status = init?.status === undefined ? 200 : trunc(+init.status);
    if (!(status >= 200 && status <= 599)) throw new RangeError('The status is out of range');
    const statusText = init?.statusText === undefined ? '' : text(init.statusText);
    const headers = guardHeaders(new Headers(init?.headers), 'response');
    let body = noBody();
    if (given !== undefined && given !== null) {
      if (status === 204 || status === 205 || status === 304) {
        throw new PlainTypeError('A response with this status has no body');
      }
      const extracted = extractBody(given);
      body = bodyOf(extracted.bytes);
      if (extracted.type !== null && headerOf(headers, 'content-type') === null) {
        apply(appendHeader, headers, ['content-type', extracted.type]);
      }
    }
    this.#state = { type: 'default', url: '', status, statusText, headers, body, isRedirected: false };
  }
  get type() { return this.#state.type; }
  get url() { return withoutHash(this.#state.url); }
  get status() { return this.#state.status; }
  get ok() { return this.#state.status >= 200 && this.#state.status <= 299; }
  get statusText() { return this.#state.statusText; }
  get headers() { return this.#state.headers; }
  get redirected() { return this.#state.isRedirected; }
  clone() {
    const { body } = this.#state;
    if (body.isUsed) throw new PlainTypeError('The body has been read already');
    const copy = { bytes: body.bytes, later: body.later, isUsed: false, __proto__: null };
    const headers = guardHeaders(new Headers(this.#state.headers), 'immutable');
    return newResponse({ ...this.#state, headers, body: copy });
  }
  static error() {
    const headers = guardHeaders(new Headers(), 'immutable');
    return newResponse({ type: 'error', url: '', status: 0, statusText: '', headers,
      body: noBody(), isRedirected: false });
  }
  static json(data, init) {
    const json = stringify(data);
    if (json === undefined) throw new PlainTypeError('The data cannot be JSON');
    const response = new Response(json, init);
    const given = init?.headers === undefined ? null : headerOf(new Headers(init.headers), 'content-type');
    if (given === null) apply(setHeader, response.#state.headers, ['content-type', 'application/json']);
    return response;
  }
  static redirect(url, status = 302) {
    const target = n.resolve(text(url));
    if (target === null) throw new PlainTypeError('Invalid URL');
    if (indexIn([301, 302, 303, 307, 308], status) < 0) throw new RangeError('It is no redirect');
    const headers = new Headers([['location', target]]);
    return newResponse({ type: 'default', url: '', status, statusText: '',
      headers: guardHeaders(headers, 'immutable'), body: noBody(), isRedirected: false });
  }
}
mix(Response.prototype, bodyMembers((response) => responseState(response)));
expose('Response', Response);
