// Element, its attributes and its markup.

const tagName = (handle) => {
  const prefix = n.prefix(handle), local = n.localName(handle);
  const name = prefix === null ? local : `${prefix}:${local}`;
  return n.isHtml(handle) ? toUpper(name) : name;
};
const attributeName = (handle, name) => {
  const given = text(name);
  return n.isHtml(handle) ? toLower(given) : given;
};
function setAttribute(handle, name, value, space = '', prefix = null, local = name) {
  const old = observers.length > 0 ? n.attribute(handle, name) : null;
  checked(n.setAttribute(handle, space, prefix, local, value));
  if (local === 'width' || local === 'height') resetContext(handle);
  if (startsWith(name, 'on')) forgetHandler(handle, substring(name, 2));
  if (observers.length > 0) mutated('attributes', handle, name, { oldValue: old });
}
function removeAttribute(handle, name) {
  const old = n.attribute(handle, name);
  if (old === null) return;
  n.removeAttribute(handle, name);
  if (startsWith(name, 'on')) forgetHandler(handle, substring(name, 2));
  if (observers.length > 0) mutated('attributes', handle, name, { oldValue: old });
}
const splitName = (qualified) => {
  const at = stringIndexOf(qualified, ':');
  return at < 0 ? [null, qualified] : [substring(qualified, 0, at), substring(qualified, at + 1)];
};
/** Markup as a fragment, as it reads inside an element. */
const parse = (context, markup) => checked(n.fragment(context, markup, false));

class Attr {
  constructor() { illegal(); }
  get name() { return stateOf(this).name; }
  get nodeName() { return stateOf(this).name; }
  get localName() { return splitName(stateOf(this).name)[1]; }
  get prefix() { return splitName(stateOf(this).name)[0]; }
  get namespaceURI() {
    const { owner, name } = stateOf(this);
    return owner === null ? null : n.attributeNamespace(handleOf(owner), name);
  }
  get nodeType() { return 2; }
  get specified() { return true; }
  get ownerElement() { return stateOf(this).owner; }
  get ownerDocument() { return document; }
  get value() {
    const { owner, name, value } = stateOf(this);
    return owner === null ? value : n.attribute(handleOf(owner), name) ?? value;
  }
  set value(value) {
    const state = stateOf(this);
    state.value = text(value);
    if (state.owner !== null) setAttribute(handleOf(state.owner), state.name, state.value);
  }
  get nodeValue() { return this.value; }
  set nodeValue(value) { this.value = value; }
  get textContent() { return this.value; }
  set textContent(value) { this.value = value; }
}
const newAttr = (owner, name, value) => new Brand(objectCreate(Attr.prototype), {
  owner, name, value, handle: null, __proto__: null,
});
const attrOf = (element, name) => {
  const value = n.attribute(handleOf(element), name);
  return value === null ? null
    : cached(element, 'attribute ' + name, () => newAttr(element, name, value));
};
class NamedNodeMap {
  constructor() { illegal(); }
  get length() { return n.attributeNames(handleOf(stateOf(this).owner)).length; }
  item(at) {
    const { owner } = stateOf(this), name = n.attributeNames(handleOf(owner))[at >>> 0];
    return name === undefined ? null : attrOf(owner, name);
  }
  getNamedItem(name) { return stateOf(this).owner.getAttributeNode(name); }
  setNamedItem(attr) { return stateOf(this).owner.setAttributeNode(attr); }
  removeNamedItem(name) {
    const { owner } = stateOf(this), attr = owner.getAttributeNode(name);
    if (attr === null) fail('NotFoundError');
    return owner.removeAttributeNode(attr);
  }
  *[Symbol.iterator]() { for (let i = 0; i < this.length; i++) yield this.item(i); }
}
const attributeTraps = {
  get(target, key, receiver) {
    if (isIndex(key)) return receiver.item(+key) ?? undefined;
    if (typeof key === 'string' && !(key in target)) return receiver.getNamedItem(key) ?? undefined;
    return Reflect_get(target, key, receiver);
  },
  __proto__: null,
};

