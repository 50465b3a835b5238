// Those who watch boxes: how large they are, and how much of them is seen.
//
// Source: Resize Observer; Intersection Observer; the CSSOM View module.

/** Whoever watches something now. The host asks after each layout, as long as there is one. */
const watching = new PlainSet();
const watchBoxes = (observer, isWatching) => {
  const before = setSize(watching);
  if (isWatching && before >= 10_000) fail('QuotaExceededError', 'Too many watch boxes');
  if (isWatching) setAdd(watching, observer);
  else setDelete(watching, observer);
  const after = setSize(watching);
  if ((before === 0) !== (after === 0)) n.watchBoxes(after > 0);
};
function tellBoxes() {
  const now = [];
  setEach(watching, (observer) => { push(now, observer); });
  for (let i = 0; i < now.length; i++) stateOf(now[i]).look(now[i]);
}
const observerState = (observer, kind) => {
  const state = stateOf(observer);
  if (state.kind !== kind) throw new PlainTypeError('Illegal invocation');
  return state;
};
const newObserver = (prototype, kind, callback, more) => {
  if (typeof callback !== 'function') throw new PlainTypeError('The callback is not a function');
  return new Brand(objectCreate(prototype), {
    kind, callback, targets: [], entries: [], handle: null, ...more, __proto__: null,
  });
};
const observedAt = (state, target) => {
  for (let i = 0; i < state.targets.length; i++) if (state.targets[i].target === target) return i;
  return -1;
};
const elementArgument = (value) => {
  if (n.type(nodeArgument(value)) !== 1) throw new PlainTypeError('The argument is not an Element');
  return value;
};
const unobserve = (observer, state, target) => {
  const at = observedAt(state, elementArgument(target));
  if (at >= 0) removeAt(state.targets, at);
  if (state.targets.length === 0) watchBoxes(observer, false);
};
const observe = (observer, state, entry) => {
  const at = observedAt(state, entry.target);
  if (at >= 0) put(state.targets, at, entry);
  else if (state.targets.length >= 10_000) fail('QuotaExceededError', 'Too many boxes are watched');
  else push(state.targets, entry);
  watchBoxes(observer, true);
  n.boxesMoved();
};
const record_ = (Class, fields, values) => {
  const made = objectCreate(Class.prototype);
  return new Brand(made, { fields: values, handle: null, __proto__: null });
};
/** A class of objects that only say something. */
const recordClass = (name, fields) => {
  const Class = { [name]: class { constructor() { illegal(); } } }[name];
  for (const field of fields) {
    accessor(Class.prototype, field, {
      get() {
        const { fields: own } = stateOf(this);
        if (own === undefined || !(field in own)) throw new PlainTypeError('Illegal invocation');
        return own[field];
      },
    });
  }
  return expose(name, Class);
};

// ---- sizes

const ResizeObserverSize = recordClass('ResizeObserverSize', ['inlineSize', 'blockSize']);
const ResizeObserverEntry = recordClass('ResizeObserverEntry',
  ['target', 'contentRect', 'borderBoxSize', 'contentBoxSize', 'devicePixelContentBoxSize']);
