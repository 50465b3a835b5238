// What values are said to be, in the words of the protocol.

const { getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const getterOf = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name).get;
/** What a built-in getter or method says of a value; nothing of one of another kind. */
const probe = (method, value) => {
  try { return Reflect.apply(method, value, []); } catch { return undefined; }
};
const typedArray = getPrototypeOf(Uint8Array.prototype);
const sizes = {
  Map: getterOf(Map.prototype, 'size'), Set: getterOf(Set.prototype, 'size'),
  ArrayBuffer: getterOf(ArrayBuffer.prototype, 'byteLength'),
  DataView: getterOf(DataView.prototype, 'byteLength'),
};
const boxed = {
  Number: Number.prototype.valueOf, String: String.prototype.valueOf,
  Boolean: Boolean.prototype.valueOf, Symbol: Symbol.prototype.valueOf,
  BigInt: BigInt.prototype.valueOf,
};
const subtypes = {
  Array: 'array', Arguments: 'array', Error: 'error', DOMException: 'error', Date: 'date',
  RegExp: 'regexp', Map: 'map', Set: 'set', WeakMap: 'weakmap', WeakSet: 'weakset',
  Promise: 'promise', Proxy: 'proxy', Generator: 'generator', AsyncGenerator: 'generator',
  'Map Iterator': 'iterator', 'Set Iterator': 'iterator', ArrayBuffer: 'arraybuffer',
  SharedArrayBuffer: 'arraybuffer', DataView: 'dataview',
};
const listNames = new Set(['NodeList', 'HTMLCollection', 'DOMTokenList', 'RadioNodeList',
  'HTMLOptionsCollection', 'FileList', 'StyleSheetList', 'CSSRuleList', 'HTMLAllCollection']);

/** What the engine says an object is; a proxy that is one of the Web's objects is an object. */
const kindOf = (value) => {
  const kind = i.kind(value);
  return kind === 'Proxy' && p.hasState(value) ? 'Object' : kind;
};
const isTyped = (value) => ArrayBuffer.isView(value) && kindOf(value) !== 'DataView';

/** A property that is no getter, of an object or of what it inherits from. No trap is called. */
const dataOf = (value, name) => {
  for (let at = value, depth = 0; at !== null && depth < 64; depth++) {
    if (kindOf(at) === 'Proxy') return undefined;
    const found = getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return 'value' in found ? found.value : undefined;
    at = getPrototypeOf(at);
  }
  return undefined;
};
const nameOf = (value) => {
  const maker = dataOf(value, 'constructor');
  const name = typeof maker === 'function' ? dataOf(maker, 'name') : undefined;
  return typeof name === 'string' ? name : '';
};
const ownKinds = new Set(['Generator', 'AsyncGenerator', 'Map Iterator', 'Set Iterator',
  'Array Iterator', 'String Iterator', 'RegExp String Iterator', 'Arguments']);
/** The name of the class of an object. */
const classOf = (value) => {
  const kind = kindOf(value);
  if (typeof value === 'function') {
    return ['AsyncFunction', 'GeneratorFunction', 'AsyncGeneratorFunction'].includes(kind)
      ? kind : 'Function';
  }
  if (kind === 'Proxy') return 'Object';
  if (ownKinds.has(kind)) return kind.replace(/^(Map|Set) /, '$1');
  const name = nameOf(value);
  if (name !== '' && name !== 'Object') return name;
  const tag = dataOf(value, Symbol.toStringTag);
  return typeof tag === 'string' && tag !== '' ? tag : 'Object';
};
const subtypeOf = (value) => {
  if (typeof value === 'function') return undefined;
  if (p.isNode(value)) return 'node';
  const kind = kindOf(value);
  if (isTyped(value)) return 'typedarray';
  if (p.hasState(value) && listNames.has(classOf(value))) return 'array';
  return subtypes[kind];
};

const nodeText = (node) => {
  const handle = p.handleOf(node), { n } = p;
  switch (n.type(handle)) {
    case 1: {
      const id = n.attribute(handle, 'id'), classes = n.attribute(handle, 'class');
      const words = typeof classes === 'string' ? classes.split(/[ \t\n\f\r]+/).filter(Boolean) : [];
      return n.localName(handle) + (typeof id === 'string' && id !== '' ? `#${id}` : '')
        + words.map((word) => `.${word}`).join('');
    }
    case 2: return n.specialNames(handle)[2];
    case 3: return '#text';
    case 8: return '#comment';
    case 9: return '#document';
    case 10: return `<!DOCTYPE ${n.specialNames(handle)[0]}>`;
    case 11: return '#document-fragment';
    default: return p.nameOf(handle);
  }
};
const functionText = (value) => {
  const source = Function.prototype.toString.call(value);
  return /\[native code\]\s*\}\s*$/.test(source) ? source.replace(/\s+/g, ' ') : source;
};
const flagLetters = { hasIndices: 'd', global: 'g', ignoreCase: 'i', multiline: 'm', dotAll: 's',
  unicode: 'u', unicodeSets: 'v', sticky: 'y' };
