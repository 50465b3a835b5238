// HTMLElement and the elements without a state of their own.

/** A property that is an attribute: a text. */
const reflectText = (prototype, names) => {
  for (const [property, attribute] of pairs(names)) {
    accessor(prototype, property, {
      get() { return n.attribute(handleOf(this), attribute) ?? ''; },
      set(value) { setAttribute(handleOf(this), attribute, text(value)); },
    });
  }
};
/** Whether an attribute is there. */
const reflectFlag = (prototype, names) => {
  for (const [property, attribute] of pairs(names)) {
    accessor(prototype, property, {
      get() { return n.attribute(handleOf(this), attribute) !== null; },
      set(value) {
        if (value) setAttribute(handleOf(this), attribute, '');
        else removeAttribute(handleOf(this), attribute);
      },
    });
  }
};
/** An attribute that is an address, resolved. */
const reflectUrl = (prototype, names) => {
  for (const [property, attribute] of pairs(names)) {
    accessor(prototype, property, {
      get() {
        const value = n.attribute(handleOf(this), attribute);
        return value === null ? '' : n.resolve(value) ?? value;
      },
      set(value) { setAttribute(handleOf(this), attribute, text(value)); },
    });
  }
};
/** An attribute that is a whole number. */
const reflectNumber = (prototype, names, missing) => {
  for (const [property, attribute] of pairs(names)) {
    accessor(prototype, property, {
      get() {
        const value = n.attribute(handleOf(this), attribute);
        const number = value === null || words(value).length === 0 ? NaN : trunc(+value);
        return isFinite(number) ? number : missing;
      },
      set(value) { setAttribute(handleOf(this), attribute, `${trunc(+value) || 0}`); },
    });
  }
};
// Only run while the prelude is: these may use the language as it is.
const pairs = (names) => names.split(' ').map((name) => {
  const parts = name.split('=');
  return [parts[0], parts[1] ?? parts[0].toLowerCase()];
});

class HTMLElement extends Element {
  constructor() { return constructElement(new.target); }
  get offsetWidth() { return round(n.offset(handleOf(this))[2]); }
  get offsetHeight() { return round(n.offset(handleOf(this))[3]); }
  get offsetLeft() { return round(n.offset(handleOf(this))[0]); }
  get offsetTop() { return round(n.offset(handleOf(this))[1]); }
  get offsetParent() { return wrap(n.offsetParent(handleOf(this))); }
  get dataset() { return cached(this, 'dataset', () => newDataset(this)); }
  get tabIndex() {
    const value = n.attribute(handleOf(this), 'tabindex');
    if (value !== null && isFinite(trunc(+value))) return trunc(+value);
    return focusable[n.localName(handleOf(this))] ? 0 : -1;
  }
  set tabIndex(value) { setAttribute(handleOf(this), 'tabindex', `${trunc(+value) || 0}`); }
  get contentEditable() { return n.attribute(handleOf(this), 'contenteditable') ?? 'inherit'; }
  set contentEditable(value) { setAttribute(handleOf(this), 'contenteditable', text(value)); }
  get isContentEditable() { return false; }
  get draggable() { return n.attribute(handleOf(this), 'draggable') === 'true'; }
  set draggable(value) { setAttribute(handleOf(this), 'draggable', `${!!value}`); }
  get spellcheck() { return n.attribute(handleOf(this), 'spellcheck') !== 'false'; }
  set spellcheck(value) { setAttribute(handleOf(this), 'spellcheck', `${!!value}`); }
  click() { click(this); }
  focus() { focusNode(handleOf(this)); }
  blur() { n.blur(handleOf(this)); tellFocus(n.active()); }
}
const focusable = { a: true, button: true, input: true, select: true, textarea: true, __proto__: null };
mix(HTMLElement.prototype, styleMembers);
reflectText(HTMLElement.prototype, 'title lang dir nonce accessKey=accesskey inputMode=inputmode '
  + 'enterKeyHint=enterkeyhint popover autocapitalize translate');
reflectFlag(HTMLElement.prototype, 'hidden inert autofocus');
addHandlers(HTMLElement.prototype, handlerTypes);

