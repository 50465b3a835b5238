// Changes of the tree, and who hears of them: observers, ranges, iterators, custom elements.
//
// Source: the DOM standard, "Mutation algorithms".

const followers = new PlainSet(); // Weak references to ranges and iterators.
let follows = false;
/** Remembers something that follows the tree for as long as a page holds it. */
function follow(thing) {
  setAdd(followers, new WeakReference(thing));
  follows = true;
}
function eachFollower(tell) {
  const gone = [];
  setEach(followers, (reference) => {
    const thing = dereference(reference);
    if (thing === undefined) push(gone, reference);
    else tell(thing);
  });
  for (let i = 0; i < gone.length; i++) setDelete(followers, gone[i]);
  if (setSize(followers) === 0) follows = false;
}
const indexOf = (handle) => {
  const parent = n.parent(handle);
  return parent === null ? 0 : indexIn(n.children(parent), handle);
};
const isInside = (outer, inner) => indexIn(n.path(inner), outer) >= 0;

// ---- documents

/** Whether there is any document but the shown one, and any that is none of HTML. */
let hasOthers = false, hasXml = false;
/** The document that a node belongs to. */
const documentOf = (handle) => {
  if (!hasOthers) return document;
  const root = n.rootOf(handle);
  return n.type(root) === 9 ? wrap(root) : stateOf(wrap(root)).owner || document;
};
const isHtmlDocument = (owner) => !hasXml || stateOf(owner).isXml !== true;
/** Whether names of an element are written in small letters. */
const lowers = (handle) => n.isHtml(handle) && (!hasXml || isHtmlDocument(documentOf(handle)));
/** Gives a node that stands in no tree its document. */
const own = (node, owner) => {
  if (hasOthers) stateOf(node).owner = owner === document ? null : owner;
  return node;
};

// ---- insertion

/** Whether nobody hears of what becomes of the tree. */
const isQuiet = () => observers.length === 0 && !follows && !hasDefinitions && !hasOthers;

/** Puts a node, or what is in a fragment, into a parent. */
function insert(parent, node, before) {
  insertHandle(parent, nodeArgument(node), before, false);
  return node;
}
/** The nodes that have been put there. */
function insertHandle(parent, handle, before, isWhole) {
  const isFragment = n.type(handle) === 11, tells = observers.length > 0;
  const moved = isFragment ? n.children(handle) : [handle];
  if (isQuiet()) {
    const mayRun = checked(n.insert(parent, handle, before));
    if (isFragment) {
      if (existing(handle)) regroup([handle]);
      else n.release(handle);
    }
    regroup(moved);
    if (mayRun) runScripts(moved);
    return moved;
  }
  const old = isFragment ? handle : n.parent(handle);
  const leaves = !isFragment && old !== null;
  const wasConnected = leaves && hasDefinitions && n.isConnected(handle);
  const place = leaves && (tells || follows) ? placeOf(handle) : null;
  const move = leaves && follows ? leaving(handle) : null;
  const from = hasOthers && leaves ? documentOf(handle) : null;
  checked(n.insert(parent, handle, before));
  if (move !== null) move(old, place.index);
  if (isFragment) {
    // One that no script knows is done with.
    if (existing(handle)) regroup([handle]);
    else n.release(handle);
  }
  regroup(moved);
  if (moved.length > 0) {
    if (tells) {
      if (isFragment) tellChildren(handle, [], moved, null, null);
      else if (leaves) tellChildren(old, [], moved, place.previous, place.next);
    }
    const next = before === handle ? n.sibling(handle, 1) : before;
    if (follows && next !== null) toldInserted(parent, indexOf(moved[0]), moved.length);
    if (tells && !isWhole) {
      tellChildren(parent, moved, [], n.sibling(moved[0], -1), n.sibling(moved[moved.length - 1], 1));
    }
  }
  if (wasConnected) disconnected(handle);
  if (hasDefinitions) {
    if (from !== null && from !== documentOf(parent)) adopted(handle, from);
    for (let i = 0; i < moved.length; i++) connected(moved[i]);
  }
  runScripts(moved);
  return moved;
}
/**
 * Puts several nodes behind the others, or in the place of all, at once. Returns false, and does
 * nothing, where that takes more.
 */
