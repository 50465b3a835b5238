// Document.

const bodyHandle = () => {
  const root = n.documentElement();
  if (root === null) return null;
  const children = n.childElements(root);
  for (let i = 0; i < children.length; i++) {
    const name = n.localName(children[i]);
    if (name === 'body' || name === 'frameset') return children[i];
  }
  return null;
};
const headHandle = () => {
  const root = n.documentElement();
  return root === null ? null : childrenNamed(root, ['head'])[0] ?? null;
};
const htmlSpace = 'http://www.w3.org/1999/xhtml';
const createElement = (name) => wrap(checked(n.create(htmlSpace, null, name)));
const queryList = (owner, key, selector) => elementsBelow(owner, key, (handle) =>
  checked(n.queryAll(handle, selector)));
const queryFirst = (selector) => wrap(checked(n.query(n.root(), selector)));

class Document extends Node {
  get documentElement() { return wrap(n.documentElement()); }
  get head() { return wrap(headHandle()); }
  get body() { return wrap(bodyHandle()); }
  set body(wanted) {
    const old = bodyHandle(), root = n.documentElement();
    nodeArgument(wanted);
    if (root === null) fail('HierarchyRequestError');
    insert(root, wanted, old);
    if (old !== null && old !== handleOf(wanted)) remove(old);
  }
  get title() {
    const title = n.byTag(handleOf(this), 'title')[0];
    return title === undefined ? '' : join(words(n.text(title)), ' ');
  }
  set title(value) {
    let title = n.byTag(handleOf(this), 'title')[0];
    if (title === undefined) {
      const head = headHandle();
      if (head === null) return;
      title = handleOf(insert(head, createElement('title'), null));
    }
    wrap(title).textContent = value;
  }
  createElement(name) {
    const wanted = text(name);
    if (!isElementName(wanted)) fail('InvalidCharacterError');
    return createElement(toLower(wanted));
  }
  createElementNS(space, name) {
    const qualified = text(name), parts = splitName(qualified);
    if (!isElementName(qualified)) fail('InvalidCharacterError');
    const given = space === null || space === undefined ? '' : text(space);
    if (parts[0] !== null && given === '') fail('NamespaceError');
    return wrap(checked(n.create(given, parts[0], parts[1])));
  }
  createTextNode(data) { return wrap(checked(n.createText(text(data)))); }
  createComment(data) { return wrap(checked(n.createComment(text(data)))); }
  createDocumentFragment() { return wrap(checked(n.createFragment())); }
  createAttribute(name) {
    const own = toLower(text(name));
    if (!isName(own)) fail('InvalidCharacterError');
    return newAttr(null, own, '');
  }
  createEvent(kind) {
    const kinds = {
      customevent: CustomEvent, event: Event, events: Event, htmlevents: Event, uievent: UIEvent,
      uievents: UIEvent, mouseevent: MouseEvent, mouseevents: MouseEvent, __proto__: null,
      keyboardevent: KeyboardEvent, messageevent: MessageEvent, focusevent: FocusEvent,
    };
    const Class = kinds[toLower(text(kind))];
    return Class === undefined ? fail('NotSupportedError') : new Class('');
  }
  importNode(node, deep) { return wrap(checked(n.copy(nodeArgument(node), !!deep))); }
  adoptNode(node) { remove(nodeArgument(node)); return node; }
  getElementById(id) { return wrap(n.byId(handleOf(this), text(id))); }
  getElementsByName(name) {
    const wanted = text(name);
    return cached(this, 'name ' + wanted, () =>
      liveList(NodeList, this, () => n.byName(n.root(), wanted), false));
  }
  get forms() { return queryList(this, 'forms', 'form'); }
  get images() { return queryList(this, 'images', 'img'); }
  get links() { return queryList(this, 'links', 'a[href], area[href]'); }
  get anchors() { return queryList(this, 'anchors', 'a[name]'); }
  get scripts() { return queryList(this, 'scripts', 'script'); }
  get embeds() { return queryList(this, 'embeds', 'embed'); }
  get plugins() { return queryList(this, 'embeds', 'embed'); }
  get all() { return queryList(this, 'all', '*'); }
  get styleSheets() { return []; }
  get activeElement() { return wrap(n.active()) || this.body; }
  hasFocus() { return true; }
  get readyState() { return n.readyState(); }
  get currentScript() { return wrap(n.currentScript()); }
  get defaultView() { return G; }
  get location() { return location; }
  set location(value) { location.href = value; }
  get URL() { return n.url(); }
  get documentURI() { return n.url(); }
  get domain() { return location.hostname; }
  get referrer() { return ''; }
  get cookie() { return ''; }
  set cookie(value) { text(value); }
  get lastModified() { return '01/01/1970 00:00:00'; }
  get compatMode() { return 'CSS1Compat'; }
  get characterSet() { return 'UTF-8'; }
  get charset() { return 'UTF-8'; }
  get inputEncoding() { return 'UTF-8'; }
  get contentType() { return 'text/html'; }
  get doctype() { return null; }
  get hidden() { return n.isHidden(); }
  get visibilityState() { return n.isHidden() ? 'hidden' : 'visible'; }
  get scrollingElement() { return this.documentElement; }
  get fullscreenElement() { return null; }
  get pointerLockElement() { return null; }
  get dir() { return this.documentElement?.dir ?? ''; }
  set dir(value) { this.documentElement.dir = value; }
  get designMode() { return 'off'; }
  elementFromPoint(x, y) { return wrap(n.fromPoint(+x || 0, +y || 0)); }
  elementsFromPoint(x, y) {
    const first = n.fromPoint(+x || 0, +y || 0);
    if (first === null) return [];
    const path = n.path(first), found = [];
    for (let i = 0; i < path.length; i++) if (n.type(path[i]) === 1) push(found, wrap(path[i]));
    return found;
  }
  createTreeWalker(root, what = 0xffffffff, filter = null) { return new TreeWalker(walkerKey, root, what, filter); }
  createNodeIterator(root, what = 0xffffffff, filter = null) { return new NodeIterator(walkerKey, root, what, filter); }
  write(...parts) { write(join(textsOf(parts), '')); }
  writeln(...parts) { write(join(textsOf(parts), '') + '\n'); }
  open() { return this; }
  close() {}
  execCommand() { return false; }
  queryCommandSupported() { return false; }
  get implementation() { return implementation; }
}
mix(Document.prototype, parentMembers);
mix(Document.prototype, searchMembers);
addHandlers(Document.prototype, handlerTypes);
addHandlers(Document.prototype, ['readystatechange', 'visibilitychange']);
class HTMLDocument extends Document {}
class DOMImplementation {
  constructor() { illegal(); }
  hasFeature() { return true; }
}
const implementation = objectCreate(DOMImplementation.prototype);
const textsOf = (values) => {
  const texts = [];
  for (let i = 0; i < values.length; i++) push(texts, text(values[i]));
  return texts;
};
/** Only a script at which the parser stands has a place to write to. */
function write(markup) {
  if (!checked(n.write(markup))) {
    n.log('warn', 'document.write has no effect: no script that the parser waits for is running', '', 0);
  }
}