const datasetTraps = {
  get(target, key) {
    if (typeof key !== 'string') return undefined;
    return n.attribute(handleOf(stateOf(target).owner), 'data-' + dashed(key)) ?? undefined;
  },
  set(target, key, value) {
    if (typeof key === 'string') {
      setAttribute(handleOf(stateOf(target).owner), 'data-' + dashed(key), text(value));
    }
    return true;
  },
  has(target, key) {
    return typeof key === 'string'
      && n.attribute(handleOf(stateOf(target).owner), 'data-' + dashed(key)) !== null;
  },
  deleteProperty(target, key) {
    if (typeof key === 'string') {
      removeAttribute(handleOf(stateOf(target).owner), 'data-' + dashed(key));
    }
    return true;
  },
  ownKeys(target) {
    const names = n.attributeNames(handleOf(stateOf(target).owner)), keys = [];
    for (let i = 0; i < names.length; i++) {
      if (startsWith(names[i], 'data-')) push(keys, camel(substring(names[i], 5)));
    }
    return keys;
  },
  getOwnPropertyDescriptor(target, key) {
    const value = datasetTraps.get(target, key);
    return value === undefined ? undefined
      : { value, writable: true, enumerable: true, configurable: true };
  },
  __proto__: null,
};
class DOMStringMap { constructor() { illegal(); } }
const newDataset = (owner) => {
  const target = objectCreate(DOMStringMap.prototype);
  new Brand(target, { owner, handle: null, __proto__: null });
  return new PlainProxy(target, datasetTraps);
};

class SVGElement extends Element {
  get className() {
    const handle = handleOf(this);
    return cached(this, 'className', () => animated(() => n.attribute(handle, 'class') ?? '',
      (value) => setAttribute(handle, 'class', text(value))));
  }
  get ownerSVGElement() { return this.closest('svg'); }
  get dataset() { return cached(this, 'dataset', () => newDataset(this)); }
  get tabIndex() { return trunc(+(n.attribute(handleOf(this), 'tabindex') ?? -1)) || 0; }
  focus() { focusNode(handleOf(this)); }
  blur() { n.blur(handleOf(this)); tellFocus(n.active()); }
  getBBox() { return newRect(n.rect(handleOf(this))); }
}
const animated = (get, set) => ({
  get baseVal() { return get(); }, set baseVal(value) { set(value); }, get animVal() { return get(); },
});
mix(SVGElement.prototype, styleMembers);
addHandlers(SVGElement.prototype, handlerTypes);
class HTMLUnknownElement extends HTMLElement {}
expose('HTMLElement', HTMLElement);
expose('SVGElement', SVGElement);
expose('SVGSVGElement', class SVGSVGElement extends SVGElement {});
prototypes['+svg'] = G.SVGSVGElement.prototype;
expose('HTMLUnknownElement', HTMLUnknownElement);
expose('DOMStringMap', DOMStringMap);

/** The class of the elements with these names. */
function elementClass(name, tags, members) {
  const Class = { [name]: class extends HTMLElement {} }[name];
  if (members) mix(Class.prototype, members);
  for (const tag of tags.split(' ')) if (tag !== '') prototypes[tag] = Class.prototype;
  return expose(name, Class);
}
for (const tag of ('abbr acronym address article aside b basefont bdi bdo big center cite code dd '
  + 'dfn dt em figcaption figure footer header hgroup i kbd main mark nav nobr noframes noscript '
  + 'plaintext rb rp rt rtc ruby s samp search section small strike strong sub summary sup tt u '
  + 'var wbr').split(' ')) prototypes[tag] = HTMLElement.prototype;
