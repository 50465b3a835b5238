// PerformanceObserver: who hears of marks and measures.
//
// Source: Performance Timeline, "The PerformanceObserver interface".

const timedTypes = freeze(['mark', 'measure']), timedObservers = [];
/** The entries that an observer is given. */
class PerformanceObserverEntryList {
  constructor() { illegal(); }
  getEntries() { return entriesOf(() => true, entriesGiven(this)); }
  getEntriesByType(kind) {
    need(arguments, 1);
    const wanted = text(kind);
    return entriesOf((state) => state.kind === wanted, entriesGiven(this));
  }
  getEntriesByName(name, kind) {
    need(arguments, 1);
    const wanted = text(name), type = kind === undefined ? null : text(kind);
    return entriesOf((state) => state.name === wanted && (type === null || state.kind === type),
      entriesGiven(this));
  }
}
const entriesGiven = (list) => {
  const { given } = stateOf(list);
  if (given === undefined) throw new PlainTypeError('Illegal invocation');
  return given;
};
class PerformanceObserver {
  #callback; #types = []; #isSingle = null; #records = []; #isWaiting = false;
  static {
    tellTimed = (entry) => {
      const { kind } = stateOf(entry);
      for (let i = 0; i < timedObservers.length; i++) {
        const observer = timedObservers[i];
        if (indexIn(observer.#types, kind) < 0) continue;
        if (observer.#records.length < PERFORMANCE_ENTRIES_MAX) push(observer.#records, entry);
        observer.#tell();
      }
    };
  }
  constructor(callback) {
    need(arguments, 1);
    callable(callback);
    this.#callback = callback;
  }
  #tell() {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    later(() => {
      this.#isWaiting = false;
      const given = this.#records;
      this.#records = [];
      if (given.length === 0) return;
      const list = new Brand(objectCreate(PerformanceObserverEntryList.prototype), {
        given, handle: null, __proto__: null,
      });
      apply(this.#callback, this, [list, this, { droppedEntriesCount: 0 }]);
    });
  }
  observe(options) {
    const { entryTypes, type, buffered } = isObject(options) ? options : {};
    if (entryTypes === undefined && type === undefined) {
      throw new PlainTypeError('Neither a type nor types are given');
    }
    if (entryTypes !== undefined && (type !== undefined || buffered !== undefined)) {
      throw new PlainTypeError('Types are given, and something else');
    }
    const isSingle = type !== undefined;
    if (!isSingle && !isObject(entryTypes)) throw new PlainTypeError('The types are no sequence');
    if (this.#isSingle !== null && this.#isSingle !== isSingle) fail('InvalidModificationError');
    this.#isSingle = isSingle;
    const wanted = isSingle ? [text(type)] : textsOf(entryTypes);
    const known = [];
    for (let i = 0; i < wanted.length; i++) {
      if (indexIn(timedTypes, wanted[i]) >= 0) push(known, wanted[i]);
    }
    if (known.length === 0) return;
    if (!isSingle) this.#types = known;
    else if (indexIn(this.#types, known[0]) < 0) push(this.#types, known[0]);
    if (indexIn(timedObservers, this) < 0) push(timedObservers, this);
    if (isSingle && buffered) {
      const before = entriesOf((state) => state.kind === known[0]);
      for (let i = 0; i < before.length; i++) push(this.#records, before[i]);
      this.#tell();
    }
  }
  disconnect() {
    const at = indexIn(timedObservers, this);
    if (at >= 0) removeAt(timedObservers, at);
    this.#types = [];
    this.#records = [];
    this.#isSingle = null;
  }
  takeRecords() {
    const taken = this.#records;
    this.#records = [];
    return taken;
  }
  static get supportedEntryTypes() { return timedTypes; }
}
expose('PerformanceObserver', PerformanceObserver);
expose('PerformanceObserverEntryList', PerformanceObserverEntryList);
