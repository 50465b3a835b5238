// Pointer capture: while a button is down, an element can have all that the pointer does.
//
// Source: Pointer Events, level 3, "Pointer capture".

/** Who has the pointer, who is to have it from the next event on, and whether a button is down. */
const captured = { by: null, next: null, isDown: false, __proto__: null };
const THE_POINTER = 1;
const checkPointer = (id) => {
  if (+id !== THE_POINTER) fail('NotFoundError', 'No pointer has that id');
};
const captureMembers = {
  setPointerCapture(id) {
    need(arguments, 1);
    const handle = handleOf(this);
    checkPointer(id);
    if (!n.isConnected(handle)) fail('InvalidStateError');
    if (!captured.isDown) return;
    captured.next = this;
    // What follows comes by these, whoever listens to them.
    listen('pointermove');
    listen('pointerup');
  },
  releasePointerCapture(id) {
    need(arguments, 1);
    handleOf(this);
    checkPointer(id);
    if (captured.next === this) captured.next = null;
  },
  hasPointerCapture(id) {
    need(arguments, 1);
    handleOf(this);
    return +id === THE_POINTER && captured.next === this;
  },
};
mix(Element.prototype, captureMembers);

const tellCapture = (type, element) => {
  const target = n.isConnected(handleOf(element)) ? element : document;
  dispatch(target, trusted(new PointerEvent(type, {
    bubbles: true, composed: true, view: G, pointerId: THE_POINTER, pointerType: 'mouse',
    isPrimary: true,
  })));
};
function settleCapture() {
  if (captured.next !== null && !n.isConnected(handleOf(captured.next))) captured.next = null;
  const { by, next } = captured;
  if (by === next) return;
  captured.by = next;
  if (by !== null) tellCapture('lostpointercapture', by);
  if (next !== null) tellCapture('gotpointercapture', next);
}
const crossings = {
  mouseover: 1, mouseout: 1, mouseenter: 1, mouseleave: 1, pointerover: 1, pointerout: 1,
  pointerenter: 1, pointerleave: 1, __proto__: null,
};
/**
 * Whom an event of the pointer is for: the element that has the pointer, or the one below it.
 * Nobody hears that the pointer crosses an edge while it belongs to one.
 */
function pointerTarget(type, below, buttons) {
  if (type === 'wheel') return below;
  const isCrossing = type in crossings;
  if (isCrossing || startsWith(type, 'pointer')) {
    // The button has come up elsewhere.
    if (buttons === 0 && type !== 'pointerup' && type !== 'pointercancel') captured.next = null;
    captured.isDown = buttons !== 0;
    settleCapture();
  } else if (type === 'mousedown') captured.isDown = true;
  if (captured.by === null) return below;
  return isCrossing ? null : captured.by;
}
/** After an event: the pointer is let go with the button, once the click is told as well. */
function pointerTold(type, buttons) {
  if (type !== 'pointerup' && type !== 'pointercancel' || buttons !== 0) return;
  captured.next = null;
  captured.isDown = false;
  if (captured.by !== null) later(settleCapture);
}