const flagGetters = Object.keys(flagLetters).map((name) => [name, getterOf(RegExp.prototype, name)]);
const sourceGetter = getterOf(RegExp.prototype, 'source');
const flagsOf = (value) => flagGetters.map(([name, get]) => get.call(value) ? flagLetters[name] : '')
  .join('');
const dateText = (value) => {
  const text = Date.prototype.toString.call(value);
  return text.endsWith('GMT+0000') ? `${text} (Coordinated Universal Time)` : text;
};
/** The length of a list of the Web's, by its own getter; a page may have replaced that. */
const lengthOf = (list) => {
  try {
    const { length } = list;
    return typeof length === 'number' ? length : 0;
  } catch { return 0; }
};
/** What stands for an object where there is room for one line. */
const describe = (value) => {
  if (typeof value === 'function') return functionText(value);
  if (p.isNode(value)) return nodeText(value);
  const kind = kindOf(value), name = classOf(value);
  if (isTyped(value)) return `${name}(${getterOf(typedArray, 'length').call(value)})`;
  if (kind in sizes) return `${name}(${probe(sizes[kind], value)})`;
  switch (kind) {
    case 'Array': return `${name}(${value.length})`;
    case 'Arguments': {
      const length = dataOf(value, 'length');
      return `Arguments(${typeof length === 'number' ? length : 0})`;
    }
    case 'Proxy': {
      const target = i.proxy(value);
      return target === null ? 'Proxy(Object)' : `Proxy(${kindOf(target) === 'Proxy' ? 'Object'
        : classOf(target)})`;
    }
    case 'Date': return dateText(value);
    case 'RegExp': return `/${sourceGetter.call(value)}/${flagsOf(value)}`;
    case 'Error': case 'DOMException': return errorText(value);
    default: return p.hasState(value) && listNames.has(name) ? `${name}(${lengthOf(value)})` : name;
  }
};

// ---- errors and stacks

/** The frames of the engine's account of a stack; those that are none of the page's are left out. */
const framesOf = (stack) => {
  const frames = [];
  for (const line of stack.split('\n').slice(0, 200)) {
    const found = /^\s*at (?:(.*?) \((.*)\)|(.*))$/.exec(line);
    if (found === null) continue;
    const place = /^(.*?)(?::(\d+))?(?::(\d+))?$/.exec(found[2] ?? found[3]);
    const [, file, row, column] = place;
    if (file === 'native' || file === 'prelude' || file === 'inspector') continue;
    const name = found[1] === undefined || found[1].startsWith('<') ? '' : found[1];
    frames.push({
      functionName: name, scriptId: scriptOf(file), url: urlOf(file),
      lineNumber: Math.max((row ?? 1) - 1, 0), columnNumber: Math.max((column ?? 1) - 1, 0),
    });
  }
  return frames;
};
const unnamed = '<anonymous>';
/** A script of the document has the document's address. */
const urlOf = (file) => file === unnamed ? '' : file === 'inline script' ? p.n.url() : file;
/** Names of code that clients run; a script of the document has the number that Debugger tells. */
const scriptIds = new Map();
const scriptOf = (file) => {
  const known = p.n.scriptNumber(file);
  if (known > 0) return `${known}`;
  if (!scriptIds.has(file) && scriptIds.size < 10_000) scriptIds.set(file, `e${scriptIds.size + 1}`);
  return scriptIds.get(file) ?? '0';
};
const placeText = (frame) => {
  const place = `${frame.url === '' ? unnamed : frame.url}:${frame.lineNumber + 1}:${frame.columnNumber + 1}`;
  return frame.functionName === '' ? place : `${frame.functionName} (${place})`;
};
const isEngineStack = (stack) => /^\s*(at |$)/.test(stack);
const stackGetter = Object.getOwnPropertyDescriptor(Error.prototype, 'stack')?.get;
const stackOf = (error) => {
  const own = dataOf(error, 'stack');
  if (typeof own === 'string') return own;
  const got = stackGetter === undefined ? undefined : probe(stackGetter, error);
  return typeof got === 'string' ? got : '';
};
/** The engine makes this class for the first context alone: it is the page's. */
const domExceptionSays = (error, name) => {
  const found = Object.getOwnPropertyDescriptor(p.DOMException.prototype, name);
  return found?.get === undefined ? undefined : probe(found.get, error);
};
/** The first line of what is said of an error. */
const headOf = (error) => {
  const isDom = kindOf(error) === 'DOMException';
  const said = (what) => isDom ? domExceptionSays(error, what) : dataOf(error, what);
  const name = said('name'), message = said('message');
  const head = typeof name === 'string' && name !== '' ? name : classOf(error);
  return typeof message === 'string' && message !== '' ? `${head}: ${message}` : head;
};
const errorText = (error) => {
  const stack = stackOf(error);
  if (!isEngineStack(stack)) return stack;
  return [headOf(error), ...framesOf(stack).map((frame) => `    at ${placeText(frame)}`)].join('\n');
};
/** Where the page is now. */
const presentFrames = () => framesOf(new Error().stack);
