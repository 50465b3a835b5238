// Elements as properties of the window, by their ids and names.
//
// Source: the HTML standard, "Named access on the Window object".

const windowNames = objectCreate(EventTarget.prototype), namesKnown = new PlainSet();
defineProperty(windowNames, toStringTag, { value: 'WindowProperties', configurable: true, __proto__: null });
setPrototypeOf(Window.prototype, windowNames);
const WINDOW_NAMES_MAX = 10_000;
const namedTags = ['embed', 'form', 'iframe', 'img', 'object'];
/** What stands in the document under a name. */
function underName(name) {
  const first = n.byId(n.root(), name), all = n.byName(n.root(), name), found = [];
  if (first !== null) push(found, first);
  for (let i = 0; i < all.length; i++) {
    if (all[i] !== first && indexIn(namedTags, n.localName(all[i])) >= 0) push(found, all[i]);
  }
  if (found.length < 2) return wrap(found[0]) ?? undefined;
  return cached(document, 'window ' + name, () => liveList(HTMLCollection, document, () => {
    const now = n.byName(n.root(), name), id = n.byId(n.root(), name), both = [];
    if (id !== null) push(both, id);
    for (let i = 0; i < now.length; i++) if (now[i] !== id) push(both, now[i]);
    return both;
  }, true));
}
/** There may be elements of these names from now on. */
function noteNames(names) {
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (name === '' || setHas(namesKnown, name) || setSize(namesKnown) >= WINDOW_NAMES_MAX) continue;
    setAdd(namesKnown, name);
    defineProperty(windowNames, name, {
      get: () => underName(name),
      set(value) {
        defineProperty(G, name, { value, writable: true, enumerable: true, configurable: true, __proto__: null });
      },
      enumerable: false, configurable: true, __proto__: null,
    });
  }
}
