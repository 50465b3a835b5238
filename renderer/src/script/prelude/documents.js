// Documents that are nowhere shown, and what makes them.

/** What kind of document it is; of the shown one, as it came. */
const infoOf = (owner) => {
  const state = stateOf(owner);
  return owner === document ? shownInfo : state;
};
const shownInfo = { isXml: false, contentType: 'text/html', __proto__: null };
const contentTypeOf = (owner) => infoOf(owner).contentType ?? 'application/xml';
const urlOf = (owner) => owner === document ? n.url() : (handleOf(owner), stateOf(owner).url ?? 'about:blank');

// Source: the HTML standard, "The initial insertion mode".
const isQuirky = (owner) => {
  if (infoOf(owner).isXml) return false;
  const { doctype } = owner;
  if (doctype === null) return owner === document || stateOf(owner).isQuirky === true;
  const names = n.specialNames(handleOf(doctype)), id = lowerAscii(names[1]);
  if (names[0] !== 'html') return true;
  return startsWith(id, '-//w3c//dtd html 3.2') || startsWith(id, '-//ietf//dtd html')
    || startsWith(id, '-//w3c//dtd html 4.0 transitional//') || startsWith(id, '-//w3c//dtd html 4.0 frameset//')
    || names[2] === '' && (startsWith(id, '-//w3c//dtd html 4.01 transitional//')
      || startsWith(id, '-//w3c//dtd html 4.01 frameset//'));
};

/** A new document, empty. */
function newDocument({ isXml, contentType, url }) {
  const made = wrap(checked(n.createDocument())), state = stateOf(made);
  hasOthers = true;
  if (isXml) hasXml = true;
  state.isXml = isXml;
  state.contentType = contentType;
  state.url = url;
  return made;
}
const makeElement = (space, prefix, local, owner) => {
  const made = wrap(checked(n.create(space, prefix, local)));
  if (hasOthers) own(made, owner);
  if (hasDefinitions && space === htmlSpace) upgradeNew(made);
  return made;
};
const newDoctype = (name, publicId, systemId, owner) =>
  own(wrap(checked(n.createSpecial(10, name, publicId, systemId, ''))), owner);

class XMLDocument extends Document { constructor() { illegal(); } }
class HTMLDocument extends Document { constructor() { illegal(); } }
class DOMImplementation {
  constructor() { illegal(); }
  createDocumentType(name, publicId, systemId) {
    need(arguments, 3);
    const { owner } = stateOf(this), qualified = text(name);
    if (!isQualifiedName(qualified)) fail('InvalidCharacterError');
    return newDoctype(qualified, text(publicId), text(systemId), owner);
  }
  createDocument(space, name, doctype = null) {
    need(arguments, 2);
    stateOf(this);
    const given = spaceOf(space), qualified = name === null ? '' : text(name);
    if (doctype !== null && n.type(nodeArgument(doctype)) !== 10) {
      throw new PlainTypeError('The argument is not a DocumentType');
    }
    const valid = qualified === '' ? null : validName(given, qualified);
    const contentType = given === htmlSpace ? 'application/xhtml+xml'
      : given === svgSpace ? 'image/svg+xml' : 'application/xml';
    const made = newDocument({ isXml: true, contentType, url: 'about:blank' });
    setPrototypeOf(made, XMLDocument.prototype);
    const handle = handleOf(made);
    if (doctype !== null) insert(handle, doctype, null);
    if (valid !== null) insert(handle, makeElement(valid.space, valid.prefix, valid.local, made), null);
    return made;
  }
  createHTMLDocument(title) {
    stateOf(this);
    const made = newDocument({ isXml: false, contentType: 'text/html', url: 'about:blank' });
    setPrototypeOf(made, HTMLDocument.prototype);
    const handle = handleOf(made), html = createElement('html'), head = createElement('head');
    insert(handle, newDoctype('html', '', '', made), null);
    insert(handle, html, null);
    insert(handleOf(html), head, null);
    if (title !== undefined) {
      const element = createElement('title');
      insert(handleOf(head), element, null);
      insertHandle(handleOf(element), checked(n.createText(text(title))), null, false);
    }
    insert(handleOf(html), createElement('body'), null);
    return made;
  }
  hasFeature() { stateOf(this); return true; }
}
const implementationOf = (owner) => cached(owner, 'implementation', () =>
  new Brand(objectCreate(DOMImplementation.prototype), { owner, handle: null, __proto__: null }));

/** A document of markup. Scripts in it never run, unless they may when they are put elsewhere. */
function parseHtml(markup, url, mayRun = false) {
  const made = newDocument({ isXml: false, contentType: 'text/html', url });
  setPrototypeOf(made, HTMLDocument.prototype);
  checked(n.parseDocument(handleOf(made), markup, mayRun));
  stateOf(made).isQuirky = true; // Unless it has a document type.
  return made;
}
const xmlTypes = ['text/xml', 'application/xml', 'application/xhtml+xml', 'image/svg+xml'];
class DOMParser {
  constructor() { return new Brand(objectCreate(new.target.prototype), { parses: true, handle: null, __proto__: null }); }
  parseFromString(markup, type) {
    need(arguments, 2);
    stateOf(this);
    const given = text(markup), kind = text(type);
    if (kind === 'text/html') return parseHtml(given, n.url());
    if (indexIn(xmlTypes, kind) < 0) throw new PlainTypeError('The type is not one of those that can be parsed');
    const made = newDocument({ isXml: true, contentType: kind, url: n.url() });
    setPrototypeOf(made, XMLDocument.prototype);
    parseXml(made, given);
    return made;
  }
}
class XMLSerializer {
  constructor() { return new Brand(objectCreate(new.target.prototype), { handle: null, __proto__: null }); }
  serializeToString(node) {
    need(arguments, 1);
    stateOf(this);
    return serialize(nodeArgument(node), true);
  }
}
expose('XMLDocument', XMLDocument);
expose('HTMLDocument', HTMLDocument);
expose('DOMImplementation', DOMImplementation);
expose('DOMParser', DOMParser);
expose('XMLSerializer', XMLSerializer);
const document = wrap(n.root());
