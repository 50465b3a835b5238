// The two-dimensional context of a canvas. What it draws with stands in the host; what a page can
// read of that is kept here too.

const PlainClamped = Uint8ClampedArray, canvasViewLength = uncurry(
  getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), 'byteLength').get);
const canvasViewOffset = uncurry(
  getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), 'byteOffset').get);
const CanvasBlob = G.Blob, { abs } = Math;
const SAVED_MAX = 10_000;
const firstState = () => ({
  fillStyle: '#000000', strokeStyle: '#000000', lineWidth: 1, lineCap: 'butt', lineJoin: 'miter',
  miterLimit: 10, dashes: [], lineDashOffset: 0, globalAlpha: 1,
  globalCompositeOperation: 'source-over', imageSmoothingEnabled: true,
  imageSmoothingQuality: 'low', font: '10px sans-serif', textAlign: 'start',
  textBaseline: 'alphabetic', direction: 'inherit', shadowBlur: 0, shadowColor: 'rgba(0, 0, 0, 0)',
  shadowOffsetX: 0, shadowOffsetY: 0, filter: 'none', letterSpacing: '0px', __proto__: null,
});
const copyState = (state) => {
  const copy = { __proto__: null }, names = ownKeys(state);
  for (let i = 0; i < names.length; i++) copy[names[i]] = state[names[i]];
  return copy;
};
/** What is known of a context: its canvas, its state, and those that were saved. */
const contextOf = (context) => {
  const known = stateOf(context);
  if (known.canvas === undefined) throw new PlainTypeError('Illegal invocation');
  return known;
};
const of = (context) => contextOf(context).canvas;

class CanvasRenderingContext2D { constructor() { illegal(); } }
const context2d = CanvasRenderingContext2D.prototype;
const addToContext = (context, operation, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0) =>
  n.canvasPath(of(context), operation, a, b, c, d, e, f, g, h);
mix(context2d, pathMembers(addToContext));

// ---- state

mix(context2d, {
  get canvas() { return contextOf(this).element; },
  getContextAttributes() {
    return { alpha: true, colorSpace: 'srgb', desynchronized: false, willReadFrequently: false };
  },
  isContextLost() { return false; },
  save() {
    const known = contextOf(this);
    if (known.saved.length >= SAVED_MAX) return;
    push(known.saved, copyState(known.now));
    n.canvasSave(known.canvas);
  },
  restore() {
    const known = contextOf(this), { saved } = known;
    if (saved.length === 0) return;
    known.now = saved[saved.length - 1];
    saved.length--;
    n.canvasRestore(known.canvas);
  },
  reset() {
    const known = contextOf(this);
    known.saved = [];
    known.now = firstState();
    n.canvasReset(known.canvas);
  },
  scale(x, y) { n.canvasTransform(of(this), false, +x, 0, 0, +y, 0, 0); },
  rotate(angle) {
    const c = cos(+angle), s = sin(+angle);
    n.canvasTransform(of(this), false, c, s, -s, c, 0, 0);
  },
  translate(x, y) { n.canvasTransform(of(this), false, 1, 0, 0, 1, +x, +y); },
  transform(a, b, c, d, e, f) { n.canvasTransform(of(this), false, +a, +b, +c, +d, +e, +f); },
  setTransform(a, b, c, d, e, f) {
    let m = [+a, +b, +c, +d, +e, +f];
    if (arguments.length === 0) m = [1, 0, 0, 1, 0, 0];
    else if (isObject(a)) m = matrixNumbers(a);
    n.canvasTransform(of(this), true, m[0], m[1], m[2], m[3], m[4], m[5]);
  },
  resetTransform() { n.canvasTransform(of(this), true, 1, 0, 0, 1, 0, 0); },
  getTransform() { return newMatrix(n.canvasMatrix(of(this))); },
  setLineDash(given) {
    const known = contextOf(this), parts = [], length = min(given.length, 1_000);
    for (let i = 0; i < length; i++) {
      const part = +given[i];
      if (!(part >= 0) || !isFinite(part)) return;
      push(parts, part);
    }
    if (parts.length % 2 === 1) for (let i = 0; i < length; i++) push(parts, parts[i]);
    known.now.dashes = parts;
    n.canvasDashes(known.canvas, known.now.lineDashOffset, parts);
  },
  getLineDash() { return copyOf(contextOf(this).now.dashes); },
});
const attribute2d = (name, take) => accessor(context2d, name, {
  get() { return contextOf(this).now[name]; },
  set(value) {
    const known = contextOf(this), taken = take(value, known);
    if (taken !== undefined) known.now[name] = taken;
  },
});
const numberOf = (name, key, isPossible) => attribute2d(name, (value, known) => {
  const number = +value;
  if (!isFinite(number) || !isPossible(number)) return undefined;
  if (key !== '') n.canvasNumber(known.canvas, key, number);
  return number;
});
const wordOf = (name, words, key) => attribute2d(name, (value, known) => {
  const word = text(value);
  if (words === null) return n.canvasWord(known.canvas, key, word) ? word : undefined;
  if (indexIn(words, word) < 0) return undefined;
  if (key !== '') n.canvasWord(known.canvas, key, word);
  return word;
});
numberOf('lineWidth', 'width', (value) => value > 0);
numberOf('miterLimit', 'miter', (value) => value > 0);
numberOf('globalAlpha', 'alpha', (value) => value >= 0 && value <= 1);
numberOf('shadowBlur', '', (value) => value >= 0);
numberOf('shadowOffsetX', '', () => true);
numberOf('shadowOffsetY', '', () => true);
wordOf('lineCap', ['butt', 'round', 'square'], 'cap');
wordOf('lineJoin', ['miter', 'round', 'bevel'], 'join');
wordOf('globalCompositeOperation', null, 'blend');
wordOf('imageSmoothingQuality', ['low', 'medium', 'high'], '');
wordOf('textAlign', ['start', 'end', 'left', 'right', 'center'], '');
wordOf('textBaseline', ['top', 'hanging', 'middle', 'alphabetic', 'ideographic', 'bottom'], '');
wordOf('direction', ['ltr', 'rtl', 'inherit'], '');
attribute2d('shadowColor', (value) => n.isColor(text(value)) ? text(value) : undefined);
attribute2d('imageSmoothingEnabled', (value, known) => {
  n.canvasNumber(known.canvas, 'smooth', value ? 1 : 0);
  return !!value;
});
attribute2d('lineDashOffset', (value, known) => {
  if (!isFinite(+value)) return undefined;
  n.canvasDashes(known.canvas, +value, known.now.dashes);
  return +value;
});

