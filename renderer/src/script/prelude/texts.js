// Nodes of text, and fragments.

class CharacterData extends Node {
  get data() { return n.text(handleOf(this)); }
  set data(value) { setText(handleOf(this), value === null ? '' : text(value)); }
  get length() { return n.text(handleOf(this)).length; }
  substringData(offset, count) {
    need(arguments, 2);
    const data = n.text(handleOf(this)), start = offset >>> 0;
    if (start > data.length) fail('IndexSizeError');
    return substring(data, start, min(start + (count >>> 0), data.length));
  }
  appendData(more) {
    need(arguments, 1);
    const handle = handleOf(this);
    replaceData(handle, n.text(handle).length, 0, text(more));
  }
  insertData(offset, more) {
    need(arguments, 2);
    replaceData(handleOf(this), offset >>> 0, 0, text(more));
  }
  deleteData(offset, count) {
    need(arguments, 2);
    replaceData(handleOf(this), offset >>> 0, count >>> 0, '');
  }
  replaceData(offset, count, more) {
    need(arguments, 3);
    replaceData(handleOf(this), offset >>> 0, count >>> 0, text(more));
  }
}
mix(CharacterData.prototype, childMembers);
mix(CharacterData.prototype, siblingMembers);
hide(CharacterData.prototype, ['after', 'before', 'remove', 'replaceWith']);

class Text extends CharacterData {
  constructor(data = '') {
    // A class that extends this one gets a text of its own.
    return ofClass(wrap(checked(n.createText(text(data)))), new.target);
  }
  splitText(offset) {
    need(arguments, 1);
    return wrap(splitText(handleOf(this), offset >>> 0));
  }
  get wholeText() {
    const handle = handleOf(this);
    let whole = n.text(handle);
    for (let at = n.sibling(handle, -1); at !== null && isText(n.type(at)); at = n.sibling(at, -1)) {
      whole = n.text(at) + whole;
    }
    for (let at = n.sibling(handle, 1); at !== null && isText(n.type(at)); at = n.sibling(at, 1)) {
      whole += n.text(at);
    }
    return whole;
  }
}
function splitText(handle, at) {
  const data = n.text(handle);
  if (at > data.length) fail('IndexSizeError');
  const rest = checked(n.createText(substring(data, at)));
  own(wrap(rest), documentOf(handle));
  const parent = n.parent(handle);
  if (parent !== null) {
    insertHandle(parent, rest, n.sibling(handle, 1), false);
    if (follows) {
      const index = indexOf(handle);
      eachFollower((thing) => {
        if (isRange(thing)) ranges.split(thing, handle, at, rest, parent, index);
      });
    }
  }
  replaceData(handle, at, data.length - at, '');
  return rest;
}
const ofClass = (node, Class) => {
  const wanted = Class.prototype;
  if (isObject(wanted) && getPrototypeOf(node) !== wanted) setPrototypeOf(node, wanted);
  return node;
};
class CDATASection extends Text { constructor() { illegal(); } }
class ProcessingInstruction extends CharacterData {
  constructor() { illegal(); }
  get target() { return n.specialNames(handleOf(this))[0]; }
  get sheet() { handleOf(this); return null; }
}
class Comment extends CharacterData {
  constructor(data = '') { return ofClass(wrap(checked(n.createComment(text(data)))), new.target); }
}
class DocumentFragment extends Node {
  constructor() { return ofClass(wrap(checked(n.createFragment())), new.target); }
  getElementById(id) { need(arguments, 1); return wrap(n.byId(handleOf(this), text(id))); }
}
/** There is no shadow tree, so nothing is one; pages ask whether something is. */
class ShadowRoot extends DocumentFragment { constructor() { illegal(); } }
mix(DocumentFragment.prototype, parentMembers);
hide(DocumentFragment.prototype, ['append', 'prepend', 'replaceChildren']);
class DocumentType extends Node {
  constructor() { illegal(); }
  get name() { return n.specialNames(handleOf(this))[0]; }
  get publicId() { return n.specialNames(handleOf(this))[1]; }
  get systemId() { return n.specialNames(handleOf(this))[2]; }
}
mix(DocumentType.prototype, childMembers);
hide(DocumentType.prototype, ['after', 'before', 'remove', 'replaceWith']);
expose('CharacterData', CharacterData);
expose('Text', Text);
expose('CDATASection', CDATASection);
expose('ProcessingInstruction', ProcessingInstruction);
expose('Comment', Comment);
expose('DocumentFragment', DocumentFragment);
expose('ShadowRoot', ShadowRoot);
expose('DocumentType', DocumentType);
