// The selection, as scripts set it and read it.
//
// Source: the Selection API.

/** The range that is selected; whether its end came first; whether its change waits to be told. */
const selected = { range: null, isBackward: false, waits: false, __proto__: null };
class Selection {
  constructor() { illegal(); }
  get anchorNode() { return edge(this, true)[0]; }
  get anchorOffset() { return edge(this, true)[1]; }
  get focusNode() { return edge(this, false)[0]; }
  get focusOffset() { return edge(this, false)[1]; }
  get isCollapsed() { stateOf(this); return present() === null || selected.range.collapsed; }
  get rangeCount() { stateOf(this); return present() === null ? 0 : 1; }
  get type() {
    stateOf(this);
    return present() === null ? 'None' : isCollapsed(stateOf(selected.range)) ? 'Caret' : 'Range';
  }
  get direction() {
    stateOf(this);
    if (present() === null || isCollapsed(stateOf(selected.range))) return 'none';
    return selected.isBackward ? 'backward' : 'forward';
  }
  getRangeAt(at) {
    need(arguments, 1);
    stateOf(this);
    return (at >>> 0) === 0 && present() !== null ? selected.range : fail('IndexSizeError');
  }
  addRange(range) {
    need(arguments, 1);
    stateOf(this);
    const state = rangeState(range);
    if (rootOfRange(state) === n.root() && present() === null) selectRange(range, false);
  }
  removeRange(range) {
    need(arguments, 1);
    stateOf(this);
    rangeState(range);
    if (selected.range !== range || present() === null) fail('NotFoundError');
    selectRange(null, false);
  }
  removeAllRanges() { stateOf(this); selectRange(null, false); }
  empty() { stateOf(this); selectRange(null, false); }
  collapse(node, offset = 0) {
    need(arguments, 1);
    stateOf(this);
    if (node === null || node === undefined) { selectRange(null, false); return; }
    checkPoint(node, offset >>> 0);
    if (n.rootOf(handleOf(node)) !== n.root()) return;
    selectRange(newRange(node, offset >>> 0, node, offset >>> 0, Range.prototype), false);
  }
  setPosition(node, offset = 0) { need(arguments, 1); apply(collapseSelection, this, [node, offset]); }
  collapseToStart() {
    stateOf(this);
    if (present() === null) fail('InvalidStateError');
    const { start, startAt } = stateOf(selected.range);
    selectRange(newRange(start, startAt, start, startAt, Range.prototype), false);
  }
  collapseToEnd() {
    stateOf(this);
    if (present() === null) fail('InvalidStateError');
    const { end, endAt } = stateOf(selected.range);
    selectRange(newRange(end, endAt, end, endAt, Range.prototype), false);
  }
  extend(node, offset = 0) {
    need(arguments, 1);
    const anchor = edge(this, true)[0], anchorAt = edge(this, true)[1];
    const handle = nodeArgument(node), at = offset >>> 0;
    if (n.rootOf(handle) !== n.root()) return;
    if (present() === null) fail('InvalidStateError');
    checkPoint(node, at);
    selectBetween(anchor, anchorAt, node, at);
  }
  setBaseAndExtent(anchor, anchorAt, focus, focusAt) {
    need(arguments, 4);
    stateOf(this);
    checkOffset(anchor, anchorAt >>> 0);
    checkOffset(focus, focusAt >>> 0);
    if (n.rootOf(handleOf(anchor)) !== n.root() || n.rootOf(handleOf(focus)) !== n.root()) return;
    selectBetween(anchor, anchorAt >>> 0, focus, focusAt >>> 0);
  }
  selectAllChildren(node) {
    need(arguments, 1);
    stateOf(this);
    const handle = nodeArgument(node);
    if (n.type(handle) === 10) fail('InvalidNodeTypeError');
    if (n.rootOf(handle) !== n.root()) return;
    selectRange(newRange(node, 0, node, n.children(handle).length, Range.prototype), false);
  }
  deleteFromDocument() { stateOf(this); if (present() !== null) deleteIn(stateOf(selected.range)); }
  containsNode(node, partly = false) {
    need(arguments, 1);
    stateOf(this);
    const handle = nodeArgument(node);
    if (present() === null || n.rootOf(handle) !== n.root()) return false;
    const state = stateOf(selected.range);
    const start = comparePoints(handle, 0, handleOf(state.start), state.startAt);
    const end = comparePoints(handle, lengthOf(handle), handleOf(state.end), state.endAt);
    if (!partly) return start >= 0 && end <= 0;
    return comparePoints(handle, 0, handleOf(state.end), state.endAt) <= 0
      && comparePoints(handle, lengthOf(handle), handleOf(state.start), state.startAt) >= 0;
  }
  toString() { stateOf(this); return present() === null ? '' : textIn(stateOf(selected.range)); }
}
const collapseSelection = Selection.prototype.collapse;
const isCollapsed = (state) => state.start === state.end && state.startAt === state.endAt;
const checkOffset = (node, offset) => {
  if (offset > lengthOf(nodeArgument(node))) fail('IndexSizeError');
};
/** The selected range, as long as it is in the document. */
const present = () => selected.range !== null && rootOfRange(stateOf(selected.range)) === n.root()
  ? selected.range : null;
const edge = (selection, isAnchor) => {
  stateOf(selection);
  if (present() === null) return [null, 0];
  const { start, startAt, end, endAt } = stateOf(selected.range);
  return isAnchor !== selected.isBackward ? [start, startAt] : [end, endAt];
};
function selectRange(range, isBackward) {
  if (selected.range !== null) stateOf(selected.range).selection = null;
  selected.range = range;
  selected.isBackward = isBackward;
  if (range !== null) stateOf(range).selection = selected;
  selectionMoved(selected);
}
const selectBetween = (anchor, anchorAt, focus, focusAt) => {
  const isBackward = comparePoints(handleOf(focus), focusAt, handleOf(anchor), anchorAt) < 0;
  selectRange(isBackward ? newRange(focus, focusAt, anchor, anchorAt, Range.prototype)
    : newRange(anchor, anchorAt, focus, focusAt, Range.prototype), isBackward);
};
function selectionMoved(which) {
  if (which.waits || !setHas(listened, 'selectionchange')) return;
  which.waits = true;
  later(() => {
    which.waits = false;
    dispatch(document, trusted(new Event('selectionchange')));
  });
}
const selection = new Brand(objectCreate(Selection.prototype), { handle: null, __proto__: null });
expose('Selection', Selection);
