// TreeWalker and NodeIterator.
//
// Source: the DOM standard, "Traversal".

const newFilter = (root, what, filter) => {
  const state = {
    root, at: nodeArgument(root), what: what === undefined ? 0xffffffff : what >>> 0,
    filter: filter === undefined ? null : filter, isActive: false, handle: null, __proto__: null,
  };
  if (state.filter !== null && !isObject(state.filter)) throw new PlainTypeError('The filter is not an object');
  return state;
};
/** Whether a node is accepted (1), passed over with all in it (2), or alone (3). */
const shows = (state, handle) => {
  if (state.isActive) fail('InvalidStateError');
  if (!(state.what & (1 << (n.type(handle) - 1)))) return 3;
  const { filter } = state;
  if (filter === null) return 1;
  state.isActive = true;
  try {
    if (typeof filter === 'function') return apply(filter, undefined, [wrap(handle)]) & 0xffff;
    const method = filter.acceptNode;
    if (typeof method !== 'function') throw new PlainTypeError('The filter has no acceptNode');
    return apply(method, filter, [wrap(handle)]) & 0xffff;
  } finally { state.isActive = false; }
};

class TreeWalker {
  constructor() { illegal(); }
  get root() { return walkerState(this).root; }
  get whatToShow() { return walkerState(this).what; }
  get filter() { return walkerState(this).filter; }
  get currentNode() { return walkerState(this).current; }
  set currentNode(node) { nodeArgument(node); walkerState(this).current = node; }
  parentNode() {
    const state = walkerState(this);
    let node = handleOf(state.current);
    while (node !== null && node !== state.at) {
      node = n.parent(node);
      if (node !== null && shows(state, node) === 1) return state.current = wrap(node);
    }
    return null;
  }
  firstChild() { return walkChildren(walkerState(this), true); }
  lastChild() { return walkChildren(walkerState(this), false); }
  previousSibling() { return walkSiblings(walkerState(this), false); }
  nextSibling() { return walkSiblings(walkerState(this), true); }
  previousNode() {
    const state = walkerState(this);
    let node = handleOf(state.current);
    while (node !== state.at) {
      let sibling = n.sibling(node, -1);
      while (sibling !== null) {
        node = sibling;
        let shown = shows(state, node);
        while (shown !== 2 && n.last(node) !== null) {
          node = n.last(node);
          shown = shows(state, node);
        }
        if (shown === 1) return state.current = wrap(node);
        sibling = n.sibling(node, -1);
      }
      const parent = n.parent(node);
      if (node === state.at || parent === null) return null;
      node = parent;
      if (shows(state, node) === 1) return state.current = wrap(node);
    }
    return null;
  }
  nextNode() {
    const state = walkerState(this);
    let node = handleOf(state.current), shown = 1;
    for (;;) {
      while (shown !== 2 && n.first(node) !== null) {
        node = n.first(node);
        shown = shows(state, node);
        if (shown === 1) return state.current = wrap(node);
      }
      let sibling = null;
      for (let at = node; at !== null && at !== state.at; at = n.parent(at)) {
        sibling = n.sibling(at, 1);
        if (sibling !== null) break;
      }
      if (sibling === null) return null;
      node = sibling;
      shown = shows(state, node);
      if (shown === 1) return state.current = wrap(node);
    }
  }
}
const walkerState = (walker) => {
  const state = stateOf(walker);
  if (!('current' in state)) throw new PlainTypeError('Illegal invocation');
  return state;
};
const newTreeWalker = (root, what, filter) => {
  const state = newFilter(root, what, filter);
  state.current = root;
  return new Brand(objectCreate(TreeWalker.prototype), state);
};
function walkChildren(state, forward) {
  const down = forward ? n.first : n.last, step = forward ? 1 : -1;
  const start = handleOf(state.current);
  let node = down(start);
  while (node !== null) {
    const shown = shows(state, node);
    if (shown === 1) return state.current = wrap(node);
    if (shown === 3) {
      const child = down(node);
      if (child !== null) { node = child; continue; }
    }
    for (;;) {
      const sibling = n.sibling(node, step);
      if (sibling !== null) { node = sibling; break; }
      const parent = n.parent(node);
      if (parent === null || parent === state.at || parent === start) return null;
      node = parent;
    }
  }
  return null;
}
function walkSiblings(state, forward) {
  const down = forward ? n.first : n.last, step = forward ? 1 : -1;
  let node = handleOf(state.current);
  if (node === state.at) return null;
  for (;;) {
    let sibling = n.sibling(node, step);
    while (sibling !== null) {
      node = sibling;
      const shown = shows(state, node);
      if (shown === 1) return state.current = wrap(node);
      sibling = down(node);
      if (shown === 2 || sibling === null) sibling = n.sibling(node, step);
    }
    node = n.parent(node);
    if (node === null || node === state.at || shows(state, node) === 1) return null;
  }
}

