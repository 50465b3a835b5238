// XMLHttpRequest, which never waits for its answer.

const { UNSENT, OPENED, HEADERS_RECEIVED, LOADING, DONE } =
  { UNSENT: 0, OPENED: 1, HEADERS_RECEIVED: 2, LOADING: 3, DONE: 4 };
const xhrEvents = ['loadstart', 'progress', 'abort', 'error', 'load', 'timeout', 'loadend'];
const responseTypes = ['', 'arraybuffer', 'blob', 'document', 'json', 'text'];
class XMLHttpRequestEventTarget extends EventTarget { constructor() { super(); } }
addHandlers(XMLHttpRequestEventTarget.prototype, xhrEvents);
class XMLHttpRequestUpload extends XMLHttpRequestEventTarget {}
const ProgressEvent = G.ProgressEvent;
const newXhrState = () => ({
  ready: UNSENT, method: 'GET', url: '', headers: null, id: 0, isSent: false, responseType: '',
  timeout: 0, timer: 0, withCredentials: false, mime: null, response: null, bytes: null, result: undefined,
  upload: new XMLHttpRequestUpload(), __proto__: null,
});
let xhrOf;
class XMLHttpRequest extends XMLHttpRequestEventTarget {
  #xhr = newXhrState();
  static { xhrOf = (request) => request.#xhr; }
  open(method, url, isAsync = true) {
    const xhr = this.#xhr, wanted = text(method);
    if (!n.isToken(wanted)) fail('SyntaxError', 'The method is no token');
    if (n.isForbiddenMethod(wanted)) fail('SecurityError', 'The method is forbidden');
    const target = n.resolve(text(url));
    if (target === null) fail('SyntaxError', 'Invalid URL');
    if (!isAsync) fail('InvalidAccessError', 'A synchronous XMLHttpRequest would stop the page: it is not supported');
    stopXhr(xhr);
    xhr.method = n.normalMethod(wanted);
    xhr.url = target;
    xhr.headers = guardHeaders(new Headers(), 'request');
    xhr.isSent = false;
    xhr.response = xhr.bytes = null;
    xhr.result = undefined;
    setReady(this, OPENED);
  }
  setRequestHeader(name, value) {
    const xhr = this.#xhr;
    if (xhr.ready !== OPENED || xhr.isSent) fail('InvalidStateError');
    const given = text(name), trimmedValue = trimmed(`${value}`);
    if (!n.isToken(given) || !n.isHeaderValue(wellFormed(trimmedValue))) fail('SyntaxError', 'Invalid header');
    const before = headerOf(xhr.headers, given);
    const whole = before === null ? trimmedValue : `${before}, ${trimmedValue}`;
    apply(setHeader, xhr.headers, [given, whole]);
  }
  send(given) {
    const xhr = this.#xhr;
    if (xhr.ready !== OPENED || xhr.isSent) fail('InvalidStateError');
    const hasBody = given !== undefined && given !== null && xhr.method !== 'GET' && xhr.method !== 'HEAD';
    const body = hasBody ? extractBody(isNode(given) ? n.outer(n.documentElement()) : given) : null;
    if (body !== null && body.type !== null && headerOf(xhr.headers, 'content-type') === null) {
      apply(setHeader, xhr.headers, ['content-type', body.type]);
    }
    if (headerOf(xhr.headers, 'accept') === null) apply(setHeader, xhr.headers, ['accept', '*/*']);
    xhr.isSent = true;
    xhr.withBody = body === null ? null : body.bytes;
    tellXhr(this, 'loadstart', 0, 0);
    if (xhr.ready !== OPENED || !xhr.isSent) return;
    if (xhr.timeout > 0) startTimeout(this);
    sendXhr(this);
  }
  abort() {
    const xhr = this.#xhr, wasUnderWay = xhr.isSent && xhr.ready !== DONE;
    stopXhr(xhr);
    if (wasUnderWay) endXhr(this, 'abort');
    if (xhr.ready === DONE) xhr.ready = UNSENT;
  }
  get readyState() { return this.#xhr.ready; }
  get timeout() { return this.#xhr.timeout; }
  set timeout(value) {
    this.#xhr.timeout = max(trunc(+value) || 0, 0);
    if (this.#xhr.isSent && this.#xhr.ready !== DONE) startTimeout(this);
  }
  get withCredentials() { return this.#xhr.withCredentials; }
  set withCredentials(value) {
    if (this.#xhr.ready > OPENED || this.#xhr.isSent) fail('InvalidStateError');
    this.#xhr.withCredentials = !!value;
  }
  get upload() { return this.#xhr.upload; }
  get responseType() { return this.#xhr.responseType; }
  set responseType(value) {
    if (this.#xhr.ready >= LOADING) fail('InvalidStateError');
    const wanted = text(value);
    if (indexIn(responseTypes, wanted) >= 0) this.#xhr.responseType = wanted;
  }
  get responseURL() { return this.#xhr.response === null ? '' : withoutHash(this.#xhr.response.url); }
  get status() { return this.#xhr.response === null ? 0 : this.#xhr.response.status; }
  get statusText() { return this.#xhr.response === null ? '' : this.#xhr.response.statusText; }
  get responseText() {
    const xhr = this.#xhr;
    if (xhr.responseType !== '' && xhr.responseType !== 'text') fail('InvalidStateError');
    return textOfXhr(xhr);
  }
  get responseXML() { return null; }
  get response() {
    const xhr = this.#xhr;
    if (xhr.responseType === '' || xhr.responseType === 'text') return textOfXhr(xhr);
    if (xhr.ready !== DONE || xhr.bytes === null) return null;
    if (xhr.result === undefined) xhr.result = resultOfXhr(xhr);
    return xhr.result;
  }
  overrideMimeType(mime) {
    if (this.#xhr.ready >= LOADING) fail('InvalidStateError');
    this.#xhr.mime = text(mime);
  }
  getResponseHeader(name) {
    const { response } = this.#xhr, given = text(name);
    return response === null || !n.isToken(given) ? null : headerOf(response.headers, given);
  }
  getAllResponseHeaders() {
    const { response } = this.#xhr;
    let all = '';
    if (response === null) return all;
    apply(eachHeader, response.headers, [(value, name) => { all += `${name}: ${value}\r\n`; }]);
    return all;
  }
}
const { forEach: eachHeader } = Headers.prototype;
addHandlers(XMLHttpRequest.prototype, ['readystatechange']);
const readyStates = { UNSENT, OPENED, HEADERS_RECEIVED, LOADING, DONE };
for (const name of ownKeys(readyStates)) {
  const constant = { value: readyStates[name], enumerable: true };
  defineProperty(XMLHttpRequest, name, constant);
  defineProperty(XMLHttpRequest.prototype, name, constant);
}
expose('XMLHttpRequestEventTarget', XMLHttpRequestEventTarget);
expose('XMLHttpRequestUpload', XMLHttpRequestUpload);
expose('XMLHttpRequest', XMLHttpRequest);

function setReady(request, ready) {
  xhrOf(request).ready = ready;
  dispatch(request, trusted(new Event('readystatechange')));
}
function tellXhr(request, type, loaded, total) {
  dispatch(request, trusted(new ProgressEvent(type, { lengthComputable: total > 0, loaded, total })));
}
function stopXhr(xhr) {
  if (xhr.id !== 0) stopFetch(xhr.id);
  if (xhr.timer !== 0) clearTimer(xhr.timer);
  xhr.id = xhr.timer = 0;
}
function startTimeout(request) {
  const xhr = xhrOf(request);
  if (xhr.timer !== 0) clearTimer(xhr.timer);
  xhr.timer = xhr.timeout === 0 ? 0 : setTimer(() => {
    stopXhr(xhr);
    endXhr(request, 'timeout');
  }, xhr.timeout, false);
}
/** It has ended without an answer. */
function endXhr(request, type) {
  const xhr = xhrOf(request);
  stopXhr(xhr);
  xhr.isSent = false;
  xhr.response = xhr.bytes = null;
  setReady(request, DONE);
  tellXhr(request, type, 0, 0);
  tellXhr(request, 'loadend', 0, 0);
}
function sendXhr(request) {
  const xhr = xhrOf(request);
  if (isLocal(xhr.url)) {
    const local = xhr.method === 'GET' ? localResponse(xhr.url) : null;
    xhr.timer = xhr.timer || 0;
    later(() => {
      if (!xhr.isSent || xhr.id !== 0) return;
      if (local === null) { endXhr(request, 'error'); return; }
      headXhr(request, local);
      doneXhr(request, local.body.bytes);
    });
    return;
  }
  const state = { url: xhr.url, method: xhr.method, mode: 'cors', redirect: 'follow', policy: '',
    referrer: 'about:client', headers: xhr.headers, body: bodyOf(xhr.withBody),
    credentials: xhr.withCredentials ? 'include' : 'same-origin' };
  if (!isOfWeb(xhr.url)) { later(() => { if (xhr.isSent) endXhr(request, 'error'); }); return; }
  xhr.id = send(state, {
    head(detail, status, isRedirected) {
      headXhr(request, { url: detail[1], status, statusText: '', isRedirected,
        headers: headersOfAnswer(detail) });
    },
    end(bytes) { xhr.id = 0; doneXhr(request, bytes); },
    failed() { xhr.id = 0; endXhr(request, 'error'); },
  });
}
function headXhr(request, response) {
  xhrOf(request).response = response;
  setReady(request, HEADERS_RECEIVED);
}
function doneXhr(request, bytes) {
  const xhr = xhrOf(request);
  // A handler may have begun anew.
  if (xhr.ready !== HEADERS_RECEIVED) return;
  stopXhr(xhr);
  xhr.bytes = bytes;
  const length = bytesLength(bytes);
  if (length > 0) {
    setReady(request, LOADING);
    tellXhr(request, 'progress', length, length);
  }
  if (xhr.bytes !== bytes) return;
  xhr.isSent = false;
  setReady(request, DONE);
  tellXhr(request, 'load', length, length);
  tellXhr(request, 'loadend', length, length);
}
const typeOfXhr = (xhr) => xhr.mime ?? headerOf(xhr.response.headers, 'content-type') ?? '';
const charsetOf = (type) => {
  const at = stringIndexOf(toLower(type), 'charset=');
  if (at < 0) return 'utf-8';
  const label = trimmed(splitAt(substring(type, at + 8), ';'));
  return label[0] === '"' ? substring(label, 1, label.length - 1) : label;
};
const textOfXhr = (xhr) => {
  if (xhr.ready < LOADING || xhr.bytes === null) return '';
  if (xhr.asText === undefined || xhr.textOf !== xhr.bytes) {
    xhr.asText = decodeBytes(charsetOf(typeOfXhr(xhr)), xhr.bytes);
    xhr.textOf = xhr.bytes;
  }
  return xhr.asText;
};
const resultOfXhr = (xhr) => {
  if (xhr.responseType === 'arraybuffer') return bufferOf(xhr.bytes);
  if (xhr.responseType === 'blob') return newBlob(xhr.bytes, typeOfXhr(xhr));
  if (xhr.responseType === 'json') {
    try { return parseJson(decodeBytes('utf-8', xhr.bytes)); } catch { return null; }
  }
  return null;
};
