// `element.style`, and computed style.

const propertyName = (key) => {
  if (key === 'cssFloat') return 'float';
  const name = dashed(key);
  return startsWith(name, 'webkit-') || startsWith(name, 'moz-') ? '-' + name : name;
};
/** The declared names, from the text of an attribute. */
const declaredNames = (declared) => {
  const names = [];
  let depth = 0, start = 0, hasName = false, quote = '';
  for (let i = 0; i < declared.length; i++) {
    const c = declared[i];
    if (quote !== '') { if (c === quote) quote = ''; }
    else if (c === '"' || c === "'") quote = c;
    else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === ':' && depth === 0 && !hasName) {
      push(names, words(substring(declared, start, i))[0] ?? '');
      hasName = true;
    } else if (c === ';' && depth === 0) { start = i + 1; hasName = false; }
  }
  return names;
};

class CSSStyleDeclaration {
  constructor() { illegal(); }
  get cssText() { return readOnly(this) ? '' : n.styleText(ownerOf(this)); }
  set cssText(value) {
    if (!readOnly(this)) setAttribute(ownerOf(this), 'style', text(value));
  }
  get length() { return readOnly(this) ? 0 : declaredNames(n.styleText(ownerOf(this))).length; }
  item(at) { return declaredNames(n.styleText(ownerOf(this)))[at >>> 0] ?? ''; }
  get parentRule() { return null; }
  getPropertyValue(name) { return getProperty(this, text(name)); }
  getPropertyPriority(name) {
    const wanted = toLower(text(name)), declared = n.styleText(ownerOf(this));
    const at = stringIndexOf(declared, wanted + ':');
    if (at < 0) return '';
    const end = stringIndexOf(declared, ';', at);
    const value = substring(declared, at, end < 0 ? declared.length : end);
    return stringIndexOf(value, '!important') >= 0 ? 'important' : '';
  }
  setProperty(name, value, priority) {
    const isImportant = priority !== undefined && toLower(text(priority)) === 'important';
    setProperty(this, text(name), value === null ? '' : text(value), isImportant);
  }
  removeProperty(name) {
    const property = text(name), old = getProperty(this, property);
    setProperty(this, property, '', false);
    return old;
  }
}
const ownerOf = (style) => handleOf(stateOf(style).owner);
const readOnly = (style) => stateOf(style).isComputed;
const getProperty = (style, name) => {
  const handle = ownerOf(style);
  const own = startsWith(name, '--') ? name : toLower(name);
  return readOnly(style) ? n.computedStyle(handle, own) : n.styleGet(handle, own);
};
const setProperty = (style, name, value, isImportant) => {
  if (readOnly(style)) fail('NoModificationAllowedError');
  const handle = ownerOf(style), watched = observers.length > 0;
  const old = watched ? n.attribute(handle, 'style') : null;
  const own = startsWith(name, '--') ? name : toLower(name);
  checked(n.styleSet(handle, own, value, isImportant));
  if (watched && n.attribute(handle, 'style') !== old) {
    mutated('attributes', handle, 'style', { oldValue: old });
  }
};
const styleTraps = {
  get(target, key, receiver) {
    if (typeof key !== 'string' || key in target) return Reflect_get(target, key, receiver);
    if (isIndex(key)) return receiver.item(+key) || undefined;
    const name = propertyName(key);
    return n.cssKnows(name) ? getProperty(receiver, name) : undefined;
  },
  set(target, key, value, receiver) {
    if (typeof key !== 'string' || key in target) return Reflect.set(target, key, value, receiver);
    const name = propertyName(key);
    if (n.cssKnows(name)) setProperty(receiver, name, value === null ? '' : text(value), false);
    else defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
    return true;
  },
  has(target, key) {
    return key in target || typeof key === 'string' && n.cssKnows(propertyName(key));
  },
  __proto__: null,
};
function newStyle(owner, isComputed) {
  const proxy = new PlainProxy(objectCreate(CSSStyleDeclaration.prototype), styleTraps);
  return new Brand(proxy, { owner, isComputed, handle: null, __proto__: null });
}
const styleMembers = {
  get style() { return cached(this, 'style', () => newStyle(this, false)); },
  set style(value) { setAttribute(handleOf(this), 'style', text(value)); },
};

const escapeIdentifier = (given) => {
  const value = text(given);
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const code = charCode(value, i);
    const isDigit = code >= 48 && code <= 57;
    if (code === 0) out += '\ufffd';
    else if (code < 32 || code === 127 || isDigit && (i === 0 || i === 1 && value[0] === '-')) {
      out += '\\' + hex(code) + ' ';
    } else if (code === 45 && value.length === 1) out += '\\-';
    else if (code >= 128 || code === 45 || code === 95 || isDigit
      || code >= 65 && code <= 90 || code >= 97 && code <= 122) out += value[i];
    else out += '\\' + value[i];
  }
  return out;
};
const hex = (code) => {
  const digits = '0123456789abcdef';
  return code < 16 ? digits[code] : hex(code >> 4) + digits[code & 15];
};
const CSS = {
  escape: escapeIdentifier,
  supports(property, value) {
    return value === undefined ? n.cssCondition(text(property))
      : n.cssSupports(text(property), text(value));
  },
};
defineProperty(CSS, Symbol.toStringTag, { value: 'CSS', configurable: true });
expose('CSS', CSS);
expose('CSSStyleDeclaration', CSSStyleDeclaration);
