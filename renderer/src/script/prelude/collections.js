// Lists of nodes: static ones hold their nodes, live ones ask the tree whenever it has changed.

const isIndex = (key) => {
  if (typeof key !== 'string' || key === '') return false;
  for (let i = 0; i < key.length; i++) {
    const code = charCode(key, i);
    if (code < 48 || code > 57) return false;
  }
  return key.length < 10;
};

/** The handles of a live list, or the nodes of a static one. */
const itemsOf = (list) => {
  const state = stateOf(list);
  if (state.query) {
    const version = n.version();
    if (state.version !== version) { state.items = state.query(); state.version = version; }
  } else if (!state.items) throw new PlainTypeError('Illegal invocation');
  return state.items;
};
const itemAt = (list, at) => {
  const items = itemsOf(list);
  if (!(at >= 0 && at < items.length)) return null;
  return stateOf(list).query ? wrap(items[at]) : items[at];
};

class NodeList {
  constructor() { illegal(); }
  get length() { return itemsOf(this).length; }
  item(at) { return itemAt(this, trunc(at) || 0); }
  forEach(callback, self) {
    for (let i = 0; i < itemsOf(this).length; i++) apply(callback, self, [itemAt(this, i), i, this]);
  }
  *entries() { for (let i = 0; i < itemsOf(this).length; i++) yield [i, itemAt(this, i)]; }
  *keys() { for (let i = 0; i < itemsOf(this).length; i++) yield i; }
  *values() { for (let i = 0; i < itemsOf(this).length; i++) yield itemAt(this, i); }
}
class RadioNodeList extends NodeList {}
class HTMLCollection {
  constructor() { illegal(); }
  get length() { return itemsOf(this).length; }
  item(at) { return itemAt(this, trunc(at) || 0); }
  namedItem(name) { return named(this, text(name)); }
  *[Symbol.iterator]() { for (let i = 0; i < itemsOf(this).length; i++) yield itemAt(this, i); }
}
class HTMLOptionsCollection extends HTMLCollection {
  get selectedIndex() { return stateOf(this).owner.selectedIndex; }
  set selectedIndex(value) { stateOf(this).owner.selectedIndex = value; }
  add(option, before) { stateOf(this).owner.add(option, before); }
  remove(at) { stateOf(this).owner.remove(at); }
}
class HTMLFormControlsCollection extends HTMLCollection {}
defineProperty(NodeList.prototype, Symbol.iterator, {
  value: NodeList.prototype.values, writable: true, configurable: true,
});

function named(list, name) {
  if (name === '') return null;
  const items = itemsOf(list);
  for (let i = 0; i < items.length; i++) {
    if (n.attribute(items[i], 'id') === name || n.attribute(items[i], 'name') === name) {
      return wrap(items[i]);
    }
  }
  return null;
}

const liveTraps = {
  get(target, key, receiver) {
    if (isIndex(key)) return itemAt(receiver, +key) ?? undefined;
    if (typeof key === 'string' && !(key in target) && stateOf(receiver).hasNames) {
      return named(receiver, key) ?? undefined;
    }
    return Reflect_get(target, key, receiver);
  },
  has(target, key) {
    if (isIndex(key)) return +key < itemsOf(stateOfTarget(target)).length;
    return key in target;
  },
  ownKeys(target) {
    const items = itemsOf(stateOfTarget(target)), keys = [];
    for (let i = 0; i < items.length; i++) push(keys, `${i}`);
    return keys;
  },
  getOwnPropertyDescriptor(target, key) {
    if (!isIndex(key)) return undefined;
    const value = itemAt(stateOfTarget(target), +key);
    return value === null ? undefined
      : { value, writable: false, enumerable: true, configurable: true };
  },
  set(target, key) { return !isIndex(key); },
  defineProperty() { return false; },
  deleteProperty(target, key) { return !isIndex(key); },
  setPrototypeOf() { return false; },
  __proto__: null,
};
const Reflect_get = Reflect.get;
/** The proxy of a live list's target, which knows it. */
const stateOfTarget = (target) => stateOf(target).proxy;

/** A list that asks `query` for its handles. */
function liveList(Class, owner, query, hasNames) {
  const target = objectCreate(Class.prototype);
  const proxy = new PlainProxy(target, liveTraps);
  new Brand(target, { proxy, __proto__: null });
  return new Brand(proxy, {
    owner, query, hasNames, items: null, version: -1, handle: null, __proto__: null,
  });
}
/** A list of these nodes. */
function staticList(nodes) {
  const list = new Brand(objectCreate(NodeList.prototype), {
    items: nodes, query: null, handle: null, __proto__: null,
  });
  for (let i = 0; i < nodes.length; i++) {
    defineProperty(list, i, {
      value: nodes[i], writable: false, enumerable: true, configurable: true, __proto__: null,
    });
  }
  return list;
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
