// Copies of data that keep what they are: for messages, and for scripts that ask.
//
// Source: the HTML standard, "Safe passing of structured data".

const dateValue = uncurry(Date.prototype.getTime), PlainDate = Date, PlainRegExp = RegExp;
const regexSource = uncurry(getOwnPropertyDescriptor(RegExp.prototype, 'source').get);
const regexFlags = uncurry(getOwnPropertyDescriptor(RegExp.prototype, 'flags').get);
const bufferSize = uncurry(getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get);
const copyBuffer = uncurry(ArrayBuffer.prototype.slice);
const bufferTransfer = ArrayBuffer.prototype.transfer && uncurry(ArrayBuffer.prototype.transfer);
const typedPrototype = getPrototypeOf(Uint8Array.prototype);
const typedName = uncurry(getOwnPropertyDescriptor(typedPrototype, toStringTag).get);
const typedOffset = uncurry(getOwnPropertyDescriptor(typedPrototype, 'byteOffset').get);
const typedLength = uncurry(getOwnPropertyDescriptor(typedPrototype, 'length').get);
const dataOffset = uncurry(getOwnPropertyDescriptor(DataView.prototype, 'byteOffset').get);
const dataLength = uncurry(getOwnPropertyDescriptor(DataView.prototype, 'byteLength').get);
const dataBuffer = uncurry(getOwnPropertyDescriptor(DataView.prototype, 'buffer').get);
const PlainDataView = DataView, objectPrototype = Object.prototype;
const primitives = [uncurry(Boolean.prototype.valueOf), uncurry(Number.prototype.valueOf),
  uncurry(String.prototype.valueOf), uncurry(BigInt.prototype.valueOf)];
const toObject = Object;
const typedClasses = { __proto__: null };
for (const Class of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array,
  Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array]) typedClasses[Class.name] = Class;
const errorClasses = { __proto__: null, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
const errorPrototype = Error.prototype;
/** What a check throws on everything but what it is for. */
const passes = (check, value) => { try { check(value); return true; } catch { return false; } };
const isError = (value) => {
  for (let at = value, steps = 0; isObject(at) && steps < 100; at = getPrototypeOf(at), steps++) {
    if (at === errorPrototype) return true;
  }
  return false;
};
const uncloneable = () => fail('DataCloneError', 'The object can not be cloned');
/** Others may say how objects of theirs are copied: each a function that returns none of `undefined`. */
const copiers = [];

function structuredCopy(value, known, transferred) {
  if (typeof value === 'symbol' || typeof value === 'function') uncloneable();
  if (!isObject(value)) return value;
  const present = mapGet(known, value);
  if (present !== undefined) return present;
  const remember = (copied) => { mapSet(known, value, copied); return copied; };
  if (isArray(value)) {
    const copied = remember([]);
    copied.length = value.length;
    copyProperties(value, copied, known, transferred);
    return copied;
  }
  const prototype = getPrototypeOf(value);
  if (prototype !== objectPrototype && prototype !== null) {
    const copied = copySpecial(value, remember, known, transferred);
    if (copied !== undefined) return copied;
  }
  if (hasState(value) || Brand.has(value)) uncloneable();
  const copied = remember({});
  copyProperties(value, copied, known, transferred);
  return copied;
}
function copyProperties(from, into, known, transferred) {
  const keys = ownKeys(from);
  for (let i = 0; i < keys.length; i++) {
    if (typeof keys[i] !== 'string') continue;
    const own = getOwnPropertyDescriptor(from, keys[i]);
    if (own === undefined || !own.enumerable) continue;
    defineProperty(into, keys[i], {
      value: structuredCopy(from[keys[i]], known, transferred), writable: true, enumerable: true,
      configurable: true, __proto__: null,
    });
  }
}
function copySpecial(value, remember, known, transferred) {
  for (let i = 0; i < copiers.length; i++) {
    const copied = copiers[i](value);
    if (copied !== undefined) return remember(copied);
  }
  if (isView(value)) return copyView(value, remember, known, transferred);
  if (passes(bufferSize, value)) return remember(copyBuffer(value, 0));
  if (passes(dateValue, value)) return remember(new PlainDate(dateValue(value)));
  if (passes(mapSize, value)) {
    const copied = remember(new PlainMap()), entries = [];
    mapEach(value, (one, key) => { push(entries, [key, one]); });
    for (let i = 0; i < entries.length; i++) {
      mapSet(copied, structuredCopy(entries[i][0], known, transferred), structuredCopy(entries[i][1], known, transferred));
    }
    return copied;
  }
  if (passes(setSize, value)) {
    const copied = remember(new PlainSet()), entries = [];
    setEach(value, (one) => { push(entries, one); });
    for (let i = 0; i < entries.length; i++) setAdd(copied, structuredCopy(entries[i], known, transferred));
    return copied;
  }
  if (isRegExp(value)) return remember(new PlainRegExp(regexSource(value), regexFlags(value)));
  for (let i = 0; i < primitives.length; i++) {
    if (passes(primitives[i], value)) return remember(toObject(primitives[i](value)));
  }
  if (isError(value)) return copyError(value, remember);
  return undefined;
}
const isRegExp = (value) => passes(regexTest, value);
const regexLast = RegExp.prototype;
/** Only a regular expression has flags of its own making and is not their prototype. */
const regexTest = (value) => {
  if (value === regexLast) throw new PlainTypeError();
  regexSource(value);
};
function copyView(value, remember, known, transferred) {
  const isData = passes(dataLength, value);
  const buffer = structuredCopy(isData ? dataBuffer(value) : viewBuffer(value), known, transferred);
  if (isData) return remember(new PlainDataView(buffer, dataOffset(value), dataLength(value)));
  const Class = typedClasses[typedName(value)];
  if (Class === undefined) uncloneable();
  return remember(new Class(buffer, typedOffset(value), typedLength(value)));
}
function copyError(value, remember) {
  const name = value.name, Class = errorClasses[typeof name === 'string' ? name : 'Error'] ?? PlainError;
  const message = getOwnPropertyDescriptor(value, 'message'), { stack } = value;
  const copied = remember(new Class());
  const define = (key, own) => defineProperty(copied, key, {
    value: own, writable: true, enumerable: false, configurable: true, __proto__: null,
  });
  if (message && 'value' in message) define('message', text(message.value));
  if (typeof stack === 'string') define('stack', stack);
  return copied;
}
/** A copy, and the ports that have moved with it. */
function copyWith(value, transfer) {
  const known = new PlainMap(), ports = [], moved = [];
  for (let i = 0; i < transfer.length; i++) {
    const one = transfer[i];
    if (!isObject(one) || mapHas(known, one)) uncloneable();
    if (isPort(one)) {
      if (portState(one).isMoved) uncloneable();
      const port = movedPort(one);
      push(ports, port);
      mapSet(known, one, port);
    } else if (passes(bufferSize, one)) push(moved, one);
    else uncloneable();
  }
  const data = structuredCopy(value, known, null);
  for (let i = 0; i < moved.length; i++) if (bufferTransfer) bufferTransfer(moved[i]);
  for (let i = 0; i < transfer.length; i++) if (isPort(transfer[i])) portState(transfer[i]).isMoved = true;
  return { data, ports, __proto__: null };
}
/** What is to be moved, as a list: it may be given alone, or with other wishes. */
const transferOf = (given) => {
  const list = isArray(given) ? given : isObject(given) ? given.transfer : undefined, all = [];
  if (list === undefined) return all;
  for (const one of list) push(all, one);
  return all;
};
