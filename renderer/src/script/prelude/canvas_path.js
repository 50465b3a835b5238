// Paths and matrices, as canvases use them.

const PlainRangeError = RangeError;
const { cos, sin, PI } = Math;
const negative = (radius) => {
  if (radius < 0) fail('IndexSizeError', 'A radius is negative');
};
/** The four radii of a rounded rectangle's corners. */
function cornersOf(given) {
  const one = (radius) => {
    const value = isObject(radius) ? +radius.x : +radius;
    if (value < 0) throw new PlainRangeError('A radius is negative');
    return value;
  };
  const four = (a, b, c, d) => ({ a, b, c, d, __proto__: null });
  if (given === undefined) return four(0, 0, 0, 0);
  if (!isArray(given)) { const r = one(given); return four(r, r, r, r); }
  const all = [];
  for (let i = 0; i < min(given.length, 5); i++) push(all, one(given[i]));
  switch (all.length) {
    case 1: return four(all[0], all[0], all[0], all[0]);
    case 2: return four(all[0], all[1], all[0], all[1]);
    case 3: return four(all[0], all[1], all[2], all[1]);
    case 4: return four(all[0], all[1], all[2], all[3]);
    default: throw new PlainRangeError('There are one to four radii');
  }
}

/** The methods that draw a path; `add` takes an operation and its numbers. */
const pathMembers = (add) => ({
  moveTo(x, y) { add(this, 0, +x, +y); },
  lineTo(x, y) { add(this, 1, +x, +y); },
  quadraticCurveTo(a, b, x, y) { add(this, 2, +a, +b, +x, +y); },
  bezierCurveTo(a, b, c, d, x, y) { add(this, 3, +a, +b, +c, +d, +x, +y); },
  closePath() { add(this, 4); },
  rect(x, y, width, height) { add(this, 5, +x, +y, +width, +height); },
  arc(x, y, radius, from, to, isBack = false) {
    negative(+radius);
    add(this, 6, +x, +y, +radius, +from, +to, isBack ? 1 : 0);
  },
  ellipse(x, y, a, b, turn, from, to, isBack = false) {
    negative(+a);
    negative(+b);
    add(this, 7, +x, +y, +a, +b, +turn, +from, +to, isBack ? 1 : 0);
  },
  arcTo(a, b, c, d, radius) {
    negative(+radius);
    add(this, 8, +a, +b, +c, +d, +radius);
  },
  roundRect(x, y, width, height, radii) {
    const corners = cornersOf(radii);
    add(this, 9, +x, +y, +width, +height, corners.a, corners.b, corners.c, corners.d);
  },
});

/** Operations, each with eight numbers, one after the other. */
const addStep = (path, operation, ...numbers) => {
  const { steps } = pathState(path);
  if (steps.length > 9 * 200_000) fail('QuotaExceededError', 'The path is too long');
  push(steps, operation);
  for (let i = 0; i < 8; i++) push(steps, i < numbers.length ? numbers[i] : 0);
};
const pathState = (path) => {
  const state = stateOf(path);
  if (state.steps === undefined) throw new PlainTypeError('Illegal invocation');
  return state;
};
const isPath = (value) => hasState(value) && stateOf(value).steps !== undefined;
class Path2D {
  constructor(given) {
    let steps = [];
    if (isPath(given)) steps = copyOf(stateOf(given).steps);
    else if (given !== undefined) steps = n.svgPath(text(given));
    new Brand(this, { steps, __proto__: null });
  }
  addPath(path, transform) {
    const { steps } = pathState(this);
    const moved = n.movedPath(pathState(path).steps, matrixNumbers(transform));
    for (let i = 0; i < moved.length; i++) push(steps, moved[i]);
  }
}
mix(Path2D.prototype, pathMembers(addStep));
expose('Path2D', Path2D);

// ---- matrices

