// Node, and what nodes with parents or children have.

const isText = (type) => type === 3 || type === 4;
const hasData = (type) => type === 3 || type === 4 || type === 7 || type === 8;
const nameOf = (handle) => {
  switch (n.type(handle)) {
    case 1: return tagName(handle);
    case 2: return qualifiedName(n.specialNames(handle));
    case 3: return '#text';
    case 4: return '#cdata-section';
    case 7: case 10: return n.specialNames(handle)[0];
    case 8: return '#comment';
    case 9: return '#document';
    default: return '#document-fragment';
  }
};
const qualifiedName = (names) => names[1] === '' ? names[2] : `${names[1]}:${names[2]}`;

class Node extends EventTarget {
  constructor() { illegal(); }
  get nodeType() { return n.type(handleOf(this)); }
  get nodeName() { return nameOf(handleOf(this)); }
  get baseURI() { return n.baseUrl(); }
  get isConnected() { return n.type(n.rootOf(handleOf(this))) === 9; }
  get ownerDocument() {
    const handle = handleOf(this), type = n.type(handle);
    if (type === 9) return null;
    return type === 2 ? attrDocument(this) : documentOf(handle);
  }
  getRootNode() { return wrap(n.rootOf(handleOf(this))); }
  get parentNode() { return wrap(n.parent(handleOf(this))); }
  get parentElement() {
    const parent = n.parent(handleOf(this));
    return parent !== null && n.type(parent) === 1 ? wrap(parent) : null;
  }
  hasChildNodes() { return n.first(handleOf(this)) !== null; }
  get childNodes() {
    const handle = handleOf(this);
    return cached(this, 'childNodes', () =>
      liveList(NodeList, this, () => n.children(handle), false));
  }
  get firstChild() { return wrap(n.first(handleOf(this))); }
  get lastChild() { return wrap(n.last(handleOf(this))); }
  get previousSibling() { return wrap(n.sibling(handleOf(this), -1)); }
  get nextSibling() { return wrap(n.sibling(handleOf(this), 1)); }
  get nodeValue() {
    const handle = handleOf(this), type = n.type(handle);
    return type === 2 ? this.value : hasData(type) ? n.text(handle) : null;
  }
  set nodeValue(value) {
    const handle = handleOf(this), type = n.type(handle);
    const string = value === null || value === undefined ? '' : text(value);
    if (type === 2) setAttrValue(this, string);
    else if (hasData(type)) setText(handle, string);
  }
  get textContent() {
    const handle = handleOf(this), type = n.type(handle);
    return type === 2 ? this.value : type === 9 || type === 10 ? null : n.text(handle);
  }
  set textContent(value) {
    const handle = handleOf(this), type = n.type(handle);
    const string = value === null || value === undefined ? '' : text(value);
    if (type === 9 || type === 10) return;
    if (type === 2) setAttrValue(this, string);
    else if (hasData(type)) setText(handle, string);
    else replaceAll(handle, string === '' ? null : checked(n.createText(string)));
  }
  normalize() { normalize(handleOf(this)); }
  cloneNode(deep = false) { return clone(this, !!deep); }
  isEqualNode(other) {
    need(arguments, 1);
    const handle = handleOf(this);
    return other !== null && other !== undefined && areEqual(handle, nodeArgument(other));
  }
  isSameNode(other) {
    need(arguments, 1);
    return this === (other === undefined ? null : other);
  }
  compareDocumentPosition(other) {
    need(arguments, 1);
    return comparePlaces(this, other);
  }
  contains(other) {
    need(arguments, 1);
    const handle = handleOf(this);
    return other !== null && other !== undefined && isInside(handle, nodeArgument(other));
  }
  lookupPrefix(space) {
    need(arguments, 1);
    const wanted = spaceOf(space), element = elementFor(this);
    return wanted === '' || element === null ? null : prefixFor(element, wanted);
  }
  lookupNamespaceURI(prefix) {
    need(arguments, 1);
    const element = elementFor(this), wanted = prefix === '' ? null : prefix ?? null;
    return element === null ? null : spaceFor(element, wanted === null ? null : text(wanted));
  }
  isDefaultNamespace(space) {
    need(arguments, 1);
    const element = elementFor(this);
    return (element === null ? '' : spaceFor(element, null) ?? '') === spaceOf(space);
  }
  insertBefore(child, before) {
    need(arguments, 2);
    nodeArgument(child);
    const place = before === null || before === undefined ? null : nodeArgument(before);
    return insert(handleOf(this), child, place);
  }
  appendChild(child) { need(arguments, 1); return insert(handleOf(this), child, null); }
  replaceChild(child, old) {
    need(arguments, 2);
    replace(handleOf(this), nodeArgument(child), nodeArgument(old));
    return old;
  }
  removeChild(child) {
    need(arguments, 1);
    const handle = nodeArgument(child);
    if (n.parent(handle) !== handleOf(this)) fail('NotFoundError');
    remove(handle);
    return child;
  }
}
const nodeConstants = {
  ELEMENT_NODE: 1, ATTRIBUTE_NODE: 2, TEXT_NODE: 3, CDATA_SECTION_NODE: 4,
  ENTITY_REFERENCE_NODE: 5, ENTITY_NODE: 6, PROCESSING_INSTRUCTION_NODE: 7, COMMENT_NODE: 8,
  DOCUMENT_NODE: 9, DOCUMENT_TYPE_NODE: 10, DOCUMENT_FRAGMENT_NODE: 11, NOTATION_NODE: 12,
  DOCUMENT_POSITION_DISCONNECTED: 1, DOCUMENT_POSITION_PRECEDING: 2,
  DOCUMENT_POSITION_FOLLOWING: 4, DOCUMENT_POSITION_CONTAINS: 8,
  DOCUMENT_POSITION_CONTAINED_BY: 16, DOCUMENT_POSITION_IMPLEMENTATION_SPECIFIC: 32,
};
addConstants(Node, nodeConstants);
quicken(Node.prototype, ['parentNode', 'firstChild', 'lastChild', 'previousSibling', 'nextSibling']);

