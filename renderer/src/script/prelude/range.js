// Ranges: parts of a tree between two places, which follow its changes.
//
// Source: the DOM standard, "Ranges".

const lengthOf = (handle) => {
  const type = n.type(handle);
  return type === 10 || type === 2 ? 0 : hasData(type) ? n.text(handle).length : n.children(handle).length;
};
/** Whether a place is before another (-1), the same, or behind it (1). */
const comparePoints = (one, at, other, to) => {
  if (one === other) return at === to ? 0 : at < to ? -1 : 1;
  const place = n.compare(one, other);
  if (place & 2) return -comparePoints2(other, to, one, at);
  return comparePoints2(one, at, other, to);
};
/** Likewise, where `other` is behind `one`, or in it. */
const comparePoints2 = (one, at, other) => {
  const path = n.path(other), step = indexIn(path, one);
  return step > 0 && indexOf(path[step - 1]) < at ? 1 : -1;
};
const isRange = (thing) => hasState(thing) && stateOf(thing).isLive === true;
const rangeState = (range) => {
  const state = stateOf(range);
  if (state.isLive !== true) throw new PlainTypeError('Illegal invocation');
  return state;
};
const pointsOf = (range) => {
  const state = stateOf(range);
  if (state.start === undefined) throw new PlainTypeError('Illegal invocation');
  return state;
};
class AbstractRange {
  constructor() { illegal(); }
  get startContainer() { return pointsOf(this).start; }
  get startOffset() { return pointsOf(this).startAt; }
  get endContainer() { return pointsOf(this).end; }
  get endOffset() { return pointsOf(this).endAt; }
  get collapsed() {
    const { start, startAt, end, endAt } = pointsOf(this);
    return start === end && startAt === endAt;
  }
}
class StaticRange extends AbstractRange {
  constructor(init) {
    if (!isObject(init)) throw new PlainTypeError('A range needs its places');
    const place = (key) => {
      const node = init[key];
      const type = n.type(nodeArgument(node));
      if (type === 10 || type === 2) fail('InvalidNodeTypeError');
      return node;
    };
    const offset = (key) => {
      if (init[key] === undefined) throw new PlainTypeError(`${key} is missing`);
      return init[key] >>> 0;
    };
    const state = {
      endAt: offset('endOffset'), startAt: offset('startOffset'), start: null, end: null,
      handle: null, __proto__: null,
    };
    state.end = place('endContainer');
    state.start = place('startContainer');
    return new Brand(objectCreate(new.target.prototype), state);
  }
}
const checkPoint = (node, offset) => {
  const handle = nodeArgument(node);
  if (n.type(handle) === 10) fail('InvalidNodeTypeError');
  if (offset > lengthOf(handle)) fail('IndexSizeError');
};
const setPlace = (state, isStart, node, offset) => {
  checkPoint(node, offset);
  const handle = handleOf(node);
  if (isStart) {
    if (n.rootOf(handle) !== n.rootOf(handleOf(state.end))
      || comparePoints(handle, offset, handleOf(state.end), state.endAt) > 0) {
      { state.end = node; state.endAt = offset; }
    }
    { state.start = node; state.startAt = offset; }
  } else {
    if (n.rootOf(handle) !== n.rootOf(handleOf(state.start))
      || comparePoints(handle, offset, handleOf(state.start), state.startAt) < 0) {
      { state.start = node; state.startAt = offset; }
    }
    { state.end = node; state.endAt = offset; }
  }
  rangeMoved(state);
};
const parentOf = (node) => {
  const parent = n.parent(nodeArgument(node));
  return parent === null ? fail('InvalidNodeTypeError') : wrap(parent);
};
const commonOf = (state) => {
  const ours = n.path(handleOf(state.start)), theirs = n.path(handleOf(state.end));
  for (let i = 0; i < ours.length; i++) if (indexIn(theirs, ours[i]) >= 0) return ours[i];
  return ours[0];
};
const rootOfRange = (state) => n.rootOf(handleOf(state.start));

