// TextEncoder and TextDecoder.

class TextEncoder {
  get encoding() { return 'utf-8'; }
  encode(value = '') { return n.utf8(text(value)); }
  encodeInto(value, into) {
    const bytes = n.utf8(text(value)), count = min(bytes.length, into.length);
    for (let i = 0; i < count; i++) into[i] = bytes[i];
    return { read: text(value).length, written: count };
  }
}
/** Bytes as a text of one character a byte. */
const binaryOf = (bytes) => {
  const buffer = viewBuffer(bytes), from = viewOffset(bytes), count = viewLength(bytes);
  let binary = '';
  for (let at = 0; at < count; at += 2048) {
    const length = min(2048, count - at), part = new PlainUint8Array(buffer, from + at, length);
    // A page may say something else of all arrays.
    defineProperty(part, 'length', { value: length, __proto__: null });
    binary += apply(fromCharCode, undefined, part);
  }
  return binary;
};
const viewPart = (name) =>
  uncurry(getOwnPropertyDescriptor(getPrototypeOf(PlainUint8Array.prototype), name).get);
const viewOffset = viewPart('byteOffset'), viewLength = viewPart('byteLength');
const bytesOf = (source) => isView(source)
  ? new PlainUint8Array(source.buffer, source.byteOffset, source.byteLength)
  : new PlainUint8Array(source);
class TextDecoder {
  #label; #fatal; #keepsMark;
  constructor(label = 'utf-8', options) {
    this.#label = n.encodingName(text(label));
    if (this.#label === null) throw new RangeError('Unknown encoding');
    this.#fatal = !!(options && options.fatal);
    this.#keepsMark = !!(options && options.ignoreBOM);
  }
  get encoding() { return this.#label; }
  get fatal() { return this.#fatal; }
  get ignoreBOM() { return this.#keepsMark; }
  decode(source) {
    if (source === undefined) return '';
    const decoded = n.decode(this.#label, binaryOf(bytesOf(source)), this.#fatal, this.#keepsMark);
    if (decoded === null) throw new PlainTypeError('The bytes are no text of that encoding');
    return decoded;
  }
}
expose('TextEncoder', TextEncoder);
expose('TextDecoder', TextDecoder);
