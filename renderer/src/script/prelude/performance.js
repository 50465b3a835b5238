// Times, marks and random numbers.
//
// Source: High Resolution Time; User Timing; Performance Timeline; the Web Cryptography API.

const timeline = [];
const PERFORMANCE_ENTRIES_MAX = 10_000;
class PerformanceEntry {
  constructor() { illegal(); }
  get name() { return entryState(this).name; }
  get entryType() { return entryState(this).kind; }
  get startTime() { return entryState(this).start; }
  get duration() { return entryState(this).duration; }
  toJSON() {
    const { name, kind, start, duration, detail } = entryState(this);
    const shown = { name, entryType: kind, startTime: start, duration };
    if (kind === 'mark' || kind === 'measure') shown.detail = detail;
    return shown;
  }
}
const entryState = (entry) => {
  const state = stateOf(entry);
  if (state.start === undefined || state.kind === undefined) throw new PlainTypeError('Illegal invocation');
  return state;
};
const newTimed = (prototype, name, kind, start, duration, detail) => new Brand(objectCreate(prototype), {
  name, kind, start, duration, detail, handle: null, __proto__: null,
});
class PerformanceMark extends PerformanceEntry {
  constructor(name, options) {
    need(arguments, 1);
    const given = isObject(options) ? options : {};
    const start = given.startTime === undefined ? n.now() : +given.startTime;
    if (!(start >= 0)) throw new PlainTypeError('A time is not negative');
    const detail = given.detail === undefined || given.detail === null ? null : copyWith(given.detail, []).data;
    return newTimed(new.target.prototype, text(name), 'mark', start, 0, detail);
  }
  get detail() { return entryState(this).detail; }
}
class PerformanceMeasure extends PerformanceEntry {
  get detail() { return entryState(this).detail; }
}
/** Tells observers of an entry. */
let tellTimed;
const keep = (entry) => {
  if (timeline.length >= PERFORMANCE_ENTRIES_MAX) fail('QuotaExceededError', 'Too many marks');
  push(timeline, entry);
  tellTimed(entry);
  return entry;
};
/** The time of a mark, by its name, or the time that is given. */
const timeOf = (given) => {
  if (typeof given === 'number') {
    if (!(given >= 0)) throw new PlainTypeError('A time is not negative');
    return given;
  }
  const name = text(given);
  for (let i = timeline.length - 1; i >= 0; i--) {
    const { name: own, kind, start } = stateOf(timeline[i]);
    if (kind === 'mark' && own === name) return start;
  }
  return fail('SyntaxError', `There is no mark ${name}`);
};
const entriesOf = (wanted, all = timeline) => {
  const found = [];
  for (let i = 0; i < all.length; i++) if (wanted(stateOf(all[i]))) push(found, all[i]);
  for (let i = 1; i < found.length; i++) {
    for (let j = i; j > 0 && stateOf(found[j - 1]).start > stateOf(found[j]).start; j--) {
      const later_ = found[j - 1];
      put(found, j - 1, found[j]);
      put(found, j, later_);
    }
  }
  return found;
};
const forget = (kind, name) => {
  for (let i = timeline.length - 1; i >= 0; i--) {
    const state = stateOf(timeline[i]);
    if (state.kind === kind && (name === undefined || state.name === text(name))) removeAt(timeline, i);
  }
};
const timeOrigin = Date.now() - n.now();
class Performance extends EventTarget {
  constructor() { illegal(); }
  now() { stateOf(this); return n.now(); }
  get timeOrigin() { stateOf(this); return timeOrigin; }
  mark(name, options) {
    need(arguments, 1);
    stateOf(this);
    return keep(new PerformanceMark(name, options));
  }
  measure(name, from, to) {
    need(arguments, 1);
    stateOf(this);
    const given = isObject(from) ? from : null, wanted = text(name);
    if (given !== null && to !== undefined) throw new PlainTypeError('The end is given twice');
    const first = given === null ? from : given.start, last = given === null ? to : given.end;
    const { duration } = given ?? {};
    let end = last !== undefined ? timeOf(last)
      : duration !== undefined && first !== undefined ? timeOf(first) + +duration : n.now();
    const start = first !== undefined ? timeOf(first) : duration !== undefined ? end - +duration : 0;
    const detail = given === null || given.detail === undefined || given.detail === null ? null
      : copyWith(given.detail, []).data;
    return keep(newTimed(PerformanceMeasure.prototype, wanted, 'measure', start, end - start, detail));
  }
  clearMarks(name) { stateOf(this); forget('mark', name); }
  clearMeasures(name) { stateOf(this); forget('measure', name); }
  getEntries() { stateOf(this); return entriesOf(() => true); }
  getEntriesByType(kind) {
    need(arguments, 1);
    const wanted = text(kind);
    return entriesOf((state) => state.kind === wanted);
  }
  getEntriesByName(name, kind) {
    need(arguments, 1);
    const wanted = text(name), type = kind === undefined ? null : text(kind);
    return entriesOf((state) => state.name === wanted && (type === null || state.kind === type));
  }
  toJSON() { stateOf(this); return { timeOrigin }; }
}
const performance = new Brand(objectCreate(Performance.prototype), newState(null));
defineProperty(G, 'performance', { get: () => performance, enumerable: true, configurable: true });

const randomMax = 65_536;
class Crypto {
  constructor() { illegal(); }
  getRandomValues(array) {
    need(arguments, 1);
    stateOf(this);
    if (!isView(array)) throw new PlainTypeError('The argument is not an array of numbers');
    const name = passes(dataLength, array) ? 'DataView' : typedName(array);
    if (typedClasses[name] === undefined || startsWith(name, 'Float')) fail('TypeMismatchError');
    const size = typedBytes(array);
    if (size > randomMax) fail('QuotaExceededError');
    const bytes = new PlainUint8Array(viewBuffer(array), typedOffset(array), size), random = n.random(size);
    for (let i = 0; i < size; i++) bytes[i] = random[i];
    return array;
  }
  randomUUID() {
    stateOf(this);
    const bytes = n.random(16);
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    let id = '';
    for (let i = 0; i < 16; i++) {
      id += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + (bytes[i] < 16 ? '0' : '') + hex(bytes[i]);
    }
    return id;
  }
}
const typedBytes = uncurry(getOwnPropertyDescriptor(typedPrototype, 'byteLength').get);
const crypto = new Brand(objectCreate(Crypto.prototype), { handle: null, __proto__: null });
defineProperty(G, 'crypto', { get: () => crypto, enumerable: true, configurable: true });
expose('Performance', Performance);
expose('PerformanceEntry', PerformanceEntry);
expose('PerformanceMark', PerformanceMark);
expose('PerformanceMeasure', PerformanceMeasure);
expose('Crypto', Crypto);