const showsNode = (walker, node) => {
  if (!(walker.whatToShow & (1 << (node.nodeType - 1)))) return 3;
  const { filter } = walker;
  if (filter === null || filter === undefined) return 1;
  return typeof filter === 'function' ? filter(node) : filter.acceptNode(node);
};
const walkerKey = { __proto__: null };
class TreeWalker {
  #root; #what; #filter; #current;
  constructor(key, root, what, filter) {
    if (key !== walkerKey) illegal();
    nodeArgument(root);
    this.#root = this.#current = root;
    this.#what = what >>> 0;
    this.#filter = filter;
  }
  get root() { return this.#root; }
  get whatToShow() { return this.#what; }
  get filter() { return this.#filter; }
  get currentNode() { return this.#current; }
  set currentNode(node) { nodeArgument(node); this.#current = node; }
  parentNode() {
    let node = this.#current;
    while (node !== null && node !== this.#root) {
      node = node.parentNode;
      if (node !== null && showsNode(this, node) === 1) return this.#current = node;
    }
    return null;
  }
  firstChild() { return this.#child('firstChild', 'nextSibling'); }
  lastChild() { return this.#child('lastChild', 'previousSibling'); }
  nextSibling() { return this.#sibling('firstChild', 'nextSibling'); }
  previousSibling() { return this.#sibling('lastChild', 'previousSibling'); }
  #child(first, next) {
    let node = this.#current[first];
    while (node !== null) {
      const shows = showsNode(this, node);
      if (shows === 1) return this.#current = node;
      if (shows === 3 && node[first] !== null) { node = node[first]; continue; }
      while (node[next] === null) {
        const parent = node.parentNode;
        if (parent === null || parent === this.#root || parent === this.#current) return null;
        node = parent;
      }
      node = node[next];
    }
    return null;
  }
  #sibling(first, next) {
    let node = this.#current;
    if (node === this.#root) return null;
    for (;;) {
      let sibling = node[next];
      while (sibling !== null) {
        node = sibling;
        const shows = showsNode(this, node);
        if (shows === 1) return this.#current = node;
        sibling = node[first];
        if (shows === 2 || sibling === null) sibling = node[next];
      }
      node = node.parentNode;
      if (node === null || node === this.#root || showsNode(this, node) === 1) return null;
    }
  }
  nextNode() {
    let node = this.#current, shows = 1;
    for (;;) {
      while (shows !== 2 && node.firstChild !== null) {
        node = node.firstChild;
        shows = showsNode(this, node);
        if (shows === 1) return this.#current = node;
      }
      let sibling = null;
      for (let at = node; at !== null && at !== this.#root; at = at.parentNode) {
        sibling = at.nextSibling;
        if (sibling !== null) break;
      }
      if (sibling === null) return null;
      node = sibling;
      shows = showsNode(this, node);
      if (shows === 1) return this.#current = node;
    }
  }
  previousNode() {
    let node = this.#current;
    while (node !== this.#root) {
      let sibling = node.previousSibling;
      while (sibling !== null) {
        node = sibling;
        let shows = showsNode(this, node);
        while (shows !== 2 && node.lastChild !== null) {
          node = node.lastChild;
          shows = showsNode(this, node);
        }
        if (shows === 1) return this.#current = node;
        sibling = node.previousSibling;
      }
      if (node === this.#root || node.parentNode === null) return null;
      node = node.parentNode;
      if (showsNode(this, node) === 1) return this.#current = node;
    }
    return null;
  }
}
class NodeIterator {
  #walker; #isBefore = true; #root; #what; #filter;
  constructor(key, root, what, filter) {
    this.#walker = new TreeWalker(key, root, what, null);
    this.#root = root; this.#what = what >>> 0; this.#filter = filter;
  }
  get root() { return this.#root; }
  get whatToShow() { return this.#what; }
  get filter() { return this.#filter; }
  get referenceNode() { return this.#walker.currentNode; }
  get pointerBeforeReferenceNode() { return this.#isBefore; }
  nextNode() {
    for (;;) {
      const node = this.#isBefore ? this.#walker.currentNode : this.#walker.nextNode();
      if (node === null) return null;
      this.#isBefore = false;
      if (showsNode(this, node) === 1) return node;
    }
  }
  previousNode() {
    for (;;) {
      const node = this.#isBefore ? this.#walker.previousNode() : this.#walker.currentNode;
      if (node === null) return null;
      this.#isBefore = true;
      if (showsNode(this, node) === 1) return node;
    }
  }
  detach() {}
}
const NodeFilter = {
  FILTER_ACCEPT: 1, FILTER_REJECT: 2, FILTER_SKIP: 3, SHOW_ALL: 0xffffffff, SHOW_ELEMENT: 1,
  SHOW_ATTRIBUTE: 2, SHOW_TEXT: 4, SHOW_COMMENT: 128, SHOW_DOCUMENT: 256,
  SHOW_DOCUMENT_FRAGMENT: 1024,
};
class XMLSerializer { serializeToString(node) { return n.outer(nodeArgument(node)); } }
expose('Document', Document);
expose('HTMLDocument', HTMLDocument);
expose('DOMImplementation', DOMImplementation);
expose('TreeWalker', TreeWalker);
expose('NodeIterator', NodeIterator);
expose('NodeFilter', NodeFilter);
expose('XMLSerializer', XMLSerializer);
const document = wrap(n.root());