class Range extends AbstractRange {
  constructor() { return newRange(document, 0, document, 0, new.target.prototype); }
  get commonAncestorContainer() { return wrap(commonOf(rangeState(this))); }
  setStart(node, offset) { need(arguments, 2); setPlace(rangeState(this), true, node, offset >>> 0); }
  setEnd(node, offset) { need(arguments, 2); setPlace(rangeState(this), false, node, offset >>> 0); }
  setStartBefore(node) {
    need(arguments, 1);
    const state = rangeState(this), parent = parentOf(node);
    setPlace(state, true, parent, indexOf(handleOf(node)));
  }
  setStartAfter(node) {
    need(arguments, 1);
    const state = rangeState(this), parent = parentOf(node);
    setPlace(state, true, parent, indexOf(handleOf(node)) + 1);
  }
  setEndBefore(node) {
    need(arguments, 1);
    const state = rangeState(this), parent = parentOf(node);
    setPlace(state, false, parent, indexOf(handleOf(node)));
  }
  setEndAfter(node) {
    need(arguments, 1);
    const state = rangeState(this), parent = parentOf(node);
    setPlace(state, false, parent, indexOf(handleOf(node)) + 1);
  }
  collapse(toStart = false) {
    const state = rangeState(this);
    if (toStart) { state.end = state.start; state.endAt = state.startAt; }
    else { state.start = state.end; state.startAt = state.endAt; }
    rangeMoved(state);
  }
  selectNode(node) {
    need(arguments, 1);
    const state = rangeState(this), parent = parentOf(node), index = indexOf(handleOf(node));
    setPlaces(state, parent, index, parent, index + 1);
  }
  selectNodeContents(node) {
    need(arguments, 1);
    const state = rangeState(this), handle = nodeArgument(node);
    if (n.type(handle) === 10) fail('InvalidNodeTypeError');
    setPlaces(state, node, 0, node, lengthOf(handle));
  }
  compareBoundaryPoints(how, other) {
    need(arguments, 2);
    const state = rangeState(this), theirs = rangeState(other), kind = how & 0xffff;
    if (kind > 3) fail('NotSupportedError');
    if (rootOfRange(state) !== rootOfRange(theirs)) fail('WrongDocumentError');
    const ours = kind === 0 || kind === 3 ? [state.start, state.startAt] : [state.end, state.endAt];
    const to = kind === 0 || kind === 1 ? [theirs.start, theirs.startAt] : [theirs.end, theirs.endAt];
    return comparePoints(handleOf(ours[0]), ours[1], handleOf(to[0]), to[1]);
  }
  deleteContents() { deleteIn(rangeState(this)); }
  extractContents() { return take(rangeState(this), true); }
  cloneContents() { return take(rangeState(this), false); }
  insertNode(node) { need(arguments, 1); insertInto(rangeState(this), node); }
  surroundContents(around) {
    need(arguments, 1);
    const state = rangeState(this), handle = nodeArgument(around), common = commonOf(state);
    const partly = (from) => {
      for (let at = handleOf(from); at !== common; at = n.parent(at)) if (!isText(n.type(at))) return true;
      return false;
    };
    if (partly(state.start) || partly(state.end)) fail('InvalidStateError');
    const type = n.type(handle);
    if (type === 9 || type === 10 || type === 11) fail('InvalidNodeTypeError');
    const inside = take(state, true);
    if (n.first(handle) !== null) replaceAll(handle, null);
    insertInto(state, around);
    insert(handle, inside, null);
    const parent = parentOf(around), index = indexOf(handle);
    setPlaces(state, parent, index, parent, index + 1);
  }
  cloneRange() {
    const { start, startAt, end, endAt } = rangeState(this);
    return newRange(start, startAt, end, endAt, Range.prototype);
  }
  detach() { rangeState(this); }
  isPointInRange(node, offset) {
    need(arguments, 2);
    const state = rangeState(this), handle = nodeArgument(node), at = offset >>> 0;
    if (n.rootOf(handle) !== rootOfRange(state)) return false;
    checkPoint(node, at);
    return comparePoints(handle, at, handleOf(state.start), state.startAt) >= 0
      && comparePoints(handle, at, handleOf(state.end), state.endAt) <= 0;
  }
  comparePoint(node, offset) {
    need(arguments, 2);
    const state = rangeState(this), handle = nodeArgument(node), at = offset >>> 0;
    if (n.rootOf(handle) !== rootOfRange(state)) fail('WrongDocumentError');
    checkPoint(node, at);
    if (comparePoints(handle, at, handleOf(state.start), state.startAt) < 0) return -1;
    return comparePoints(handle, at, handleOf(state.end), state.endAt) > 0 ? 1 : 0;
  }
  intersectsNode(node) {
    need(arguments, 1);
    const state = rangeState(this), handle = nodeArgument(node);
    if (n.rootOf(handle) !== rootOfRange(state)) return false;
    const parent = n.parent(handle);
    if (parent === null) return true;
    const index = indexOf(handle);
    return comparePoints(parent, index, handleOf(state.end), state.endAt) < 0
      && comparePoints(parent, index + 1, handleOf(state.start), state.startAt) > 0;
  }
  toString() { return textIn(rangeState(this)); }
  createContextualFragment(markup) {
    need(arguments, 1);
    const state = rangeState(this);
    let at = handleOf(state.start);
    if (n.type(at) !== 1) at = n.parent(at);
    const isElement = at !== null && n.type(at) === 1
      && !(n.isHtml(at) && n.localName(at) === 'html' && !isXmlNode(at));
    return wrap(checked(n.fragment(isElement ? at : null, text(markup), true)));
  }
  getClientRects() { return rectList(rectsIn(rangeState(this))); }
  getBoundingClientRect() {
    const all = rectsIn(rangeState(this));
    let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
    for (let i = 0; i < all.length; i++) {
      left = min(left, all[i][0]);
      top = min(top, all[i][1]);
      right = max(right, all[i][0] + all[i][2]);
      bottom = max(bottom, all[i][1] + all[i][3]);
    }
    return newRect(all.length === 0 ? [0, 0, 0, 0] : [left, top, right - left, bottom - top]);
  }
}
addConstants(Range, { START_TO_START: 0, START_TO_END: 1, END_TO_END: 2, END_TO_START: 3 });
function newRange(start, startAt, end, endAt, prototype) {
  const state = {
    start, startAt, end, endAt, isLive: true, handle: null, selection: null, __proto__: null,
  };
  const range = new Brand(objectCreate(prototype), state);
  follow(range);
  return range;
}
const setPlaces = (state, start, startAt, end, endAt) => {
  { state.start = start; state.startAt = startAt; state.end = end; state.endAt = endAt; }
  rangeMoved(state);
};
const rangeMoved = (state) => { if (state.selection !== null) selectionMoved(state.selection); };

