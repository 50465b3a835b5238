// Runtime.getProperties.

const propertiesMax = 100_000;

const propertyOf = (session, context, object, key, isOwn, options) => {
  const found = getOwnPropertyDescriptor(object, key);
  if (found === undefined) return null;
  const name = typeof key === 'symbol' ? symbolText(key) : key;
  const said = { name: name.toWellFormed() };
  const write = (value) => remote(session, context, value, options);
  if ('value' in found) {
    said.value = write(found.value);
    said.writable = found.writable;
  } else {
    said.get = write(found.get);
    said.set = write(found.set);
  }
  Object.assign(said, { configurable: found.configurable, enumerable: found.enumerable, isOwn });
  if (typeof key === 'symbol') said.symbol = write(key);
  return said;
};
/** What an object has beside its properties. */
const internalsOf = (session, context, value, kind, options) => {
  const internals = [];
  const add = (name, held) => internals.push({ name, value: remote(session, context, held, options) });
  if (kind === 'Proxy') {
    add('[[Handler]]', i.proxyHandler(value));
    add('[[Target]]', i.proxy(value));
    add('[[IsRevoked]]', i.proxy(value) === null);
    return internals;
  }
  add('[[Prototype]]', getPrototypeOf(value));
  if (kind === 'Map' || kind === 'Set') {
    const pairs = entriesOf(value, kind, propertiesMax);
    add('[[Entries]]', i.entries(context.id, pairs.map((pair) => pair.value),
      kind === 'Map' ? pairs.map((pair) => pair.key) : []));
  } else for (const [name, held] of hiddenOf(value, kind)) add(name, held);
  return internals;
};

command('Runtime.getProperties', 'objectId:s! ownProperties:b accessorPropertiesOnly:b '
  + 'generatePreview:b nonIndexedPropertiesOnly:b', (session, params) => {
  const held = heldBy(session, params.objectId), { context, value } = held;
  if (!isThing(value)) refuse('Value with given id is not an object');
  const options = { group: held.group, preview: params.generatePreview };
  const kind = kindOf(value), result = [], seen = new Set();
  const onlyAccessors = params.accessorPropertiesOnly;
  for (let at = value; at !== null && kindOf(at) !== 'Proxy';) {
    for (const key of ownKeys(at)) {
      if (seen.has(key) || params.nonIndexedPropertiesOnly && isIndex(key)) continue;
      seen.add(key);
      if (onlyAccessors) {
        const found = getOwnPropertyDescriptor(at, key);
        if (found === undefined || 'value' in found) continue;
      }
      if (result.length >= propertiesMax) refuse('The object has too many properties');
      const property = propertyOf(session, context, at, key, at === value, options);
      if (property !== null) result.push(property);
    }
    if (params.ownProperties) break;
    at = getPrototypeOf(at);
  }
  const answer = { result };
  if (!onlyAccessors) answer.internalProperties = internalsOf(session, context, value, kind, options);
  return answer;
});
