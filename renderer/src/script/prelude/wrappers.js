// Wrappers: at most one a node. One whose node is in the document is held by the table; those of a
// tree outside hold each other through the tree's group, so that all go or none.

// The wrappers of what is in the document, by the lower bits of the nodes' numbers: this holds them.
// The upper bits say which node: those of one that is gone are used again.
const SLOTS = (1 << 20) - 1, shownRoot = n.root();
const shownWrappers = bareList();
/** The wrapper of a node, if it has one. */
const { existing } = n;

/** The handle of a node; throws for what is none. */
const handleOf = Brand.handle;
const isNode = (value) => hasState(value) && typeof stateOf(value).handle === 'number';
const nodeArgument = (value) => {
  if (!isNode(value)) throw new PlainTypeError('The argument is not a Node');
  return stateOf(value).handle;
};

// What objects have that set nothing else: to make one with all of it takes long.
const stateBase = {
  group: null, listeners: null, handlers: null, cache: null, owner: null,
  __proto__: null,
};
/** The state of an event target; of a node with its handle. */
const newState = (handle) => {
  const state = objectCreate(stateBase);
  state.handle = handle;
  return state;
};

function adopt(wrapper, state, root) {
  const { handle } = state, slot = handle & SLOTS;
  if (root === null) {
    if (state.group) { setDelete(state.group, wrapper); state.group = null; }
    while (shownWrappers.length <= slot) shownWrappers[shownWrappers.length] = null;
    shownWrappers[slot] = wrapper;
    return;
  }
  if (shownWrappers[slot] === wrapper) shownWrappers[slot] = null;
  // One alone needs no group, nor garbage collection.
  let group = null;
  if (root !== handle) {
    const top = wrap(root), topState = stateOf(top);
    group = topState.group;
    if (!group) { group = topState.group = new PlainSet(); setAdd(group, top); }
  }
  if (state.group && state.group !== group) setDelete(state.group, wrapper);
  state.group = group;
  if (group) setAdd(group, wrapper);
}

/** Trees have moved: their wrappers are held elsewhere. */
function regroup(handles) {
  const moved = n.wrappedIn(handles);
  for (let i = 0; i < moved.length; i += 2) {
    const wrapper = existing(moved[i + 1]);
    if (wrapper) adopt(wrapper, stateOf(wrapper), moved[i] === shownRoot ? null : moved[i]);
  }
}

const prototypes = { __proto__: null };
function prototypeFor(handle) {
  switch (n.type(handle)) {
    case 1: {
      const name = n.className(handle);
      const own = prototypes[name];
      if (own) return own;
      if (startsWith(name, '+')) return SVGElement.prototype;
      if (name === '?') return Element.prototype;
      return stringIndexOf(name, '-') > 0 ? HTMLElement.prototype : HTMLUnknownElement.prototype;
    }
    case 2: return Attr.prototype;
    case 3: return Text.prototype;
    case 4: return CDATASection.prototype;
    case 7: return ProcessingInstruction.prototype;
    case 8: return Comment.prototype;
    case 9: return handle === n.root() ? HTMLDocument.prototype : Document.prototype;
    case 10: return DocumentType.prototype;
    case 11: return DocumentFragment.prototype;
    default: return Node.prototype;
  }
}

/** The wrapper of a node. */
function wrap(handle) {
  if (handle === null || handle === undefined) return null;
  const present = existing(handle);
  if (present) return present;
  const state = newState(handle);
  const wrapper = new Brand(n.wrapper(prototypeFor(handle), handle), state);
  adopt(wrapper, state, n.detachedRoot(handle));
  return wrapper;
}
/** The wrappers of nodes, for the prelude alone, and the list of those that a selector matches. */
const wrapAll = n.wrapperList(wrap), findAll = n.finder(wrap);
