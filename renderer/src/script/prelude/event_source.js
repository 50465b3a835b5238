// Streams of events: of a server, or of a built-in page from the browser itself; and the acts of
// such a page.
//
// Source: the HTML standard, "Server-sent events".

let streamOf;
class EventSource extends EventTarget {
  #stream;
  static { streamOf = (source) => source.#stream; }
  constructor(url, options) {
    need(arguments, 1);
    super();
    const target = n.resolve(text(url));
    if (target === null) fail('SyntaxError', 'Invalid URL');
    this.#stream = { url: target, ready: 0, id: 0, fetch: 0, timer: 0, wait: 3000, lastId: '',
      withCredentials: !!options?.withCredentials, __proto__: null };
    connectStream(this);
  }
  get url() { return this.#stream.url; }
  get readyState() { return this.#stream.ready; }
  get withCredentials() { return this.#stream.withCredentials; }
  close() { closeStream(this.#stream); }
}
addConstants(EventSource, { CONNECTING: 0, OPEN: 1, CLOSED: 2 });
addHandlers(EventSource.prototype, ['open', 'message', 'error']);
expose('EventSource', EventSource);

/** Sources by the number of their stream. */
const sources = new PlainMap();
let lastStream = 0;
function connectStream(source) {
  const stream = streamOf(source), id = ++lastStream;
  stream.id = id;
  if (isOfWeb(stream.url)) { requestStream(source, id); return; }
  if (n.openStream(stream.url, id)) { mapSet(sources, id, source); return; }
  later(() => { if (stream.id === id) failStream(source); });
}
/** Gives up what the stream stands on; it can be connected again. */
function releaseStream(stream) {
  if (stream.fetch !== 0) stopFetch(stream.fetch);
  if (stream.timer !== 0) clearTimer(stream.timer);
  if (mapDelete(sources, stream.id)) n.closeStream(stream.id);
  if (stream.id !== 0) n.forgetEvents(stream.id);
  stream.fetch = stream.timer = stream.id = 0;
}
function closeStream(stream) {
  stream.ready = 2;
  releaseStream(stream);
}
function failStream(source) {
  const stream = streamOf(source);
  if (stream.ready === 2) return;
  closeStream(stream);
  dispatch(source, trusted(new Event('error')));
}
function openStream(source) {
  streamOf(source).ready = 1;
  dispatch(source, trusted(new Event('open')));
}
/** It has ended: it is tried again after a while. */
function reconnectStream(source) {
  const stream = streamOf(source);
  if (stream.ready === 2) return;
  releaseStream(stream);
  stream.ready = 0;
  stream.timer = setTimer(() => {
    stream.timer = 0;
    if (stream.ready === 0) connectStream(source);
  }, stream.wait, false);
  dispatch(source, trusted(new Event('error')));
}
function requestStream(source, id) {
  const stream = streamOf(source);
  const headers = guardHeaders(new Headers(), 'request');
  apply(setHeader, headers, ['accept', 'text/event-stream']);
  apply(setHeader, headers, ['cache-control', 'no-store']);
  if (stream.lastId !== '') {
    const lastId = wellFormed(stream.lastId);
    if (n.isHeaderValue(lastId)) apply(setHeader, headers, ['last-event-id', lastId]);
  }
  const state = { url: stream.url, method: 'GET', mode: 'cors', redirect: 'follow', policy: '',
    referrer: 'about:client', headers, body: noBody(),
    credentials: stream.withCredentials ? 'include' : 'same-origin' };
  stream.fetch = send(state, {
    head(detail, status) {
      const type = headerOf(headersOfAnswer(detail), 'content-type') ?? '';
      const essence = toLower(trimmed(splitAt(type, ';')));
      if (status === 200 && essence === 'text/event-stream') openStream(source);
      else {
        const found = status === 200 ? `has the type "${type}"` : `was answered with ${status}`;
        n.log('error', `EventSource: ${stream.url} ${found}: it is no stream of events.`, '', 0);
        failStream(source);
      }
    },
    piece(bytes) { takeEvents(source, id, bytes); },
    end(bytes) {
      stream.fetch = 0;
      takeEvents(source, id, bytes);
      if (stream.id === id) reconnectStream(source);
    },
    failed() { stream.fetch = 0; reconnectStream(source); },
  }, true);
}
function takeEvents(source, id, bytes) {
  const stream = streamOf(source);
  if (stream.id !== id || stream.ready !== 1) return;
  const found = n.parseEvents(id, binaryOf(bytes));
  if (found === null) {
    n.log('error', `EventSource: ${stream.url} sends an event that is too long.`, '', 0);
    failStream(source);
    return;
  }
  if (found[0] !== '') stream.wait = +found[0];
  const parts = n.parseUrl(stream.url, null), origin = parts === null ? '' : parts[1];
  for (let i = 1; i + 2 < found.length && stream.id === id; i += 3) {
    stream.lastId = found[i + 2];
    dispatch(source, newMessage(found[i] === '' ? 'message' : found[i], found[i + 1], [],
      { lastEventId: stream.lastId, origin }));
  }
}
/** What the host tells of a stream that comes from the browser. */
function streamed(id, what, bytes) {
  const source = mapGet(sources, id);
  if (source === undefined) return;
  if (what === 'open') openStream(source);
  else if (what === 'bytes') takeEvents(source, id, bytes);
  else failStream(source);
}

// ---- acts

const acts = new PlainMap();
/** A built-in page wants something done: a request to its own address. */
function startAct(state, resolve, reject) {
  const wanted = state.method === 'POST' && state.body.bytes !== null
    ? parseJson(decodeBytes('utf-8', state.body.bytes)) : null;
  const id = ++lastFetch;
  if (!isObject(wanted) || !n.act(state.url, id, text(wanted.act), +wanted.of)) {
    reject(refusedFetch());
    return;
  }
  mapSet(acts, id, (refusal) => {
    const headers = guardHeaders(new Headers([['content-type', 'application/json']]), 'immutable');
    resolve(newResponse({ type: 'basic', url: state.url, status: refusal === null ? 200 : 403,
      statusText: '', isRedirected: false, headers, body: bodyOf(n.utf8(stringify({ refusal }))) }));
  });
}
function acted(id, refusal) {
  const answerAct = mapGet(acts, id);
  if (!mapDelete(acts, id)) return;
  answerAct(refusal);
}
