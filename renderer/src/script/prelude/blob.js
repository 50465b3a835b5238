// Blob, File, FormData, and addresses for what a page has itself.

const bytesSet = uncurry(getPrototypeOf(PlainUint8Array.prototype).set);
const bytesLength = viewLength;
const decodeBytes = (label, bytes) => n.decodeBytes(label, binaryOf(bytes));
const bufferLength = uncurry(getOwnPropertyDescriptor(PlainArrayBuffer.prototype, 'byteLength').get);
const isBuffer = (value) => {
  try { bufferLength(value); return true; } catch { return false; }
};
/** A copy of the bytes of a buffer or a view. */
const copyBytes = (source) => {
  const from = bytesOf(source), copy = new PlainUint8Array(bytesLength(from));
  bytesSet(copy, from, 0);
  return copy;
};
const emptyBytes = () => new PlainUint8Array(0);
/** All of the pieces, one after the other. */
const concatBytes = (pieces) => {
  let length = 0;
  for (let i = 0; i < pieces.length; i++) length += bytesLength(pieces[i]);
  const whole = new PlainUint8Array(length);
  let at = 0;
  for (let i = 0; i < pieces.length; i++) {
    bytesSet(whole, pieces[i], at);
    at += bytesLength(pieces[i]);
  }
  return whole;
};
const bufferOf = (bytes) => viewBuffer(copyBytes(bytes));
const resolved = (value) => promiseThen(resolvedPromise, () => value);
const failed = (error) => promiseThen(resolvedPromise, () => { throw error; });
/** A promise of what a function gives, or of what it throws. */
const promised = (make) => promiseThen(resolvedPromise, make);

