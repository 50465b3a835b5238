// Custom elements.
//
// Source: the HTML standard, "Custom elements".

const definitions = new PlainMap(), byConstructor = new PlainMap();
let hasDefinitions = false;
const waitingFor = new PlainMap();
const reservedNames = ['annotation-xml', 'color-profile', 'font-face', 'font-face-src', 'font-face-uri',
  'font-face-format', 'font-face-name', 'missing-glyph'];
const isCustomName = (name) => {
  const first = name === '' ? 0 : charCode(name, 0);
  if (first < 97 || first > 122 || stringIndexOf(name, '-') < 0 || !isName(name)
    || stringIndexOf(name, ':') >= 0) return false;
  return lowerAscii(name) === name && indexIn(reservedNames, name) < 0;
};
/** The definition of an element, by its name or by what it says to be. */
const definitionFor = (handle) => {
  if (!n.isHtml(handle)) return undefined;
  const name = n.localName(handle), own = mapGet(definitions, name);
  if (own !== undefined && own.local === name) return own;
  const wrapper = existing(handle), is = wrapper && stateOf(wrapper).is || n.attribute(handle, 'is');
  const named = is === null || is === undefined ? undefined : mapGet(definitions, is);
  return named !== undefined && named.local === name ? named : undefined;
};

class CustomElementRegistry {
  constructor() { illegal(); }
  define(name, Class, options) {
    need(arguments, 2);
    stateOf(this);
    const wanted = text(name);
    if (!isConstructor(Class)) throw new PlainTypeError('The second argument is not a constructor');
    if (!isCustomName(wanted)) fail('SyntaxError');
    if (mapHas(definitions, wanted) || mapHas(byConstructor, Class)) fail('NotSupportedError');
    let local = wanted;
    if (isObject(options) && options.extends !== undefined) {
      local = text(options.extends);
      const known = prototypes[local];
      if (isCustomName(local) || known === undefined) fail('NotSupportedError');
    }
    if (isDefining) fail('NotSupportedError');
    isDefining = true;
    let definition;
    try { definition = newDefinition(wanted, local, Class); } finally { isDefining = false; }
    mapSet(definitions, wanted, definition);
    mapSet(byConstructor, Class, definition);
    hasDefinitions = true;
    tellsChanges();
    const found = n.byTagNS(n.root(), htmlSpace, local);
    for (let i = 0; i < found.length; i++) tryUpgrade(found[i]);
    const waiting = mapGet(waitingFor, wanted);
    if (waiting !== undefined) { mapDelete(waitingFor, wanted); waiting.resolve(Class); }
  }
  get(name) { need(arguments, 1); stateOf(this); return mapGet(definitions, text(name))?.Class; }
  getName(Class) { need(arguments, 1); stateOf(this); return mapGet(byConstructor, Class)?.name ?? null; }
  whenDefined(name) {
    const wanted = text(name);
    stateOf(this);
    if (!isCustomName(wanted)) {
      return new PlainPromise((_, reject) => reject(new DOMException('No name of a custom element', 'SyntaxError')));
    }
    const known = mapGet(definitions, wanted);
    if (known !== undefined) return new PlainPromise((resolve) => resolve(known.Class));
    let waiting = mapGet(waitingFor, wanted);
    if (waiting === undefined) {
      waiting = { __proto__: null };
      waiting.promise = new PlainPromise((resolve) => { waiting.resolve = resolve; });
      mapSet(waitingFor, wanted, waiting);
    }
    return waiting.promise;
  }
  upgrade(root) {
    need(arguments, 1);
    stateOf(this);
    upgradeAll(nodeArgument(root));
  }
}
let isDefining = false;
const constructed = function () {};
/** Whether something can stand behind `new`: looked at without running it. */
const isConstructor = (value) => {
  if (typeof value !== 'function') return false;
  try { construct(constructed, [], value); return true; } catch { return false; }
};
const { construct } = Reflect;
const newDefinition = (name, local, Class) => {
  const { prototype } = Class;
  if (!isObject(prototype)) throw new PlainTypeError('The class has no prototype');
  const callbacks = { __proto__: null }, names = ['connectedCallback', 'disconnectedCallback',
    'adoptedCallback', 'attributeChangedCallback'];
  for (let i = 0; i < names.length; i++) {
    const callback = prototype[names[i]];
    if (callback === undefined) continue;
    if (typeof callback !== 'function') throw new PlainTypeError(`${names[i]} is not a function`);
    callbacks[names[i]] = callback;
  }
  const observed = [];
  if (callbacks.attributeChangedCallback) {
    const given = Class.observedAttributes;
    if (given !== undefined) for (const one of given) push(observed, text(one));
  }
  return { name, local, Class, callbacks, observed, making: [], __proto__: null };
};

