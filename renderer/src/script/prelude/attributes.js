// Attributes: setting them, and their nodes.

const lowerAscii = (value) => {
  // Nearly always there is nothing to do.
  if (toLower(value) === value) return value;
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const code = charCode(value, i);
    out += code >= 65 && code <= 90 ? fromCharCode(code + 32) : value[i];
  }
  return out;
};
const upperNames = new PlainMap();
const upperAscii = (value) => {
  const present = mapGet(upperNames, value);
  if (present !== undefined) return present;
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const code = charCode(value, i);
    out += code >= 97 && code <= 122 ? fromCharCode(code - 32) : value[i];
  }
  if (mapSize(upperNames) < 1_000) mapSet(upperNames, value, out);
  return out;
};
const attributeName = (handle, name) => {
  const given = text(name);
  return lowers(handle) ? lowerAscii(given) : given;
};
const newEntry = (list, i) => ({
  space: list[i], prefix: list[i + 1], local: list[i + 2], value: list[i + 3],
  name: list[i + 1] === '' ? list[i + 2] : `${list[i + 1]}:${list[i + 2]}`, __proto__: null,
});
/** The attribute of that qualified name. */
const entryNamed = (handle, name) => {
  const list = n.attributeList(handle);
  for (let i = 0; i < list.length; i += 4) {
    const entry = newEntry(list, i);
    if (entry.name === name) return entry;
  }
  return null;
};
const entryOf = (handle, space, local) => {
  const list = n.attributeList(handle);
  for (let i = 0; i < list.length; i += 4) {
    if (list[i] === space && list[i + 2] === local) return newEntry(list, i);
  }
  return null;
};
/** Tells of an attribute that has changed. */
function attributeChanged(handle, space, local, old, value) {
  if (observers.length > 0) mutated('attributes', handle, local, { oldValue: old, attributeNamespace: space === '' ? null : space });
  if (hasDefinitions) attributeReaction(handle, space, local, old, value);
}
function setAttribute(handle, name, value) {
  const tells = observers.length > 0 || hasDefinitions;
  const old = tells ? n.attribute(handle, name) : null;
  checked(n.setAttribute(handle, '', null, name, value));
  if (name === 'id' || name === 'name') noteNames([value]);
  if (name === 'width' || name === 'height') resetContext(handle);
  if (startsWith(name, 'on')) forgetHandler(handle, substring(name, 2));
  if (!tells) return;
  const entry = stringIndexOf(name, ':') >= 0 ? entryNamed(handle, name) : null;
  attributeChanged(handle, entry === null ? '' : entry.space, entry === null ? name : entry.local, old, value);
}
function setAttributeNS(handle, name, value) {
  if (name.space === '') { setAttributeLocal(handle, name.local, value); return; }
  const old = n.attributeNS(handle, name.space, name.local);
  checked(n.setAttributeNS(handle, name.space, name.prefix, name.local, value));
  attributeChanged(handle, name.space, name.local, old, value);
}
/** An attribute without namespace, by its local name. */
function setAttributeLocal(handle, local, value) {
  const old = n.attributeNS(handle, '', local);
  checked(n.setAttributeNS(handle, '', null, local, value));
  if (local === 'width' || local === 'height') resetContext(handle);
  if (startsWith(local, 'on')) forgetHandler(handle, substring(local, 2));
  attributeChanged(handle, '', local, old, value);
}
function removeAttribute(handle, name) {
  const value = n.attribute(handle, name);
  if (value === null) return;
  const entry = entryNamed(handle, name);
  if (entry === null) n.removeAttribute(handle, name);
  else removeEntry(handle, entry);
}
function removeAttributeNS(handle, space, local) {
  const entry = entryOf(handle, space, local);
  if (entry !== null) removeEntry(handle, entry);
}
function removeEntry(handle, entry) {
  const wrapper = existing(handle), attrs = wrapper && stateOf(wrapper).attrs;
  if (attrs) {
    const key = `${entry.space} ${entry.local}`, attr = mapGet(attrs, key);
    if (attr !== undefined) { detach(attr, entry.value); mapDelete(attrs, key); }
  }
  n.removeAttributeNS(handle, entry.space, entry.local);
  if (entry.space === '' && startsWith(entry.local, 'on')) forgetHandler(handle, substring(entry.local, 2));
  attributeChanged(handle, entry.space, entry.local, entry.value, null);
}

// ---- their nodes

