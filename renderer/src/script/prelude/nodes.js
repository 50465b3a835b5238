// Node, and what has no tag.

/** Puts a node, or what is in a fragment, into a parent. */
function insert(parent, node, before) {
  const handle = nodeArgument(node);
  const isFragment = n.type(handle) === 11;
  const moved = isFragment ? n.children(handle) : [handle];
  const watched = observers.length > 0;
  const old = isFragment ? null : n.parent(handle);
  const place = watched && old !== null ? placeOf(handle) : null;
  checked(n.insert(parent, handle, before));
  if (isFragment) regroup(handle);
  for (let i = 0; i < moved.length; i++) regroup(moved[i]);
  if (watched) {
    if (old !== null) toldRemoved(old, handle, place);
    if (moved.length > 0) {
      mutated('childList', parent, null, {
        addedNodes: wrapAll(moved), nextSibling: wrap(before),
        previousSibling: wrap(n.sibling(moved[0], -1)),
      });
    }
  }
  for (let i = 0; i < moved.length; i++) runScripts(moved[i]);
  return node;
}
/** The scripts in what was put into the document run now. */
function runScripts(handle) {
  const scripts = n.scriptsIn(handle);
  for (let i = 0; i < scripts.length; i++) n.runScript(scripts[i]);
}
const placeOf = (handle) => ({
  previousSibling: wrap(n.sibling(handle, -1)), nextSibling: wrap(n.sibling(handle, 1)),
});
const toldRemoved = (parent, handle, place) => {
  mutated('childList', parent, null, { removedNodes: [wrap(handle)], ...place });
};
/** Takes a node out of its parent. */
function remove(handle) {
  const parent = n.parent(handle);
  if (parent === null) return;
  const place = observers.length > 0 ? placeOf(handle) : null;
  n.remove(handle);
  regroup(handle);
  if (place) toldRemoved(parent, handle, place);
}
function clear(handle) {
  const children = n.children(handle);
  for (let i = 0; i < children.length; i++) remove(children[i]);
}
function setText(handle, value) {
  const old = observers.length > 0 ? n.text(handle) : null;
  checked(n.setData(handle, value));
  mutated('characterData', handle, null, { oldValue: old });
}
const asNode = (value) => isNode(value) ? value : wrap(checked(n.createText(text(value))));
/** What `append` and its like are given, as one node. */
function asOne(values) {
  if (values.length === 1) return asNode(values[0]);
  const fragment = wrap(checked(n.createFragment()));
  const handle = handleOf(fragment);
  for (let i = 0; i < values.length; i++) insert(handle, asNode(values[i]), null);
  return fragment;
}
/** The next sibling that is none of the values. */
function viable(handle, step, values) {
  for (let at = n.sibling(handle, step); at !== null; at = n.sibling(at, step)) {
    const wrapper = existing(at);
    if (!wrapper || indexIn(values, wrapper) < 0) return at;
  }
  return null;
}

