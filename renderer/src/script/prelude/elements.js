// Element, its attributes and its markup.

const tagName = (handle) => {
  const prefix = n.prefix(handle), local = n.localName(handle);
  const name = prefix === null ? local : `${prefix}:${local}`;
  return lowers(handle) ? upperAscii(name) : name;
};
/** Markup as a fragment, as it reads inside an element. */
const parse = (context, markup) => {
  if (context !== null && isXmlNode(context)) return parseXmlFragment(context, markup);
  const fragment = checked(n.fragment(context, markup, false));
  noteNames(n.newNames());
  return fragment;
};

class Element extends Node {
  get namespaceURI() { return n.namespace(handleOf(this)); }
  get prefix() { return n.prefix(handleOf(this)); }
  get localName() { return n.localName(handleOf(this)); }
  get tagName() { return tagName(handleOf(this)); }
  get id() { return n.attribute(handleOf(this), 'id') ?? ''; }
  set id(value) { setAttribute(handleOf(this), 'id', text(value)); }
  get className() { return n.attribute(handleOf(this), 'class') ?? ''; }
  set className(value) { setAttribute(handleOf(this), 'class', text(value)); }
  set classList(value) { setAttribute(handleOf(this), 'class', text(value)); }
  get slot() { return n.attribute(handleOf(this), 'slot') ?? ''; }
  set slot(value) { setAttribute(handleOf(this), 'slot', text(value)); }
  get shadowRoot() { handleOf(this); return null; }
  get attributes() { return attributesMap(this); }
  hasAttributes() { return n.attributeNames(handleOf(this)).length > 0; }
  getAttributeNames() { return n.attributeNames(handleOf(this)); }
  getAttribute(name) {
    need(arguments, 1);
    const handle = handleOf(this);
    return n.attribute(handle, attributeName(handle, name));
  }
  getAttributeNS(space, name) {
    need(arguments, 2);
    return n.attributeNS(handleOf(this), spaceOf(space), text(name));
  }
  setAttribute(name, value) {
    need(arguments, 2);
    const handle = handleOf(this), given = text(name);
    if (!isName(given)) fail('InvalidCharacterError');
    setAttribute(handle, lowers(handle) ? lowerAscii(given) : given, text(value));
  }
  setAttributeNS(space, name, value) {
    need(arguments, 3);
    setAttributeNS(handleOf(this), validName(space, name), text(value));
  }
  removeAttribute(name) {
    need(arguments, 1);
    const handle = handleOf(this);
    removeAttribute(handle, attributeName(handle, name));
  }
  removeAttributeNS(space, name) {
    need(arguments, 2);
    removeAttributeNS(handleOf(this), spaceOf(space), text(name));
  }
  toggleAttribute(name, force) {
    need(arguments, 1);
    const handle = handleOf(this), given = text(name);
    if (!isName(given)) fail('InvalidCharacterError');
    const own = lowers(handle) ? lowerAscii(given) : given;
    const has = n.attribute(handle, own) !== null;
    const wanted = force === undefined ? !has : !!force;
    if (wanted && !has) setAttribute(handle, own, '');
    if (!wanted && has) removeAttribute(handle, own);
    return wanted;
  }
  hasAttribute(name) {
    need(arguments, 1);
    const handle = handleOf(this);
    return n.attribute(handle, attributeName(handle, name)) !== null;
  }
  hasAttributeNS(space, name) {
    need(arguments, 2);
    return n.attributeNS(handleOf(this), spaceOf(space), text(name)) !== null;
  }
  getAttributeNode(name) {
    need(arguments, 1);
    const handle = handleOf(this), entry = entryNamed(handle, attributeName(handle, name));
    return entry === null ? null : attrOf(this, entry);
  }
  getAttributeNodeNS(space, name) {
    need(arguments, 2);
    const entry = entryOf(handleOf(this), spaceOf(space), text(name));
    return entry === null ? null : attrOf(this, entry);
  }
  setAttributeNode(attr) { need(arguments, 1); return putAttr(this, attr); }
  setAttributeNodeNS(attr) { need(arguments, 1); return putAttr(this, attr); }
  removeAttributeNode(attr) {
    need(arguments, 1);
    const state = attrState(attr);
    if (state.element !== this) fail('NotFoundError');
    removeAttributeNS(handleOf(this), state.space, state.local);
    return attr;
  }
  matches(selector) { need(arguments, 1); return checked(n.matches(handleOf(this), text(selector))); }
  webkitMatchesSelector(selector) {
    need(arguments, 1);
    return checked(n.matches(handleOf(this), text(selector)));
  }
  closest(selector) { need(arguments, 1); return wrap(checked(n.closest(handleOf(this), text(selector)))); }
  get innerHTML() { return markupIn(handleOf(this)); }
  set innerHTML(markup) {
    const handle = handleOf(this);
    const into = n.localName(handle) === 'template' && n.isHtml(handle)
      ? checked(n.contents(handle)) : handle;
    replaceAll(into, parse(handle, markup === null ? '' : text(markup)));
    upgradeIn(into);
  }
  getHTML() { return markupIn(handleOf(this)); }
  get outerHTML() {
    const handle = handleOf(this);
    return isXmlNode(handle) ? serialize(handle, true) : n.outer(handle);
  }
  set outerHTML(markup) {
    const handle = handleOf(this), parent = n.parent(handle);
    if (parent === null) return;
    if (n.type(parent) === 9) fail('NoModificationAllowedError');
    const given = markup === null ? '' : text(markup);
    const fragment = parse(n.type(parent) === 1 ? parent : null, given);
    replace(parent, fragment, handle);
    upgradeIn(parent);
  }
  insertAdjacentHTML(where, markup) {
    need(arguments, 2);
    const { parent, before, context } = adjacent(this, where, true);
    insertHandle(parent, parse(context, text(markup)), before, false);
    upgradeIn(parent);
  }
  insertAdjacentText(where, data) {
    need(arguments, 2);
    const place = adjacent(this, where, false), given = text(data);
    if (place === null) return;
    insertHandle(place.parent, checked(n.createText(given)), place.before, false);
  }
  insertAdjacentElement(where, element) {
    need(arguments, 2);
    if (n.type(nodeArgument(element)) !== 1) throw new PlainTypeError('The argument is not an Element');
    const place = adjacent(this, where, false);
    return place === null ? null : insert(place.parent, element, place.before);
  }
  getBoundingClientRect() { return newRect(n.rect(handleOf(this))); }
  getClientRects() {
    return rectList(n.rects(handleOf(this)));
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
  animate() { return fail('NotSupportedError', 'animate is not supported'); }
  getAnimations() { return []; }
}
addQuickGetter(Element.prototype, 'classList');
quicken(Element.prototype, ['getAttribute', 'hasAttribute', 'setAttribute']);
mix(Element.prototype, parentMembers);
mix(Element.prototype, searchMembers);
mix(Element.prototype, childMembers);
mix(Element.prototype, siblingMembers);

hide(Element.prototype, ['after', 'append', 'before', 'prepend', 'remove', 'replaceChildren',
  'replaceWith', 'slot']);

const isXmlNode = (handle) => hasXml && !isHtmlDocument(documentOf(handle));
const markupIn = (handle) => isXmlNode(handle) ? serialize(handle, false) : n.inner(handle);
/** The place beside an element, or in it. There is none beside one that stands nowhere. */
function adjacent(element, where, isMarkup) {
  const handle = handleOf(element), parent = n.parent(handle);
  const outside = (before) => {
    if (isMarkup && (parent === null || n.type(parent) === 9)) fail('NoModificationAllowedError');
    if (parent === null) return null;
    return { parent, before, context: n.type(parent) === 1 ? parent : null };
  };
  switch (lowerAscii(text(where))) {
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
class DOMRectList {
  constructor() { illegal(); }
  get length() { return stateOf(this).rects.length; }
  item(at) { need(arguments, 1); return stateOf(this).rects[at >>> 0] ?? null; }
}
defineProperty(DOMRectList.prototype, iteratorKey, {
  value: iteratorOf, writable: true, configurable: true, __proto__: null,
});
const rectList = (numbers) => {
  const rects = [];
  for (let i = 0; i < numbers.length; i++) push(rects, newRect(numbers[i]));
  return exotic(DOMRectList, {
    count: () => rects.length, at: (i) => rects[i], names: nothing, named: noName,
  }, { rects, __proto__: null });
};
expose('DOMRectList', DOMRectList);
const newRect = (numbers) => new DOMRect(numbers[0], numbers[1], numbers[2], numbers[3]);

expose('Element', Element);
expose('DOMRectReadOnly', DOMRectReadOnly);
expose('DOMRect', DOMRect);
