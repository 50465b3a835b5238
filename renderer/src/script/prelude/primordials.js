// What the prelude uses of the language, taken before any page can replace it. Below, no method is
// called that a page could have put something else in the place of: no `for … of`, no spread of an
// array, no `a.push(…)`.

const uncurry = Function.prototype.bind.bind(Function.prototype.call);
const { apply, defineProperty, getPrototypeOf, ownKeys, setPrototypeOf } = Reflect;
const { create: objectCreate, getOwnPropertyDescriptor, freeze } = Object;
const PlainMap = Map, PlainSet = Set, PlainArray = Array, PlainProxy = Proxy, PlainError = Error;
const PlainTypeError = TypeError, PlainFunction = Function, PlainPromise = Promise;
const PlainUint8Array = Uint8Array, PlainArrayBuffer = ArrayBuffer;
const WeakReference = WeakRef;
const mapGet = uncurry(Map.prototype.get), mapSet = uncurry(Map.prototype.set);
const mapDelete = uncurry(Map.prototype.delete), mapHas = uncurry(Map.prototype.has);
const mapClear = uncurry(Map.prototype.clear), mapEach = uncurry(Map.prototype.forEach);
const mapSize = uncurry(getOwnPropertyDescriptor(Map.prototype, 'size').get);
const setAdd = uncurry(Set.prototype.add), setDelete = uncurry(Set.prototype.delete);
const setSize = uncurry(getOwnPropertyDescriptor(Set.prototype, 'size').get);
const setHas = uncurry(Set.prototype.has), setEach = uncurry(Set.prototype.forEach);
const dereference = uncurry(WeakRef.prototype.deref);
const toLower = uncurry(String.prototype.toLowerCase);
const toUpper = uncurry(String.prototype.toUpperCase);
const wellFormed = uncurry(String.prototype.toWellFormed);
const charCode = uncurry(String.prototype.charCodeAt), substring = uncurry(String.prototype.substring);
const stringIndexOf = uncurry(String.prototype.indexOf);
const startsWith = uncurry(String.prototype.startsWith);
const fromCharCode = String.fromCharCode;
const promiseThen = uncurry(Promise.prototype.then), resolvedPromise = Promise.resolve();
const isArray = Array.isArray, isFinite = Number.isFinite;
const { floor, round, min, max, trunc } = Math;
const stringify = JSON.stringify, parseJson = JSON.parse, isView = ArrayBuffer.isView;
const viewBuffer = uncurry(getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), 'buffer').get);
const DOMException = G.DOMException;
const { toStringTag, iterator: iteratorKey, unscopables } = Symbol;
const iteratorOf = Array.prototype[iteratorKey];
const arrayEntries = Array.prototype.entries, arrayKeys = Array.prototype.keys;
const arrayForEach = Array.prototype.forEach;

/** A text as the host takes it. */
const text = (value) => wellFormed(`${value}`);
const put = (array, at, value) => {
  defineProperty(array, at, {
    value, writable: true, enumerable: true, configurable: true, __proto__: null,
  });
};
const push = (array, value) => put(array, array.length, value);
/** An array for the prelude alone: what is put into it meets no setter of a page. */
const bareList = () => {
  const list = [];
  setPrototypeOf(list, null);
  return list;
};
/** A list of the same, for the prelude alone. */
const bareCopy = (array) => {
  const copy = bareList();
  for (let i = 0; i < array.length; i++) copy[i] = array[i];
  return copy;
};
/** Has natives do what these methods and getters are for, where nothing is unusual. */
const quicken = (prototype, names) => {
  for (let i = 0; i < names.length; i++) {
    const descriptor = getOwnPropertyDescriptor(prototype, names[i]);
    const kind = descriptor.get === undefined ? 'value' : 'get';
    descriptor[kind] = n.quick(names[i], descriptor[kind]);
    defineProperty(prototype, names[i], descriptor);
  }
};
const copyOf = (array) => {
  const copy = [];
  for (let i = 0; i < array.length; i++) put(copy, i, array[i]);
  return copy;
};
const indexIn = (array, value) => {
  for (let i = 0; i < array.length; i++) if (array[i] === value) return i;
  return -1;
};
const removeAt = (array, at) => {
  for (let i = at + 1; i < array.length; i++) put(array, i - 1, array[i]);
  array.length--;
};
const isObject = (value) => typeof value === 'object' ? value !== null : typeof value === 'function';
const fail = (name, message) => { throw new DOMException(message || name, name); };
/** What a native gives that may fail: the name of an exception is a text, and nothing else is. */
const checked = (result) => typeof result === 'string' ? fail(result) : result;