class Node extends EventTarget {
  constructor() { illegal(); }
  get nodeType() { return n.type(handleOf(this)); }
  get nodeName() {
    const handle = handleOf(this);
    switch (n.type(handle)) {
      case 1: return tagName(handle);
      case 3: return '#text';
      case 8: return '#comment';
      case 9: return '#document';
      default: return '#document-fragment';
    }
  }
  get parentNode() { return wrap(n.parent(handleOf(this))); }
  get parentElement() {
    const parent = n.parent(handleOf(this));
    return parent !== null && n.type(parent) === 1 ? wrap(parent) : null;
  }
  get firstChild() { return wrap(n.first(handleOf(this))); }
  get lastChild() { return wrap(n.last(handleOf(this))); }
  get nextSibling() { return wrap(n.sibling(handleOf(this), 1)); }
  get previousSibling() { return wrap(n.sibling(handleOf(this), -1)); }
  get childNodes() {
    const handle = handleOf(this);
    return cached(this, 'childNodes', () =>
      liveList(NodeList, this, () => n.children(handle), false));
  }
  hasChildNodes() { return n.first(handleOf(this)) !== null; }
  get ownerDocument() { return n.type(handleOf(this)) === 9 ? null : document; }
  get isConnected() { return n.isConnected(handleOf(this)); }
  get baseURI() { return n.baseUrl(); }
  getRootNode() { return wrap(n.rootOf(handleOf(this))); }
  get nodeValue() {
    const handle = handleOf(this), type = n.type(handle);
    return type === 3 || type === 8 ? n.text(handle) : null;
  }
  set nodeValue(value) {
    const handle = handleOf(this), type = n.type(handle);
    if (type === 3 || type === 8) setText(handle, value === null ? '' : text(value));
  }
  get textContent() {
    const handle = handleOf(this);
    return n.type(handle) === 9 ? null : n.text(handle);
  }
  set textContent(value) {
    const handle = handleOf(this), type = n.type(handle);
    const string = value === null || value === undefined ? '' : text(value);
    if (type === 9) return;
    if (type === 3 || type === 8) { setText(handle, string); return; }
    const only = n.children(handle);
    clear(handle);
    if (string !== '') insert(handle, wrap(checked(n.createText(string))), null);
    else if (only.length === 0) return;
  }
  appendChild(child) { return insert(handleOf(this), child, null); }
  insertBefore(child, before) {
    nodeArgument(child);
    const place = before === null || before === undefined ? null : nodeArgument(before);
    return insert(handleOf(this), child, place);
  }
  removeChild(child) {
    const handle = nodeArgument(child);
    if (n.parent(handle) !== handleOf(this)) fail('NotFoundError');
    remove(handle);
    return child;
  }
  replaceChild(child, old) {
    const parent = handleOf(this), from = nodeArgument(child), to = nodeArgument(old);
    if (n.parent(to) !== parent) fail('NotFoundError');
    if (from === to) return old;
    if (parent === n.root() && n.type(from) === 1 && n.type(to) === 1) {
      remove(to);
      insert(parent, child, null);
      return old;
    }
    const next = n.sibling(to, 1) === from ? n.sibling(from, 1) : n.sibling(to, 1);
    insert(parent, child, to);
    if (n.parent(to) === parent) remove(to);
    else if (next !== null) fail('NotFoundError');
    return old;
  }
  cloneNode(deep) { return wrap(checked(n.copy(handleOf(this), !!deep))); }
  contains(other) {
    const handle = handleOf(this);
    if (other === null || other === undefined) return false;
    return indexIn(n.path(nodeArgument(other)), handle) >= 0;
  }
  compareDocumentPosition(other) { return n.compare(handleOf(this), nodeArgument(other)); }
  isSameNode(other) { return this === other; }
  isEqualNode(other) {
    const handle = handleOf(this);
    if (other === null || other === undefined) return false;
    const theirs = nodeArgument(other);
    if (handle === theirs) return true;
    const type = n.type(handle);
    if (type !== n.type(theirs)) return false;
    return type === 1 ? n.outer(handle) === n.outer(theirs)
      : type === 3 || type === 8 ? n.text(handle) === n.text(theirs)
        : n.inner(handle) === n.inner(theirs);
  }
  normalize() {
    const children = n.children(handleOf(this));
    let before = null;
    for (let i = 0; i < children.length; i++) {
      const child = children[i];
      if (n.type(child) !== 3) {
        before = null;
        if (n.type(child) === 1) apply(normalize, wrap(child), []);
      } else if (n.text(child) === '') remove(child);
      else if (before === null) before = child;
      else { setText(before, n.text(before) + n.text(child)); remove(child); }
    }
  }
  lookupNamespaceURI() { return null; }
}
const { normalize } = Node.prototype;
const nodeConstants = {
  ELEMENT_NODE: 1, ATTRIBUTE_NODE: 2, TEXT_NODE: 3, CDATA_SECTION_NODE: 4,
  PROCESSING_INSTRUCTION_NODE: 7, COMMENT_NODE: 8, DOCUMENT_NODE: 9, DOCUMENT_TYPE_NODE: 10,
  DOCUMENT_FRAGMENT_NODE: 11, DOCUMENT_POSITION_DISCONNECTED: 1, DOCUMENT_POSITION_PRECEDING: 2,
  DOCUMENT_POSITION_FOLLOWING: 4, DOCUMENT_POSITION_CONTAINS: 8,
  DOCUMENT_POSITION_CONTAINED_BY: 16, DOCUMENT_POSITION_IMPLEMENTATION_SPECIFIC: 32,
};
for (const name of ownKeys(nodeConstants)) {
  const constant = { value: nodeConstants[name], enumerable: true };
  defineProperty(Node, name, constant);
  defineProperty(Node.prototype, name, constant);
}

