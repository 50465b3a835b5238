// DOMTokenList: an attribute as a set of words.

class DOMTokenList {
  constructor() { illegal(); }
  get length() { return tokens(this).length; }
  get value() { const { owner, name } = stateOf(this); return n.attribute(handleOf(owner), name) ?? ''; }
  set value(value) { const { owner, name } = stateOf(this); setAttribute(handleOf(owner), name, text(value)); }
  item(at) { need(arguments, 1); return tokens(this)[at >>> 0] ?? null; }
  contains(token) { need(arguments, 1); return indexIn(tokens(this), text(token)) >= 0; }
  add(...added) {
    const all = tokens(this);
    checkTokens(added);
    for (let i = 0; i < added.length; i++) if (indexIn(all, text(added[i])) < 0) push(all, text(added[i]));
    setTokens(this, all);
  }
  remove(...removed) {
    const all = tokens(this);
    checkTokens(removed);
    for (let i = 0; i < removed.length; i++) {
      const at = indexIn(all, text(removed[i]));
      if (at >= 0) removeAt(all, at);
    }
    setTokens(this, all);
  }
  toggle(given, force) {
    need(arguments, 1);
    const token = checkToken(given), all = tokens(this), at = indexIn(all, token);
    if (at >= 0) {
      if (force) return true;
      removeAt(all, at);
      setTokens(this, all);
      return false;
    }
    if (force !== undefined && !force) return false;
    push(all, token);
    setTokens(this, all);
    return true;
  }
  replace(given, wanted) {
    need(arguments, 2);
    const old = text(given), token = text(wanted);
    if (old === '' || token === '') fail('SyntaxError');
    checkToken(old);
    checkToken(token);
    const all = tokens(this), at = indexIn(all, old);
    if (at < 0) return false;
    const present = indexIn(all, token);
    if (present >= 0 && present !== at) removeAt(all, max(at, present));
    put(all, present >= 0 ? min(at, present) : at, token);
    setTokens(this, all);
    return true;
  }
  supports(token) {
    need(arguments, 1);
    const known = supported[stateOf(this).name];
    if (known === undefined) throw new PlainTypeError('There are no supported tokens');
    return indexIn(known, lowerAscii(text(token))) >= 0;
  }
  toString() { const { owner, name } = stateOf(this); return n.attribute(handleOf(owner), name) ?? ''; }
}
addIteration(DOMTokenList);
quickenLength(DOMTokenList);
quicken(DOMTokenList.prototype, ['add', 'contains', 'remove', 'toggle']);
const supported = {
  rel: ['alternate', 'icon', 'stylesheet', 'noopener', 'noreferrer'],
  sandbox: [], __proto__: null,
};
const tokens = (list) => {
  const { owner, name } = stateOf(list), all = [];
  const given = words(n.attribute(handleOf(owner), name) ?? '');
  for (let i = 0; i < given.length; i++) if (indexIn(all, given[i]) < 0) push(all, given[i]);
  return all;
};
const setTokens = (list, all) => {
  const { owner, name } = stateOf(list), handle = handleOf(owner);
  if (all.length === 0 && n.attribute(handle, name) === null) return;
  setAttribute(handle, name, join(all, ' '));
};
const checkToken = (given) => {
  const token = text(given);
  if (token === '') fail('SyntaxError');
  for (let i = 0; i < token.length; i++) {
    if (isSpace(charCode(token, i))) fail('InvalidCharacterError');
  }
  return token;
};
const checkTokens = (given) => { for (let i = 0; i < given.length; i++) checkToken(given[i]); };
const newTokens = (owner, name) => new Brand(
  n.tokenList(DOMTokenList.prototype, handleOf(owner), name),
  { owner, name, handle: null, __proto__: null });
expose('DOMTokenList', DOMTokenList);
