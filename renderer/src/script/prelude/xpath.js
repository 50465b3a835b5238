// XPath 1.0: `document.evaluate`, XPathEvaluator, XPathExpression, XPathResult.
//
// Source: https://www.w3.org/TR/1999/REC-xpath-19991116/ and the DOM standard, "XPath".

const getter = (Class, name) => uncurry(getOwnPropertyDescriptor(Class.prototype, name).get);
const xTypeOf = getter(Node, 'nodeType'), xFirst = getter(Node, 'firstChild');
const xNext = getter(Node, 'nextSibling'), xParent = getter(Node, 'parentNode');
const xPrevious = getter(Node, 'previousSibling'), xNodeName = getter(Node, 'nodeName');
const xContent = getter(Node, 'textContent');
const xOrder = uncurry(Node.prototype.compareDocumentPosition);
const xLocalName = getter(Element, 'localName'), xSpace = getter(Element, 'namespaceURI');
const xAttributeNames = uncurry(Element.prototype.getAttributeNames);
const xAttributeNode = uncurry(Element.prototype.getAttributeNode);
const xAttributeValue = getter(Attr, 'value'), xAttributeName = getter(Attr, 'name');
const xOwner = getter(Attr, 'ownerElement');
const xById = uncurry(Document.prototype.getElementById);
const toNumber = Number, isNumberNaN = Number.isNaN;

/** What an expression works on: a node, or an attribute of an element. */
const xNode = (node) => node === null ? null : { node, owner: null, __proto__: null };
const xAttribute = (owner, node) => ({ node, owner, __proto__: null });
const xType = (at) => at.owner === null ? xTypeOf(at.node) : 2;
const xText = (at) => {
  if (at.owner !== null) return xAttributeValue(at.node);
  if (xTypeOf(at.node) !== 9) return xContent(at.node) ?? '';
  const root = xElementIn(at.node);
  return root === null ? '' : xContent(root);
};
const xElementIn = (node) => {
  let child = xFirst(node);
  while (child !== null && xTypeOf(child) !== 1) child = xNext(child);
  return child;
};
const xName = (at) => at.owner !== null ? xAttributeName(at.node)
  : xType(at) === 1 ? xPrefixed(at.node) : xType(at) === 7 ? xNodeName(at.node) : '';
const xPrefixed = (node) => xSpace(node) === htmlSpace ? xLocalName(node) : xNodeName(node);
const xLocal = (at) => {
  const name = at.owner === null && xType(at) === 1 ? xLocalName(at.node) : xName(at);
  const colon = stringIndexOf(name, ':');
  return at.owner !== null && colon >= 0 ? substring(name, colon + 1) : name;
};

// ---- words of an expression

const xWords = (source) => {
  const found = [];
  let at = 0;
  const isStart = (code) => code > 127 || code === 95 || (code >= 65 && code <= 90)
    || (code >= 97 && code <= 122);
  const isDigit = (code) => code >= 48 && code <= 57;
  const isPart = (code) => isStart(code) || isDigit(code) || code === 45 || code === 46;
  const code = (offset = 0) => at + offset < source.length ? charCode(source, at + offset) : 0;
  const add = (kind, value) => push(found, { kind, value, __proto__: null });
  const take = (isIt) => {
    const start = at;
    while (at < source.length && isIt(code())) at++;
    return substring(source, start, at);
  };
  while (at < source.length) {
    const first = code();
    if (isSpace(first)) { at++; continue; }
    if (first === 34 || first === 39) {
      const end = stringIndexOf(source, source[at], at + 1);
      if (end < 0) fail('SyntaxError');
      add('text', substring(source, at + 1, end));
      at = end + 1;
    } else if (isDigit(first) || first === 46 && isDigit(code(1))) {
      let number = take(isDigit);
      if (code() === 46) { at++; number += '.' + take(isDigit); }
      add('number', toNumber(number));
    } else if (isStart(first)) {
      let name = take(isPart);
      if (code() === 58 && code(1) !== 58) {
        at++;
        name += ':';
        if (code() === 42) { name += '*'; at++; }
        else if (isStart(code())) name += take(isPart);
        else fail('SyntaxError');
      }
      add('name', name);
    } else {
      const two = substring(source, at, at + 2);
      const isTwo = indexIn(['//', '::', '..', '!=', '<=', '>='], two) >= 0;
      const sign = isTwo ? two : source[at];
      if (!isTwo && stringIndexOf('()[]./@,|+-=<>*', sign) < 0) fail('SyntaxError');
      at += sign.length;
      add('sign', sign);
    }
  }
  return found;
};