class Element extends Node {
  get tagName() { return tagName(handleOf(this)); }
  get localName() { return n.localName(handleOf(this)); }
  get prefix() { return n.prefix(handleOf(this)); }
  get namespaceURI() { return n.namespace(handleOf(this)); }
  get id() { return n.attribute(handleOf(this), 'id') ?? ''; }
  set id(value) { setAttribute(handleOf(this), 'id', text(value)); }
  get className() { return n.attribute(handleOf(this), 'class') ?? ''; }
  set className(value) { setAttribute(handleOf(this), 'class', text(value)); }
  get slot() { return n.attribute(handleOf(this), 'slot') ?? ''; }
  get classList() { return cached(this, 'classList', () => newTokens(this, 'class')); }
  set classList(value) { setAttribute(handleOf(this), 'class', text(value)); }
  get shadowRoot() { return null; }
  get attributes() {
    return cached(this, 'attributes', () => {
      const state = { owner: this, handle: null, __proto__: null };
      const proxy = new PlainProxy(objectCreate(NamedNodeMap.prototype), attributeTraps);
      return new Brand(proxy, state);
    });
  }
  getAttribute(name) {
    const handle = handleOf(this);
    return n.attribute(handle, attributeName(handle, name));
  }
  getAttributeNS(space, name) { return n.attribute(handleOf(this), nsName(this, space, name)); }
  hasAttribute(name) {
    const handle = handleOf(this);
    return n.attribute(handle, attributeName(handle, name)) !== null;
  }
  hasAttributeNS(space, name) { return this.getAttributeNS(space, name) !== null; }
  hasAttributes() { return n.attributeNames(handleOf(this)).length > 0; }
  getAttributeNames() { return n.attributeNames(handleOf(this)); }
  setAttribute(name, value) {
    const handle = handleOf(this), own = attributeName(handle, name);
    if (!isName(own)) fail('InvalidCharacterError');
    setAttribute(handle, own, text(value));
  }
  setAttributeNS(space, name, value) {
    const qualified = text(name), parts = splitName(qualified);
    if (!isName(qualified)) fail('InvalidCharacterError');
    const given = space === null || space === undefined ? '' : text(space);
    if (parts[0] !== null && given === '') fail('NamespaceError');
    setAttribute(handleOf(this), qualified, text(value), given, parts[0], parts[1]);
  }
  removeAttribute(name) {
    const handle = handleOf(this);
    removeAttribute(handle, attributeName(handle, name));
  }
  removeAttributeNS(space, name) { removeAttribute(handleOf(this), nsName(this, space, name)); }
  toggleAttribute(name, force) {
    const handle = handleOf(this), own = attributeName(handle, name);
    if (!isName(own)) fail('InvalidCharacterError');
    const has = n.attribute(handle, own) !== null;
    const wanted = force === undefined ? !has : !!force;
    if (wanted && !has) setAttribute(handle, own, '');
    if (!wanted && has) removeAttribute(handle, own);
    return wanted;
  }
  getAttributeNode(name) { return attrOf(this, attributeName(handleOf(this), name)); }
  setAttributeNode(attr) {
    const state = stateOf(attr), old = this.getAttributeNode(state.name);
    setAttribute(handleOf(this), state.name, attr.value);
    state.owner = this;
    return old;
  }
  removeAttributeNode(attr) {
    const state = stateOf(attr);
    if (state.owner !== this) fail('NotFoundError');
    state.value = attr.value;
    state.owner = null;
    removeAttribute(handleOf(this), state.name);
    return attr;
  }
  matches(selector) { return checked(n.matches(handleOf(this), text(selector))); }
  webkitMatchesSelector(selector) { return this.matches(selector); }
  closest(selector) { return wrap(checked(n.closest(handleOf(this), text(selector)))); }
  get innerHTML() { return n.inner(handleOf(this)); }
  set innerHTML(markup) {
    const handle = handleOf(this);
    const into = n.localName(handle) === 'template' && n.isHtml(handle)
      ? checked(n.contents(handle)) : handle;
    const fragment = parse(handle, markup === null ? '' : text(markup));
    clear(into);
    insert(into, wrap(fragment), null);
  }
  getHTML() { return n.inner(handleOf(this)); }
  get outerHTML() { return n.outer(handleOf(this)); }
  set outerHTML(markup) {
    const handle = handleOf(this), parent = n.parent(handle);
    if (parent === null) return;
    if (n.type(parent) === 9) fail('NoModificationAllowedError');
    const fragment = parse(n.type(parent) === 1 ? parent : null, text(markup ?? ''));
    insert(parent, wrap(fragment), handle);
    remove(handle);
  }
  insertAdjacentHTML(where, markup) {
    const { parent, before, context } = adjacent(this, where);
    insert(parent, wrap(parse(context, text(markup))), before);
  }
  insertAdjacentText(where, data) {
    const { parent, before } = adjacent(this, where);
    insert(parent, wrap(checked(n.createText(text(data)))), before);
  }
  insertAdjacentElement(where, element) {
    const { parent, before } = adjacent(this, where);
    nodeArgument(element);
    return insert(parent, element, before);
  }
  getBoundingClientRect() { return newRect(n.rect(handleOf(this))); }
  getClientRects() {
    const rects = n.rects(handleOf(this)), list = [];
    for (let i = 0; i < rects.length; i++) push(list, newRect(rects[i]));
    list.item = (at) => list[at] ?? null;
    return list;
  }
  checkVisibility() { return n.rects(handleOf(this)).length > 0; }
  get clientWidth() { return round(n.metrics(handleOf(this))[0]); }
  get clientHeight() { return round(n.metrics(handleOf(this))[1]); }
  get clientTop() { return 0; }
  get clientLeft() { return 0; }
  get scrollWidth() { return round(n.metrics(handleOf(this))[2]); }
  get scrollHeight() { return round(n.metrics(handleOf(this))[3]); }
  get scrollLeft() { return n.metrics(handleOf(this))[4]; }
  set scrollLeft(x) { const h = handleOf(this); n.scroll(h, +x || 0, n.metrics(h)[5]); }
  get scrollTop() { return n.metrics(handleOf(this))[5]; }
  set scrollTop(y) { const h = handleOf(this); n.scroll(h, n.metrics(h)[4], +y || 0); }
  scrollTo(x, y) { scrollTo(handleOf(this), x, y, false); }
  scroll(x, y) { scrollTo(handleOf(this), x, y, false); }
  scrollBy(x, y) { scrollTo(handleOf(this), x, y, true); }
  scrollIntoView(options) {
    const place = isObject(options) ? options.block ?? 'start' : options === false ? 'end' : 'start';
    n.scrollIntoView(handleOf(this), text(place));
  }
  setPointerCapture() { handleOf(this); }
  releasePointerCapture() { handleOf(this); }
  hasPointerCapture() { return false; }
  animate() { return fail('NotSupportedError', 'animate is not supported'); }
  getAnimations() { return []; }
}
mix(Element.prototype, parentMembers);
mix(Element.prototype, searchMembers);
mix(Element.prototype, childMembers);
mix(Element.prototype, siblingMembers);