function putAll(parent, values, replaces) {
  if (values.length === 1 || !isQuiet()) return false;
  const handles = bareList();
  for (let i = 0; i < values.length; i++) {
    if (!isNode(values[i])) return false;
    handles[i] = stateOf(values[i]).handle;
  }
  const done = n.putAll(parent, handles, replaces);
  if (done === null) return false;
  regroup(done[1]);
  regroup(handles);
  if (done[0]) runScripts(handles);
  return true;
}
/** The scripts in what was put into the document run now. */
function runScripts(handles) {
  const scripts = n.scriptsIn(handles);
  for (let i = 0; i < scripts.length; i++) n.runScript(scripts[i]);
}
const placeOf = (handle) => ({
  previous: n.sibling(handle, -1), next: n.sibling(handle, 1),
  index: follows ? indexOf(handle) : 0, __proto__: null,
});
const tellChildren = (parent, added, removed, previous, next) => {
  mutated('childList', parent, null, {
    addedNodes: wrapAll(added), removedNodes: wrapAll(removed), previousSibling: wrap(previous),
    nextSibling: wrap(next),
  });
};
function toldInserted(parent, index, count) {
  eachFollower((thing) => { if (isRange(thing)) ranges.inserted(thing, parent, index, count); });
}

// ---- removal

/** Looks at what follows a node before it goes; what it returns is run when it is gone. */
function leaving(handle) {
  const steps = [];
  eachFollower((thing) => {
    if (!isRange(thing)) { const step = iteratorLeaving(thing, handle); if (step) push(steps, step); }
  });
  return (parent, index) => {
    for (let i = 0; i < steps.length; i++) steps[i]();
    eachFollower((thing) => { if (isRange(thing)) ranges.removed(thing, parent, index, handle); });
  };
}
/** Takes a node out of its parent. */
function remove(handle, isWhole = false) {
  const parent = n.parent(handle);
  if (parent === null) return;
  const tells = observers.length > 0;
  const place = tells || follows ? placeOf(handle) : null;
  const move = follows ? leaving(handle) : null;
  const owner = hasOthers ? documentOf(handle) : null;
  const wasConnected = hasDefinitions && n.isConnected(handle);
  if (tells) stillObserved(handle, n.path(parent));
  n.remove(handle);
  regroup([handle]);
  if (owner !== null) own(wrap(handle), owner);
  if (move !== null) move(parent, place.index);
  if (tells && !isWhole) tellChildren(parent, [], [handle], place.previous, place.next);
  if (wasConnected) disconnected(handle);
}
/** Takes all out of a node, and puts something in. */
function replaceAll(parent, handle) {
  if (isQuiet()) {
    regroup(n.takeChildren(parent));
    if (handle !== null) insertHandle(parent, handle, null, true);
    return;
  }
  const old = n.children(parent);
  for (let i = 0; i < old.length; i++) remove(old[i], true);
  const added = handle === null ? [] : insertHandle(parent, handle, null, true);
  if (observers.length > 0 && (old.length > 0 || added.length > 0)) {
    tellChildren(parent, added, old, null, null);
  }
}
/** Puts a node in the place of another. */
function replace(parent, handle, old) {
  checked(n.checkReplacement(parent, handle, old));
  let next = n.sibling(old, 1);
  if (next === handle) next = n.sibling(handle, 1);
  let previous = n.sibling(old, -1);
  if (previous === handle) previous = n.sibling(handle, -1);
  remove(handle);
  remove(old, true);
  const added = insertHandle(parent, handle, next, true);
  if (observers.length > 0) tellChildren(parent, added, handle === old ? [] : [old], previous, next);
}

// ---- texts

/** Puts other text in the place of a part of a node's. */
function replaceData(handle, offset, count, more) {
  const old = n.text(handle);
  if (offset > old.length) fail('IndexSizeError');
  const end = min(offset + count, old.length);
  if (observers.length > 0) mutated('characterData', handle, null, { oldValue: old });
  checked(n.setData(handle, substring(old, 0, offset) + more + substring(old, end)));
  if (follows) {
    eachFollower((thing) => {
      if (isRange(thing)) ranges.replaced(thing, handle, offset, end - offset, more.length);
    });
  }
}
const setText = (handle, value) => { replaceData(handle, 0, 4294967295, value); };

/** What `append` and its like are given, as one node. */
function asOne(values, owner) {
  const asNode = (value) => isNode(value) ? value : own(wrap(checked(n.createText(text(value)))), owner);
  if (values.length === 1) return asNode(values[0]);
  const fragment = own(wrap(checked(n.createFragment())), owner);
  const handle = handleOf(fragment);
  for (let i = 0; i < values.length; i++) insert(handle, asNode(values[i]), null);
  return fragment;
}
/** The next sibling that is none of the values. */
function viable(handle, step, values) {
  for (let at = n.sibling(handle, step); at !== null; at = n.sibling(at, step)) {
    const wrapper = existing(at);
    if (!wrapper || indexIn(values, wrapper) < 0) return at;
  }
  return null;
}