function normalize(handle) {
  const children = n.children(handle);
  let before = null;
  for (let i = 0; i < children.length; i++) {
    const child = children[i];
    if (n.type(child) !== 3) {
      before = null;
      if (n.type(child) === 1) normalize(child);
    } else if (n.text(child) === '') remove(child);
    else if (before === null) before = child;
    else {
      const length = n.text(before).length;
      replaceData(before, length, 0, n.text(child));
      if (follows) {
        const parent = n.parent(child), index = indexOf(child);
        eachFollower((thing) => {
          if (isRange(thing)) ranges.joined(thing, before, length, child, parent, index);
        });
      }
      remove(child);
    }
  }
}

function clone(node, deep) {
  const handle = handleOf(node), copied = wrap(checked(n.copy(handle, deep)));
  const state = stateOf(node);
  if (n.type(handle) === 9) {
    const made = stateOf(copied);
    made.isXml = state.isXml === true;
    made.contentType = contentTypeOf(node);
    hasOthers = true;
    if (made.isXml) hasXml = true;
    setPrototypeOf(copied, made.isXml && made.contentType !== 'text/html'
      ? getPrototypeOf(node) : Document.prototype);
  } else if (n.type(handle) === 2) setUpAttr(copied, stateOf(copied), n.specialNames(handle), attrValue(node));
  if (hasOthers && n.type(handle) !== 9) own(copied, node.ownerDocument ?? document);
  if (hasDefinitions) upgradeAll(handleOf(copied));
  return copied;
}

