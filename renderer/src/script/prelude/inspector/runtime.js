// Commands of the domain Runtime.

const commands = Object.create(null), shapes = Object.create(null);
const command = (method, shape, run) => { commands[method] = run; shapes[method] = shape; };
/** What a command gives that is answered later. */
const PENDING = Symbol('pending');

const optionsOf = (params) => {
  const how = params.serializationOptions?.serialization;
  return {
    group: params.objectGroup, preview: params.generatePreview,
    byValue: params.returnByValue || how === 'json',
  };
};
const thrownBy = (session, context, thrown, params, text = 'Uncaught') => {
  const options = optionsOf(params);
  return {
    result: remote(session, context, thrown, { ...options, byValue: false }),
    exceptionDetails: exceptionOf(session, context, thrown, text, options),
  };
};
const rejectedText = (reason) => {
  const isError = typeof reason === 'object' && reason !== null && subtypeOf(reason) === 'error';
  return `Uncaught (in promise)${isError ? ` ${headOf(reason)}` : ''}`.toWellFormed();
};

/** Calls `then` of the language on a promise, whatever the page has made of its class. */
const watchPromise = (promise, done, failed) => {
  const { then } = Promise.prototype;
  const own = getOwnPropertyDescriptor(promise, 'constructor');
  if (own !== undefined || !Reflect.isExtensible(promise)) {
    Reflect.apply(then, promise, [done, failed]);
    return;
  }
  // Else the promise that `then` makes, which nobody sees, would be one of the page's class.
  Reflect.defineProperty(promise, 'constructor', { value: undefined, configurable: true });
  try { Reflect.apply(then, promise, [done, failed]); } finally {
    Reflect.deleteProperty(promise, 'constructor');
  }
};
const isThing = (value) => typeof value === 'object' ? value !== null : typeof value === 'function';
/** Answers a call with what a value comes to. */
const settle = (session, context, value, params, call, unwrap = (it) => it) => {
  const options = optionsOf(params);
  const answer = (make) => {
    let text;
    try { text = answerOf(make()); } catch (error) { text = errorOf(error); }
    i.answer(call, text);
  };
  if (!isThing(value)) return { result: remote(session, context, value, options) };
  const promise = kindOf(value) === 'Promise' ? value : new Promise((resolve) => resolve(value));
  watchPromise(promise,
    (done) => answer(() => ({ result: remote(session, context, unwrap(done), options) })),
    (reason) => answer(() => thrownBy(session, context, reason, params, rejectedText(reason))));
  return PENDING;
};
const finish = (session, context, value, params, call) => params.awaitPromise
  ? settle(session, context, value, params, call)
  : { result: remote(session, context, value, optionsOf(params)) };

/** The name that a script gives itself. */
const sourceName = (code) => {
  const found = /\/\/[#@] sourceURL=[ \t]*([^\s'"]*)[ \t]*$/m.exec(code.slice(-2_000));
  return found === null || found[1] === '' ? unnamed : found[1];
};

command('Runtime.evaluate', 'expression:s! objectGroup:s includeCommandLineAPI:b silent:b '
  + 'contextId:i returnByValue:b generatePreview:b userGesture:b awaitPromise:b '
  + 'throwOnSideEffect:b timeout:n disableBreaks:b replMode:b allowUnsafeEvalBlockedByCSP:b '
  + 'uniqueContextId:s serializationOptions:o', (session, params, call) => {
  const context = contextFor(params);
  if (params.throwOnSideEffect) {
    const error = i.error(context.id, 'EvalError', 'Possible side-effect in debug-evaluate');
    return thrownBy(session, context, error, params);
  }
  const code = params.expression, waits = params.replMode && /\bawait\b/.test(code);
  let value;
  try { value = i.evaluate(context.id, code, sourceName(code), !!waits); } catch (thrown) {
    return thrownBy(session, context, thrown, params);
  }
  // A script that may wait gives a promise of an object with what it comes to.
  if (waits) return settle(session, context, value, params, call, (done) => done.value);
  return finish(session, context, value, params, call);
});

const numbersByName = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };
const argumentOf = (session, context, given) => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    refuse('Invalid parameters', -32602, 'Failed to deserialize params.arguments - CBOR: map start expected');
  }
  check(given, 'objectId:s unserializableValue:s', 'params.arguments');
  if (given.objectId !== undefined) {
    const found = /^(-?\d{1,20})\.(\d{1,10})\.\d{1,15}$/.exec(given.objectId);
    if (found !== null && (found[1] !== i.isolate || +found[2] !== context.id)) {
      refuse('Argument should belong to the same JavaScript world as target object');
    }
    return heldBy(session, given.objectId).value;
  }
  const name = given.unserializableValue;
  if (name !== undefined) {
    if (Object.hasOwn(numbersByName, name)) return numbersByName[name];
    if (/^-?\d{1,100000}n$/.test(name)) return BigInt(name.slice(0, -1));
    refuse("Couldn't parse value object in call argument");
  }
  if (!Object.hasOwn(given, 'value')) return undefined;
  return isThing(given.value) ? i.parse(context.id, JSON.stringify(given.value)) : given.value;
};