/** The texts of a range. */
function textIn(state) {
  const { start, startAt, end, endAt } = state, from = handleOf(start), to = handleOf(end);
  if (from === to && isText(n.type(from))) return substring(n.text(from), startAt, endAt);
  let all = isText(n.type(from)) ? substring(n.text(from), startAt) : '';
  eachInside(state, (handle) => { if (isText(n.type(handle))) all += n.text(handle); });
  return isText(n.type(to)) ? all + substring(n.text(to), 0, endAt) : all;
}
/** The boxes of what is in a range; of a part of a text those of the element around it. */
function rectsIn(state) {
  const all = [], add = (rects) => { for (let i = 0; i < rects.length; i++) push(all, rects[i]); };
  const from = handleOf(state.start), to = handleOf(state.end);
  const part = (handle, start, end) => {
    if (n.type(handle) === 3 && start < end && n.parent(handle) !== null) add(n.rects(n.parent(handle)));
  };
  if (from === to && isText(n.type(from))) { part(from, state.startAt, state.endAt); return all; }
  part(from, state.startAt, lengthOf(from));
  eachInside(state, (handle) => {
    const type = n.type(handle);
    if (type === 1) {
      if (n.parent(handle) === null || !isWhole(state, n.parent(handle))) add(n.rects(handle));
    } else if (type === 3 && !isWhole(state, n.parent(handle))) part(handle, 0, lengthOf(handle));
  });
  part(to, 0, state.endAt);
  return all;
}
/** Whether a node is in a range with all that is in it. */
const isWhole = (state, handle) => {
  const parent = n.parent(handle);
  if (parent === null) return false;
  const index = indexOf(handle);
  return comparePoints(parent, index, handleOf(state.start), state.startAt) >= 0
    && comparePoints(parent, index + 1, handleOf(state.end), state.endAt) <= 0;
};
/** Calls for each node that is whole in a range, in order. */
function eachInside(state, visit) {
  const root = commonOf(state), from = handleOf(state.start), to = handleOf(state.end);
  const children = n.children(from), last = n.children(to)[state.endAt];
  let at = hasData(n.type(from)) ? behindAll(root, from)
    : state.startAt < children.length ? children[state.startAt] : behindAll(root, from);
  const stop = hasData(n.type(to)) ? to : last ?? behindAll(root, to);
  for (; at !== null && at !== stop; at = behind(root, at)) {
    if (isWhole(state, at)) visit(at);
  }
}