for (const [name, tags] of Object.entries({
  HTMLDivElement: 'div', HTMLSpanElement: 'span', HTMLParagraphElement: 'p',
  HTMLHeadingElement: 'h1 h2 h3 h4 h5 h6', HTMLUListElement: 'ul', HTMLOListElement: 'ol',
  HTMLDListElement: 'dl', HTMLHeadElement: 'head', HTMLHtmlElement: 'html',
  HTMLPreElement: 'pre listing xmp', HTMLBRElement: 'br', HTMLHRElement: 'hr',
  HTMLQuoteElement: 'blockquote q', HTMLTableCaptionElement: 'caption',
  HTMLTableColElement: 'col colgroup', HTMLPictureElement: 'picture', HTMLMapElement: 'map',
  HTMLModElement: 'ins del', HTMLMenuElement: 'menu', HTMLDirectoryElement: 'dir',
  HTMLFontElement: 'font', HTMLMarqueeElement: 'marquee', HTMLSlotElement: 'slot',
  HTMLDataListElement: 'datalist', HTMLFrameSetElement: 'frameset', HTMLFrameElement: 'frame',
})) elementClass(name, tags);
reflectNumber(elementClass('HTMLLIElement', 'li').prototype, 'value', 0);
const body = elementClass('HTMLBodyElement', 'body').prototype;
for (const type of ownKeys(ofWindow)) {
  accessor(body, 'on' + type, {
    get() { return handlerOf(G, type); },
    set(handler) { setHandler(G, type, handler); },
  });
}
elementClass('HTMLTitleElement', 'title', {
  get text() { return n.text(handleOf(this)); },
  set text(value) { this.textContent = value; },
});
reflectText(elementClass('HTMLMetaElement', 'meta').prototype,
  'name content httpEquiv=http-equiv media charset');
const base = elementClass('HTMLBaseElement', 'base').prototype;
reflectUrl(base, 'href');
reflectText(base, 'target');
reflectText(elementClass('HTMLDataElement', 'data').prototype, 'value');
reflectText(elementClass('HTMLTimeElement', 'time').prototype, 'dateTime=datetime');
const link = elementClass('HTMLLinkElement', 'link', {
  get relList() { return cached(this, 'relList', () => newTokens(this, 'rel')); },
  set relList(value) { setAttribute(handleOf(this), 'rel', text(value)); },
  get sizes() { return cached(this, 'sizes', () => newTokens(this, 'sizes')); },
  set sizes(value) { setAttribute(handleOf(this), 'sizes', text(value)); },
  get sheet() { return sheetOf(this); },
}).prototype;
reflectUrl(link, 'href');
reflectText(link, 'rel type media as hreflang crossOrigin=crossorigin integrity');
reflectFlag(link, 'disabled');
const styleElement = elementClass('HTMLStyleElement', 'style', {
  get sheet() { return sheetOf(this); },
  get disabled() { return n.sheetDisabled(handleOf(this)); },
  set disabled(value) { n.setSheetDisabled(handleOf(this), !!value); },
});
reflectText(styleElement.prototype, 'type media');
const script = elementClass('HTMLScriptElement', 'script', {
  get text() { return n.text(handleOf(this)); },
  set text(value) { this.textContent = value; },
}).prototype;
reflectUrl(script, 'src');
reflectText(script, 'type charset crossOrigin=crossorigin integrity event htmlFor=for');
reflectFlag(script, 'async defer noModule=nomodule');
elementClass('HTMLTemplateElement', 'template', {
  get content() { return wrap(checked(n.contents(handleOf(this)))); },
});
const image = elementClass('HTMLImageElement', 'img', {
  get width() { return sizeOf(this, 'width', 2); },
  set width(value) { setAttribute(handleOf(this), 'width', `${trunc(+value) || 0}`); },
  get height() { return sizeOf(this, 'height', 3); },
  set height(value) { setAttribute(handleOf(this), 'height', `${trunc(+value) || 0}`); },
  get naturalWidth() { return round(n.rect(handleOf(this))[2]); },
  get naturalHeight() { return round(n.rect(handleOf(this))[3]); },
  get complete() { return n.readyState() === 'complete'; },
  get currentSrc() { return this.src; },
  decode() { return new PlainPromise((resolve) => resolve()); },
}).prototype;
const sizeOf = (element, name, side) => {
  const handle = handleOf(element);
  if (n.isConnected(handle)) return round(n.rect(handle)[side]);
  return trunc(+(n.attribute(handle, name) ?? 0)) || 0;
};
reflectUrl(image, 'src');
// What loads outside the document is held by nothing else, and has listeners.
const pictures = new PlainMap(), pictureSource = getOwnPropertyDescriptor(image, 'src');
const setPictureSource = uncurry(pictureSource.set);
defineProperty(image, 'src', {
  ...pictureSource,
  set(value) {
    setPictureSource(this, value);
    const handle = handleOf(this);
    if (!n.isConnected(handle)) mapSet(pictures, handle, this);
  },
});
reflectText(image, 'alt srcset sizes name useMap=usemap loading decoding crossOrigin=crossorigin');
reflectFlag(image, 'isMap=ismap');
expose('Image', function Image(width, height) {
  const made = createElement('img');
  if (width !== undefined) made.width = width;
  if (height !== undefined) made.height = height;
  return made;
});
G.Image.prototype = image;
const frame = elementClass('HTMLIFrameElement', 'iframe', {
  get contentWindow() { return null; },
  get contentDocument() { return null; },
  get sandbox() { return cached(this, 'sandbox', () => newTokens(this, 'sandbox')); },
  set sandbox(value) { setAttribute(handleOf(this), 'sandbox', text(value)); },
}).prototype;
reflectUrl(frame, 'src');
reflectText(frame, 'srcdoc name width height allow loading referrerPolicy=referrerpolicy');
reflectFlag(frame, 'allowFullscreen=allowfullscreen');
for (const [name, tag] of [['HTMLVideoElement', 'video'], ['HTMLAudioElement', 'audio'],
  ['HTMLEmbedElement', 'embed'], ['HTMLSourceElement', 'source'], ['HTMLTrackElement', 'track'],
  ['HTMLObjectElement', 'object'], ['HTMLParamElement', 'param']]) {
  const media = elementClass(name, tag, tag === 'video' || tag === 'audio' ? {
    play() {
      return new PlainPromise((_, reject) => reject(new DOMException('No media', 'NotSupportedError')));
    },
    pause() {}, load() {}, canPlayType() { return ''; },
    get paused() { return true; }, get currentTime() { return 0; }, get duration() { return NaN; },
  } : null).prototype;
  reflectUrl(media, tag === 'object' ? 'data' : 'src');
  reflectText(media, 'type name value srcset media sizes kind label');
}
elementClass('HTMLCanvasElement', 'canvas', { getContext() { return null; } });
reflectNumber(G.HTMLCanvasElement.prototype, 'width', 300);
reflectNumber(G.HTMLCanvasElement.prototype, 'height', 150);
reflectFlag(elementClass('HTMLDetailsElement', 'details').prototype, 'open');
const dialog = elementClass('HTMLDialogElement', 'dialog', {
  show() { setAttribute(handleOf(this), 'open', ''); },
  showModal() { setAttribute(handleOf(this), 'open', ''); },
  close(value) {
    if (value !== undefined) this.returnValue = text(value);
    if (n.attribute(handleOf(this), 'open') === null) return;
    removeAttribute(handleOf(this), 'open');
    later(() => dispatch(this, trusted(new Event('close'))));
  },
}).prototype;
dialog.returnValue = '';
reflectFlag(dialog, 'open');

