// The console. Values are shown as a browser shows them: bounded in depth and length, and without
// calling a getter. The methods of a proxy's handler are called, for nothing tells it from another
// object.

{
const shownDepth = 3, shownItems = 24, shownChars = 4_000;
const setSize = uncurry(getOwnPropertyDescriptor(Set.prototype, 'size').get);
const dateTime = uncurry(Date.prototype.getTime), dateIso = uncurry(Date.prototype.toISOString);
const regExpText = uncurry(RegExp.prototype.toString), functionText = uncurry(Function.prototype.toString);
const symbolText = uncurry(Symbol.prototype.toString);
const bufferLength = uncurry(getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get);
const typedPrototype = getPrototypeOf(Uint8Array.prototype);
const typedLength = uncurry(getOwnPropertyDescriptor(typedPrototype, 'length').get);
const typedTag = uncurry(getOwnPropertyDescriptor(typedPrototype, Symbol.toStringTag).get);
const plainParseInt = parseInt, plainParseFloat = parseFloat;
const isError = PlainError.isError ?? ((value) => value instanceof PlainError);
const isSameValue = Object.is;
const stackGetter = getOwnPropertyDescriptor(PlainError.prototype, 'stack')?.get;
const errorStack = stackGetter === undefined ? () => undefined : uncurry(stackGetter);

/** What a built-in getter or method says of a value; nothing of one of another kind. */
const probed = (probe, value) => {
  try { return probe(value); } catch { return undefined; }
};
/** An own property that is no getter. */
const ownValue = (object, name) => {
  const found = getOwnPropertyDescriptor(object, name);
  return found !== undefined && 'value' in found ? found.value : undefined;
};
const className = (object) => {
  let at = getPrototypeOf(object);
  for (let i = 0; at !== null && i < 16; i++) {
    const maker = ownValue(at, 'constructor');
    if (typeof maker === 'function') {
      const name = ownValue(maker, 'name');
      return typeof name === 'string' ? name : '';
    }
    at = getPrototypeOf(at);
  }
  return null;
};
const quoted = (value) => {
  const cut = value.length > 200 ? `${substring(value, 0, 200)}…` : value;
  return stringIndexOf(cut, "'") < 0 ? `'${cut}'` : stringify(cut);
};
const shownFunction = (value) => {
  const source = functionText(value);
  const name = ownValue(value, 'name');
  const kind = startsWith(source, 'class') ? 'class' : 'ƒ';
  return `${kind} ${typeof name === 'string' ? name : ''}${kind === 'ƒ' ? '()' : ''}`;
};
const shownNode = (node) => {
  const handle = handleOf(node), type = n.type(handle);
  if (type === 9) return '#document';
  if (type === 11) return '#document-fragment';
  if (type !== 1) return type === 3 ? `#text ${quoted(probed(nodeText, node) ?? '')}` : '#comment';
  let shown = `<${n.localName(handle)}`;
  const id = n.attribute(handle, 'id'), names = n.attribute(handle, 'class');
  if (typeof id === 'string') shown += ` id="${substring(id, 0, 100)}"`;
  if (typeof names === 'string') shown += ` class="${substring(names, 0, 100)}"`;
  return `${shown}>`;
};
const nodeText = uncurry(getOwnPropertyDescriptor(CharacterData.prototype, 'data').get);

/** How much may still be written: one budget for everything that a call shows. */
let charsLeft = shownChars;
const spend = (shown) => { charsLeft -= shown.length; return shown; };

/** A list between brackets, cut where it is too long. */
const listed = (open, close, count, item) => {
  let shown = '';
  const end = min(count, shownItems);
  for (let i = 0; i < end; i++) {
    if (charsLeft <= 0) return `${open}${shown}…${close}`;
    const next = item(i);
    if (next === null) continue;
    shown += (shown === '' ? '' : ', ') + next;
  }
  return `${open}${shown}${count > end ? (shown === '' ? '…' : ', …') : ''}${close}`;
};
const keyText = (key) => {
  if (typeof key === 'symbol') return `[${symbolText(key)}]`;
  return isPlainKey(key) ? key : quoted(key);
};
const isPlainKey = (key) => {
  if (key === '') return false;
  for (let i = 0; i < min(key.length, 200); i++) {
    const code = charCode(key, i);
    const isWord = code === 95 || code === 36 || (code >= 48 && code <= 57)
      || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127;
    if (!isWord) return false;
  }
  return true;
};
const shownProperty = (object, key, depth, seen) => {
  const found = getOwnPropertyDescriptor(object, key);
  if (found === undefined) return 'undefined';
  return 'value' in found ? inspect(found.value, depth, seen) : '(...)';
};
const enumerableKeys = (object) => {
  const keys = ownKeys(object), kept = [];
  for (let i = 0; i < keys.length && kept.length <= shownItems; i++) {
    if (getOwnPropertyDescriptor(object, keys[i])?.enumerable) push(kept, keys[i]);
  }
  return kept;
};
const shownObject = (value, depth, seen) => {
  const name = className(value), isDeep = depth >= shownDepth;
  const next = copyOf(seen);
  push(next, value);
  if (isArray(value)) {
    const length = value.length;
    if (isDeep) return `Array(${length})`;
    const items = listed('[', ']', length, (i) => shownProperty(value, `${i}`, depth + 1, next));
    return depth === 0 && length > 1 ? `(${length}) ${items}` : items;
  }
  const maps = probed(mapSize, value);
  if (maps !== undefined) {
    const pairs = [];
    mapEach(value, (item, key) => {
      if (pairs.length <= shownItems) push(pairs, { key, item, __proto__: null });
    });
    if (isDeep) return `Map(${maps})`;
    return `Map(${maps}) ` + listed('{', '}', pairs.length, (i) => `${
      inspect(pairs[i].key, depth + 1, next)} => ${inspect(pairs[i].item, depth + 1, next)}`);
  }
  const sets = probed(setSize, value);
  if (sets !== undefined) {
    const items = [];
    setEach(value, (item) => { if (items.length <= shownItems) push(items, item); });
    if (isDeep) return `Set(${sets})`;
    return `Set(${sets}) ` + listed('{', '}', items.length, (i) => inspect(items[i], depth + 1, next));
  }
  const typed = probed(typedTag, value);
  if (typed !== undefined) {
    const length = typedLength(value);
    if (isDeep) return `${typed}(${length})`;
    return `${typed}(${length}) ` + listed('[', ']', length, (i) => `${value[i]}`);
  }
  const bytes = probed(bufferLength, value);
  if (bytes !== undefined) return `ArrayBuffer(${bytes})`;
  const shownName = name === 'Object' ? '' : name === null ? '[Object: null prototype] ' : `${name} `;
  if (isDeep) return name === 'Object' || name === null ? '{…}' : `${name}`;
  const keys = enumerableKeys(value);
  return shownName + listed('{', '}', keys.length, (i) => `${keyText(keys[i])}: ${
    shownProperty(value, keys[i], depth + 1, next)}`);
};
/** A value as it stands inside of another one. */
const inspect = (value, depth, seen) => {
  if (charsLeft <= 0) return '…';
  if (typeof value === 'string') return spend(quoted(value));
  if (typeof value === 'bigint') return spend(`${value}n`);
  if (typeof value === 'symbol') return spend(symbolText(value));
  if (!isObject(value)) return spend(isSameValue(value, -0) ? '-0' : `${value}`);
  try {
    if (typeof value === 'function') return spend(shownFunction(value));
    if (indexIn(seen, value) >= 0) return spend('[Circular]');
    if (isNode(value)) return spend(shownNode(value));
    if (value === G) return spend('Window');
    if (isError(value)) return spend(shownError(value));
    const time = probed(dateTime, value);
    if (time !== undefined) return spend(isFinite(time) ? dateIso(value) : 'Invalid Date');
    if (stringIndexOf(className(value) ?? '', 'RegExp') === 0) return spend(regExpText(value));
    return spend(shownObject(value, depth, seen));
  } catch { return spend('[?]'); }
};
const shownError = (error) => {
  const name = className(error) ?? 'Error', message = ownValue(error, 'message');
  const head = typeof message === 'string' && message !== '' ? `${name}: ${message}` : name;
  const stack = ownValue(error, 'stack') ?? probed(errorStack, error);
  return typeof stack === 'string' && stack !== '' ? `${head}\n${trimmedEnd(stack)}` : head;
};
const trimmedEnd = (value) => {
  let end = value.length;
  while (end > 0 && isSpace(charCode(value, end - 1))) end--;
  return substring(value, 0, end);
};
/** A value as it stands by itself. */
const shown = (value) => {
  if (typeof value === 'string') return spend(substring(value, 0, shownChars));
  return inspect(value, 0, []);
};
/** A value as one of the specifiers of a format wants it. */
const specified = (letter, value) => {
  switch (letter) {
    case 's': return isObject(value) ? inspect(value, 1, []) : shown(value);
    case 'd': case 'i': {
      if (typeof value === 'symbol' || isObject(value)) return 'NaN';
      return `${typeof value === 'bigint' ? `${value}n` : plainParseInt(`${value}`, 10)}`;
    }
    case 'f': return typeof value === 'symbol' || isObject(value) ? 'NaN' : `${plainParseFloat(`${value}`)}`;
    case 'o': case 'O': return inspect(value, 0, []);
    default: return '';
  }
};
const line = (values) => {
  charsLeft = shownChars;
  let out = '', next = 0;
  if (values.length > 1 && typeof values[0] === 'string') {
    const format = values[next++], end = min(format.length, shownChars);
    for (let i = 0; i < end; i++) {
      const letter = format[i] === '%' && i + 1 < end ? format[i + 1] : '';
      if (letter === '%') { out += '%'; i++; }
      else if (letter !== '' && stringIndexOf('sdifoOc', letter) >= 0 && next < values.length) {
        out += specified(letter, values[next++]);
        i++;
      } else out += format[i];
    }
  }
  for (let i = next; i < min(values.length, next + 50); i++) {
    out += (i > 0 ? ' ' : '') + shown(values[i]);
  }
  return wellFormed(out);
};

const counts = new PlainMap(), started = new PlainMap();
const labelsMax = 1_000;
let groups = 0;
/** Where the call came from: the engine's own account of its stack. */
const callStack = () => {
  try {
    const { stack } = new PlainError();
    return typeof stack === 'string' ? wellFormed(stack) : '';
  } catch { return ''; }
};
const write = (level, shownLine) => { n.log(level, shownLine, callStack(), groups); };
/** The inspector hears of the values themselves. */
const tell = (type, values) => { if (heard !== null) heard.console(type, values); };
const labelOf = (label) => label === undefined ? 'default' : substring(text(label), 0, 200);
const keep = (map, key, value) => {
  if (mapHas(map, key) || mapSize(map) < labelsMax) mapSet(map, key, value);
};
const elapsed = (label) => `${label}: ${round((n.now() - mapGet(started, label)) * 1000) / 1000} ms`;
const pad = (value, width) => {
  let out = value;
  while (out.length < width) out += ' ';
  return out;
};
const cellText = (value) => {
  const cell = inspect(value, 2, []);
  return cell.length > 40 ? `${substring(cell, 0, 39)}…` : cell;
};
/** Rows and columns of a list of objects, as text. */
const tabled = (data, wanted) => {
  charsLeft = shownChars;
  const heads = ['(index)'], rows = [], keys = enumerableKeys(data);
  const column = (name) => {
    let at = indexIn(heads, name);
    if (at < 1 && heads.length < 20) { push(heads, name); at = heads.length - 1; }
    return at;
  };
  if (isArray(wanted)) for (let i = 0; i < min(wanted.length, 19); i++) column(text(wanted[i]));
  for (let i = 0; i < min(keys.length, shownItems); i++) {
    const row = [keyText(keys[i])], item = ownValue(data, keys[i]);
    if (isObject(item) && typeof item !== 'function') {
      const names = enumerableKeys(item);
      for (let j = 0; j < names.length; j++) {
        const name = keyText(names[j]);
        const at = isArray(wanted) ? indexIn(heads, name) : column(name);
        if (at > 0) put(row, at, cellText(ownValue(item, names[j])));
      }
    } else {
      const at = isArray(wanted) ? -1 : column('Value');
      if (at > 0) put(row, at, cellText(item));
    }
    push(rows, row);
  }
  const widths = [];
  for (let c = 0; c < heads.length; c++) {
    let width = heads[c].length;
    for (let r = 0; r < rows.length; r++) width = max(width, (rows[r][c] ?? '').length);
    push(widths, width);
  }
  let out = '';
  for (let r = -1; r < rows.length; r++) {
    const row = r < 0 ? heads : rows[r];
    let shownRow = '';
    for (let c = 0; c < heads.length; c++) shownRow += pad(row[c] ?? '', widths[c] + 2);
    out += (r < 0 ? '' : '\n') + trimmedEnd(shownRow);
  }
  return wellFormed(out);
};

const consoleObject = objectCreate({});
for (const level of ['log', 'info', 'warn', 'error', 'debug']) {
  const type = level === 'warn' ? 'warning' : level;
  consoleObject[level] = { [level](...values) { tell(type, values); write(level, line(values)); } }[level];
}
mix(consoleObject, {
  assert(condition, ...values) {
    if (condition) return;
    tell('assert', values.length === 0 ? ['console.assert'] : values);
    const said = line(values);
    write('error', said === '' ? 'Assertion failed' : `Assertion failed: ${said}`);
  },
  clear() { groups = 0; tell('clear', ['console.clear']); write('clear', 'The console was cleared'); },
  count(label) {
    const key = labelOf(label), count = (mapGet(counts, key) || 0) + 1;
    keep(counts, key, count);
    tell('count', [`${key}: ${count}`]);
    write('info', `${key}: ${count}`);
  },
  countReset(label) {
    const key = labelOf(label);
    if (!mapDelete(counts, key)) write('warn', `Count for '${key}' does not exist`);
  },
  dir(value) { tell('dir', [value]); charsLeft = shownChars; write('log', wellFormed(inspect(value, 0, []))); },
  dirxml(...values) { tell('dirxml', values); write('log', line(values)); },
  group(...values) { openGroup('startGroup', values); },
  groupCollapsed(...values) { openGroup('startGroupCollapsed', values); },
  groupEnd() { tell('endGroup', ['console.groupEnd']); groups = max(groups - 1, 0); },
  table(data, columns) { tell('table', [data]); write('log', isObject(data) ? tabled(data, columns) : line([data])); },
  time(label) {
    const key = labelOf(label);
    if (mapHas(started, key)) write('warn', `Timer '${key}' already exists`);
    else keep(started, key, n.now());
  },
  timeLog(label, ...values) {
    const key = labelOf(label), rest = line(values);
    if (!mapHas(started, key)) write('warn', `Timer '${key}' does not exist`);
    else {
      const shownLine = rest === '' ? elapsed(key) : `${elapsed(key)} ${rest}`;
      tell('log', [shownLine]);
      write('log', shownLine);
    }
  },
  timeEnd(label) {
    const key = labelOf(label);
    if (!mapHas(started, key)) { write('warn', `Timer '${key}' does not exist`); return; }
    const shownTime = elapsed(key);
    tell('timeEnd', [shownTime]);
    write('log', shownTime);
    mapDelete(started, key);
  },
  timeStamp() {}, profile() {}, profileEnd() {},
  trace(...values) {
    tell('trace', values.length === 0 ? ['console.trace'] : values);
    const said = line(values);
    write('log', `${said === '' ? 'console.trace' : said}\n${pageFrames()}`);
  },
});
function openGroup(type, values) {
  tell(type, values.length === 0 ? ['console.group'] : values);
  if (values.length > 0) write('log', line(values));
  groups = min(groups + 1, 16);
}
/** The frames of the stack that are the page's. */
const pageFrames = () => {
  const stack = callStack();
  let out = '';
  for (let at = 0; at < stack.length;) {
    let end = stringIndexOf(stack, '\n', at);
    if (end < 0) end = stack.length;
    const frame = substring(stack, at, end);
    if (stringIndexOf(frame, '(prelude') < 0 && stringIndexOf(frame, ' prelude') < 0) {
      out += (out === '' ? '' : '\n') + frame;
    }
    at = end + 1;
  }
  return out;
};
defineProperty(consoleObject, Symbol.toStringTag, { value: 'console', configurable: true, __proto__: null });
expose('console', consoleObject);
}
