// XML: reading it strictly, and writing it.
//
// Source: the XML standard; Namespaces in XML; DOM Parsing and Serialization.

const xmlEntities = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", __proto__: null };
class BadXml { }
const badXml = () => { throw new BadXml(); };
const isXmlSpace = (code) => code === 32 || code === 9 || code === 10 || code === 13;
const isXmlChar = (code) => code >= 32 && code !== 0xfffe && code !== 0xffff || code === 9 || code === 10 || code === 13;

/** Reads a text, from left to right. */
const newReader = (source) => ({ source, at: 0, __proto__: null });
const looksAt = (reader, wanted) => startsWith(reader.source, wanted, reader.at);
const skipSpace = (reader) => {
  const start = reader.at;
  while (reader.at < reader.source.length && isXmlSpace(charCode(reader.source, reader.at))) reader.at++;
  return reader.at > start;
};
const expect = (reader, wanted) => { if (!looksAt(reader, wanted)) badXml(); reader.at += wanted.length; };
const until = (reader, end) => {
  const found = stringIndexOf(reader.source, end, reader.at);
  if (found < 0) badXml();
  const part = substring(reader.source, reader.at, found);
  reader.at = found + end.length;
  return part;
};
const readName = (reader) => {
  const start = reader.at;
  if (start >= reader.source.length || !isNameStart(charCode(reader.source, start))) badXml();
  while (reader.at < reader.source.length && isNamePart(charCode(reader.source, reader.at))) reader.at++;
  return substring(reader.source, start, reader.at);
};
const readQuoted = (reader) => {
  const quote = reader.source[reader.at];
  if (quote !== '"' && quote !== "'") badXml();
  reader.at++;
  return until(reader, quote);
};
/** A text with its references resolved. */
function unescaped(raw, isAttribute) {
  let out = '', from = 0;
  for (let i = 0; i < raw.length; i++) {
    const code = charCode(raw, i);
    if (!isXmlChar(code) || isAttribute && code === 60) badXml();
    if (isAttribute && (code === 9 || code === 10)) { out += substring(raw, from, i) + ' '; from = i + 1; }
    if (code !== 38) continue;
    const end = stringIndexOf(raw, ';', i);
    if (end < 0) badXml();
    const name = substring(raw, i + 1, end);
    out += substring(raw, from, i) + reference(name);
    from = end + 1;
    i = end;
  }
  return from === 0 ? raw : out + substring(raw, from);
}
function reference(name) {
  if (name[0] !== '#') return xmlEntities[name] ?? badXml();
  const isHex = name[1] === 'x', digits = substring(name, isHex ? 2 : 1);
  const code = digits === '' ? NaN : +(isHex ? '0x' + digits : digits);
  if (!(code > 0 && code <= 0x10ffff) || code < 32 && !isXmlSpace(code)) badXml();
  return fromCodePoint(code);
}
const fromCodePoint = String.fromCodePoint;

/** Puts what XML says into an empty document; what is no XML becomes an error to be read. */
function parseXml(owner, source) {
  const handle = handleOf(owner);
  try {
    let from = charCode(source, 0) === 0xfeff ? 1 : 0;
    const reader = newReader(source);
    reader.at = from;
    if (startsWith(source, '<?xml', from) && isXmlSpace(charCode(source, from + 5))) until(reader, '?>');
    readContent(reader, owner, handle, objectCreate(null), true);
    if (rootElement(owner) === null) badXml();
  } catch (error) {
    if (!(error instanceof BadXml)) throw error;
    replaceAll(handle, null);
    const space = 'http://www.mozilla.org/newlayout/xml/parsererror.xml';
    const element = makeElement(space, null, 'parsererror', owner);
    insert(handle, element, null);
    insertHandle(handleOf(element), checked(n.createText('The XML is not well-formed.')), null, false);
  }
}
/** XML as a fragment, as it reads inside an element. */
function parseXmlFragment(context, source) {
  const owner = documentOf(context), fragment = own(wrap(checked(n.createFragment())), owner);
  const spaces = objectCreate(null), path = n.path(context);
  for (let i = path.length - 1; i >= 0; i--) {
    const list = n.attributeList(path[i]);
    if (n.prefix(path[i]) !== null) spaces[n.prefix(path[i])] = n.namespace(path[i]) ?? '';
    else if (n.type(path[i]) === 1) spaces[''] = n.namespace(path[i]) ?? '';
    for (let j = 0; j < list.length; j += 4) {
      if (list[j] === xmlnsSpace) spaces[list[j + 1] === '' ? '' : list[j + 2]] = list[j + 3];
    }
  }
  try { readContent(newReader(source), owner, handleOf(fragment), spaces, false); } catch (error) {
    if (error instanceof BadXml) fail('SyntaxError');
    throw error;
  }
  return handleOf(fragment);
}