// ---- links

const link_parts = ['origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port',
  'pathname', 'search', 'hash'];
const anchor = elementClass('HTMLAnchorElement', 'a', {
  get text() { return n.text(handleOf(this)); },
  set text(value) { this.textContent = value; },
  get relList() { return cached(this, 'relList', () => newTokens(this, 'rel')); },
  set relList(value) { setAttribute(handleOf(this), 'rel', text(value)); },
  toString() { return this.href; },
}).prototype;
const area = elementClass('HTMLAreaElement', 'area', {
  get relList() { return cached(this, 'relList', () => newTokens(this, 'rel')); },
  set relList(value) { setAttribute(handleOf(this), 'rel', text(value)); },
  toString() { return this.href; },
}).prototype;
for (const prototype of [anchor, area]) {
  reflectUrl(prototype, 'href');
  reflectText(prototype, 'target rel download hreflang type ping name alt coords shape');
  link_parts.forEach((part, at) => defineProperty(prototype, part, {
    get() {
      const parts = n.parseUrl(this.href, null);
      return parts === null ? part === 'protocol' ? ':' : '' : parts[at + 1];
    },
    set(value) {
      const parts = n.urlWith(this.href, part, text(value));
      if (parts !== null) setAttribute(handleOf(this), 'href', parts[0]);
    },
    enumerable: true, configurable: true,
  }));
}

// ---- tables

