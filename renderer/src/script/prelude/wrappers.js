// Wrappers: at most one a node. One whose node is in the document is held by the table; those of a
// tree outside hold each other through the tree's group, so that all go or none.

// The states of wrapped nodes, by the lower bits of the nodes' numbers. The upper bits say which
// node: those of one that is gone are used again. An array, since the engine's maps are slower.
const SLOTS = (1 << 20) - 1;
const states = bareList();
const known = (handle) => {
  const state = states[handle & SLOTS];
  return state && state.handle === handle ? state : null;
};
const registry = new Finalization((handle) => {
  const state = known(handle);
  if (state) {
    if (state.held || dereference(state.weak) !== undefined) return;
    states[handle & SLOTS] = null;
  }
  n.release(handle);
});
const existing = (handle) => {
  const state = states[handle & SLOTS];
  if (!state || state.handle !== handle) return undefined;
  return state.held || dereference(state.weak);
};

/** The handle of a node; throws for what is none. */
const handleOf = Brand.handle;
const isNode = (value) => hasState(value) && typeof stateOf(value).handle === 'number';
const nodeArgument = (value) => {
  if (!isNode(value)) throw new PlainTypeError('The argument is not a Node');
  return stateOf(value).handle;
};

/** The state of an event target; of a node with its handle. */
const newState = (handle) => ({
  handle, held: null, weak: null, group: null, listeners: null, handlers: null, cache: null,
  owner: null, __proto__: null,
});

function adopt(wrapper, state, root) {
  const { handle } = state;
  if (root === null) {
    if (state.group) { setDelete(state.group, wrapper); state.group = null; }
    state.held = wrapper;
    return;
  }
  state.held = null;
  let group;
  if (root === handle) group = state.group || new PlainSet();
  else {
    const top = wrap(root), topState = stateOf(top);
    group = topState.group;
    if (!group) { group = topState.group = new PlainSet(); setAdd(group, top); }
  }
  if (state.group && state.group !== group) setDelete(state.group, wrapper);
  state.group = group;
  setAdd(group, wrapper);
}

/** A tree has moved: its wrappers are held elsewhere. */
function regroup(handle) {
  const moved = n.wrappedIn(handle);
  for (let i = 0; i < moved.length; i++) {
    const wrapper = existing(moved[i]);
    if (wrapper) adopt(wrapper, stateOf(wrapper), n.detachedRoot(moved[i]));
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
  const wrapper = new Brand(objectCreate(prototypeFor(handle)), state);
  state.weak = new WeakReference(wrapper);
  const slot = handle & SLOTS;
  while (states.length <= slot) states[states.length] = null;
  states[slot] = state;
  register(registry, wrapper, handle);
  adopt(wrapper, state, n.wrapped(handle));
  return wrapper;
}
const wrapAll = (handles) => {
  const wrapped = [];
  for (let i = 0; i < handles.length; i++) put(wrapped, i, wrap(handles[i]));
  return wrapped;
};
