// Document.

const rootElement = (owner) => n.childElements(handleOf(owner))[0] ?? null;
const bodyHandle = (owner = document) => {
  const root = rootElement(owner);
  if (root === null || n.localName(root) !== 'html' || !n.isHtml(root)) return null;
  const children = n.childElements(root);
  for (let i = 0; i < children.length; i++) {
    const name = n.localName(children[i]);
    if (name === 'body' || name === 'frameset') return children[i];
  }
  return null;
};
const headHandle = (owner = document) => {
  const root = rootElement(owner);
  return root === null ? null : childrenNamed(root, ['head'])[0] ?? null;
};
const titleOf = (owner) => {
  const root = rootElement(owner);
  if (root !== null && n.namespace(root) === svgSpace && n.localName(root) === 'svg') {
    const children = n.childElements(root);
    for (let i = 0; i < children.length; i++) {
      if (n.localName(children[i]) === 'title' && n.namespace(children[i]) === svgSpace) return children[i];
    }
    return null;
  }
  return n.byTagNS(handleOf(owner), htmlSpace, 'title')[0] ?? null;
};
const createElement = (name) => wrap(checked(n.create(htmlSpace, null, name)));
const queryList = (owner, key, selector) => elementsBelow(owner, key, (handle) =>
  checked(n.queryAll(handle, selector)));