command('Runtime.callFunctionOn', 'functionDeclaration:s! objectId:s arguments:a silent:b '
  + 'returnByValue:b generatePreview:b userGesture:b awaitPromise:b executionContextId:i '
  + 'objectGroup:s throwOnSideEffect:b uniqueContextId:s serializationOptions:o',
(session, params, call) => {
  const given = ['objectId', 'executionContextId', 'uniqueContextId']
    .filter((name) => params[name] !== undefined);
  if (given.length === 0) {
    refuse('Either objectId or executionContextId or uniqueContextId must be specified', -32602);
  }
  if (given.length > 1) {
    refuse('ObjectId, executionContextId and uniqueContextId must mutually exclude each other', -32602);
  }
  const held = params.objectId === undefined ? undefined : heldBy(session, params.objectId);
  const context = held === undefined ? contextFor(params, 'executionContextId') : held.context;
  const group = params.objectGroup ?? held?.group;
  const ours = { ...params, objectGroup: group };
  const values = (params.arguments ?? []).map((one) => argumentOf(session, context, one));
  if (params.throwOnSideEffect) {
    const error = i.error(context.id, 'EvalError', 'Possible side-effect in debug-evaluate');
    return thrownBy(session, context, error, ours);
  }
  const code = params.functionDeclaration;
  let value;
  try { value = i.evaluate(context.id, `(${code})`, sourceName(code), false); } catch (thrown) {
    return thrownBy(session, context, thrown, ours);
  }
  if (typeof value !== 'function') refuse('Given expression does not evaluate to a function');
  const self = held === undefined ? context.global : held.value;
  try { value = Reflect.apply(value, self, values); } catch (thrown) {
    return thrownBy(session, context, thrown, ours);
  }
  return finish(session, context, value, ours, call);
});

command('Runtime.awaitPromise', 'promiseObjectId:s! returnByValue:b generatePreview:b',
  (session, params, call) => {
    const held = heldBy(session, params.promiseObjectId);
    if (!isThing(held.value) || kindOf(held.value) !== 'Promise') {
      refuse('Could not find promise with given id');
    }
    return settle(session, held.context, held.value, { ...params, objectGroup: held.group }, call);
  });
command('Runtime.releaseObject', 'objectId:s!', (session, params) => {
  table.delete(heldBy(session, params.objectId).id);
  return {};
});
command('Runtime.releaseObjectGroup', 'objectGroup:s!', (session, params) => {
  release(session, (held) => held.group === params.objectGroup);
  return {};
});

// ---- scripts that are kept

const scripts = new Map();
const SCRIPTS_MAX = 1_000, SCRIPTS_CHARS_MAX = 8 << 20;
let scriptChars = 0;
command('Runtime.compileScript', 'expression:s! sourceURL:s! persistScript:b! executionContextId:i',
  (session, params) => {
    const context = contextFor(params, 'executionContextId'), code = params.expression;
    try { i.compile(context.id, code, params.sourceURL || unnamed); } catch (thrown) {
      return { exceptionDetails: exceptionOf(session, context, thrown, 'Uncaught', {}) };
    }
    if (!params.persistScript) return {};
    if (scripts.size >= SCRIPTS_MAX || scriptChars + code.length > SCRIPTS_CHARS_MAX) {
      refuse('Too many scripts are kept');
    }
    scriptChars += code.length;
    const scriptId = `c${scripts.size + 1}`;
    scripts.set(scriptId, { code, name: params.sourceURL || unnamed });
    return { scriptId };
  });
command('Runtime.runScript', 'scriptId:s! executionContextId:i objectGroup:s silent:b '
  + 'includeCommandLineAPI:b returnByValue:b generatePreview:b awaitPromise:b',
(session, params, call) => {
  const context = contextFor(params, 'executionContextId');
  const script = scripts.get(params.scriptId) ?? refuse('No script with given id');
  let value;
  try { value = i.evaluate(context.id, script.code, script.name, false); } catch (thrown) {
    return thrownBy(session, context, thrown, params);
  }
  return finish(session, context, value, params, call);
});
command('Runtime.globalLexicalScopeNames', 'executionContextId:i', (session, params) => {
  contextFor(params, 'executionContextId');
  // The engine does not tell them.
  return { names: [] };
});
command('Runtime.discardConsoleEntries', '', (session) => {
  release(session, (held) => held.group === 'console');
  kept.delete(session);
  return {};
});