const attrState = (attr) => {
  const state = stateOf(attr);
  if (typeof state.local === 'string') return state;
  if (typeof state.handle !== 'number' || n.type(state.handle) !== 2) {
    throw new PlainTypeError('The argument is not an Attr');
  }
  // A copy of one, of which only the host knows.
  setUpAttr(attr, state, n.specialNames(state.handle), state.value ?? '');
  return state;
};
const attrValue = (attr) => {
  const { element, space, local, value } = attrState(attr);
  return element === null ? value : n.attributeNS(handleOf(element), space, local) ?? value;
};
function setAttrValue(attr, value) {
  const state = attrState(attr);
  if (state.element === null) state.value = value;
  else setAttributeNS(handleOf(state.element), state, value);
}
const attrDocument = (attr) => {
  const { element, owner } = attrState(attr);
  return element === null ? owner || document : documentOf(handleOf(element));
};
/** The attribute stands at no element any more. */
const detach = (attr, value) => {
  const state = attrState(attr), { element } = state;
  state.value = value;
  state.owner = hasOthers ? documentOf(handleOf(element)) : null;
  state.element = null;
};
class Attr extends Node {
  constructor() { illegal(); }
  get namespaceURI() { const { space } = attrState(this); return space === '' ? null : space; }
  get prefix() { const { prefix } = attrState(this); return prefix === null || prefix === '' ? null : prefix; }
  get localName() { return attrState(this).local; }
  get name() { return attrState(this).name; }
  get value() { return attrValue(this); }
  set value(value) { setAttrValue(this, text(value)); }
  get ownerElement() { return attrState(this).element; }
  get specified() { attrState(this); return true; }
}
const newAttr = (space, prefix, local, value, owner) => {
  const attr = wrap(checked(n.createSpecial(2, space, prefix ?? '', local, '')));
  setUpAttr(attr, stateOf(attr), [space, prefix ?? '', local], value);
  return own(attr, owner);
};
const setUpAttr = (attr, state, names, value) => {
  state.element = null;
  state.value = value;
  { state.space = names[0]; state.prefix = names[1] === '' ? null : names[1]; state.local = names[2]; }
  state.name = qualifiedName(names);
};
/** The node of an attribute. */
const attrOf = (element, entry) => {
  const state = stateOf(element), attrs = state.attrs || (state.attrs = new PlainMap());
  const key = `${entry.space} ${entry.local}`, known = mapGet(attrs, key);
  if (known !== undefined) return known;
  const attr = newAttr(entry.space, entry.prefix, entry.local, entry.value, document);
  attrState(attr).element = element;
  mapSet(attrs, key, attr);
  return attr;
};
function putAttr(element, attr) {
  const state = attrState(attr), handle = handleOf(element);
  if (state.element !== null && state.element !== element) fail('InUseAttributeError');
  if (state.element === element) return attr;
  const present = entryOf(handle, state.space, state.local);
  const old = present === null ? null : attrOf(element, present), { value } = state;
  if (old !== null) {
    detach(old, present.value);
    if (present.name !== state.name) n.removeAttributeNS(handle, state.space, state.local);
  }
  const ours = stateOf(element), attrs = ours.attrs || (ours.attrs = new PlainMap());
  mapSet(attrs, `${state.space} ${state.local}`, attr);
  state.element = element;
  setAttributeNS(handle, state, value);
  return old;
}

class NamedNodeMap {
  constructor() { illegal(); }
  get length() { return n.attributeNames(handleOf(stateOf(this).owner)).length; }
  item(at) { need(arguments, 1); return attrAt(stateOf(this).owner, at >>> 0) ?? null; }
  getNamedItem(name) {
    need(arguments, 1);
    const { owner } = stateOf(this), handle = handleOf(owner);
    const entry = entryNamed(handle, attributeName(handle, name));
    return entry === null ? null : attrOf(owner, entry);
  }
  getNamedItemNS(space, name) {
    need(arguments, 2);
    const { owner } = stateOf(this), entry = entryOf(handleOf(owner), spaceOf(space), text(name));
    return entry === null ? null : attrOf(owner, entry);
  }
  setNamedItem(attr) { need(arguments, 1); return putAttr(stateOf(this).owner, attr); }
  setNamedItemNS(attr) { need(arguments, 1); return putAttr(stateOf(this).owner, attr); }
  removeNamedItem(name) {
    need(arguments, 1);
    const { owner } = stateOf(this), handle = handleOf(owner);
    return takeAttr(owner, entryNamed(handle, attributeName(handle, name)));
  }
  removeNamedItemNS(space, name) {
    need(arguments, 2);
    const { owner } = stateOf(this);
    return takeAttr(owner, entryOf(handleOf(owner), spaceOf(space), text(name)));
  }
}
defineProperty(NamedNodeMap.prototype, iteratorKey, {
  value: iteratorOf, writable: true, configurable: true, __proto__: null,
});
const takeAttr = (owner, entry) => {
  if (entry === null) fail('NotFoundError');
  const attr = attrOf(owner, entry);
  removeEntry(handleOf(owner), entry);
  return attr;
};
const attrAt = (owner, at) => {
  const list = n.attributeList(handleOf(owner));
  return at * 4 < list.length ? attrOf(owner, newEntry(list, at * 4)) : undefined;
};
const attributesMap = (element) => cached(element, 'attributes', () => exotic(NamedNodeMap, {
  count: () => n.attributeNames(handleOf(element)).length,
  at: (i) => attrAt(element, i),
  names() {
    const handle = handleOf(element), all = n.attributeNames(handle), shown = [];
    for (let i = 0; i < all.length; i++) {
      if (indexIn(shown, all[i]) < 0 && (!lowers(handle) || lowerAscii(all[i]) === all[i])) push(shown, all[i]);
    }
    return shown;
  },
  named(name) {
    const handle = handleOf(element);
    if (lowers(handle) && lowerAscii(name) !== name) return undefined;
    const entry = entryNamed(handle, name);
    return entry === null ? undefined : attrOf(element, entry);
  },
}, { owner: element }));
expose('Attr', Attr);
expose('NamedNodeMap', NamedNodeMap);