/** The node before one, or behind it, in the tree of an iterator. */
const before = (root, handle) => {
  if (handle === root) return null;
  let at = n.sibling(handle, -1);
  if (at === null) return n.parent(handle);
  for (let last = n.last(at); last !== null; last = n.last(at)) at = last;
  return at;
};
const behind = (root, handle) => n.first(handle) ?? behindAll(root, handle);
/** The node behind one and all in it. */
const behindAll = (root, handle) => {
  for (let at = handle; at !== null && at !== root; at = n.parent(at)) {
    const sibling = n.sibling(at, 1);
    if (sibling !== null) return sibling;
  }
  return null;
};
class NodeIterator {
  constructor() { illegal(); }
  get root() { return iteratorState(this).root; }
  get referenceNode() { return iteratorState(this).reference; }
  get pointerBeforeReferenceNode() { return iteratorState(this).isBefore; }
  get whatToShow() { return iteratorState(this).what; }
  get filter() { return iteratorState(this).filter; }
  nextNode() { return iterate(iteratorState(this), true); }
  previousNode() { return iterate(iteratorState(this), false); }
  detach() { iteratorState(this); }
}
const iteratorState = (iterator) => {
  const state = stateOf(iterator);
  if (!('reference' in state)) throw new PlainTypeError('Illegal invocation');
  return state;
};
function iterate(state, forward) {
  let node = handleOf(state.reference), isBefore = state.isBefore;
  for (;;) {
    if (isBefore === forward) isBefore = !isBefore;
    else {
      const next = forward ? behind(state.at, node) : before(state.at, node);
      if (next === null) return null;
      node = next;
    }
    if (shows(state, node) === 1) break;
  }
  state.isBefore = isBefore;
  return state.reference = wrap(node);
}
const newNodeIterator = (root, what, filter) => {
  const state = newFilter(root, what, filter);
  state.reference = root;
  state.isBefore = true;
  const iterator = new Brand(objectCreate(NodeIterator.prototype), state);
  follow(iterator);
  return iterator;
};
/** A node is about to go: what is to be done to an iterator once it has. */
function iteratorLeaving(iterator, handle) {
  const state = iteratorState(iterator);
  if (handle === state.at || !isInside(handle, handleOf(state.reference))
    || isInside(handle, state.at)) return null;
  let to = null, isBefore = state.isBefore;
  if (isBefore) {
    to = behindAll(state.at, handle);
    if (to === null) isBefore = false;
  }
  if (to === null) to = before(state.at, handle);
  return () => { state.isBefore = isBefore; state.reference = wrap(to); };
}

class NodeFilter { constructor() { illegal(); } }
addConstants(NodeFilter, {
  FILTER_ACCEPT: 1, FILTER_REJECT: 2, FILTER_SKIP: 3, SHOW_ALL: 0xffffffff, SHOW_ELEMENT: 1,
  SHOW_ATTRIBUTE: 2, SHOW_TEXT: 4, SHOW_CDATA_SECTION: 8, SHOW_ENTITY_REFERENCE: 16,
  SHOW_ENTITY: 32, SHOW_PROCESSING_INSTRUCTION: 64, SHOW_COMMENT: 128, SHOW_DOCUMENT: 256,
  SHOW_DOCUMENT_TYPE: 512, SHOW_DOCUMENT_FRAGMENT: 1024, SHOW_NOTATION: 2048,
});
expose('TreeWalker', TreeWalker);
expose('NodeIterator', NodeIterator);
expose('NodeFilter', NodeFilter);
