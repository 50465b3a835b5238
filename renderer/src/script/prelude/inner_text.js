// `innerText`: the text of an element as it is shown.
//
// Source: the HTML standard, "The innerText and outerText properties".

const isBlock = (display) => display === 'block' || display === 'flex' || display === 'grid'
  || display === 'list-item' || display === 'table' || display === 'flow-root' || display === 'table-caption';
/** Pieces of text, and numbers: so many new lines are wanted there at least. */
function shownPieces(handle, pieces, space) {
  const children = n.children(handle);
  for (let i = 0; i < children.length; i++) {
    const child = children[i], type = n.type(child);
    if (type === 3) { push(pieces, spaced(n.text(child), space)); continue; }
    if (type !== 1) continue;
    const display = n.computedStyle(child, 'display');
    if (display === 'none' || display === '') continue;
    const name = n.localName(child);
    if (name === 'br') { push(pieces, '\n'); continue; }
    if (indexIn(['script', 'style', 'template', 'textarea', 'select', 'video', 'audio', 'canvas', 'iframe'], name) >= 0) continue;
    const lines = name === 'p' ? 2 : isBlock(display) ? 1 : 0;
    if (lines > 0) push(pieces, lines);
    const isHidden = n.computedStyle(child, 'visibility') !== 'visible';
    const inner = isHidden ? [] : pieces;
    shownPieces(child, inner, n.computedStyle(child, 'white-space'));
    if (display === 'table-cell' && n.sibling(child, 1) !== null) push(pieces, '\t');
    if (display === 'table-row' && n.sibling(child, 1) !== null) push(pieces, '\n');
    if (lines > 0) push(pieces, lines);
  }
}
/** A text with its white space as it is shown: where lines are kept, as it is. */
const spaced = (value, space) => {
  if (startsWith(space, 'pre') || startsWith(space, 'break')) return value;
  let out = '', inSpace = false;
  for (let i = 0; i < value.length; i++) {
    if (isSpace(charCode(value, i))) { if (!inSpace) out += ' '; inSpace = true; }
    else { out += value[i]; inSpace = false; }
  }
  return out;
};
function innerText(handle) {
  if (!n.isConnected(handle) || n.rects(handle).length === 0) return n.text(handle);
  const pieces = [];
  shownPieces(handle, pieces, n.computedStyle(handle, 'white-space'));
  let out = '', wanted = 0;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i];
    if (typeof piece === 'number') {
      wanted = max(wanted, piece);
      if (out !== '' && out[out.length - 1] === ' ') out = substring(out, 0, out.length - 1);
      continue;
    }
    // At the start of a line white space is not shown, nor twice.
    const starts = out === '' || wanted > 0 || out[out.length - 1] === '\n' || out[out.length - 1] === ' ';
    const part = starts && piece[0] === ' ' ? substring(piece, 1) : piece;
    if (part === '') continue;
    if (out !== '') for (; wanted > 0; wanted--) out += '\n';
    wanted = 0;
    out += part;
  }
  return out[out.length - 1] === ' ' ? substring(out, 0, out.length - 1) : out;
}
/** Lines as texts with breaks between. */
function linesOf(value, owner) {
  const fragment = own(wrap(checked(n.createFragment())), owner), into = handleOf(fragment);
  let from = 0;
  for (let i = 0; i <= value.length; i++) {
    const c = value[i];
    if (i < value.length && c !== '\n' && c !== '\r') continue;
    if (i > from) insertHandle(into, checked(n.createText(substring(value, from, i))), null, false);
    if (i < value.length) insert(into, createElement('br'), null);
    if (c === '\r' && value[i + 1] === '\n') i++;
    from = i + 1;
  }
  return fragment;
}
mix(HTMLElement.prototype, {
  get innerText() { return innerText(handleOf(this)); },
  set innerText(value) {
    const handle = handleOf(this);
    replaceAll(handle, handleOf(linesOf(value === null ? '' : text(value), documentOf(handle))));
  },
  get outerText() { return innerText(handleOf(this)); },
  set outerText(value) {
    const handle = handleOf(this), parent = n.parent(handle);
    if (parent === null) fail('NoModificationAllowedError');
    const lines = linesOf(value === null ? '' : text(value), documentOf(handle));
    replace(parent, handleOf(lines), handle);
  },
});
