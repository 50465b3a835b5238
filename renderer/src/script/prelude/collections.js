// Lists of nodes: static ones hold their nodes, live ones ask the tree whenever it has changed.

const isIndex = (key) => {
  // Nearly all other keys begin with a letter.
  if (typeof key !== 'string' || key > ':' || key === '' || key.length > 10) return false;
  for (let i = 0; i < key.length; i++) {
    const code = charCode(key, i);
    if (code < 48 || code > 57) return false;
  }
  return (key === '0' || key[0] !== '0') && +key < 4294967295;
};
const { get: Reflect_get, set: Reflect_set, has: Reflect_has } = Reflect;
const { defineProperty: Reflect_define, deleteProperty: Reflect_delete } = Reflect;
const opsOf = (target) => stateOf(target).ops;
/** What stands under a name, unless the object has something of its own there. */
const namedIn = (target, key) => typeof key !== 'string' || Reflect_has(target, key)
  ? undefined : opsOf(target).named(key);

// Source: the Web IDL standard, "Legacy platform objects".
const exoticTraps = {
  get(target, key, receiver) {
    // Nearly all keys begin with a letter.
    if (!(typeof key === 'string' && key > ':') && isIndex(key)) return opsOf(target).at(+key);
    const value = Reflect_get(target, key, receiver);
    if (value !== undefined || typeof key !== 'string' || key in target) return value;
    return opsOf(target).named(key);
  },
  has(target, key) {
    if (isIndex(key)) return +key < opsOf(target).count();
    return Reflect_has(target, key) || namedIn(target, key) !== undefined;
  },
  ownKeys(target) {
    const ops = opsOf(target), count = ops.count(), keys = [], names = ops.names(), own = ownKeys(target);
    for (let i = 0; i < count; i++) push(keys, `${i}`);
    for (let i = 0; i < names.length; i++) {
      if (!Reflect_has(target, names[i]) && !(isIndex(names[i]) && +names[i] < count)) push(keys, names[i]);
    }
    for (let i = 0; i < own.length; i++) push(keys, own[i]);
    return keys;
  },
  getOwnPropertyDescriptor(target, key) {
    const ops = opsOf(target);
    if (isIndex(key)) {
      const value = ops.at(+key);
      return value === undefined ? undefined
        : { value, writable: false, enumerable: true, configurable: true };
    }
    const own = getOwnPropertyDescriptor(target, key), value = own ? undefined : namedIn(target, key);
    return value === undefined ? own
      : { value, writable: false, enumerable: ops.listsNames === true, configurable: true };
  },
  set(target, key, value, receiver) {
    if (isIndex(key)) {
      const { setAt } = opsOf(target);
      if (setAt === undefined) return false;
      setAt(+key, value);
      return true;
    }
    return namedIn(target, key) === undefined && Reflect_set(target, key, value, receiver);
  },
  defineProperty(target, key, descriptor) {
    return !isIndex(key) && namedIn(target, key) === undefined
      && Reflect_define(target, key, descriptor);
  },
  deleteProperty(target, key) {
    if (isIndex(key)) return +key >= opsOf(target).count();
    return namedIn(target, key) === undefined && Reflect_delete(target, key);
  },
  preventExtensions() { return false; },
  __proto__: null,
};
/** An object of a class with places and names, as `ops` say. */
function exotic(Class, ops, state, target = objectCreate(Class.prototype)) {
  const proxy = new PlainProxy(target, exoticTraps);
  new Brand(target, { ops, handle: null, __proto__: null });
  state.handle = null;
  return new Brand(proxy, state);
}

/** The handles of a live list. */
const itemsOf = (list) => {
  const state = stateOf(list);
  if (!state.query) throw new PlainTypeError('Illegal invocation');
  const version = n.version();
  if (state.version !== version) { state.items = state.query(); state.version = version; }
  return state.items;
};
const itemAt = (list, at) => {
  if (stateOf(list).query === null) return at < n.listCount(list) ? list[at] : null;
  const items = itemsOf(list);
  return at >= 0 && at < items.length ? wrap(items[at]) : null;
};
/** Has a native say how many are in the lists that natives make. */
const quickenLength = ({ prototype }) => {
  const descriptor = getOwnPropertyDescriptor(prototype, 'length');
  descriptor.get = n.listLength(descriptor.get);
  defineProperty(prototype, 'length', descriptor);
};

