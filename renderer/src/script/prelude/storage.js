// localStorage and sessionStorage: objects whose properties are what is kept.

const { has: reflectHas, get: reflectGet, set: reflectSet, deleteProperty: reflectDelete } = Reflect;

// The host's texts are well formed; the Web's need not be. What is not is written with an escape.
const ESCAPE = '\uffff';
const toStored = (value) => {
  if (wellFormed(value) === value && !n.hasEscape(value)) return value;
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const code = charCode(value, i), next = i + 1 < value.length ? charCode(value, i + 1) : 0;
    const isPair = code >= 0xd800 && code < 0xdc00 && next >= 0xdc00 && next < 0xe000;
    if (isPair) { out += value[i] + value[i + 1]; i++; }
    else if (code >= 0xd800 && code < 0xe000) out += ESCAPE + fromCharCode(code - 0xd800);
    else out += code === 0xffff ? ESCAPE + ESCAPE : value[i];
  }
  return out;
};
const fromStored = (value) => {
  if (value === null || !n.hasEscape(value)) return value;
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const code = charCode(value, i);
    if (code !== 0xffff) { out += value[i]; continue; }
    i++;
    const next = i < value.length ? charCode(value, i) : 0xffff;
    out += next === 0xffff ? ESCAPE : fromCharCode(next + 0xd800);
  }
  return out;
};

const areaOf = (storage) => {
  const { area } = stateOf(storage);
  if (area === undefined) throw new PlainTypeError('Illegal invocation');
  return area;
};
const getStored = (area, key) => fromStored(n.storageGet(area, toStored(key)));
const setStored = (area, key, value) => {
  if (n.storageSet(area, toStored(key), toStored(value)) === 'QuotaExceededError') {
    fail('QuotaExceededError', 'The storage of the origin is full');
  }
};
class Storage {
  constructor() { illegal(); }
  get length() { return n.storageLength(areaOf(this)); }
  key(at) {
    const area = areaOf(this);
    need(arguments, 1);
    return fromStored(n.storageKey(area, at >>> 0));
  }
  getItem(key) {
    const area = areaOf(this);
    need(arguments, 1);
    return getStored(area, `${key}`);
  }
  setItem(key, value) {
    const area = areaOf(this);
    need(arguments, 2);
    setStored(area, `${key}`, `${value}`);
  }
  removeItem(key) {
    const area = areaOf(this);
    need(arguments, 1);
    n.storageRemove(area, toStored(`${key}`));
  }
  clear() { n.storageClear(areaOf(this)); }
}
defineProperty(Storage.prototype, Symbol.toStringTag, { value: 'Storage', configurable: true });
expose('Storage', Storage);

/** What a property is that the class does not have. */
const storageTraps = (area) => ({
  get(target, key, receiver) {
    if (typeof key !== 'string' || reflectHas(target, key)) return reflectGet(target, key, receiver);
    return getStored(area, key) ?? undefined;
  },
  set(target, key, value) {
    if (typeof key !== 'string') return reflectSet(target, key, value);
    setStored(area, key, `${value}`);
    return true;
  },
  has(target, key) {
    return reflectHas(target, key) || typeof key === 'string' && getStored(area, key) !== null;
  },
  deleteProperty(target, key) {
    if (typeof key !== 'string' || reflectHas(target, key)) return reflectDelete(target, key);
    n.storageRemove(area, toStored(key));
    return true;
  },
  ownKeys(target) {
    const stored = n.storageKeys(area), keys = [], others = ownKeys(target);
    for (let i = 0; i < stored.length; i++) {
      const key = fromStored(stored[i]);
      if (!reflectHas(target, key)) push(keys, key);
    }
    for (let i = 0; i < others.length; i++) push(keys, others[i]);
    return keys;
  },
  getOwnPropertyDescriptor(target, key) {
    if (typeof key !== 'string') return getOwnPropertyDescriptor(target, key);
    const value = reflectHas(target, key) ? null : getStored(area, key);
    return value === null ? undefined
      : { value, writable: true, enumerable: true, configurable: true, __proto__: null };
  },
  defineProperty(target, key, descriptor) {
    if (typeof key !== 'string') return defineProperty(target, key, descriptor);
    if ('get' in descriptor || 'set' in descriptor) return false;
    setStored(area, key, `${descriptor.value}`);
    return true;
  },
  preventExtensions() { return false; },
  __proto__: null,
});
const storages = [null, null];
const storageAt = (area) => {
  if (!n.mayStore()) fail('SecurityError', 'The page has no origin that could keep anything');
  if (storages[area] === null) {
    const made = new PlainProxy(objectCreate(Storage.prototype), storageTraps(area));
    storages[area] = new Brand(made, { area, __proto__: null });
  }
  return storages[area];
};
mix(G, {
  get localStorage() { return storageAt(0); },
  get sessionStorage() { return storageAt(1); },
});

const storageEvent = eventClass('StorageEvent', Event, {
  key: null, oldValue: null, newValue: null, url: '', storageArea: null,
});
mix(storageEvent.Class.prototype, {
  initStorageEvent(type, bubbles, cancelable, key, oldValue, newValue, url, storageArea) {
    this.initEvent(type, bubbles, cancelable);
    const held = storageEvent.valuesOf(this);
    held.key = key ?? null;
    held.oldValue = oldValue ?? null;
    held.newValue = newValue ?? null;
    held.url = url ?? '';
    held.storageArea = storageArea ?? null;
  },
});
/** Another document of the origin has changed something. */
function tellStored(area, key, oldValue, newValue, url) {
  dispatch(G, trusted(new storageEvent.Class('storage', {
    key: fromStored(key), oldValue: fromStored(oldValue), newValue: fromStored(newValue), url,
    storageArea: storageAt(area),
  })));
}