class Document extends Node {
  constructor() {
    return ofClass(newDocument({ isXml: true, contentType: 'application/xml', url: 'about:blank' }), new.target);
  }
  get implementation() { return implementationOf(this); }
  get URL() { return urlOf(this); }
  get documentURI() { return urlOf(this); }
  get compatMode() { return isQuirky(this) ? 'BackCompat' : 'CSS1Compat'; }
  get characterSet() { handleOf(this); return 'UTF-8'; }
  get charset() { handleOf(this); return 'UTF-8'; }
  get inputEncoding() { handleOf(this); return 'UTF-8'; }
  get contentType() { return contentTypeOf(this); }
  get doctype() {
    const children = n.children(handleOf(this));
    for (let i = 0; i < children.length; i++) if (n.type(children[i]) === 10) return wrap(children[i]);
    return null;
  }
  get documentElement() { return wrap(rootElement(this)); }
  get head() { return wrap(headHandle(this)); }
  get body() { return wrap(bodyHandle(this)); }
  set body(wanted) {
    const old = bodyHandle(this), root = rootElement(this);
    const name = wanted === null || wanted === undefined ? '' : n.localName(nodeArgument(wanted));
    if (name === '' && isObject(wanted) && !isNode(wanted)) throw new PlainTypeError('The value is not an element');
    if (name !== 'body' && name !== 'frameset' || root === null && old === null) fail('HierarchyRequestError');
    if (old === null) insert(root, wanted, null);
    else if (old !== handleOf(wanted)) replace(n.parent(old), handleOf(wanted), old);
  }
  get title() {
    const title = titleOf(this);
    return title === null ? '' : join(words(n.text(title)), ' ');
  }
  set title(value) {
    let title = titleOf(this);
    const root = rootElement(this);
    if (title === null && root !== null && n.namespace(root) === svgSpace) {
      title = checked(n.create(svgSpace, null, 'title'));
      insertHandle(root, title, n.first(root), false);
    } else if (title === null) {
      const head = headHandle(this);
      if (head === null) return;
      title = handleOf(insert(head, own(createElement('title'), this), null));
    }
    const string = text(value);
    replaceAll(title, string === '' ? null : checked(n.createText(string)));
  }
  createElement(name, options) {
    need(arguments, 1);
    handleOf(this);
    const wanted = text(name);
    if (!isName(wanted)) fail('InvalidCharacterError');
    const isHtml = isHtmlDocument(this);
    const space = isHtml || contentTypeOf(this) === 'application/xhtml+xml' ? htmlSpace : '';
    const made = makeElement(space, null, isHtml ? lowerAscii(wanted) : wanted, this);
    if (isObject(options) && options.is !== undefined) builtIn(made, text(options.is));
    return made;
  }
  createElementNS(space, name, options) {
    need(arguments, 2);
    handleOf(this);
    const valid = validName(space, name), made = makeElement(valid.space, valid.prefix, valid.local, this);
    if (isObject(options) && options.is !== undefined) builtIn(made, text(options.is));
    return made;
  }
  createDocumentFragment() { handleOf(this); return own(wrap(checked(n.createFragment())), this); }
  createTextNode(data) { need(arguments, 1); return own(wrap(checked(n.createText(text(data)))), this); }
  createCDATASection(data) {
    need(arguments, 1);
    const given = text(data);
    if (isHtmlDocument(this)) fail('NotSupportedError');
    if (stringIndexOf(given, ']]>') >= 0) fail('InvalidCharacterError');
    return own(wrap(checked(n.createSpecial(4, '', '', '', given))), this);
  }
  createComment(data) { need(arguments, 1); return own(wrap(checked(n.createComment(text(data)))), this); }
  createProcessingInstruction(target, data) {
    need(arguments, 2);
    handleOf(this);
    const name = text(target), given = text(data);
    if (!isName(name) || stringIndexOf(given, '?>') >= 0) fail('InvalidCharacterError');
    return own(wrap(checked(n.createSpecial(7, name, '', '', given))), this);
  }
  createAttribute(name) {
    need(arguments, 1);
    const given = text(name);
    if (!isName(given)) fail('InvalidCharacterError');
    return newAttr('', null, isHtmlDocument(this) ? lowerAscii(given) : given, '', this);
  }
  createAttributeNS(space, name) {
    need(arguments, 2);
    handleOf(this);
    const valid = validName(space, name);
    return newAttr(valid.space, valid.prefix, valid.local, '', this);
  }
  createEvent(kind) { need(arguments, 1); return createEvent(text(kind)); }
  createRange() { handleOf(this); return newRange(this, 0, this, 0, Range.prototype); }
  createTreeWalker(root, what, filter) { need(arguments, 1); return newTreeWalker(root, what, filter); }
  createNodeIterator(root, what, filter) { need(arguments, 1); return newNodeIterator(root, what, filter); }
  importNode(node, deep = false) {
    need(arguments, 1);
    if (n.type(nodeArgument(node)) === 9) fail('NotSupportedError');
    const copied = clone(node, !!deep);
    return own(copied, this);
  }
  adoptNode(node) {
    need(arguments, 1);
    const handle = nodeArgument(node), type = n.type(handle);
    if (type === 9) fail('NotSupportedError');
    const from = type === 2 ? this : documentOf(handle);
    if (type === 2) {
      const { element } = attrState(node);
      if (element !== null) element.removeAttributeNode(node);
    } else remove(handle);
    own(node, this);
    if (hasDefinitions && from !== this) adopted(handle, from);
    return node;
  }
  getSelection() { return this === document ? selection : null; }
  getElementById(id) { need(arguments, 1); return wrap(n.byId(handleOf(this), text(id))); }
  getElementsByName(name) {
    need(arguments, 1);
    const wanted = text(name), handle = handleOf(this);
    return cached(this, 'name ' + wanted, () =>
      liveList(NodeList, this, () => n.byName(handle, wanted), false));
  }
  get forms() { return queryList(this, 'forms', 'form'); }
  get images() { return queryList(this, 'images', 'img'); }
  get links() { return queryList(this, 'links', 'a[href], area[href]'); }
  get anchors() { return queryList(this, 'anchors', 'a[name]'); }
  get scripts() { return queryList(this, 'scripts', 'script'); }
  get embeds() { return queryList(this, 'embeds', 'embed'); }
  get plugins() { return queryList(this, 'embeds', 'embed'); }
  get all() { return queryList(this, 'all', '*'); }
  get styleSheets() { return sheetsOf(this); }
  get activeElement() { return wrap(n.active()) || this.body; }
  hasFocus() { return true; }
  get readyState() { return this === document ? n.readyState() : 'complete'; }
  get currentScript() { return this === document ? wrap(n.currentScript()) : null; }
  get defaultView() { return this === document ? G : null; }
  get location() { return this === document ? location : null; }
  set location(value) { location.href = value; }
  get domain() { return location.hostname; }
  get referrer() { return ''; }
  get cookie() { return n.cookies(); }
  set cookie(value) { n.setCookie(text(value)); }
  get lastModified() { return '01/01/1970 00:00:00'; }
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
  write(...parts) { write(join(textsOf(parts), '')); }
  writeln(...parts) { write(join(textsOf(parts), '') + '\n'); }
  open() {
    if (this === document) openDocument();
    return this;
  }
  close() { if (this === document) closeDocument(); }
  execCommand() { return false; }
  queryCommandSupported() { return false; }
}
mix(Document.prototype, parentMembers);
mix(Document.prototype, searchMembers);
hide(Document.prototype, ['append', 'prepend', 'replaceChildren']);
addHandlers(Document.prototype, handlerTypes);
addHandlers(Document.prototype, ['readystatechange', 'visibilitychange']);
const writtenMax = 8 << 20;
const textsOf = (values) => {
  const texts = [];
  for (let i = 0; i < values.length; i++) push(texts, text(values[i]));
  return texts;
};
/** What has been written into a document that was opened anew. */
let written = null;
/** Empties the document, if it is parsed; what is written then is all of it. */
function openDocument() {
  if (n.readyState() === 'loading' || written !== null) return;
  written = '';
  replaceAll(n.root(), null);
  // Many never close it.
  later(closeDocument);
}
function closeDocument() {
  if (written === null) return;
  const markup = written, root = n.root();
  written = null;
  const children = n.children(handleOf(parseHtml(markup, n.url(), true)));
  for (let i = 0; i < children.length; i++) insertHandle(root, children[i], null, false);
  later(() => {
    dispatch(document, trusted(new Event('DOMContentLoaded', { bubbles: true })));
    dispatch(G, trusted(new Event('load')));
    n.reopened();
  });
}
/**
 * A script at which the parser stands writes there. Later, there is a place to write to in a
 * document that was opened anew, and in no other.
 */
function write(markup) {
  if (written === null && checked(n.write(markup))) return;
  if (written !== null) {
    if (written.length + markup.length > writtenMax) fail('QuotaExceededError');
    written += markup;
  } else {
    n.log('warn', 'document.write has no effect: no script that the parser waits for is running', '', 0);
  }
}

expose('Document', Document);