class NodeList {
  constructor() { illegal(); }
  get length() { return itemsOf(this).length; }
  item(at) { need(arguments, 1); return itemAt(this, at >>> 0); }
}
/** Gives a class the methods that arrays have for going through them. */
const addIteration = (Class) => {
  const { prototype } = Class, method = (value) => ({
    value, writable: true, enumerable: true, configurable: true, __proto__: null,
  });
  defineProperty(prototype, 'entries', method(arrayEntries));
  defineProperty(prototype, 'keys', method(arrayKeys));
  defineProperty(prototype, 'values', method(iteratorOf));
  defineProperty(prototype, 'forEach', method(arrayForEach));
  defineProperty(prototype, iteratorKey, { ...method(iteratorOf), enumerable: false });
};
addIteration(NodeList);
quickenLength(NodeList);
class RadioNodeList extends NodeList {
  get value() {
    const items = itemsOf(this);
    for (let i = 0; i < items.length; i++) {
      if (n.localName(items[i]) === 'input' && inputType(items[i]) === 'radio' && n.checked(items[i])) {
        return n.attribute(items[i], 'value') ?? 'on';
      }
    }
    return '';
  }
  set value(value) {
    const items = itemsOf(this), wanted = text(value);
    for (let i = 0; i < items.length; i++) {
      if (n.localName(items[i]) === 'input' && inputType(items[i]) === 'radio'
        && (n.attribute(items[i], 'value') ?? 'on') === wanted) { n.setChecked(items[i], true); return; }
    }
  }
}
class HTMLCollection {
  constructor() { illegal(); }
  get length() { return itemsOf(this).length; }
  item(at) { need(arguments, 1); return itemAt(this, at >>> 0); }
  namedItem(name) { need(arguments, 1); return named(this, text(name)); }
}
defineProperty(HTMLCollection.prototype, iteratorKey, {
  value: iteratorOf, writable: true, configurable: true, __proto__: null,
});
class HTMLOptionsCollection extends HTMLCollection {
  get length() { return itemsOf(this).length; }
  set length(value) { stateOf(this).owner.length = value; }
  get selectedIndex() { return stateOf(this).owner.selectedIndex; }
  set selectedIndex(value) { stateOf(this).owner.selectedIndex = value; }
  add(option, before) { stateOf(this).owner.add(option, before); }
  remove(at) { stateOf(this).owner.remove(at); }
}
class HTMLFormControlsCollection extends HTMLCollection {
  namedItem(name) { need(arguments, 1); return namedControls(this, text(name)); }
}

const nameAttribute = (handle) => n.isHtml(handle) ? n.attribute(handle, 'name') : null;
function named(list, name) {
  if (name === '') return null;
  const items = itemsOf(list);
  for (let i = 0; i < items.length; i++) {
    if (n.attribute(items[i], 'id') === name || nameAttribute(items[i]) === name) return wrap(items[i]);
  }
  return null;
}
/** One control, or all of that name. */
function namedControls(list, name) {
  if (name === '') return null;
  const find = () => {
    const items = itemsOf(list), found = [];
    for (let i = 0; i < items.length; i++) {
      if (n.attribute(items[i], 'id') === name || nameAttribute(items[i]) === name) push(found, items[i]);
    }
    return found;
  };
  const found = find();
  return found.length < 2 ? wrap(found[0]) : liveList(RadioNodeList, list, find, false);
}
const namesIn = (list) => {
  const items = itemsOf(list), names = [];
  const add = (name) => { if (name !== null && name !== '' && indexIn(names, name) < 0) push(names, name); };
  for (let i = 0; i < items.length; i++) {
    add(n.attribute(items[i], 'id'));
    add(nameAttribute(items[i]));
  }
  return names;
};
const nothing = () => [], noName = () => undefined;

/** A list that asks `query` for its handles. */
function liveList(Class, owner, query, hasNames) {
  const find = Class === HTMLFormControlsCollection ? namedControls : named;
  const list = exotic(Class, {
    count: () => itemsOf(list).length, at: (i) => itemAt(list, i) ?? undefined,
    names: hasNames ? () => namesIn(list) : nothing,
    named: hasNames ? (name) => find(list, name) ?? undefined : noName,
    setAt: Class === HTMLOptionsCollection ? (i, value) => setOption(owner, i, value) : undefined,
  }, { owner, query, items: null, version: -1, __proto__: null });
  return list;
}
const ofStatic = { query: null, handle: null, __proto__: null };
/** A list that a native has made. */
const asStatic = (list) => new Brand(list, ofStatic);
/** A list of these nodes. */
function staticList(nodes) {
  return asStatic(n.nodeList(NodeList.prototype, nodes));
}
/** A live list of an owner is always the same object. */
function cached(owner, key, make) {
  const state = stateOf(owner);
  const cache = state.cache || (state.cache = { __proto__: null });
  return cache[key] || (cache[key] = make());
}
const elementsBelow = (owner, key, query) => cached(owner, key, () =>
  liveList(HTMLCollection, owner, () => query(stateOf(owner).handle), true));
expose('NodeList', NodeList);
expose('RadioNodeList', RadioNodeList);
expose('HTMLCollection', HTMLCollection);
expose('HTMLOptionsCollection', HTMLOptionsCollection);
expose('HTMLFormControlsCollection', HTMLFormControlsCollection);