/** The qualified name of an attribute that is asked for by its namespace. */
function nsName(element, space, name) {
  const local = text(name), wanted = space === null || space === '' ? null : text(space);
  const handle = handleOf(element), names = n.attributeNames(handle);
  for (let i = 0; i < names.length; i++) {
    if (splitName(names[i])[1] === local && n.attributeNamespace(handle, names[i]) === wanted) {
      return names[i];
    }
  }
  return '';
}
function adjacent(element, where) {
  const handle = handleOf(element), parent = n.parent(handle);
  const outside = (before) => {
    if (parent === null || n.type(parent) === 9) fail('NoModificationAllowedError');
    return { parent, before, context: n.type(parent) === 1 ? parent : null };
  };
  switch (toLower(text(where))) {
    case 'beforebegin': return outside(handle);
    case 'afterbegin': return { parent: handle, before: n.first(handle), context: handle };
    case 'beforeend': return { parent: handle, before: null, context: handle };
    case 'afterend': return outside(n.sibling(handle, 1));
    default: return fail('SyntaxError');
  }
}
function scrollTo(handle, x, y, isBy) {
  const now = n.metrics(handle);
  const left = isObject(x) ? x.left : x, top = isObject(x) ? x.top : y;
  const base = isBy ? now : [0, 0, 0, 0, 0, 0];
  const to = (given, at) => given === undefined ? now[at] : base[at] + (+given || 0);
  n.scroll(handle, to(left, 4), to(top, 5));
}

class DOMRectReadOnly {
  constructor(x = 0, y = 0, width = 0, height = 0) {
    return new Brand(this, { x: +x, y: +y, width: +width, height: +height, __proto__: null });
  }
  get x() { return stateOf(this).x; }
  get y() { return stateOf(this).y; }
  get width() { return stateOf(this).width; }
  get height() { return stateOf(this).height; }
  get left() { const r = stateOf(this); return min(r.x, r.x + r.width); }
  get right() { const r = stateOf(this); return max(r.x, r.x + r.width); }
  get top() { const r = stateOf(this); return min(r.y, r.y + r.height); }
  get bottom() { const r = stateOf(this); return max(r.y, r.y + r.height); }
  toJSON() {
    const { x, y, width, height, left, right, top, bottom } = this;
    return { x, y, width, height, top, right, bottom, left };
  }
}
class DOMRect extends DOMRectReadOnly {
  get x() { return stateOf(this).x; }
  set x(value) { stateOf(this).x = +value; }
  get y() { return stateOf(this).y; }
  set y(value) { stateOf(this).y = +value; }
  get width() { return stateOf(this).width; }
  set width(value) { stateOf(this).width = +value; }
  get height() { return stateOf(this).height; }
  set height(value) { stateOf(this).height = +value; }
}
const newRect = (numbers) => new DOMRect(numbers[0], numbers[1], numbers[2], numbers[3]);