// ---- parsing: each part is a function of a context { at, position, size }

const xAxes = ['ancestor', 'ancestor-or-self', 'attribute', 'child', 'descendant',
  'descendant-or-self', 'following', 'following-sibling', 'namespace', 'parent', 'preceding',
  'preceding-sibling', 'self'];
const xLevels = [['or'], ['and'], ['=', '!='], ['<', '<=', '>', '>='], ['+', '-'],
  ['*', 'div', 'mod']];

function xParse(source, resolve) {
  const all = xWords(source);
  let at = 0;
  const is = (value, offset = 0) => {
    const word = all[at + offset];
    return word !== undefined && word.kind !== 'text' && word.value === value;
  };
  const kind = (offset = 0) => all[at + offset]?.kind;
  const take = (value) => { if (!is(value)) return false; at++; return true; };
  const need = (value) => { if (!take(value)) fail('SyntaxError'); };

  const binary = (level) => {
    if (level === xLevels.length) return unary();
    let left = binary(level + 1);
    for (;;) {
      const sign = all[at]?.kind === 'text' ? undefined : all[at]?.value;
      if (indexIn(xLevels[level], sign) < 0) return left;
      at++;
      left = xOperation(sign, left, binary(level + 1));
    }
  };
  const unary = () => {
    if (!take('-')) return union();
    const inner = unary();
    return (context) => -xNumber(inner(context));
  };
  const union = () => {
    let left = path();
    while (take('|')) {
      const one = left, other = path();
      left = (context) => {
        const both = copyOf(xNodes(one(context))), more = xNodes(other(context));
        for (let i = 0; i < more.length; i++) push(both, more[i]);
        return xSorted(both);
      };
    }
    return left;
  };
  const isFilter = () => kind() === 'text' || kind() === 'number' || is('(')
    || kind() === 'name' && is('(', 1)
      && indexIn(['node', 'text', 'comment', 'processing-instruction'], all[at].value) < 0;
  const path = () => {
    if (isFilter()) {
      let base = primary();
      const tests = predicates();
      if (tests.length > 0) base = xFiltered(base, tests);
      const steps = [];
      if (is('/') || is('//')) relative(steps);
      return steps.length === 0 ? base : (context) => xWalk(xNodes(base(context)), steps);
    }
    const steps = [], isAbsolute = is('/') || is('//');
    if (is('/') && !isStepAt(1)) at++;
    else if (isAbsolute) relative(steps);
    else { step(steps); relative(steps); }
    return (context) => xWalk([isAbsolute ? xRoot(context.at) : context.at], steps);
  };
  const isStepAt = (offset) => kind(offset) === 'name' || is('*', offset) || is('@', offset)
    || is('.', offset) || is('..', offset);
  const relative = (steps) => {
    while (is('/') || is('//')) {
      if (all[at++].value === '//') {
        push(steps, anyOn('descendant-or-self'));
      }
      step(steps);
    }
  };
  const anyOn = (axis) => ({ axis, test: () => true, tests: [], __proto__: null });
  const step = (steps) => {
    if (take('.')) return push(steps, anyOn('self'));
    if (take('..')) return push(steps, anyOn('parent'));
    let axis = 'child';
    if (take('@')) axis = 'attribute';
    else if (is('::', 1)) {
      axis = all[at].value;
      if (indexIn(xAxes, axis) < 0) fail('SyntaxError');
      at += 2;
    }
    const test = nodeTest(axis);
    push(steps, { axis, test, tests: predicates(), __proto__: null });
  };
  const nodeTest = (axis) => {
    const main = axis === 'attribute' ? 2 : 1;
    if (take('*')) return (it) => xType(it) === main;
    if (kind() !== 'name') fail('SyntaxError');
    const name = all[at++].value;
    if (take('(')) {
      const types = { node: 0, text: 3, comment: 8, 'processing-instruction': 7, __proto__: null };
      const wanted = types[name];
      if (wanted === undefined) fail('SyntaxError');
      const isNamed = name === 'processing-instruction' && kind() === 'text';
      const target = isNamed ? all[at++].value : null;
      need(')');
      return (it) => (wanted === 0 || xType(it) === wanted || wanted === 3 && xType(it) === 4)
        && (target === null || xName(it) === target);
    }
    const colon = stringIndexOf(name, ':');
    if (colon >= 0) {
      const space = resolve(substring(name, 0, colon)), local = substring(name, colon + 1);
      return (it) => xType(it) === main && it.owner === null && xSpace(it.node) === space
        && (local === '*' || xLocal(it) === local);
    }
    const small = toLower(name);
    return (it) => {
      if (xType(it) !== main) return false;
      if (it.owner !== null) return xName(it) === (xSpace(it.owner) === htmlSpace ? small : name);
      return xSpace(it.node) === htmlSpace ? xLocalName(it.node) === small
        : xSpace(it.node) === null && xLocalName(it.node) === name;
    };
  };
  const predicates = () => {
    const tests = [];
    while (take('[')) { push(tests, binary(0)); need(']'); }
    return tests;
  };
  const primary = () => {
    if (take('(')) {
      const inner = binary(0);
      need(')');
      return inner;
    }
    const { kind: kindOf, value } = all[at++];
    if (kindOf !== 'name') return () => value;
    const call = xFunctions[value], values = [];
    if (call === undefined) fail('SyntaxError');
    need('(');
    while (!is(')')) {
      push(values, binary(0));
      if (!is(')')) need(',');
    }
    need(')');
    const run = call[2];
    if (values.length < call[0] || values.length > call[1]) fail('SyntaxError');
    return (context) => {
      const given = [];
      for (let i = 0; i < values.length; i++) push(given, values[i](context));
      return run(context, given);
    };
  };
  const whole = binary(0);
  if (at < all.length) fail('SyntaxError');
  return whole;
}