function readContent(reader, owner, into, outer, isDocument) {
  const open = []; // Names and namespaces of what is not closed.
  let parent = into, spaces = outer, hasRoot = false;
  const { source } = reader;
  const addText = (raw, isResolved) => {
    if (raw === '') return;
    const value = isResolved ? raw : unescaped(normalized(raw), false);
    if (isDocument && parent === into) {
      for (let i = 0; i < value.length; i++) if (!isXmlSpace(charCode(value, i))) badXml();
      return;
    }
    insertHandle(parent, checked(n.createText(value)), null, false);
  };
  while (reader.at < source.length) {
    const next = stringIndexOf(source, '<', reader.at), end = next < 0 ? source.length : next;
    const raw = substring(source, reader.at, end);
    if (stringIndexOf(raw, ']]>') >= 0) badXml();
    addText(raw, false);
    reader.at = end;
    if (end === source.length) break;
    if (looksAt(reader, '<!--')) {
      reader.at += 4;
      const data = until(reader, '--');
      expect(reader, '>');
      insertHandle(parent, checked(n.createComment(normalized(data))), null, false);
    } else if (looksAt(reader, '<![CDATA[')) {
      if (isDocument && parent === into) badXml();
      reader.at += 9;
      const data = until(reader, ']]>');
      insertHandle(parent, checked(n.createSpecial(4, '', '', '', normalized(data))), null, false);
    } else if (looksAt(reader, '<?')) {
      reader.at += 2;
      const target = readName(reader);
      if (toLower(target) === 'xml' || stringIndexOf(target, ':') >= 0) badXml();
      if (!looksAt(reader, '?>') && !skipSpace(reader)) badXml();
      const data = until(reader, '?>');
      insertHandle(parent, checked(n.createSpecial(7, target, '', '', data)), null, false);
    } else if (looksAt(reader, '<!DOCTYPE')) {
      if (!isDocument || hasRoot || parent !== into) badXml();
      readDoctype(reader, owner, into);
    } else if (looksAt(reader, '</')) {
      reader.at += 2;
      const name = readName(reader), last = open.length === 0 ? badXml() : open[open.length - 1];
      skipSpace(reader);
      expect(reader, '>');
      if (last.name !== name) badXml();
      ({ parent, spaces } = last);
      open.length--;
    } else {
      if (isDocument && parent === into && hasRoot) badXml();
      hasRoot = true;
      reader.at++;
      const made = readElement(reader, owner, spaces);
      insertHandle(parent, made.handle, null, false);
      if (!made.isEmpty) {
        push(open, { name: made.name, parent, spaces, __proto__: null });
        parent = made.handle;
        spaces = made.spaces;
      }
    }
  }
  if (open.length > 0) badXml();
}
const normalized = (raw) => {
  if (stringIndexOf(raw, '\r') < 0) return raw;
  let out = '';
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] !== '\r') out += raw[i];
    else if (raw[i + 1] !== '\n') out += '\n';
  }
  return out;
};
function readDoctype(reader, owner, into) {
  reader.at += 9;
  if (!skipSpace(reader)) badXml();
  const name = readName(reader);
  let publicId = '', systemId = '';
  skipSpace(reader);
  if (looksAt(reader, 'PUBLIC')) {
    reader.at += 6;
    skipSpace(reader);
    publicId = readQuoted(reader);
    skipSpace(reader);
    systemId = readQuoted(reader);
  } else if (looksAt(reader, 'SYSTEM')) {
    reader.at += 6;
    skipSpace(reader);
    systemId = readQuoted(reader);
  }
  skipSpace(reader);
  if (looksAt(reader, '[')) { until(reader, ']'); skipSpace(reader); }
  expect(reader, '>');
  insert(into, newDoctype(name, publicId, systemId, owner), null);
}
function readElement(reader, owner, outer) {
  const name = readName(reader), given = [], spaces = objectCreate(outer);
  let isEmpty = false;
  for (;;) {
    const hadSpace = skipSpace(reader);
    if (looksAt(reader, '/>')) { reader.at += 2; isEmpty = true; break; }
    if (looksAt(reader, '>')) { reader.at++; break; }
    if (!hadSpace) badXml();
    const key = readName(reader);
    skipSpace(reader);
    expect(reader, '=');
    skipSpace(reader);
    const value = unescaped(normalized(readQuoted(reader)), true);
    for (let i = 0; i < given.length; i += 2) if (given[i] === key) badXml();
    push(given, key);
    push(given, value);
    if (key === 'xmlns') spaces[''] = value;
    else if (startsWith(key, 'xmlns:')) {
      if (value === '') badXml();
      spaces[substring(key, 6)] = value;
    }
  }
  const spaceFor = (prefix) => prefix === 'xml' ? xmlSpace : spaces[prefix] ?? badXml();
  if (!isQualifiedName(name)) badXml();
  const parts = splitName(name), prefix = parts[0], local = parts[1];
  const element = makeElement(prefix === null ? spaces[''] ?? '' : spaceFor(prefix), prefix, local, owner);
  const handle = handleOf(element), seen = [];
  for (let i = 0; i < given.length; i += 2) {
    if (!isQualifiedName(given[i])) badXml();
    const own = splitName(given[i])[0], localName = splitName(given[i])[1];
    const space = given[i] === 'xmlns' || own === 'xmlns' ? xmlnsSpace : own === null ? '' : spaceFor(own);
    const key = `${space} ${localName}`;
    if (indexIn(seen, key) >= 0) badXml();
    push(seen, key);
    setAttributeNS(handle, { space, prefix: own, local: localName, __proto__: null }, given[i + 1]);
  }
  return { handle, name, spaces, isEmpty, __proto__: null };
}