const isSpace = (code) => code === 32 || code === 9 || code === 10 || code === 12 || code === 13;
/** The words of a text, between white space. */
const words = (value) => {
  const found = [];
  let start = -1;
  for (let i = 0; i <= value.length; i++) {
    const ends = i === value.length || isSpace(charCode(value, i));
    if (ends && start >= 0) { push(found, substring(value, start, i)); start = -1; }
    else if (!ends && start < 0) start = i;
  }
  return found;
};
/** A function that does its work when it is first wanted. */
const once = (make) => {
  let made;
  return () => made ?? (made = make());
};
const join = (array, between) => {
  let joined = '';
  for (let i = 0; i < array.length; i++) joined += (i > 0 ? between : '') + array[i];
  return joined;
};
/** `backgroundColor` is `background-color`. */
const dashed = (name) => {
  let out = '';
  for (let i = 0; i < name.length; i++) {
    const code = charCode(name, i);
    out += code >= 65 && code <= 90 ? '-' + fromCharCode(code + 32) : name[i];
  }
  return out;
};
const camel = (name) => {
  let out = '';
  for (let i = 0; i < name.length; i++) {
    const next = i + 1 < name.length ? charCode(name, i + 1) : 0;
    if (name[i] === '-' && next >= 97 && next <= 122) { out += fromCharCode(next - 32); i++; }
    else out += name[i];
  }
  return out;
};
/** Makes a class one of the Web's: its members can be listed, its objects say what they are. */
const finish = (name, Class) => n.finish(Class, name, toStringTag);
/** Names and values of what pages find. */
const exposed = bareList();
/** Puts an interface where pages find it. */
const expose = (name, value) => {
  exposed[exposed.length] = name;
  exposed[exposed.length] = value;
  n.expose(G, name, value);
  if (typeof value === 'function' && isObject(value.prototype)) finish(name, value);
  return value;
};
/** A function of the Web wants so many values at least. */
const need = (given, count) => {
  if (given.length < count) {
    throw new PlainTypeError(`${count} argument${count === 1 ? '' : 's'} required`);
  }
};
/** A namespace as natives take it: none is an empty text. */
const spaceOf = (value) => value === null || value === undefined ? '' : text(value);
/** Gives a class further members; those of the Web can be listed. */
const { mix } = n;
/** Gives it what can be listed: the `get` of an object, and its `set` if there is one. */
const { accessor } = n;

/** Gives a class, and its objects, names for numbers. */
const addConstants = (Class, constants) => {
  const names = ownKeys(constants);
  for (let i = 0; i < names.length; i++) {
    const constant = { value: constants[names[i]], enumerable: true, __proto__: null };
    defineProperty(Class, names[i], constant);
    if (Class.prototype) defineProperty(Class.prototype, names[i], constant);
  }
};

/** The inspector, if there is one that hears of the console and of exceptions. */
let heard = null;

// State that no page can see or forge: a private field, put onto any object.
function Identity(object) { return object; }
class Brand extends Identity {
  #state;
  constructor(object, state) { super(object); this.#state = state; }
  // The engine throws a TypeError for what has none.
  static of(object) { return object.#state; }
  static handle(object) {
    const { handle } = object.#state;
    if (typeof handle !== 'number') throw new PlainTypeError('Illegal invocation');
    return handle;
  }
  static has(object) { return isObject(object) && #state in object; }
  // For elements, where these are asked for most of all: only here no other call is needed.
  get classList() {
    const { cache } = this.#state;
    return cache && cache.classList || cached(this, 'classList', () => newTokens(this, 'class'));
  }
  get style() {
    const { cache } = this.#state;
    return cache && cache.style || cached(this, 'style', () => newInlineStyle(this));
  }
}
/** Gives objects a getter that is written above. */
const addQuickGetter = (target, name) => {
  const { get } = getOwnPropertyDescriptor(Brand.prototype, name);
  defineProperty(target, name, { get, enumerable: true, __proto__: null });
};
const stateOf = Brand.of, hasState = Brand.has;
const illegal = () => { throw new PlainTypeError('Illegal constructor'); };