// ---- values

const xNodes = (value) => isArray(value) ? value : fail('TypeError', 'No set of nodes');
const xString = (value) => !isArray(value) ? `${value}`
  : value.length === 0 ? '' : xText(value[0]);
const xNumber = (value) => {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const parts = words(xString(value));
  if (parts.length !== 1) return NaN;
  // A number of XPath has a sign, digits and a point, and nothing else.
  for (let i = 0; i < parts[0].length; i++) {
    if (stringIndexOf('-.0123456789', parts[0][i]) < 0) return NaN;
  }
  return toNumber(parts[0]);
};
const xBoolean = (value) => isArray(value) ? value.length > 0
  : typeof value === 'number' ? value !== 0 && !isNumberNaN(value) : !!value;
function xCompare(sign, left, right) {
  if (isArray(left) && isArray(right)) {
    for (let i = 0; i < left.length; i++) {
      for (let j = 0; j < right.length; j++) {
        if (xHolds(sign, xText(left[i]), xText(right[j]))) return true;
      }
    }
    return false;
  }
  const list = isArray(left) ? left : isArray(right) ? right : null;
  const other = list === left ? right : left;
  if (list === null || typeof other === 'boolean') {
    if (list === null) return xHolds(sign, left, right);
    return xHolds(sign, xBoolean(left), xBoolean(right));
  }
  for (let i = 0; i < list.length; i++) {
    const value = typeof other === 'number' ? xNumber([list[i]]) : xText(list[i]);
    if (list === left ? xHolds(sign, value, other) : xHolds(sign, other, value)) return true;
  }
  return false;
}
function xHolds(sign, left, right) {
  if (sign === '=' || sign === '!=') {
    const isEqual = typeof left === 'boolean' || typeof right === 'boolean'
      ? xBoolean(left) === xBoolean(right)
      : typeof left === 'number' || typeof right === 'number'
        ? xNumber(left) === xNumber(right) : xString(left) === xString(right);
    return isEqual === (sign === '=');
  }
  const a = xNumber(left), b = xNumber(right);
  return sign === '<' ? a < b : sign === '<=' ? a <= b : sign === '>' ? a > b : a >= b;
}
const xOperation = (sign, left, right) => {
  if (sign === 'or') return (context) => xBoolean(left(context)) || xBoolean(right(context));
  if (sign === 'and') return (context) => xBoolean(left(context)) && xBoolean(right(context));
  if (indexIn(xLevels[2], sign) >= 0 || indexIn(xLevels[3], sign) >= 0) {
    return (context) => xCompare(sign, left(context), right(context));
  }
  return (context) => {
    const a = xNumber(left(context)), b = xNumber(right(context));
    return sign === '+' ? a + b : sign === '-' ? a - b : sign === '*' ? a * b
      : sign === 'div' ? a / b : a % b;
  };
};