function areEqual(one, other) {
  const waiting = [one, other];
  while (waiting.length > 0) {
    const b = waiting[waiting.length - 1], a = waiting[waiting.length - 2];
    waiting.length -= 2;
    const type = n.type(a);
    if (type !== n.type(b)) return false;
    if (type === 1 && !areEqualElements(a, b)) return false;
    if (type === 2 || type === 7 || type === 10) {
      const ours = n.specialNames(a), theirs = n.specialNames(b);
      for (let i = 0; i < ours.length; i++) {
        if (ours[i] !== theirs[i] && !(type === 2 && i === 1)) return false;
      }
    }
    if (type === 2) { if (attrValue(wrap(a)) !== attrValue(wrap(b))) return false; }
    else if (hasData(type) && n.text(a) !== n.text(b)) return false;
    const ours = n.children(a), theirs = n.children(b);
    if (ours.length !== theirs.length) return false;
    for (let i = 0; i < ours.length; i++) { push(waiting, ours[i]); push(waiting, theirs[i]); }
  }
  return true;
}
function areEqualElements(a, b) {
  if (n.localName(a) !== n.localName(b) || n.prefix(a) !== n.prefix(b)
    || n.namespace(a) !== n.namespace(b)) return false;
  const ours = n.attributeList(a);
  if (ours.length !== n.attributeList(b).length) return false;
  for (let i = 0; i < ours.length; i += 4) {
    if (n.attributeNS(b, ours[i], ours[i + 2]) !== ours[i + 3]) return false;
  }
  return true;
}

function comparePlaces(ours, theirs) {
  let one = handleOf(theirs), other = handleOf(ours);
  if (one === other) return 0;
  const attrOne = n.type(one) === 2 ? one : null, attrOther = n.type(other) === 2 ? other : null;
  const ownerOfAttr = (attr) => {
    const owner = stateOf(wrap(attr)).element;
    return owner ? handleOf(owner) : attr;
  };
  if (attrOne !== null) one = ownerOfAttr(attrOne);
  if (attrOther !== null) {
    other = ownerOfAttr(attrOther);
    if (attrOne !== null && one === other) {
      const names = n.attributeList(other), first = n.specialNames(attrOne);
      for (let i = 0; i < names.length; i += 4) {
        if (names[i] === first[0] && names[i + 2] === first[2]) return 32 | 2;
        const second = n.specialNames(attrOther);
        if (names[i] === second[0] && names[i + 2] === second[2]) return 32 | 4;
      }
    }
  }
  if (one === other) return attrOne !== null ? 16 | 4 : 8 | 2;
  const place = n.compare(other, one);
  if (place & 16 && attrOther !== null) return 4;
  if (place & 8 && attrOne !== null) return 2;
  return place;
}

// ---- prefixes and namespaces

/** The element in which a node's prefixes are looked up. */
const elementFor = (node) => {
  const handle = handleOf(node);
  switch (n.type(handle)) {
    case 1: return handle;
    case 2: { const { element } = stateOf(node); return element ? handleOf(element) : null; }
    case 9: { const all = n.childElements(handle); return all.length > 0 ? all[0] : null; }
    case 10: case 11: return null;
    default: {
      const parent = n.parent(handle);
      return parent !== null && n.type(parent) === 1 ? parent : null;
    }
  }
};
function prefixFor(element, space) {
  for (let at = element; at !== null && n.type(at) === 1; at = n.parent(at)) {
    if (n.namespace(at) === space && n.prefix(at) !== null) return n.prefix(at);
    const list = n.attributeList(at);
    for (let i = 0; i < list.length; i += 4) {
      if (list[i + 1] === 'xmlns' && list[i + 3] === space) return list[i + 2];
    }
  }
  return null;
}
function spaceFor(element, prefix) {
  if (prefix === 'xml') return xmlSpace;
  if (prefix === 'xmlns') return xmlnsSpace;
  for (let at = element; at !== null && n.type(at) === 1; at = n.parent(at)) {
    if (n.namespace(at) !== null && n.prefix(at) === prefix) return n.namespace(at);
    const list = n.attributeList(at);
    for (let i = 0; i < list.length; i += 4) {
      if (list[i] !== xmlnsSpace) continue;
      const isIt = prefix === null ? list[i + 1] === '' && list[i + 2] === 'xmlns'
        : list[i + 1] === 'xmlns' && list[i + 2] === prefix;
      if (isIt) return list[i + 3] === '' ? null : list[i + 3];
    }
  }
  return null;
}