const rowsOf = (handle) => n.byTag(handle, 'tr', true);
const childrenNamed = (handle, names) => {
  const children = n.childElements(handle), found = [];
  for (let i = 0; i < children.length; i++) {
    if (indexIn(names, n.localName(children[i])) >= 0) push(found, children[i]);
  }
  return found;
};
const insertAt = (parent, tag, list, at) => {
  const place = at === undefined ? -1 : trunc(at);
  if (place < -1 || place > list.length) fail('IndexSizeError');
  return insert(parent, createElement(tag), place < 0 || place === list.length ? null : list[place]);
};
const deleteAt = (list, at) => {
  const place = at === -1 ? list.length - 1 : trunc(at);
  if (!(place >= 0 && place < list.length)) { if (at === -1) return; fail('IndexSizeError'); }
  remove(list[place]);
};
elementClass('HTMLTableElement', 'table', {
  get rows() { return elementsBelow(this, 'rows', rowsOf); },
  get tBodies() { return elementsBelow(this, 'tBodies', (h) => childrenNamed(h, ['tbody'])); },
  get tHead() { return wrap(childrenNamed(handleOf(this), ['thead'])[0]); },
  get tFoot() { return wrap(childrenNamed(handleOf(this), ['tfoot'])[0]); },
  get caption() { return wrap(childrenNamed(handleOf(this), ['caption'])[0]); },
  createTHead() { return this.tHead || insert(handleOf(this), createElement('thead'), n.first(handleOf(this))); },
  createTBody() { return insert(handleOf(this), createElement('tbody'), null); },
  createTFoot() { return this.tFoot || insert(handleOf(this), createElement('tfoot'), null); },
  createCaption() {
    return this.caption || insert(handleOf(this), createElement('caption'), n.first(handleOf(this)));
  },
  deleteTHead() { const head = this.tHead; if (head) remove(handleOf(head)); },
  insertRow(at) {
    const handle = handleOf(this), rows = rowsOf(handle);
    if (rows.length === 0) {
      const bodies = childrenNamed(handle, ['tbody']);
      const into = bodies.length > 0 ? bodies[bodies.length - 1] : handleOf(this.createTBody());
      return insert(into, createElement('tr'), null);
    }
    const place = at === undefined || at === -1 ? rows.length : trunc(at);
    if (!(place >= 0 && place <= rows.length)) fail('IndexSizeError');
    const last = rows[rows.length - 1];
    return place === rows.length ? insert(n.parent(last), createElement('tr'), n.sibling(last, 1))
      : insert(n.parent(rows[place]), createElement('tr'), rows[place]);
  },
  deleteRow(at) { deleteAt(rowsOf(handleOf(this)), at); },
});
elementClass('HTMLTableSectionElement', 'tbody thead tfoot', {
  get rows() { return elementsBelow(this, 'rows', (h) => childrenNamed(h, ['tr'])); },
  insertRow(at) {
    const handle = handleOf(this);
    return insertAt(handle, 'tr', childrenNamed(handle, ['tr']), at);
  },
  deleteRow(at) { deleteAt(childrenNamed(handleOf(this), ['tr']), at); },
});
elementClass('HTMLTableRowElement', 'tr', {
  get cells() { return elementsBelow(this, 'cells', (h) => childrenNamed(h, ['td', 'th'])); },
  get rowIndex() {
    const table = this.closest('table');
    return table === null ? -1 : indexIn(rowsOf(handleOf(table)), handleOf(this));
  },
  get sectionRowIndex() {
    const handle = handleOf(this), parent = n.parent(handle);
    return parent === null ? -1 : indexIn(childrenNamed(parent, ['tr']), handle);
  },
  insertCell(at) {
    const handle = handleOf(this);
    return insertAt(handle, 'td', childrenNamed(handle, ['td', 'th']), at);
  },
  deleteCell(at) { deleteAt(childrenNamed(handleOf(this), ['td', 'th']), at); },
});
const cell = elementClass('HTMLTableCellElement', 'td th', {
  get cellIndex() {
    const handle = handleOf(this), parent = n.parent(handle);
    return parent === null ? -1 : indexIn(childrenNamed(parent, ['td', 'th']), handle);
  },
}).prototype;
reflectNumber(cell, 'colSpan=colspan rowSpan=rowspan', 1);