/** What the constructor of HTML elements returns. */
function constructElement(target) {
  const definition = target === HTMLElement ? undefined : mapGet(byConstructor, target);
  if (definition === undefined) illegal();
  const { prototype } = target, wanted = isObject(prototype) ? prototype : HTMLElement.prototype;
  const { making } = definition;
  if (making.length > 0) {
    const element = making[making.length - 1];
    if (element === null) throw new PlainTypeError('The element was constructed already');
    setPrototypeOf(element, wanted);
    making[making.length - 1] = null;
    return element;
  }
  const element = createElement(definition.local);
  setPrototypeOf(element, wanted);
  stateOf(element).definition = definition;
  if (definition.name !== definition.local) stateOf(element).is = definition.name;
  return element;
}

/** Makes an element what its name stands for, if that is known. */
function tryUpgrade(handle) {
  const definition = definitionFor(handle);
  if (definition === undefined) return;
  const element = wrap(handle), state = stateOf(element);
  if (state.definition || state.hasFailed) return;
  upgrade(element, state, handle, definition);
}
function upgrade(element, state, handle, definition) {
  state.definition = definition;
  push(definition.making, element);
  try {
    const made = construct(definition.Class, []);
    if (made !== element) throw new PlainTypeError('The constructor made another element');
  } catch (error) {
    state.definition = null;
    state.hasFailed = true;
    report(error);
    return;
  } finally { definition.making.length--; }
  const list = n.attributeList(handle);
  for (let i = 0; i < list.length; i += 4) {
    attributeReaction(handle, list[i], list[i + 2], null, list[i + 3]);
  }
  if (n.isConnected(handle)) react(element, 'connectedCallback', []);
}
/** A new element of a script, which becomes what it is at once. */
function upgradeNew(element) {
  const handle = handleOf(element), definition = definitionFor(handle);
  if (definition !== undefined && !stateOf(element).definition) upgrade(element, stateOf(element), handle, definition);
}
function builtIn(element, name) {
  stateOf(element).is = name;
  if (hasDefinitions) upgradeNew(element);
}
/** The elements in a tree that may be custom ones. */
const customIn = (handle) => {
  const all = n.byTagNS(handle, htmlSpace, '*'), found = [];
  if (n.type(handle) === 1) push(found, handle);
  for (let i = 0; i < all.length; i++) push(found, all[i]);
  return found;
};
function upgradeAll(handle) {
  if (!hasDefinitions) return;
  const all = customIn(handle);
  for (let i = 0; i < all.length; i++) tryUpgrade(all[i]);
}
/** The elements of the document that have a definition and are not yet what it says. */
function upgradeDefined() {
  const locals = [];
  mapEach(definitions, (definition) => { push(locals, definition.local); });
  for (let i = 0; i < locals.length; i++) {
    const found = n.byTagNS(n.root(), htmlSpace, locals[i]);
    for (let j = 0; j < found.length; j++) tryUpgrade(found[j]);
  }
}
function upgradeIn(handle) { if (hasDefinitions && n.isConnected(handle)) upgradeAll(handle); }
function connected(handle) {
  if (!n.isConnected(handle)) return;
  const all = customIn(handle);
  for (let i = 0; i < all.length; i++) {
    const wrapper = existing(all[i]);
    if (wrapper && stateOf(wrapper).definition) {
      if (n.isConnected(all[i])) react(wrapper, 'connectedCallback', []);
    } else tryUpgrade(all[i]);
  }
}
const eachCustom = (handle, visit) => {
  const all = customIn(handle);
  for (let i = 0; i < all.length; i++) {
    const wrapper = existing(all[i]);
    if (wrapper && stateOf(wrapper).definition) visit(wrapper);
  }
};
function disconnected(handle) {
  eachCustom(handle, (wrapper) => react(wrapper, 'disconnectedCallback', []));
}
function adopted(handle, from) {
  eachCustom(handle, (wrapper) => react(wrapper, 'adoptedCallback', [from, wrapper.ownerDocument]));
}
function attributeReaction(handle, space, local, old, value) {
  const wrapper = existing(handle), definition = wrapper && stateOf(wrapper).definition;
  if (!definition || indexIn(definition.observed, local) < 0) return;
  react(wrapper, 'attributeChangedCallback', [local, old, value, space === '' ? null : space]);
}
function react(element, name, values) {
  const callback = stateOf(element).definition.callbacks[name];
  if (callback === undefined) return;
  try { apply(callback, element, values); } catch (error) { report(error); }
}
const customElements = new Brand(objectCreate(CustomElementRegistry.prototype), { handle: null, __proto__: null });
expose('CustomElementRegistry', CustomElementRegistry);
defineProperty(G, 'customElements', { get: () => customElements, enumerable: true, configurable: true });