// ---- styles

const paintOf = (value) => {
  if (!hasState(value)) return undefined;
  const state = stateOf(value);
  return state.stops !== undefined || state.source !== undefined ? state : undefined;
};
const styleOf = (name, isStroke) => attribute2d(name, (value, known) => {
  const paint = paintOf(value);
  if (paint === undefined) return n.canvasColor(known.canvas, isStroke, text(value)) ?? undefined;
  setPaint(known.canvas, isStroke, paint);
  return value;
});
const setPaint = (canvas, isStroke, paint) => {
  paint.isChanged = false;
  if (paint.source !== undefined) {
    n.canvasPattern(canvas, isStroke, paint.source, paint.across, paint.down, paint.matrix);
  } else n.canvasGradient(canvas, isStroke, paint.kind, paint.numbers, paint.stops, paint.colors);
};
styleOf('fillStyle', false);
styleOf('strokeStyle', true);
/** A gradient may have got more stops since it was set. */
const renew = (known, isStroke) => {
  const paint = paintOf(isStroke ? known.now.strokeStyle : known.now.fillStyle);
  if (paint !== undefined && paint.isChanged) setPaint(known.canvas, isStroke, paint);
};
class CanvasGradient {
  constructor() { illegal(); }
  addColorStop(at, color) {
    const paint = paintOf(this), offset = +at, word = text(color);
    if (!(offset >= 0 && offset <= 1)) fail('IndexSizeError', 'A stop lies between 0 and 1');
    if (!n.isColor(word)) fail('SyntaxError', 'This is no colour');
    if (paint.stops.length >= 1_024) return;
    push(paint.stops, offset);
    push(paint.colors, word);
    paint.isChanged = true;
  }
}
class CanvasPattern {
  constructor() { illegal(); }
  setTransform(matrix) {
    const paint = paintOf(this);
    paint.matrix = matrixNumbers(matrix);
    paint.isChanged = true;
  }
}
expose('CanvasGradient', CanvasGradient);
expose('CanvasPattern', CanvasPattern);
const newGradient = (kind, numbers) => {
  for (let i = 0; i < 6; i++) {
    if (!isFinite(numbers[i])) throw new PlainTypeError('A number is not finite');
  }
  return new Brand(objectCreate(CanvasGradient.prototype),
    { kind, numbers, stops: [], colors: [], isChanged: true, __proto__: null });
};
mix(context2d, {
  createLinearGradient(a, b, c, d) { of(this); return newGradient(0, [+a, +b, +c, +d, 0, 0]); },
  createRadialGradient(a, b, r, c, d, s) {
    of(this);
    negative(+r);
    negative(+s);
    return newGradient(1, [+a, +b, +r, +c, +d, +s]);
  },
  createConicGradient(angle, x, y) { of(this); return newGradient(2, [+x, +y, +angle, 0, 0, 0]); },
  createPattern(image, repetition) {
    of(this);
    const source = canvasSourceOf(image), how = repetition === null ? '' : text(repetition);
    if (indexIn(['', 'repeat', 'repeat-x', 'repeat-y', 'no-repeat'], how) < 0) fail('SyntaxError');
    if (n.imageSize(source) === null) return null;
    const across = how !== 'repeat-y' && how !== 'no-repeat';
    const down = how !== 'repeat-x' && how !== 'no-repeat';
    return new Brand(objectCreate(CanvasPattern.prototype), {
      source, image, across, down, matrix: [1, 0, 0, 1, 0, 0], isChanged: true, __proto__: null,
    });
  },
});