/** Of everything with children. */
const parentMembers = {
  get children() { return elementsBelow(this, 'children', n.childElements); },
  get firstElementChild() { return wrap(n.childElements(handleOf(this))[0]); },
  get lastElementChild() {
    const children = n.childElements(handleOf(this));
    return wrap(children[children.length - 1]);
  },
  get childElementCount() { return n.childElements(handleOf(this)).length; },
  append(...values) { insert(handleOf(this), asOne(values), null); },
  prepend(...values) {
    const handle = handleOf(this);
    insert(handle, asOne(values), n.first(handle));
  },
  replaceChildren(...values) {
    const handle = handleOf(this), node = asOne(values);
    clear(handle);
    insert(handle, node, null);
  },
  querySelector(selector) { return wrap(checked(n.query(handleOf(this), text(selector)))); },
  querySelectorAll(selector) {
    return staticList(wrapAll(checked(n.queryAll(handleOf(this), text(selector)))));
  },
};
/** Of elements and documents. */
const searchMembers = {
  getElementsByTagName(name) {
    const wanted = text(name);
    return elementsBelow(this, 'tag ' + wanted, (handle) => n.byTag(handle, wanted));
  },
  getElementsByTagNameNS(space, name) {
    const wanted = text(name);
    return elementsBelow(this, 'tag ' + wanted, (handle) => n.byTag(handle, wanted));
  },
  getElementsByClassName(names) {
    const wanted = text(names);
    return elementsBelow(this, 'class ' + wanted, (handle) => n.byClass(handle, wanted));
  },
};
/** Of everything that has a parent. */
const childMembers = {
  remove() { remove(handleOf(this)); },
  before(...values) {
    const handle = handleOf(this), parent = n.parent(handle);
    if (parent === null) return;
    const previous = viable(handle, -1, values), node = asOne(values);
    insert(parent, node, previous === null ? n.first(parent) : n.sibling(previous, 1));
  },
  after(...values) {
    const handle = handleOf(this), parent = n.parent(handle);
    if (parent === null) return;
    const next = viable(handle, 1, values);
    insert(parent, asOne(values), next);
  },
  replaceWith(...values) {
    const handle = handleOf(this), parent = n.parent(handle);
    if (parent === null) return;
    const next = viable(handle, 1, values), node = asOne(values);
    if (n.parent(handle) === parent) remove(handle);
    insert(parent, node, next);
  },
};
const siblingMembers = {
  get nextElementSibling() { return elementSibling(handleOf(this), 1); },
  get previousElementSibling() { return elementSibling(handleOf(this), -1); },
};
const elementSibling = (handle, step) => {
  for (let at = n.sibling(handle, step); at !== null; at = n.sibling(at, step)) {
    if (n.type(at) === 1) return wrap(at);
  }
  return null;
};

const range = (data, offset, count) => {
  if (!(offset >= 0 && offset <= data.length)) fail('IndexSizeError');
  return min(offset + count, data.length);
};
class CharacterData extends Node {
  get data() { return n.text(handleOf(this)); }
  set data(value) { setText(handleOf(this), value === null ? '' : text(value)); }
  get length() { return n.text(handleOf(this)).length; }
  substringData(offset, count) {
    const data = n.text(handleOf(this));
    return substring(data, offset >>> 0, range(data, offset >>> 0, count >>> 0));
  }
  appendData(more) { const handle = handleOf(this); setText(handle, n.text(handle) + text(more)); }
  insertData(offset, more) { this.replaceData(offset, 0, more); }
  deleteData(offset, count) { this.replaceData(offset, count, ''); }
  replaceData(offset, count, more) {
    const handle = handleOf(this), data = n.text(handle), start = offset >>> 0;
    const end = range(data, start, count >>> 0);
    setText(handle, substring(data, 0, start) + text(more) + substring(data, end));
  }
}
mix(CharacterData.prototype, childMembers);
mix(CharacterData.prototype, siblingMembers);
class Text extends CharacterData {
  constructor(data = '') {
    // A class that extends this one gets a text of its own.
    return setPrototypeOf2(wrap(checked(n.createText(text(data)))), new.target);
  }
  get wholeText() {
    const handle = handleOf(this);
    let whole = n.text(handle);
    for (let at = n.sibling(handle, -1); at !== null && n.type(at) === 3; at = n.sibling(at, -1)) {
      whole = n.text(at) + whole;
    }
    for (let at = n.sibling(handle, 1); at !== null && n.type(at) === 3; at = n.sibling(at, 1)) {
      whole += n.text(at);
    }
    return whole;
  }
  splitText(offset) {
    const handle = handleOf(this), data = n.text(handle), at = offset >>> 0;
    range(data, at, 0);
    const rest = wrap(checked(n.createText(substring(data, at))));
    const parent = n.parent(handle);
    if (parent !== null) insert(parent, rest, n.sibling(handle, 1));
    setText(handle, substring(data, 0, at));
    return rest;
  }
}
const setPrototypeOf2 = (node, Class) => {
  const wanted = Class.prototype;
  if (isObject(wanted) && getPrototypeOf(node) !== wanted) setPrototypeOf(node, wanted);
  return node;
};
class Comment extends CharacterData {
  constructor(data = '') {
    return setPrototypeOf2(wrap(checked(n.createComment(text(data)))), new.target);
  }
}
class DocumentFragment extends Node {
  constructor() { return setPrototypeOf2(wrap(checked(n.createFragment())), new.target); }
  getElementById(id) { return wrap(n.byId(handleOf(this), text(id))); }
}
/** There is no shadow tree, so nothing is one; pages ask whether something is. */
class ShadowRoot extends DocumentFragment { constructor() { illegal(); } }
mix(DocumentFragment.prototype, parentMembers);
expose('Node', Node);
expose('CharacterData', CharacterData);
expose('Text', Text);
expose('Comment', Comment);
expose('DocumentFragment', DocumentFragment);
expose('ShadowRoot', ShadowRoot);
