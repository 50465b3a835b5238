// MutationObserver.

const observers = [];
let isDelivering = false;

class MutationObserver {
  #callback; #targets = []; #records = [];
  static {
    // What the tree's changes are told to.
    observed = (observer, handle, kind, path, name, space) => {
      const targets = observer.#targets;
      let found = null;
      for (let i = 0; i < targets.length; i++) {
        const { at, options } = targets[i];
        if (!options[kind] || at !== handle && !(options.subtree && indexIn(path, at) >= 0)) continue;
        if (name !== null && options.filter
          && (space !== null || indexIn(options.filter, name) < 0)) continue;
        if (found === null) found = { old: false, __proto__: null };
        found.old ||= options[kind + 'OldValue'];
      }
      return found;
    };
    record = (observer, entry) => { push(observer.#records, entry); };
    callback = (observer) => observer.#callback;
    // What is observed with all in it stays so until the observer is told, though it goes.
    keepObserving = (observer, handle, path) => {
      const targets = observer.#targets, count = targets.length;
      for (let i = 0; i < count; i++) {
        const { at, options, target } = targets[i];
        if (options.subtree && indexIn(path, at) >= 0) {
          push(targets, { target: wrap(handle), at: handle, options, source: target, __proto__: null });
        }
      }
    };
    forgetGone = (observer) => {
      const kept = [];
      for (let i = 0; i < observer.#targets.length; i++) {
        if (observer.#targets[i].source === null) push(kept, observer.#targets[i]);
      }
      observer.#targets = kept;
    };
  }
  constructor(callback) {
    if (typeof callback !== 'function') throw new PlainTypeError('The callback is no function');
    this.#callback = callback;
  }
  observe(target, init) {
    need(arguments, 1);
    nodeArgument(target);
    const given = isObject(init) ? init : {};
    const options = {
      childList: !!given.childList, subtree: !!given.subtree, filter: null,
      attributes: given.attributes === undefined
        ? given.attributeFilter !== undefined || given.attributeOldValue !== undefined
        : !!given.attributes,
      characterData: given.characterData === undefined
        ? given.characterDataOldValue !== undefined : !!given.characterData,
      attributesOldValue: !!given.attributeOldValue,
      characterDataOldValue: !!given.characterDataOldValue, __proto__: null,
    };
    if (given.attributeFilter !== undefined) {
      options.filter = [];
      for (let i = 0; i < given.attributeFilter.length; i++) {
        push(options.filter, text(given.attributeFilter[i]));
      }
    }
    if (!options.childList && !options.attributes && !options.characterData
      || options.attributesOldValue && !options.attributes
      || options.filter !== null && !options.attributes
      || options.characterDataOldValue && !options.characterData) {
      throw new PlainTypeError('Nothing is to be observed');
    }
    for (let i = this.#targets.length - 1; i >= 0; i--) {
      if (this.#targets[i].source === target) removeAt(this.#targets, i);
    }
    for (let i = 0; i < this.#targets.length; i++) {
      const known = this.#targets[i];
      if (known.target === target && known.source === null) { known.options = options; return; }
    }
    push(this.#targets, { target, at: handleOf(target), options, source: null, __proto__: null });
    if (indexIn(observers, this) < 0) push(observers, this);
    tellsChanges();
  }
  disconnect() {
    this.#targets = [];
    this.#records = [];
    const at = indexIn(observers, this);
    if (at >= 0) removeAt(observers, at);
    tellsChanges();
  }
  takeRecords() {
    const records = this.#records;
    this.#records = [];
    return records;
  }
}
var observed, record, callback, keepObserving, forgetGone;
const stillObserved = (handle, path) => {
  for (let i = 0; i < observers.length; i++) keepObserving(observers[i], handle, path);
};
/** Tells the host whether anybody hears of each change of an attribute. */
const tellsChanges = () => { n.tellsChanges(observers.length > 0 || hasDefinitions); };
const takeRecords = uncurry(MutationObserver.prototype.takeRecords);

class MutationRecord { constructor() { illegal(); } }
const recordFields = {
  addedNodes: null, attributeName: null, attributeNamespace: null, nextSibling: null,
  oldValue: null, previousSibling: null, removedNodes: null, target: null, type: '',
};
for (const name of ownKeys(recordFields)) {
  accessor(MutationRecord.prototype, name, {
    get() { return stateOf(this)[name]; },
  });
}

/** Something has changed at a node. */
function mutated(type, handle, name, fields) {
  if (observers.length === 0) return;
  const path = n.path(handle);
  for (let i = 0; i < observers.length; i++) {
    const found = observed(observers[i], handle, type, path, name, fields.attributeNamespace ?? null);
    if (found === null) continue;
    const entry = { ...recordFields, ...fields, __proto__: null };
    entry.type = type;
    entry.target = wrap(handle);
    entry.attributeName = name;
    entry.addedNodes = staticList(fields.addedNodes || []);
    entry.removedNodes = staticList(fields.removedNodes || []);
    if (!found.old) entry.oldValue = null;
    record(observers[i], new Brand(objectCreate(MutationRecord.prototype), entry));
    if (!isDelivering) {
      isDelivering = true;
      promiseThen(resolvedPromise, deliver);
    }
  }
}
function deliver() {
  isDelivering = false;
  const now = copyOf(observers);
  for (let i = 0; i < now.length; i++) {
    forgetGone(now[i]);
    const records = takeRecords(now[i]);
    if (records.length === 0) continue;
    try { apply(callback(now[i]), now[i], [records, now[i]]); } catch (error) { report(error); }
  }
}
expose('MutationObserver', MutationObserver);
expose('MutationRecord', MutationRecord);