// ---- drawing

/** An image or a canvas to draw from. */
const canvasSourceOf = (image) => {
  const name = isNode(image) ? n.localName(handleOf(image)) : '';
  if (name !== 'img' && name !== 'canvas') throw new PlainTypeError('This cannot be drawn');
  return handleOf(image);
};
const isEvenOdd = (word) => {
  if (word === undefined || text(word) === 'nonzero') return false;
  if (text(word) === 'evenodd') return true;
  throw new PlainTypeError('This is no fill rule');
};
const usePath = (context, what, given, rule) => {
  const known = contextOf(context);
  if (what < 2) renew(known, what === 1);
  if (isPath(given)) n.canvasUse(known.canvas, what, isEvenOdd(rule), stateOf(given).steps);
  else n.canvasUse(known.canvas, what, isEvenOdd(given), undefined);
};
const isHit = (context, what, given) => {
  const known = contextOf(context), has = isPath(given[0]), at = has ? 1 : 0;
  const rule = what === 0 ? isEvenOdd(given[at + 2]) : false;
  const path = has ? stateOf(given[0]).steps : undefined;
  return n.canvasHit(known.canvas, what, rule, +given[at], +given[at + 1], path);
};
const rectangle = (context, what, x, y, width, height) => {
  const known = contextOf(context);
  if (what < 2) renew(known, what === 1);
  n.canvasRect(known.canvas, what, +x, +y, +width, +height);
};
mix(context2d, {
  beginPath() { n.canvasBegin(of(this)); },
  fill(path, rule) { usePath(this, 0, path, rule); },
  stroke(path) { usePath(this, 1, path); },
  clip(path, rule) { usePath(this, 2, path, rule); },
  isPointInPath(...given) { return isHit(this, 0, given); },
  isPointInStroke(...given) { return isHit(this, 1, given); },
  fillRect(x, y, width, height) { rectangle(this, 0, x, y, width, height); },
  strokeRect(x, y, width, height) { rectangle(this, 1, x, y, width, height); },
  clearRect(x, y, width, height) { rectangle(this, 2, x, y, width, height); },
  drawImage(image, a, b, c, d, e, f, g, h) {
    const canvas = of(this), source = canvasSourceOf(image);
    switch (arguments.length) {
      case 3: n.canvasImage(canvas, source, +a, +b); break;
      case 5: n.canvasImage(canvas, source, +a, +b, +c, +d); break;
      case 9: n.canvasImage(canvas, source, +a, +b, +c, +d, +e, +f, +g, +h); break;
      default: throw new PlainTypeError('An image is drawn with 3, 5 or 9 arguments');
    }
  },
  drawFocusIfNeeded() {},
});

// ---- text

const sizeUnits = { px: 1, pt: 4 / 3, pc: 16, in: 96, cm: 96 / 2.54, mm: 96 / 25.4, em: 10,
  rem: 16, '%': 0.1, __proto__: null };