const sides = ['a', 'b', 'c', 'd', 'e', 'f'];
/** The six numbers of a matrix, or of an object like one. */
function matrixNumbers(given) {
  const numbers = [1, 0, 0, 1, 0, 0];
  if (given === undefined || given === null) return numbers;
  if (!isObject(given)) throw new PlainTypeError('This is no matrix');
  const others = ['m11', 'm12', 'm21', 'm22', 'm41', 'm42'];
  for (let i = 0; i < 6; i++) {
    const value = given[sides[i]] ?? given[others[i]];
    if (value !== undefined) put(numbers, i, +value);
  }
  return numbers;
}
const multiplied = (p, q) => [
  p[0] * q[0] + p[2] * q[1], p[1] * q[0] + p[3] * q[1],
  p[0] * q[2] + p[2] * q[3], p[1] * q[2] + p[3] * q[3],
  p[0] * q[4] + p[2] * q[5] + p[4], p[1] * q[4] + p[3] * q[5] + p[5],
];
const inverted = (m) => {
  const det = m[0] * m[3] - m[1] * m[2];
  if (det === 0 || !isFinite(det)) return [NaN, NaN, NaN, NaN, NaN, NaN];
  return [
    m[3] / det, -m[1] / det, -m[2] / det, m[0] / det,
    (m[2] * m[5] - m[3] * m[4]) / det, (m[1] * m[4] - m[0] * m[5]) / det,
  ];
};
const matrixOf = (matrix) => {
  const { matrix: numbers } = stateOf(matrix);
  if (numbers === undefined) throw new PlainTypeError('Illegal invocation');
  return numbers;
};
const newMatrix = (numbers) => new Brand(objectCreate(DOMMatrix.prototype),
  { matrix: numbers, __proto__: null });
const scaling = (x = 1, y = x) => [+x, 0, 0, +y, 0, 0];
const turning = (degrees = 0) => {
  const angle = +degrees * PI / 180;
  return [cos(angle), sin(angle), -sin(angle), cos(angle), 0, 0];
};
class DOMMatrix {
  constructor(given) {
    let numbers = [1, 0, 0, 1, 0, 0];
    if (isArray(given)) {
      if (given.length !== 6) throw new PlainTypeError('A matrix has six numbers here');
      for (let i = 0; i < 6; i++) put(numbers, i, +given[i]);
    } else if (isObject(given)) numbers = matrixNumbers(given);
    new Brand(this, { matrix: numbers, __proto__: null });
  }
  static fromMatrix(other) { return newMatrix(matrixNumbers(other)); }
  get is2D() { return true; }
  get isIdentity() {
    const m = matrixOf(this);
    return m[0] === 1 && m[1] === 0 && m[2] === 0 && m[3] === 1 && m[4] === 0 && m[5] === 0;
  }
  multiply(other) { return newMatrix(multiplied(matrixOf(this), matrixNumbers(other))); }
  multiplySelf(other) { return change(this, multiplied(matrixOf(this), matrixNumbers(other))); }
  preMultiplySelf(other) { return change(this, multiplied(matrixNumbers(other), matrixOf(this))); }
  translate(x = 0, y = 0) { return newMatrix(multiplied(matrixOf(this), [1, 0, 0, 1, +x, +y])); }
  translateSelf(x = 0, y = 0) { return change(this, multiplied(matrixOf(this), [1, 0, 0, 1, +x, +y])); }
  scale(x, y) { return newMatrix(multiplied(matrixOf(this), scaling(x, y))); }
  scaleSelf(x, y) { return change(this, multiplied(matrixOf(this), scaling(x, y))); }
  rotate(degrees) { return newMatrix(multiplied(matrixOf(this), turning(degrees))); }
  rotateSelf(degrees) { return change(this, multiplied(matrixOf(this), turning(degrees))); }
  inverse() { return newMatrix(inverted(matrixOf(this))); }
  invertSelf() { return change(this, inverted(matrixOf(this))); }
  transformPoint(point) {
    const m = matrixOf(this), x = +(point?.x ?? 0), y = +(point?.y ?? 0);
    return { x: m[0] * x + m[2] * y + m[4], y: m[1] * x + m[3] * y + m[5], z: 0, w: 1 };
  }
  toString() { return `matrix(${join(matrixOf(this), ', ')})`; }
}
const change = (matrix, numbers) => { stateOf(matrix).matrix = numbers; return matrix; };
for (const names of [sides, ['m11', 'm12', 'm21', 'm22', 'm41', 'm42']]) {
  names.forEach((name, at) => defineProperty(DOMMatrix.prototype, name, {
    get() { return matrixOf(this)[at]; },
    set(value) { put(matrixOf(this), at, +value); },
    enumerable: true, configurable: true,
  }));
}
expose('DOMMatrix', DOMMatrix);
