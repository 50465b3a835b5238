// What the inspector has of the prelude. It is asked for in a page that is inspected, and in no other.

const inspected = () => ({
  n, G, isNode, hasState, handleOf, wrap, nameOf, report, setAttribute, removeAttribute, remove,
  setText, focusNode, DOMException, exposed, windowMembers, eventTarget: inspectedTarget,
  windowPrototype: Window.prototype,
  parts: { document, location, history, navigator, performance, crypto, customElements, __proto__: null },
  hear(hearer) { heard = hearer; },
  setOuter(handle, markup) {
    const parent = n.parent(handle);
    replace(parent, parse(n.type(parent) === 1 ? parent : null, text(markup)), handle);
    upgradeIn(parent);
  },
  __proto__: null,
});
const inspectedTarget = {
  addEventListener, removeEventListener, dispatchEvent: EventTarget.prototype.dispatchEvent,
  __proto__: null,
};