const weights = { normal: 400, bold: 700, bolder: 700, lighter: 300, __proto__: null };
const parseNumber = parseFloat;
/** What the `font` shorthand says: null if it is none. */
const parseFont = (given) => {
  const found = { size: 0, weight: 400, isItalic: false, family: '', __proto__: null };
  const all = words(given);
  for (let i = 0; i < all.length; i++) {
    const word = toLower(all[i]), number = parseNumber(word);
    if (word === 'italic' || word === 'oblique') { found.isItalic = true; continue; }
    if (word in weights) { found.weight = weights[word]; continue; }
    if (`${number}` === word && number >= 1 && number <= 1000) { found.weight = number; continue; }
    if (word === 'small-caps' || stringIndexOf(word, 'condensed') >= 0
      || stringIndexOf(word, 'expanded') >= 0) continue;
    if (!(number >= 0)) return null;
    const slash = stringIndexOf(word, '/'), size = slash < 0 ? word : substring(word, 0, slash);
    const unit = sizeUnits[substring(size, `${number}`.length, size.length)];
    if (unit === undefined) return null;
    found.size = number * unit;
    // A line height may stand apart.
    let next = i + 1;
    if (slash === word.length - 1) next++;
    else if (slash < 0 && all[next] === '/') next += 2;
    else if (slash < 0 && startsWith(all[next] ?? '', '/')) next++;
    for (let j = next; j < all.length; j++) found.family += (j > next ? ' ' : '') + all[j];
    return found.family === '' ? null : found;
  }
  return null;
};
attribute2d('font', (value, known) => {
  const given = text(value), font = parseFont(given);
  if (font === null) return undefined;
  n.canvasFont(known.canvas, font.size, font.weight, font.isItalic, font.family);
  const style = (font.isItalic ? 'italic ' : '') + (font.weight === 400 ? ''
    : font.weight === 700 ? 'bold ' : `${font.weight} `);
  return `${style}${font.size}px ${font.family}`;
});
const baselines = { alphabetic: 0, top: 1, middle: 2, bottom: 3, ideographic: 3, hanging: 4,
  __proto__: null };
const beforeOf = (now) => {
  const isBack = now.direction === 'rtl';
  switch (now.textAlign) {
    case 'center': return 0.5;
    case 'right': return 1;
    case 'start': return isBack ? 1 : 0;
    case 'end': return isBack ? 0 : 1;
    default: return 0;
  }
};
const writeText = (context, isStroke, value, x, y, widest) => {
  const known = contextOf(context), { now } = known;
  renew(known, isStroke);
  const most = widest === undefined ? Infinity : +widest;
  n.canvasText(known.canvas, isStroke, text(value), +x, +y, most, beforeOf(now),
    baselines[now.textBaseline]);
};
class TextMetrics { constructor() { illegal(); } }
expose('TextMetrics', TextMetrics);
mix(context2d, {
  fillText(value, x, y, widest) { writeText(this, false, value, x, y, widest); },
  strokeText(value, x, y, widest) { writeText(this, true, value, x, y, widest); },
  measureText(value) {
    const known = contextOf(this), extent = n.canvasMeasure(known.canvas, text(value));
    const width = extent[0], before = beforeOf(known.now) * width;
    const metrics = objectCreate(TextMetrics.prototype);
    const members = { width, actualBoundingBoxLeft: before, actualBoundingBoxRight: width - before,
      fontBoundingBoxAscent: extent[1], fontBoundingBoxDescent: extent[2],
      actualBoundingBoxAscent: extent[1], actualBoundingBoxDescent: extent[2],
      emHeightAscent: extent[1], emHeightDescent: extent[2], hangingBaseline: extent[1] * 0.8,
      alphabeticBaseline: 0, ideographicBaseline: -extent[2] };
    const names = ownKeys(members);
    for (let i = 0; i < names.length; i++) {
      defineProperty(metrics, names[i], { value: members[names[i]], enumerable: true });
    }
    return metrics;
  },
});

// ---- pixels