const lengthIn = (handle, name) => {
  const value = n.computedStyle(handle, name);
  return +substring(value, 0, max(0, value.length - 2)) || 0;
};
const sizesOf = (handle) => {
  const rect = n.rect(handle), edge = (kind, side) => lengthIn(handle, `${kind}-${side}`);
  if (n.rects(handle).length === 0) return { left: 0, top: 0, width: 0, height: 0, outerWidth: 0, outerHeight: 0 };
  const across = edge('padding', 'left') + edge('padding', 'right')
    + lengthIn(handle, 'border-left-width') + lengthIn(handle, 'border-right-width');
  const down = edge('padding', 'top') + edge('padding', 'bottom')
    + lengthIn(handle, 'border-top-width') + lengthIn(handle, 'border-bottom-width');
  return {
    left: edge('padding', 'left'), top: edge('padding', 'top'), width: max(0, rect[2] - across),
    height: max(0, rect[3] - down), outerWidth: rect[2], outerHeight: rect[3],
  };
};
class ResizeObserver {
  constructor(callback) {
    need(arguments, 1);
    return newObserver(new.target.prototype, 'resize', callback, { look: lookAtSizes });
  }
  observe(target, options) {
    need(arguments, 1);
    const box = isObject(options) && options.box !== undefined ? text(options.box) : 'content-box';
    if (indexIn(['content-box', 'border-box', 'device-pixel-content-box'], box) < 0) {
      throw new PlainTypeError('There is no such box');
    }
    observe(this, observerState(this, 'resize'), {
      target: elementArgument(target), isOuter: box === 'border-box', width: 0, height: 0, __proto__: null,
    });
  }
  unobserve(target) { need(arguments, 1); unobserve(this, observerState(this, 'resize'), target); }
  disconnect() { observerState(this, 'resize').targets = []; watchBoxes(this, false); }
}
function lookAtSizes(observer) {
  const state = stateOf(observer), changed = [];
  for (let i = 0; i < state.targets.length; i++) {
    const watched = state.targets[i], sizes = sizesOf(handleOf(watched.target));
    const width = watched.isOuter ? sizes.outerWidth : sizes.width;
    const height = watched.isOuter ? sizes.outerHeight : sizes.height;
    if (width === watched.width && height === watched.height) continue;
    watched.width = width;
    watched.height = height;
    const size = (inlineSize, blockSize) => freeze([record_(ResizeObserverSize, null, { inlineSize, blockSize })]);
    const scale = n.view()[4];
    push(changed, record_(ResizeObserverEntry, null, {
      target: watched.target, contentRect: newRect([sizes.left, sizes.top, sizes.width, sizes.height]),
      borderBoxSize: size(sizes.outerWidth, sizes.outerHeight),
      contentBoxSize: size(sizes.width, sizes.height),
      devicePixelContentBoxSize: size(round(sizes.width * scale), round(sizes.height * scale)),
    }));
  }
  if (changed.length === 0) return;
  try { apply(state.callback, observer, [changed, observer]); } catch (error) { report(error); }
}

// ---- what is seen

const IntersectionObserverEntry = recordClass('IntersectionObserverEntry', ['time', 'rootBounds',
  'boundingClientRect', 'intersectionRect', 'isIntersecting', 'intersectionRatio', 'target']);