// ---- writing

const escaped = (value, isAttribute) => {
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const c = value[i];
    out += c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '>' ? '&gt;'
      : !isAttribute ? c : c === '"' ? '&quot;' : c === '\t' ? '&#9;' : c === '\n' ? '&#10;' : c === '\r' ? '&#13;' : c;
  }
  return out;
};
const voidNames = words('area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr');
/** A node as XML, or only what is in it. */
function serialize(handle, isOuter) {
  const made = { count: 0, __proto__: null };
  if (isOuter) return write_(handle, '', objectCreate(null), made);
  let out = '';
  const spaces = objectCreate(null), children = n.children(contentsOf(handle));
  for (let i = 0; i < children.length; i++) out += write_(children[i], '', spaces, made);
  return out;
}
const contentsOf = (handle) => n.isHtml(handle) && n.localName(handle) === 'template'
  ? checked(n.contents(handle)) : handle;
function write_(handle, space, spaces, made) {
  const inside = (at, inner, known) => {
    const children = n.children(at);
    let out = '';
    for (let i = 0; i < children.length; i++) out += write_(children[i], inner, known, made);
    return out;
  };
  switch (n.type(handle)) {
    case 1: return writeElement(handle, space, objectCreate(spaces), made, inside);
    case 3: return escaped(n.text(handle), false);
    case 4: return `<![CDATA[${n.text(handle)}]]>`;
    case 7: return `<?${n.specialNames(handle)[0]} ${n.text(handle)}?>`;
    case 8: return `<!--${n.text(handle)}-->`;
    case 10: {
      const names = n.specialNames(handle), name = names[0], publicId = names[1], systemId = names[2];
      return `<!DOCTYPE ${name}${publicId === '' ? '' : ` PUBLIC "${publicId}"`}${
        publicId === '' && systemId !== '' ? ' SYSTEM' : ''}${systemId === '' ? '' : ` "${systemId}"`}>`;
    }
    case 2: return '';
    default: return inside(handle, space, spaces);
  }
}
function writeElement(handle, outerSpace, spaces, made, inside) {
  const list = n.attributeList(handle), space = n.namespace(handle) ?? '', local = n.localName(handle);
  let declared = null; // What it says of the namespace without a prefix.
  for (let i = 0; i < list.length; i += 4) {
    if (list[i] !== xmlnsSpace) continue;
    if (list[i + 1] === '') declared = list[i + 3];
    else spaces['=' + list[i + 2]] = list[i + 3];
  }
  let prefix = n.prefix(handle), out = '', inherited = declared ?? outerSpace, skips = false;
  if (space === outerSpace && (prefix === null || true) && !(prefix !== null && spaces['=' + prefix] === space)) {
    prefix = null;
    if (declared !== null && declared !== space) skips = true;
    inherited = space;
  } else if (prefix !== null) {
    if (spaces['=' + prefix] !== space && prefix !== 'xml') {
      const known = prefixIn(spaces, space);
      if (known !== null) prefix = known;
      else { spaces['=' + prefix] = space; out += ` xmlns:${prefix}="${escaped(space, true)}"`; }
    }
  } else if (declared === null || declared !== space) {
    skips = declared !== null;
    out += ` xmlns="${escaped(space, true)}"`;
    inherited = space;
  }
  const name = prefix === null ? local : `${prefix}:${local}`;
  for (let i = 0; i < list.length; i += 4) {
    const own = list[i], value = list[i + 3];
    let attribute = list[i + 2], ownPrefix = list[i + 1];
    if (own === xmlnsSpace) {
      if (ownPrefix === '' && skips) continue;
      attribute = ownPrefix === '' ? attribute : `${ownPrefix}:${attribute}`;
    } else if (own !== '') {
      if (own === xmlSpace) ownPrefix = 'xml';
      else if (ownPrefix === '' || spaces['=' + ownPrefix] !== own) {
        const known = prefixIn(spaces, own);
        if (known !== null) ownPrefix = known;
        else {
          if (ownPrefix === '' || ('=' + ownPrefix) in spaces) ownPrefix = `ns${++made.count}`;
          spaces['=' + ownPrefix] = own;
          out += ` xmlns:${ownPrefix}="${escaped(own, true)}"`;
        }
      }
      attribute = `${ownPrefix}:${attribute}`;
    }
    out += ` ${attribute}="${escaped(value, true)}"`;
  }
  const at = contentsOf(handle);
  if (n.first(at) !== null) return `<${name}${out}>${inside(at, inherited, spaces)}</${name}>`;
  if (space !== htmlSpace) return `<${name}${out}/>`;
  return indexIn(voidNames, local) >= 0 ? `<${name}${out} />` : `<${name}${out}></${name}>`;
}
const prefixIn = (spaces, space) => {
  for (const key in spaces) if (key[0] === '=' && spaces[key] === space) return substring(key, 1);
  return null;
};
