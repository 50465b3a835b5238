// `element.style`, and computed style.

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
  get cssText() { return sourceOf(this).read(); }
  set cssText(value) { sourceOf(this).write(value === null ? '' : text(value)); }
  get length() { return sourceOf(this).names().length; }
  item(at) { need(arguments, 1); return sourceOf(this).names()[at >>> 0] ?? ''; }
  get parentRule() { return sourceOf(this).rule; }
  getPropertyValue(name) { need(arguments, 1); return getProperty(this, text(name)); }
  getPropertyPriority(name) {
    need(arguments, 1);
    return sourceOf(this).priority(cssName(text(name)));
  }
  setProperty(name, value, priority = '') {
    need(arguments, 2);
    const rank = priority === null ? '' : lowerAscii(text(priority));
    const given = value === null ? '' : text(value);
    if (rank === '' || rank === 'important') setProperty(this, text(name), given, rank !== '');
  }
  removeProperty(name) {
    need(arguments, 1);
    const property = text(name), old = getProperty(this, property);
    setProperty(this, property, '', false);
    return old;
  }
}
mix(CSSStyleDeclaration.prototype, {
  get cssFloat() { return getProperty(this, 'float'); },
  set cssFloat(value) { setProperty(this, 'float', value === null ? '' : text(value), false); },
});
const sourceOf = (style) => {
  const { source } = stateOf(style);
  if (source === undefined) throw new PlainTypeError('Illegal invocation');
  return source;
};
const cssName = (name) => startsWith(name, '--') ? name : lowerAscii(name);
const getProperty = (style, name) => sourceOf(style).get(cssName(name));
const setProperty = (style, name, value, isImportant) => {
  sourceOf(style).set(cssName(name), value, isImportant);
};
const priorityIn = (declared, wanted) => {
  const at = stringIndexOf('; ' + declared, `; ${wanted}:`);
  if (at < 0) return '';
  const end = stringIndexOf(declared, ';', at);
  const value = substring(declared, at, end < 0 ? declared.length : end);
  return stringIndexOf(value, '!important') >= 0 ? 'important' : '';
};
/** The declarations of an element's attribute. */
const inlineSource = (owner) => {
  const read = () => n.styleText(handleOf(owner));
  return {
    rule: null, read, names: () => declaredNames(read()),
    write(value) { setAttribute(handleOf(owner), 'style', value); },
    get: (name) => n.styleGet(handleOf(owner), name),
    priority: (name) => priorityIn(read(), name),
    set(name, value, isImportant) {
      const handle = handleOf(owner), tells = observers.length > 0 || hasDefinitions;
      const old = tells ? n.attribute(handle, 'style') : null;
      checked(n.styleSet(handle, name, value, isImportant));
      if (!tells) return;
      const now = n.attribute(handle, 'style');
      if (now !== old) attributeChanged(handle, '', 'style', old, now);
    },
    __proto__: null,
  };
};
/** What an element's style has come to. */
const computedSource = (owner) => {
  const refuse = () => fail('NoModificationAllowedError');
  return {
    rule: null, read: () => '', write: refuse, set: refuse, priority: () => '',
    names: () => n.isConnected(handleOf(owner)) ? computedNames() : [],
    get: (name) => n.computedStyle(handleOf(owner), name), __proto__: null,
  };
};
const computedNames = once(() => words(
  'align-content align-items align-self animation-delay animation-direction '
  + 'animation-duration animation-fill-mode animation-iteration-count animation-name '
  + 'animation-timing-function background-attachment background-clip background-color '
  + 'background-image background-origin background-position-x background-position-y '
  + 'background-repeat background-size border-bottom-color border-bottom-left-radius '
  + 'border-bottom-right-radius border-bottom-style border-bottom-width border-collapse '
  + 'border-left-color border-left-style border-left-width border-right-color border-right-style '
  + 'border-right-width border-spacing border-top-color border-top-left-radius '
  + 'border-top-right-radius border-top-style border-top-width bottom box-shadow box-sizing '
  + 'clear clip-path color column-gap content cursor direction display filter flex-basis '
  + 'flex-direction flex-grow flex-shrink flex-wrap float font-family font-size font-stretch '
  + 'font-style font-weight grid-auto-columns grid-auto-flow grid-auto-rows grid-column-end '
  + 'grid-column-start grid-row-end grid-row-start grid-template-areas grid-template-columns '
  + 'grid-template-rows height justify-content justify-items justify-self left letter-spacing '
  + 'line-height list-style-image list-style-position list-style-type margin-bottom margin-left '
  + 'margin-right margin-top max-height max-width min-height min-width mix-blend-mode object-fit '
  + 'object-position opacity order outline-color outline-offset outline-style outline-width '
  + 'overflow-wrap overflow-x overflow-y padding-bottom padding-left padding-right padding-top '
  + 'pointer-events position right row-gap text-align text-decoration-color text-decoration-line '
  + 'text-decoration-style text-indent text-overflow text-shadow text-transform top transform '
  + 'transform-origin transition-delay transition-duration transition-property '
  + 'transition-timing-function unicode-bidi vertical-align visibility white-space width '
  + 'word-break word-spacing z-index'));
/** The declarations of a rule of a sheet. */
const ruleSource = (rule) => {
  const at = () => {
    const { rules } = stateOf(rule);
    return rules === null ? null : { owner: handleOf(rules.owner), path: pathOf(stateOf(rule)), __proto__: null };
  };
  const read = () => { const place = at(); return place === null ? '' : n.ruleStyleText(place.owner, place.path) ?? ''; };
  const find = (name, part) => {
    const place = at();
    return place === null ? '' : (n.ruleStyleGet(place.owner, place.path, name) ?? ['', ''])[part];
  };
  return {
    rule, read, names: () => declaredNames(read()),
    write(value) { const place = at(); if (place !== null) checked(n.ruleStyleSetText(place.owner, place.path, value)); },
    get: (name) => find(name, 0), priority: (name) => find(name, 1),
    set(name, value, isImportant) {
      const place = at();
      if (place === null) return;
      // What is no value of that property changes nothing.
      const done = n.ruleStyleSet(place.owner, place.path, name, value, isImportant);
      if (done === 'QuotaExceededError') fail(done);
    },
    __proto__: null,
  };
};
defineProperty(CSSStyleDeclaration.prototype, iteratorKey, {
  value: iteratorOf, writable: true, configurable: true, __proto__: null,
});
n.styleBegin(CSSStyleDeclaration.prototype,
  function names() { return sourceOf(this).names(); },
  function get(name) { return getProperty(this, name); },
  function set(name, value) {
    setProperty(this, name, value === null ? '' : text(value), false);
  });
const newStyle = (source, element = null) => new Brand(
  n.styleObject(element), { source, handle: null, __proto__: null });
/** The style of an element's own attribute. */
const newInlineStyle = (owner) => newStyle(inlineSource(owner), handleOf(owner));
const newRuleStyle = (rule) => newStyle(ruleSource(rule));
const styleMembers = {
  set style(value) { setAttribute(handleOf(this), 'style', text(value)); },
};
addQuickGetter(styleMembers, 'style');

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
