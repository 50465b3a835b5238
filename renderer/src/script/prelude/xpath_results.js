// XPath 1.0: axes, functions, and what pages get.

const xFunctions = {
  __proto__: null,
  last: [0, 0, (context) => context.size],
  position: [0, 0, (context) => context.position],
  count: [1, 1, (_, given) => xNodes(given[0]).length],
  id: [1, 1, (context, given) => xIds(context, given[0])],
  'local-name': [0, 1, (context, given) => xOf(context, given, xLocal)],
  name: [0, 1, (context, given) => xOf(context, given, xName)],
  'namespace-uri': [0, 1, (context, given) => xOf(context, given,
    (it) => it.owner === null && xType(it) === 1 ? xSpace(it.node) ?? '' : '')],
  string: [0, 1, (context, given) => xGiven(context, given)],
  concat: [2, Infinity, (_, given) => {
    let whole = '';
    for (let i = 0; i < given.length; i++) whole += xString(given[i]);
    return whole;
  }],
  'starts-with': [2, 2, (_, given) => startsWith(xString(given[0]), xString(given[1]))],
  contains: [2, 2, (_, given) => stringIndexOf(xString(given[0]), xString(given[1])) >= 0],
  'substring-before': [2, 2, (_, given) => {
    const whole = xString(given[0]), at = stringIndexOf(whole, xString(given[1]));
    return at < 0 ? '' : substring(whole, 0, at);
  }],
  'substring-after': [2, 2, (_, given) => {
    const whole = xString(given[0]), part = xString(given[1]), at = stringIndexOf(whole, part);
    return at < 0 ? '' : substring(whole, at + part.length);
  }],
  substring: [2, 3, (_, given) => {
    const whole = xString(given[0]), start = xRound(xNumber(given[1]));
    const end = given.length < 3 ? Infinity : start + xRound(xNumber(given[2]));
    if (isNumberNaN(start) || isNumberNaN(end)) return '';
    return substring(whole, max(start, 1) - 1, max(end, 1) - 1);
  }],
  'string-length': [0, 1, (context, given) => xGiven(context, given).length],
  'normalize-space': [0, 1, (context, given) => join(words(xGiven(context, given)), ' ')],
  translate: [3, 3, (_, given) => {
    const whole = xString(given[0]), old = xString(given[1]), fresh = xString(given[2]);
    let out = '';
    for (let i = 0; i < whole.length; i++) {
      const at = stringIndexOf(old, whole[i]);
      out += at < 0 ? whole[i] : at < fresh.length ? fresh[at] : '';
    }
    return out;
  }],
  boolean: [1, 1, (_, given) => xBoolean(given[0])],
  not: [1, 1, (_, given) => !xBoolean(given[0])],
  true: [0, 0, () => true],
  false: [0, 0, () => false],
  number: [0, 1, (context, given) => xNumber(given.length === 0 ? [context.at] : given[0])],
  sum: [1, 1, (_, given) => {
    const set = xNodes(given[0]);
    let sum = 0;
    for (let i = 0; i < set.length; i++) sum += xNumber([set[i]]);
    return sum;
  }],
  floor: [1, 1, (_, given) => floor(xNumber(given[0]))],
  ceiling: [1, 1, (_, given) => -floor(-xNumber(given[0]))],
  round: [1, 1, (_, given) => xRound(xNumber(given[0]))],
};
const xRound = (value) => floor(value + 0.5);
const xGiven = (context, given) => xString(given.length === 0 ? [context.at] : given[0]);
const xOf = (context, given, what) => {
  const set = given.length === 0 ? [context.at] : xNodes(given[0]);
  return set.length === 0 ? '' : what(set[0]);
};
const xIds = (context, value) => {
  const root = xRoot(context.at).node, found = [];
  const names = isArray(value) ? [] : words(xString(value));
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const more = words(xText(value[i]));
      for (let j = 0; j < more.length; j++) push(names, more[j]);
    }
  }
  for (let i = 0; i < names.length && xTypeOf(root) === 9; i++) {
    const node = xById(root, names[i]);
    if (node !== null) push(found, xNode(node));
  }
  return xSorted(found);
};

// ---- axes