// ---- members that several classes have

/** Of everything with children. */
const parentMembers = {
  get children() { return elementsBelow(this, 'children', n.childElements); },
  get firstElementChild() { return wrap(n.childElements(handleOf(this))[0]); },
  get lastElementChild() {
    const children = n.childElements(handleOf(this));
    return wrap(children[children.length - 1]);
  },
  get childElementCount() { return n.childElements(handleOf(this)).length; },
  append(...values) {
    const handle = handleOf(this);
    if (!putAll(handle, values, false)) insert(handle, asOne(values, documentOf(handle)), null);
  },
  prepend(...values) {
    const handle = handleOf(this), node = asOne(values, documentOf(handle));
    insert(handle, node, n.first(handle));
  },
  replaceChildren(...values) {
    const handle = handleOf(this);
    if (putAll(handle, values, true)) return;
    const node = handleOf(asOne(values, documentOf(handle)));
    checked(n.checkInsertion(handle, node, null));
    replaceAll(handle, node);
  },
  querySelector(selector) {
    need(arguments, 1);
    return wrap(checked(n.query(handleOf(this), text(selector))));
  },
  querySelectorAll(selector) {
    need(arguments, 1);
    const { prototype } = NodeList;
    return asStatic(checked(findAll(prototype, handleOf(this), text(selector))));
  },
};
/** Of elements and documents. */
const searchMembers = {
  getElementsByTagName(name) {
    need(arguments, 1);
    const wanted = text(name), owner = this;
    return elementsBelow(this, 'tag ' + wanted, (handle) =>
      n.byTag(handle, wanted, !hasXml || isHtmlDocument(documentOf(handleOf(owner)))));
  },
  getElementsByTagNameNS(space, name) {
    need(arguments, 2);
    const wanted = text(name), inside = spaceOf(space);
    return elementsBelow(this, `tag ${wanted} ${inside}`, (handle) =>
      n.byTagNS(handle, inside, wanted));
  },
  getElementsByClassName(names) {
    need(arguments, 1);
    const wanted = text(names);
    return elementsBelow(this, 'class ' + wanted, (handle) => n.byClass(handle, wanted));
  },
};
/** Of everything that has a parent. */
const childMembers = {
  before(...values) {
    const handle = handleOf(this), parent = n.parent(handle);
    if (parent === null) return;
    const previous = viable(handle, -1, values), node = asOne(values, documentOf(handle));
    insert(parent, node, previous === null ? n.first(parent) : n.sibling(previous, 1));
  },
  after(...values) {
    const handle = handleOf(this), parent = n.parent(handle);
    if (parent === null) return;
    const next = viable(handle, 1, values);
    insert(parent, asOne(values, documentOf(handle)), next);
  },
  replaceWith(...values) {
    const handle = handleOf(this), parent = n.parent(handle);
    if (parent === null) return;
    const next = viable(handle, 1, values), node = asOne(values, documentOf(handle));
    if (n.parent(handle) === parent) replace(parent, handleOf(node), handle);
    else insert(parent, node, next);
  },
  remove() { remove(handleOf(this)); },
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
/** What an inline handler's `with` must not find. */
const hide = (prototype, names) => {
  const hidden = objectCreate(null);
  for (let i = 0; i < names.length; i++) hidden[names[i]] = true;
  defineProperty(prototype, unscopables, { value: hidden, configurable: true, __proto__: null });
};
expose('Node', Node);