class DOMTokenList {
  constructor() { illegal(); }
  get length() { return tokens(this).length; }
  get value() { const { owner, name } = stateOf(this); return n.attribute(handleOf(owner), name) ?? ''; }
  set value(value) { const { owner, name } = stateOf(this); setAttribute(handleOf(owner), name, text(value)); }
  item(at) { return tokens(this)[at >>> 0] ?? null; }
  contains(token) { return indexIn(tokens(this), text(token)) >= 0; }
  add(...added) {
    const all = tokens(this);
    for (let i = 0; i < added.length; i++) {
      const token = checkToken(added[i]);
      if (indexIn(all, token) < 0) push(all, token);
    }
    setTokens(this, all);
  }
  remove(...removed) {
    const all = tokens(this);
    for (let i = 0; i < removed.length; i++) {
      const at = indexIn(all, checkToken(removed[i]));
      if (at >= 0) removeAt(all, at);
    }
    setTokens(this, all);
  }
  toggle(given, force) {
    const token = checkToken(given), all = tokens(this), at = indexIn(all, token);
    if (at >= 0) {
      if (force) return true;
      removeAt(all, at);
      setTokens(this, all);
      return false;
    }
    if (force !== undefined && !force) return false;
    push(all, token);
    setTokens(this, all);
    return true;
  }
  replace(given, wanted) {
    const old = checkToken(given), token = checkToken(wanted);
    const all = tokens(this), at = indexIn(all, old);
    if (at < 0) return false;
    const present = indexIn(all, token);
    if (present >= 0 && present !== at) removeAt(all, max(at, present));
    put(all, present >= 0 ? min(at, present) : at, token);
    setTokens(this, all);
    return true;
  }
  supports() { return false; }
  toString() { return this.value; }
  forEach(callback, self) {
    const all = tokens(this);
    for (let i = 0; i < all.length; i++) apply(callback, self, [all[i], i, this]);
  }
  *entries() { const all = tokens(this); for (let i = 0; i < all.length; i++) yield [i, all[i]]; }
  *keys() { const all = tokens(this); for (let i = 0; i < all.length; i++) yield i; }
  *values() { const all = tokens(this); for (let i = 0; i < all.length; i++) yield all[i]; }
}
defineProperty(DOMTokenList.prototype, Symbol.iterator, {
  value: DOMTokenList.prototype.values, writable: true, configurable: true,
});
const tokens = (list) => {
  const { owner, name } = stateOf(list), all = [];
  const given = words(n.attribute(handleOf(owner), name) ?? '');
  for (let i = 0; i < given.length; i++) if (indexIn(all, given[i]) < 0) push(all, given[i]);
  return all;
};
const setTokens = (list, all) => {
  const { owner, name } = stateOf(list), handle = handleOf(owner);
  if (all.length === 0 && n.attribute(handle, name) === null) return;
  setAttribute(handle, name, join(all, ' '));
};
const checkToken = (given) => {
  const token = text(given);
  if (token === '') fail('SyntaxError');
  for (let i = 0; i < token.length; i++) {
    if (isSpace(charCode(token, i))) fail('InvalidCharacterError');
  }
  return token;
};
const tokenTraps = {
  get(target, key, receiver) {
    if (isIndex(key)) return tokens(receiver)[key];
    return Reflect_get(target, key, receiver);
  },
  __proto__: null,
};
const newTokens = (owner, name) => {
  const proxy = new PlainProxy(objectCreate(DOMTokenList.prototype), tokenTraps);
  return new Brand(proxy, { owner, name, handle: null, __proto__: null });
};
expose('Attr', Attr);
expose('NamedNodeMap', NamedNodeMap);
expose('Element', Element);
expose('DOMRectReadOnly', DOMRectReadOnly);
expose('DOMRect', DOMRect);
expose('DOMTokenList', DOMTokenList);
