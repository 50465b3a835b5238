// The table of objects that clients hold, and the values that they are told.

let lastId = 0, lastException = 0;
/** Object by number; each is held until it, its group, its session or its document goes. */
const table = new Map();
const contexts = new Map();

const contextBy = (id) => contexts.get(id) ?? refuse('Cannot find context with specified id');
const contextFor = (params, idName = 'contextId') => {
  if (params.uniqueContextId !== undefined) {
    if (params[idName] !== undefined) {
      refuse(`${idName} and uniqueContextId are mutually exclusive`, -32602);
    }
    for (const context of contexts.values()) {
      if (context.unique === params.uniqueContextId) return context;
    }
    refuse(/^-?\d+\.-?\d+$/.test(params.uniqueContextId)
      ? 'uniqueContextId not found' : 'invalid uniqueContextId', -32602);
  }
  if (params[idName] !== undefined) return contextBy(params[idName]);
  for (const context of contexts.values()) if (context.isDefault) return context;
  return refuse('Cannot find default execution context');
};

const hold = (session, context, value, group) => {
  if (table.size >= i.objectsMax) {
    refuse(`More than ${i.objectsMax} objects are held; release some of them`);
  }
  const id = ++lastId;
  table.set(id, { session, context, value, group });
  return `${i.isolate}.${context.id}.${id}`;
};
/** What a client holds by that name. */
const heldBy = (session, objectId) => {
  const found = /^(-?\d{1,20})\.(\d{1,10})\.(\d{1,15})$/.exec(objectId);
  if (found === null) refuse('Invalid remote object id');
  if (found[1] !== i.isolate) refuse('Cannot find context with specified id');
  contextBy(+found[2]);
  const held = table.get(+found[3]);
  if (held === undefined || held.session !== session || held.context.id !== +found[2]) {
    refuse('Could not find object with given id');
  }
  return { ...held, id: +found[3] };
};
const release = (session, is) => {
  for (const [id, held] of table) if (held.session === session && is(held)) table.delete(id);
};

/** A value as the protocol writes it. */
const remote = (session, context, value, options = {}) => {
  const { group, byValue, preview } = options;
  switch (typeof value) {
    case 'undefined': return { type: 'undefined' };
    case 'boolean': return { type: 'boolean', value };
    case 'string': return { type: 'string', value: value.toWellFormed() };
    case 'bigint': return { type: 'bigint', unserializableValue: `${value}n`, description: `${value}n` };
    case 'number': {
      const description = numberText(value);
      return Number.isFinite(value) && description !== '-0' ? { type: 'number', value, description }
        : { type: 'number', unserializableValue: description, description };
    }
    case 'symbol': {
      if (byValue) refuse(unreturnable);
      const description = symbolText(value).toWellFormed();
      return { type: 'symbol', description, objectId: hold(session, context, value, group) };
    }
  }
  if (value === null) return { type: 'object', subtype: 'null', value: null };
  if (byValue) {
    budget.left = i.valuesMax;
    return { type: typeof value, value: asJson(value, depthMax) };
  }
  const shown = {
    type: typeof value, subtype: subtypeOf(value), className: classOf(value).toWellFormed(),
    description: describe(value).toWellFormed(),
    objectId: hold(session, context, value, group),
  };
  if (preview && typeof value !== 'function') shown.preview = previewOf(value);
  return shown;
};

const unreturnable = "Object couldn't be returned by value";
const depthMax = 1_000;
const budget = { left: 0 };
/** A value with all that is in it. Getters of the page are called, as they would be by a script. */
const asJson = (value, depth) => {
  if (depth <= 0) refuse('Object reference chain is too long');
  if (--budget.left < 0) refuse(unreturnable);
  switch (typeof value) {
    case 'undefined': return null;
    case 'string': return value.toWellFormed();
    case 'boolean': case 'number': return value;
    case 'symbol': case 'bigint': return refuse(unreturnable);
  }
  if (value === null) return null;
  if (kindOf(value) === 'Array') {
    const list = [];
    if (value.length > budget.left) refuse(unreturnable);
    for (let at = 0; at < value.length; at++) list.push(asJson(value[at], depth - 1));
    return list;
  }
  const made = Object.create(null);
  for (const key of ownKeys(value)) {
    if (typeof key !== 'string' || !getOwnPropertyDescriptor(value, key)?.enumerable) continue;
    const held = value[key];
    if (held !== undefined) made[key.toWellFormed()] = asJson(held, depth - 1);
  }
  return made;
};

/** What is said of an exception, beside the value that was thrown. */
const exceptionOf = (session, context, thrown, text, options) => {
  const isError = typeof thrown === 'object' && thrown !== null && subtypeOf(thrown) === 'error';
  const frames = isError ? framesOf(stackOf(thrown)) : [];
  const [first] = frames;
  return {
    exceptionId: ++lastException, text,
    lineNumber: first?.lineNumber ?? 0, columnNumber: first?.columnNumber ?? 0,
    scriptId: first?.scriptId, url: first?.url || undefined,
    stackTrace: frames.length > 0 ? { callFrames: frames } : undefined,
    exception: remote(session, context, thrown, { ...options, byValue: false }),
  };
};