const marginsOf = (given) => {
  const parts = words(given), margins = [];
  if (parts.length > 4) fail('SyntaxError');
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i], isShare = part[part.length - 1] === '%';
    const number = +substring(part, 0, part.length - (isShare ? 1 : 2));
    if (!isFinite(number) || !isShare && substring(part, part.length - 2) !== 'px' && part !== '0') fail('SyntaxError');
    push(margins, { number, isShare, __proto__: null });
  }
  const top = margins[0] ?? { number: 0, isShare: false, __proto__: null };
  const right = margins[1] ?? top, bottom = margins[2] ?? top;
  return [top, right, bottom, margins[3] ?? right];
};
class IntersectionObserver {
  constructor(callback, options) {
    need(arguments, 1);
    const given = isObject(options) ? options : {};
    const root = given.root === undefined ? null : given.root;
    if (root !== null && root !== document) elementArgument(root);
    const thresholds = [], wanted = given.threshold === undefined ? 0 : given.threshold;
    if (isArray(wanted)) for (let i = 0; i < wanted.length; i++) push(thresholds, +wanted[i]);
    else push(thresholds, +wanted);
    if (thresholds.length === 0) push(thresholds, 0);
    for (let i = 0; i < thresholds.length; i++) {
      if (!(thresholds[i] >= 0 && thresholds[i] <= 1)) throw new RangeError('A threshold is from 0 to 1');
    }
    sortNumbers(thresholds);
    return newObserver(new.target.prototype, 'intersection', callback, {
      root, thresholds, look: lookAtShares, waits: false,
      margins: marginsOf(given.rootMargin === undefined ? '0px' : text(given.rootMargin)),
    });
  }
  get root() { return observerState(this, 'intersection').root; }
  get rootMargin() {
    const { margins } = observerState(this, 'intersection'), parts = [];
    for (let i = 0; i < 4; i++) push(parts, `${margins[i].number}${margins[i].isShare ? '%' : 'px'}`);
    return join(parts, ' ');
  }
  get thresholds() { return freeze(copyOf(observerState(this, 'intersection').thresholds)); }
  observe(target) {
    need(arguments, 1);
    const state = observerState(this, 'intersection');
    if (observedAt(state, elementArgument(target)) >= 0) return;
    observe(this, state, { target, step: -1, isIn: false, __proto__: null });
  }
  unobserve(target) { need(arguments, 1); unobserve(this, observerState(this, 'intersection'), target); }
  disconnect() { observerState(this, 'intersection').targets = []; watchBoxes(this, false); }
  takeRecords() {
    const state = observerState(this, 'intersection'), { entries } = state;
    state.entries = [];
    return entries;
  }
}
const sortNumbers = (numbers) => {
  for (let i = 1; i < numbers.length; i++) {
    for (let j = i; j > 0 && numbers[j - 1] > numbers[j]; j--) {
      const higher = numbers[j - 1];
      put(numbers, j - 1, numbers[j]);
      put(numbers, j, higher);
    }
  }
};
function lookAtShares(observer) {
  const state = stateOf(observer), view = n.view(), { root, margins } = state;
  const isView = root === null || root === document;
  const bounds = isView ? [0, 0, view[0], view[1]] : n.rect(handleOf(root));
  const grown = (at, side) => margins[at].isShare ? margins[at].number * side / 100 : margins[at].number;
  const up = grown(0, bounds[3]), right = grown(1, bounds[2]);
  const down = grown(2, bounds[3]), left = grown(3, bounds[2]);
  const area = [bounds[0] - left, bounds[1] - up, bounds[2] + left + right, bounds[3] + up + down];
  for (let i = 0; i < state.targets.length; i++) {
    const watched = state.targets[i], handle = handleOf(watched.target), rect = n.rect(handle);
    const isShown = n.rects(handle).length > 0 && (isView || isInside(handleOf(root), handle));
    const x = max(rect[0], area[0]), y = max(rect[1], area[1]);
    const width = min(rect[0] + rect[2], area[0] + area[2]) - x;
    const height = min(rect[1] + rect[3], area[1] + area[3]) - y;
    const isIn = isShown && width >= 0 && height >= 0, whole = rect[2] * rect[3];
    const share = !isIn ? 0 : whole > 0 ? min(1, width * height / whole) : 1;
    let step = isIn ? 0 : -1;
    if (isIn) while (step < state.thresholds.length && state.thresholds[step] <= share) step++;
    if (watched.known === true && step === watched.step && isIn === watched.isIn) continue;
    watched.known = true;
    watched.step = step;
    watched.isIn = isIn;
    push(state.entries, record_(IntersectionObserverEntry, null, {
      time: n.now(), rootBounds: newRect(area), boundingClientRect: newRect(rect),
      intersectionRect: newRect(isIn ? [x, y, width, height] : [0, 0, 0, 0]),
      isIntersecting: isIn && step > 0, intersectionRatio: share, target: watched.target,
    }));
  }
  if (state.entries.length === 0 || state.waits) return;
  state.waits = true;
  later(() => {
    state.waits = false;
    const { entries } = state;
    state.entries = [];
    if (entries.length > 0) apply(state.callback, observer, [entries, observer]);
  });
}

// ---- media

class MediaQueryList extends EventTarget {
  constructor() { illegal(); }
  get media() { return stateOf(this).media; }
  get matches() { return n.matchesMedia(stateOf(this).media); }
  addListener(callback) { apply(addEventListener, this, ['change', callback]); }
  removeListener(callback) { apply(removeEventListener, this, ['change', callback]); }
  addEventListener(type, callback, options) {
    apply(addEventListener, this, [type, callback, options]);
    if (text(type) === 'change') watchMedia(this);
  }
  get onchange() { return handlerOf(this, 'change'); }
  set onchange(handler) { setHandler(this, 'change', handler); watchMedia(this); }
}
/** Whether the media are as they were is looked at when the boxes are. */
const watchMedia = (list) => {
  const state = stateOf(list);
  if (state.kind === 'media') return;
  if (setSize(watching) >= 10_000) fail('QuotaExceededError', 'Too many queries are watched');
  state.kind = 'media';
  state.was = n.matchesMedia(state.media);
  state.look = lookAtMedia;
  watchBoxes(list, true);
};
function lookAtMedia(list) {
  const state = stateOf(list), is = n.matchesMedia(state.media);
  if (is === state.was) return;
  state.was = is;
  dispatch(list, trusted(new MediaQueryListEvent('change', { media: state.media, matches: is })));
}
const { Class: MediaQueryListEvent } = eventClass('MediaQueryListEvent', Event, { media: '', matches: false });
const mediaList = (media) => {
  const state = newState(null);
  state.media = media;
  return new Brand(objectCreate(MediaQueryList.prototype), state);
};
expose('ResizeObserver', ResizeObserver);
expose('IntersectionObserver', IntersectionObserver);
expose('MediaQueryList', MediaQueryList);
