// Previews: a few properties of an object, as text.

const shownProperties = 5, shownIndices = 100, shownChars = 100;
const cutEnd = (text) => text.length > shownChars ? `${text.slice(0, shownChars - 1)}…` : text;
const cutMiddle = (text) => text.length > shownChars
  ? `${text.slice(0, 50)}…${text.slice(-49)}` : text;
const numberText = (value) => Object.is(value, -0) ? '-0' : `${value}`;

/** Type, subtype and text of a value. */
const shortly = (value) => {
  switch (typeof value) {
    case 'string': return { type: 'string', value: cutMiddle(value).toWellFormed() };
    case 'number': return { type: 'number', value: numberText(value) };
    case 'bigint': return { type: 'bigint', value: cutEnd(`${value}n`) };
    case 'boolean': case 'undefined': return { type: typeof value, value: `${value}` };
    case 'symbol': return { type: 'symbol', value: cutEnd(symbolText(value)) };
    case 'function': return { type: 'function', value: '' };
    default: {
      if (value === null) return { type: 'object', subtype: 'null', value: 'null' };
      return { type: 'object', value: cutEnd(describe(value)).toWellFormed(), subtype: subtypeOf(value) };
    }
  }
};
const symbolText = (value) => Symbol.prototype.toString.call(value);

const entryPreview = (value) => {
  if (typeof value === 'object' && value !== null) return previewOf(value, false);
  const { type, subtype, value: description } = shortly(value);
  return { type, subtype, description, overflow: false, properties: [] };
};
/** The pairs of a map, or what is in a set. */
const entriesOf = (value, kind, most) => {
  const entries = [];
  if (kind === 'Map') Map.prototype.forEach.call(value, (item, key) => {
    if (entries.length < most) entries.push({ key, value: item });
  });
  else Set.prototype.forEach.call(value, (item) => {
    if (entries.length < most) entries.push({ value: item });
  });
  return entries;
};
/** What an object has that no property shows. */
const hiddenOf = (value, kind) => {
  if (kind in boxed) return [['[[PrimitiveValue]]', probe(boxed[kind], value)]];
  if (kind === 'Promise') {
    const [state, result] = i.promise(value);
    return [['[[PromiseState]]', state], ['[[PromiseResult]]', result]];
  }
  if (kind === 'WeakRef') return [['[[WeakRefTarget]]', WeakRef.prototype.deref.call(value)]];
  if (kind === 'Map' || kind === 'Set') return [['size', probe(sizes[kind], value)]];
  return [];
};
const isIndex = (key) => typeof key === 'string' && /^(0|[1-9]\d{0,9})$/.test(key);

const previewOf = (value, isFull = true) => {
  const kind = kindOf(value), subtype = subtypeOf(value);
  const preview = {
    type: typeof value, subtype, description: cutEnd(describe(value)).toWellFormed(),
    overflow: false, properties: [],
  };
  if (!isFull || kind === 'Proxy') return preview;
  let names = shownProperties, indices = shownIndices;
  const add = (name, short) => preview.properties.push({ name: name.toWellFormed(), ...short });
  if (subtype === 'error') { add('stack', shortly(errorText(value))); names--; }
  for (const [name, held] of hiddenOf(value, kind)) { add(name, shortly(held)); names--; }
  const isList = subtype === 'array' || subtype === 'typedarray';
  const keys = keysOf(value, shownIndices + 64);
  for (const key of keys.list) {
    if ((isList || kind === 'String') && key === 'length' || kind === 'String' && isIndex(key)
      || subtype === 'error' && key === 'stack') continue;
    const found = getOwnPropertyDescriptor(value, key);
    if (found === undefined) continue;
    if (isList && isIndex(key) ? indices-- <= 0 : names-- <= 0) {
      preview.overflow = true;
      break;
    }
    const name = typeof key === 'symbol' ? symbolText(key) : key;
    add(name, 'value' in found ? shortly(found.value) : { type: 'accessor' });
  }
  if (keys.isCut) preview.overflow = true;
  if (kind === 'Map' || kind === 'Set') {
    const entries = entriesOf(value, kind, shownProperties + 1);
    if (entries.length > shownProperties) { preview.overflow = true; entries.pop(); }
    preview.entries = entries.map((entry) => 'key' in entry
      ? { key: entryPreview(entry.key), value: entryPreview(entry.value) }
      : { value: entryPreview(entry.value) });
  }
  return preview;
};
/** The first own keys of an object: of one with a million indices not all are looked at. */
const keysOf = (value, most) => {
  const length = isTyped(value) ? getterOf(typedArray, 'length').call(value)
    : kindOf(value) === 'Array' ? value.length : 0;
  if (length <= most) {
    const all = ownKeys(value);
    return { list: all.slice(0, most * 2), isCut: all.length > most * 2 };
  }
  return { list: Array.from({ length: most }, (_, at) => `${at}`), isCut: true };
};
