// What the host calls.

/** The objects that stand for nodes are the page's; nobody else has the page's methods here. */
const change = {
  attribute(handle, name, value) {
    if (!/^[^\s"'<>/=\u0000]+$/.test(name)) {
      refuse(`InvalidCharacterError '${name}' is not a valid attribute name.`);
    }
    p.setAttribute(handle, name, value);
  },
  removeAttribute(handle, name) { p.removeAttribute(handle, name); },
  remove(handle) { p.remove(handle); },
  text(handle, value) { p.setText(handle, value); },
  outer(handle, markup) {
    const parent = p.n.parent(handle);
    if (parent === null || p.n.type(parent) === 9) refuse('Node does not have a parent');
    p.setOuter(handle, markup);
  },
  focus(handle) {
    p.focusNode(handle);
    if (p.n.active() !== handle) refuse('Element is not focusable');
  },
};

p.hear(heard);
return {
  run(session, call, method, text) {
    try {
      const run = commands[method];
      if (run === undefined) refuse(`'${method}' wasn't found`, -32601);
      const params = JSON.parse(text);
      check(params, shapes[method]);
      const result = run(session, params, call);
      return result === PENDING ? '' : answerOf(result);
    } catch (error) { return errorOf(error); }
  },
  has: (method) => method in commands,
  listen(session, listens) {
    if (listens) listening.add(session);
    else listening.delete(session);
  },
  end(session) {
    listening.delete(session);
    kept.delete(session);
    release(session, () => true);
  },
  world(id, name, unique, isDefault, global) {
    contexts.set(id, { id, name, unique, isDefault, global });
    if (!isDefault) setUpWorld(global);
  },
  /** The node that an object stands for, as its handle; a text says what is wrong. */
  node(session, objectId) {
    try {
      const { value } = heldBy(session, objectId);
      return p.isNode(value) ? p.handleOf(value) : errorOf(new Refusal(
        "Object id doesn't reference a Node", -32000));
    } catch (error) { return errorOf(error); }
  },
  resolve(session, handle, contextId, group) {
    try {
      if (contextId >= 0 && !contexts.has(contextId)) {
        refuse('Node with given id does not belong to the document');
      }
      const context = contextFor(contextId < 0 ? {} : { contextId });
      const object = remote(session, context, p.wrap(handle), { group: group ?? undefined });
      return answerOf({ object });
    } catch (error) { return errorOf(error); }
  },
  change(what, handle, first, second) {
    try {
      change[what](handle, first, second);
      return answerOf({});
    } catch (error) { return errorOf(error); }
  },
  start(contextId, code) {
    try { i.evaluate(contextId, code, sourceName(code), false); } catch (thrown) {
      p.report(thrown);
    }
  },
};