function deleteIn(state) {
  const { start, startAt, end, endAt } = state, from = handleOf(start), to = handleOf(end);
  if (start === end && startAt === endAt) return;
  if (from === to && hasData(n.type(from))) { replaceData(from, startAt, endAt - startAt, ''); return; }
  const gone = [];
  eachInside(state, (handle) => {
    const parent = n.parent(handle);
    if (!isWhole(state, parent)) push(gone, handle);
  });
  const place = afterRemoval(state);
  if (hasData(n.type(from))) replaceData(from, startAt, lengthOf(from) - startAt, '');
  for (let i = 0; i < gone.length; i++) remove(gone[i]);
  if (hasData(n.type(to))) replaceData(to, 0, endAt, '');
  setPlaces(state, place.node, place.at, place.node, place.at);
}
/** Where a range is once what is in it has been taken out. */
function afterRemoval(state) {
  const from = handleOf(state.start), to = handleOf(state.end);
  if (isInside(from, to)) return { node: state.start, at: state.startAt, __proto__: null };
  let at = from;
  while (n.parent(at) !== null && !isInside(n.parent(at), to)) at = n.parent(at);
  return { node: wrap(n.parent(at)), at: indexOf(at) + 1, __proto__: null };
}
/** What is in a range, as a fragment: taken out, or copied. */
function take(state, takes) {
  const { start, startAt, end, endAt } = state, from = handleOf(start), to = handleOf(end);
  const fragment = own(wrap(checked(n.createFragment())), documentOf(from));
  const into = handleOf(fragment);
  if (start === end && startAt === endAt) return fragment;
  const partOf = (handle, at, count) => {
    const copied = checked(n.copy(handle, false));
    checked(n.setData(copied, substring(n.text(handle), at, at + count)));
    own(wrap(copied), documentOf(handle));
    insertHandle(into, copied, null, false);
    if (takes) replaceData(handle, at, count, '');
  };
  if (from === to && hasData(n.type(from))) { partOf(from, startAt, endAt - startAt); return fragment; }
  const common = commonOf(state);
  const childOver = (handle) => {
    for (let at = handle; at !== common; at = n.parent(at)) if (n.parent(at) === common) return at;
    return null;
  };
  const first = isInside(from, to) ? null : childOver(from);
  const last = isInside(to, from) ? null : childOver(to);
  const contained = [], children = n.children(common);
  for (let i = 0; i < children.length; i++) {
    if (isWhole(state, children[i])) {
      if (n.type(children[i]) === 10) fail('HierarchyRequestError');
      push(contained, children[i]);
    }
  }
  const place = afterRemoval(state);
  const inner = (handle, from, fromAt, to, toAt) => {
    const copied = clone(wrap(handle), false);
    insert(into, copied, null);
    const part = newRange(from, fromAt, to, toAt, Range.prototype);
    insert(handleOf(copied), take(stateOf(part), takes), null);
  };
  if (first !== null) {
    if (hasData(n.type(first))) partOf(from, startAt, lengthOf(from) - startAt);
    else inner(first, start, startAt, wrap(first), lengthOf(first));
  }
  for (let i = 0; i < contained.length; i++) {
    insert(into, takes ? wrap(contained[i]) : clone(wrap(contained[i]), true), null);
  }
  if (last !== null) {
    if (hasData(n.type(last))) partOf(to, 0, endAt);
    else inner(last, wrap(last), 0, end, endAt);
  }
  if (takes) setPlaces(state, place.node, place.at, place.node, place.at);
  return fragment;
}
function insertInto(state, node) {
  const start = handleOf(state.start), type = n.type(start), handle = nodeArgument(node);
  if (type === 7 || type === 8 || type === 2 || isText(type) && n.parent(start) === null || handle === start) {
    fail('HierarchyRequestError');
  }
  let next = isText(type) ? start : n.children(start)[state.startAt] ?? null;
  const parent = next === null ? start : n.parent(next);
  checked(n.checkInsertion(parent, handle, next));
  if (isText(type)) next = splitText(start, state.startAt);
  if (handle === next) next = n.sibling(next, 1);
  remove(handle);
  let offset = next === null ? lengthOf(parent) : indexOf(next);
  offset += n.type(handle) === 11 ? lengthOf(handle) : 1;
  const wasCollapsed = state.start === state.end && state.startAt === state.endAt;
  insertHandle(parent, handle, next, false);
  if (wasCollapsed) setPlaces(state, state.start, state.startAt, wrap(parent), offset);
}