const xRoot = (at) => {
  let node = at.owner ?? at.node;
  for (let above = xParent(node); above !== null; above = xParent(node)) node = above;
  return xNode(node);
};
/** The nodes below in the order of the document. */
const xBelow = (top, found) => {
  let node = top;
  for (;;) {
    let next = xFirst(node);
    while (next === null) {
      if (node === top) return found;
      next = xNext(node);
      if (next === null) node = xParent(node);
    }
    node = next;
    push(found, xNode(node));
  }
};
const xAlong = (node, next, found) => {
  for (let it = next(node); it !== null; it = next(it)) push(found, xNode(it));
  return found;
};
const xAbove = (at) => at.owner ?? xParent(at.node);
/** From near to far, as positions count. */
function xAxis(axis, at) {
  const { node, owner } = at, found = [];
  if (axis === 'self') return [at];
  if (axis === 'parent') {
    const above = xAbove(at);
    return above === null ? found : [xNode(above)];
  }
  if (axis === 'ancestor' || axis === 'ancestor-or-self') {
    if (axis !== 'ancestor') push(found, at);
    for (let above = xAbove(at); above !== null; above = xParent(above)) push(found, xNode(above));
    return found;
  }
  if (axis === 'attribute') {
    if (owner !== null || xTypeOf(node) !== 1) return found;
    const names = xAttributeNames(node);
    for (let i = 0; i < names.length; i++) {
      const attribute = xAttributeNode(node, names[i]);
      if (attribute !== null) push(found, xAttribute(node, attribute));
    }
    return found;
  }
  if (axis === 'descendant-or-self') push(found, at);
  if (owner !== null || axis === 'namespace') return found;
  if (axis === 'child') {
    const first = xFirst(node);
    if (first === null) return found;
    push(found, xNode(first));
    return xAlong(first, xNext, found);
  }
  if (axis === 'descendant' || axis === 'descendant-or-self') return xBelow(node, found);
  if (axis === 'following-sibling') return xAlong(node, xNext, found);
  if (axis === 'preceding-sibling') return xAlong(node, xPrevious, found);
  const isFollowing = axis === 'following', next = isFollowing ? xNext : xPrevious;
  for (let it = node; it !== null; it = xParent(it)) {
    for (let beside = next(it); beside !== null; beside = next(beside)) {
      const part = xBelow(beside, [xNode(beside)]);
      for (let i = 0; i < part.length; i++) {
        push(found, isFollowing ? part[i] : part[part.length - 1 - i]);
      }
    }
  }
  return found;
}
const xKept = (list, tests) => {
  let kept = list;
  for (let t = 0; t < tests.length; t++) {
    const before = kept;
    kept = [];
    for (let i = 0; i < before.length; i++) {
      const context = { at: before[i], position: i + 1, size: before.length, __proto__: null };
      const value = tests[t](context);
      if (typeof value === 'number' ? value === i + 1 : xBoolean(value)) push(kept, before[i]);
    }
  }
  return kept;
};
const xFiltered = (base, tests) => (context) => xKept(xNodes(base(context)), tests);
function xWalk(start, steps) {
  let set = start;
  for (let s = 0; s < steps.length; s++) {
    const { axis, test, tests } = steps[s], found = [];
    for (let i = 0; i < set.length; i++) {
      const all = xAxis(axis, set[i]), fit = [];
      for (let j = 0; j < all.length; j++) if (test(all[j])) push(fit, all[j]);
      const kept = xKept(fit, tests);
      for (let j = 0; j < kept.length; j++) push(found, kept[j]);
    }
    const isInOrder = set.length <= 1 && stringIndexOf(axis, 'preceding') < 0
      && stringIndexOf(axis, 'ancestor') < 0;
    set = isInOrder ? found : xSorted(found);
  }
  return set;
}
/** Each once, in the order of the document; attributes after their element. */
function xSorted(list) {
  const seen = new PlainSet(), once = [];
  for (let i = 0; i < list.length; i++) {
    if (setHas(seen, list[i].node)) continue;
    setAdd(seen, list[i].node);
    push(once, list[i]);
  }
  return xMerged(once);
}
const xIsBefore = (a, b) => {
  const one = a.owner ?? a.node, other = b.owner ?? b.node;
  if (one === other) return a.owner === null || b.owner !== null;
  return (xOrder(one, other) & 4) !== 0;
};
function xMerged(list) {
  if (list.length < 2) return list;
  const middle = list.length >> 1, left = [], right = [], merged = [];
  for (let i = 0; i < list.length; i++) push(i < middle ? left : right, list[i]);
  const a = xMerged(left), b = xMerged(right);
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (j === b.length || i < a.length && xIsBefore(a[i], b[j])) push(merged, a[i++]);
    else push(merged, b[j++]);
  }
  return merged;
}