const sideOf = (value) => {
  const side = trunc(+value) || 0;
  if (side === 0) fail('IndexSizeError', 'A picture has no side of no length');
  return side;
};
class ImageData {
  constructor(first, second, third) {
    let data, width, height;
    if (isView(first)) {
      const bytes = canvasViewLength(first);
      width = sideOf(second);
      height = third === undefined ? bytes / (4 * width) : sideOf(third);
      if (bytes === 0 || bytes % 4 !== 0) fail('InvalidStateError');
      if (!(width > 0) || width * height * 4 !== bytes || height !== trunc(height)) {
        fail('IndexSizeError');
      }
      data = first;
    } else {
      width = sideOf(first);
      height = sideOf(second);
      if (!(width > 0 && height > 0)) fail('IndexSizeError');
      if (width * height > 1 << 24) throw new PlainRangeError('The picture is too large');
      data = new PlainClamped(width * height * 4);
    }
    new Brand(this, { data, width, height, __proto__: null });
  }
  get data() { return pictureOf(this).data; }
  get width() { return pictureOf(this).width; }
  get height() { return pictureOf(this).height; }
  get colorSpace() { pictureOf(this); return 'srgb'; }
}
const pictureOf = (image) => {
  const picture = stateOf(image);
  if (picture.data === undefined) throw new PlainTypeError('Illegal invocation');
  return picture;
};
expose('ImageData', ImageData);
const whole = (value) => {
  const number = +value;
  if (!isFinite(number)) throw new PlainTypeError('A number is not finite');
  return max(-2147483647, min(2147483647, trunc(number)));
};
const mustBeClean = (canvas) => {
  if (!n.canvasIsClean(canvas)) {
    fail('SecurityError', 'The canvas shows an image of another origin');
  }
};
mix(context2d, {
  createImageData(first, second) {
    of(this);
    if (second !== undefined) return new ImageData(max(1, abs(sideOf(first))), abs(sideOf(second)));
    const picture = pictureOf(first);
    return new ImageData(picture.width, picture.height);
  },
  getImageData(x, y, across, down) {
    const canvas = of(this);
    let left = whole(x), top = whole(y);
    const width = sideOf(whole(across)), height = sideOf(whole(down));
    if (width < 0) left += width;
    if (height < 0) top += height;
    mustBeClean(canvas);
    const bytes = n.canvasRead(canvas, left, top, abs(width), abs(height));
    if (bytes === null) throw new PlainRangeError('The picture is too large');
    return new ImageData(new PlainClamped(bytes), abs(width), abs(height));
  },
  putImageData(image, x, y, a, b, c, d) {
    const canvas = of(this), picture = pictureOf(image), { data, width, height } = picture;
    let left = 0, top = 0, right = width, bottom = height;
    if (arguments.length >= 7) {
      left = whole(a); top = whole(b); right = left + whole(c); bottom = top + whole(d);
      if (right < left) { const other = left; left = right; right = other; }
      if (bottom < top) { const other = top; top = bottom; bottom = other; }
      left = max(left, 0); top = max(top, 0); right = min(right, width); bottom = min(bottom, height);
    }
    if (canvasViewLength(data) === 0) fail('InvalidStateError', 'The picture was given away');
    if (!(right > left && bottom > top)) return;
    // No more than the rows that are put.
    const from = canvasViewOffset(data) + top * width * 4, length = (bottom - top) * width * 4;
    const rows = binaryOf(new PlainUint8Array(viewBuffer(data), from, length));
    n.canvasWrite(canvas, rows, width, whole(x), whole(y) + top, left, 0, right, bottom - top);
  },
});
defineProperty(context2d, Symbol.toStringTag, {
  value: 'CanvasRenderingContext2D', configurable: true,
});
expose('CanvasRenderingContext2D', CanvasRenderingContext2D);

// ---- the element

const newContext = (element) => {
  const canvas = handleOf(element);
  if (!n.canvas(canvas)) return null;
  return new Brand(objectCreate(context2d), {
    canvas, element, now: firstState(), saved: [], __proto__: null,
  });
};
const pngOf = (element) => {
  const canvas = handleOf(element);
  if (!n.canvas(canvas)) return null;
  mustBeClean(canvas);
  return n.canvasPng(canvas);
};
mix(G.HTMLCanvasElement.prototype, {
  getContext(kind) {
    handleOf(this);
    if (text(kind) !== '2d') return null;
    return cached(this, 'context', () => newContext(this));
  },
  toDataURL() {
    if (this.width === 0 || this.height === 0) return 'data:,';
    const canvas = handleOf(this);
    if (!n.canvas(canvas)) return 'data:,';
    mustBeClean(canvas);
    return n.canvasUrl(canvas);
  },
  toBlob(callback) {
    callable(callback);
    const png = this.width === 0 || this.height === 0 ? null : pngOf(this);
    const blob = png === null || CanvasBlob === undefined ? null
      : new CanvasBlob([png], { type: 'image/png' });
    later(() => callback(blob));
  },
});
/** The size of a canvas was set: its context begins anew. */
function resetContext(handle) {
  const element = existing(handle), context = element && stateOf(element).cache?.context;
  if (!context) return;
  const known = contextOf(context);
  known.saved = [];
  known.now = firstState();
}