/** What changes of the tree do to a range. */
const ranges = {
  inserted(range, parent, index, count) {
    const state = stateOf(range);
    if (handleOf(state.start) === parent && state.startAt > index) state.startAt += count;
    if (handleOf(state.end) === parent && state.endAt > index) state.endAt += count;
  },
  removed(range, parent, index, handle) {
    const state = stateOf(range);
    if (isInside(handle, handleOf(state.start))) { state.start = wrap(parent); state.startAt = index; }
    else if (handleOf(state.start) === parent && state.startAt > index) state.startAt--;
    if (isInside(handle, handleOf(state.end))) { state.end = wrap(parent); state.endAt = index; }
    else if (handleOf(state.end) === parent && state.endAt > index) state.endAt--;
  },
  replaced(range, handle, offset, count, added) {
    const state = stateOf(range);
    const moved = (at) => at <= offset ? at : at <= offset + count ? offset : at + added - count;
    if (handleOf(state.start) === handle) state.startAt = moved(state.startAt);
    if (handleOf(state.end) === handle) state.endAt = moved(state.endAt);
  },
  split(range, handle, at, rest, parent, index) {
    const state = stateOf(range);
    if (handleOf(state.start) === handle && state.startAt > at) { state.start = wrap(rest); state.startAt = state.startAt - at; }
    if (handleOf(state.end) === handle && state.endAt > at) { state.end = wrap(rest); state.endAt = state.endAt - at; }
    if (handleOf(state.start) === parent && state.startAt === index + 1) state.startAt++;
    if (handleOf(state.end) === parent && state.endAt === index + 1) state.endAt++;
  },
  joined(range, into, length, gone, parent, index) {
    const state = stateOf(range);
    if (handleOf(state.start) === gone) { state.start = wrap(into); state.startAt = state.startAt + length; }
    if (handleOf(state.end) === gone) { state.end = wrap(into); state.endAt = state.endAt + length; }
    if (handleOf(state.start) === parent && state.startAt === index) { state.start = wrap(into); state.startAt = length; }
    if (handleOf(state.end) === parent && state.endAt === index) { state.end = wrap(into); state.endAt = length; }
  },
  __proto__: null,
};
expose('AbstractRange', AbstractRange);
expose('StaticRange', StaticRange);
expose('Range', Range);