const blobType = (type) => {
  const given = text(type);
  for (let i = 0; i < given.length; i++) {
    const code = charCode(given, i);
    if (code < 32 || code > 126) return '';
  }
  return toLower(given);
};
const blobPart = (part) => {
  if (isBlob(part)) return blobBytes(part);
  if (isView(part) || isBuffer(part)) return copyBytes(part);
  return n.utf8(text(part));
};
let isBlob, blobBytes, typeBlob;
class Blob {
  #bytes; #type;
  static {
    isBlob = (value) => isObject(value) && #bytes in value;
    blobBytes = (blob) => blob.#bytes;
    typeBlob = (blob, type) => { blob.#type = type; };
  }
  constructor(parts, options) {
    const pieces = [];
    if (parts !== undefined) {
      if (!isObject(parts)) throw new PlainTypeError('The parts are no sequence');
      for (const part of parts) push(pieces, blobPart(part));
    }
    this.#bytes = concatBytes(pieces);
    const type = isObject(options) ? options.type : undefined;
    this.#type = type === undefined ? '' : blobType(type);
  }
  get size() { return bytesLength(this.#bytes); }
  get type() { return this.#type; }
  slice(start = 0, end = undefined, type = '') {
    const size = bytesLength(this.#bytes);
    const place = (at) => {
      const whole = trunc(+at) || 0;
      return whole < 0 ? max(size + whole, 0) : min(whole, size);
    };
    const from = place(start), to = end === undefined ? size : place(end);
    const part = new PlainUint8Array(viewBuffer(this.#bytes), from, max(to - from, 0));
    return new Blob([part], { type });
  }
  text() { return promised(() => decodeBytes('utf-8', this.#bytes)); }
  arrayBuffer() { return promised(() => bufferOf(this.#bytes)); }
  bytes() { return promised(() => copyBytes(this.#bytes)); }
}
const newBlob = (bytes, type) => {
  const blob = new Blob([bytes]);
  typeBlob(blob, blobType(type));
  return blob;
};
const clock = Date.now;
let isFile;
class File extends Blob {
  #name; #modified;
  static { isFile = (value) => isObject(value) && #name in value; }
  constructor(parts, name, options) {
    if (arguments.length < 2) throw new PlainTypeError('A file needs its parts and its name');
    super(parts, options);
    this.#name = text(name);
    const modified = isObject(options) ? options.lastModified : undefined;
    this.#modified = modified === undefined ? clock() : trunc(+modified) || 0;
  }
  get name() { return this.#name; }
  get lastModified() { return this.#modified; }
  get webkitRelativePath() { return ''; }
}
expose('Blob', Blob);
expose('File', File);

// ---- what a form sends

const entryValue = (value, name) => {
  if (!isBlob(value)) return text(value);
  if (isFile(value) && name === undefined) return value;
  return new File([value], name === undefined ? 'blob' : text(name), { type: value.type });
};
/** What one control sends. */
const addControl = (pairs, handle, submitter) => {
  const name = n.attribute(handle, 'name') ?? '', kind = n.localName(handle);
  if (name === '' || n.attribute(handle, 'disabled') !== null) return;
  if (kind === 'select') {
    const chosen = n.chosen(handle);
    for (let i = 0; i < chosen.length; i++) {
      if (n.attribute(chosen[i], 'disabled') === null) push(pairs, [name, optionValue(chosen[i])]);
    }
    return;
  }
  if (kind === 'textarea') { push(pairs, [name, wrap(handle).value]); return; }
  if (kind === 'button') {
    if (handle === submitter) push(pairs, [name, n.attribute(handle, 'value') ?? '']);
    return;
  }
  if (kind !== 'input') return;
  const type = inputType(handle);
  if (type === 'submit' || type === 'button' || type === 'reset' || type === 'image') {
    if (handle === submitter) push(pairs, [name, n.attribute(handle, 'value') ?? '']);
  } else if (type === 'checkbox' || type === 'radio') {
    if (n.checked(handle)) push(pairs, [name, n.attribute(handle, 'value') ?? 'on']);
  } else if (type === 'file') {
    push(pairs, [name, new File([], '', { type: 'application/octet-stream' })]);
  } else push(pairs, [name, wrap(handle).value]);
};
let isFormData, pairsOfForm;
class FormData {
  #pairs = [];
  static {
    isFormData = (value) => isObject(value) && #pairs in value;
    pairsOfForm = (data) => data.#pairs;
  }
  constructor(form, submitter) {
    if (form === undefined) return;
    const handle = nodeArgument(form);
    if (n.localName(handle) !== 'form') throw new PlainTypeError('It is no form');
    const pressed = submitter === undefined || submitter === null ? null : nodeArgument(submitter);
    const controls = controlsOf(handle);
    for (let i = 0; i < controls.length; i++) addControl(this.#pairs, controls[i], pressed);
  }
  #find(name, from) {
    for (let i = from; i < this.#pairs.length; i++) if (this.#pairs[i][0] === name) return i;
    return -1;
  }
  append(name, value, file) { push(this.#pairs, [text(name), entryValue(value, file)]); }
  delete(name) {
    const wanted = text(name);
    for (let at = this.#find(wanted, 0); at >= 0; at = this.#find(wanted, at)) removeAt(this.#pairs, at);
  }
  get(name) {
    const at = this.#find(text(name), 0);
    return at < 0 ? null : this.#pairs[at][1];
  }
  getAll(name) {
    const wanted = text(name), found = [];
    for (let at = this.#find(wanted, 0); at >= 0; at = this.#find(wanted, at + 1)) {
      push(found, this.#pairs[at][1]);
    }
    return found;
  }
  has(name) { return this.#find(text(name), 0) >= 0; }
  set(name, value, file) {
    const wanted = text(name), entry = entryValue(value, file), at = this.#find(wanted, 0);
    if (at < 0) { push(this.#pairs, [wanted, entry]); return; }
    put(this.#pairs, at, [wanted, entry]);
    for (let next = this.#find(wanted, at + 1); next >= 0; next = this.#find(wanted, next)) {
      removeAt(this.#pairs, next);
    }
  }
  forEach(callback, self) {
    for (let i = 0; i < this.#pairs.length; i++) {
      apply(callback, self, [this.#pairs[i][1], this.#pairs[i][0], this]);
    }
  }
  *entries() { for (let i = 0; i < this.#pairs.length; i++) yield [this.#pairs[i][0], this.#pairs[i][1]]; }
  *keys() { for (let i = 0; i < this.#pairs.length; i++) yield this.#pairs[i][0]; }
  *values() { for (let i = 0; i < this.#pairs.length; i++) yield this.#pairs[i][1]; }
}
defineProperty(FormData.prototype, Symbol.iterator, {
  value: FormData.prototype.entries, writable: true, configurable: true,
});
expose('FormData', FormData);
const random = Math.random;
/** A text in quotes of a header. */
const quoted = (value) => {
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const c = value[i];
    out += c === '"' ? '%22' : c === '\n' ? '%0A' : c === '\r' ? '%0D' : c;
  }
  return out;
};
const withLines = (value) => {
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const c = value[i];
    if (c === '\n' && (i === 0 || value[i - 1] !== '\r')) out += '\r\n';
    else if (c === '\r' && value[i + 1] !== '\n') out += '\r\n';
    else out += c;
  }
  return out;
};
/** Form data as one body, and its type. */
const multipart = (pairs) => {
  const boundary = `----BulkheadForm${floor(random() * 1e15)}${floor(random() * 1e15)}`;
  const pieces = [];
  for (let i = 0; i < pairs.length; i++) {
    const name = pairs[i][0], value = pairs[i][1];
    let head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
    if (isBlob(value)) {
      const type = value.type === '' ? 'application/octet-stream' : value.type;
      head += `; filename="${quoted(value.name)}"\r\nContent-Type: ${type}`;
    }
    push(pieces, n.utf8(wellFormed(head + '\r\n\r\n')));
    push(pieces, isBlob(value) ? blobBytes(value) : n.utf8(withLines(value)));
    push(pieces, n.utf8('\r\n'));
  }
  push(pieces, n.utf8(`--${boundary}--\r\n`));
  return { bytes: concatBytes(pieces), type: `multipart/form-data; boundary=${boundary}` };
};

// ---- addresses of blobs

const blobUrls = new PlainMap();
const hexDigits = '0123456789abcdef';
const newUuid = () => {
  let uuid = '';
  for (let i = 0; i < 36; i++) {
    uuid += i === 8 || i === 13 || i === 18 || i === 23 ? '-' : hexDigits[floor(random() * 16)];
  }
  return uuid;
};
mix(URL, {
  createObjectURL(blob) {
    if (!isBlob(blob)) throw new PlainTypeError('It is no blob');
    const url = `blob:${location.origin}/${newUuid()}`;
    checked(n.addBlob(url, binaryOf(blobBytes(blob))));
    mapSet(blobUrls, url, blob);
    return url;
  },
  revokeObjectURL(url) {
    const own = text(url);
    if (mapDelete(blobUrls, own)) n.removeBlob(own);
  },
});