// ---- what pages get

const xKinds = ['ANY_TYPE', 'NUMBER_TYPE', 'STRING_TYPE', 'BOOLEAN_TYPE',
  'UNORDERED_NODE_ITERATOR_TYPE', 'ORDERED_NODE_ITERATOR_TYPE', 'UNORDERED_NODE_SNAPSHOT_TYPE',
  'ORDERED_NODE_SNAPSHOT_TYPE', 'ANY_UNORDERED_NODE_TYPE', 'FIRST_ORDERED_NODE_TYPE'];
const xSetOf = (result, from, to) => {
  const state = stateOf(result);
  if (state.kind < from || state.kind > to) throw new PlainTypeError('Not a result of that type');
  return state;
};
class XPathResult {
  constructor() { illegal(); }
  get resultType() { return stateOf(this).kind; }
  get numberValue() { return xSetOf(this, 1, 1).value; }
  get stringValue() { return xSetOf(this, 2, 2).value; }
  get booleanValue() { return xSetOf(this, 3, 3).value; }
  get singleNodeValue() { return xSetOf(this, 8, 9).value[0]?.node ?? null; }
  get snapshotLength() { return xSetOf(this, 6, 7).value.length; }
  get invalidIteratorState() { return false; }
  iterateNext() {
    const state = xSetOf(this, 4, 5);
    return state.value[state.next++]?.node ?? null;
  }
  snapshotItem(index) { return xSetOf(this, 6, 7).value[index >>> 0]?.node ?? null; }
}
for (let i = 0; i < xKinds.length; i++) {
  const constant = { value: i, enumerable: true, __proto__: null };
  defineProperty(XPathResult, xKinds[i], constant);
  defineProperty(XPathResult.prototype, xKinds[i], constant);
}
const xEvaluate = (parsed, node, type) => {
  nodeArgument(node);
  const wanted = type === undefined ? 0 : type >>> 0;
  if (wanted > 9) fail('NotSupportedError');
  const owner = xTypeOf(node) === 2 ? xOwner(node) : null;
  let value = parsed({ at: { node, owner, __proto__: null }, position: 1, size: 1, __proto__: null });
  let kind = wanted;
  if (kind === 0) {
    kind = isArray(value) ? 4 : typeof value === 'number' ? 1 : typeof value === 'string' ? 2 : 3;
  }
  if (kind > 3 && !isArray(value)) throw new PlainTypeError('The result is no set of nodes');
  if (kind === 1) value = xNumber(value);
  if (kind === 2) value = xString(value);
  if (kind === 3) value = xBoolean(value);
  return new Brand(objectCreate(XPathResult.prototype), { kind, value, next: 0, __proto__: null });
};
const xCompile = (expression, resolver) => xParse(text(expression), (prefix) => {
  let found = null;
  if (typeof resolver === 'function') found = resolver(prefix);
  else if (isObject(resolver)) found = resolver.lookupNamespaceURI(prefix);
  return found === null || found === undefined ? fail('NamespaceError') : text(found);
});
class XPathExpression {
  constructor() { illegal(); }
  evaluate(node, type) { return xEvaluate(stateOf(this).parsed, node, type); }
}
const xMembers = {
  createExpression(expression, resolver) {
    const state = { parsed: xCompile(expression, resolver), __proto__: null };
    return new Brand(objectCreate(XPathExpression.prototype), state);
  },
  createNSResolver(node) { nodeArgument(node); return node; },
  evaluate(expression, node, resolver, type) {
    return xEvaluate(xCompile(expression, resolver), node, type);
  },
};
class XPathEvaluator {}
mix(XPathEvaluator.prototype, xMembers);
mix(Document.prototype, xMembers);
expose('XPathEvaluator', XPathEvaluator);
expose('XPathExpression', XPathExpression);
expose('XPathResult', XPathResult);
