// The kinds of events.

/** An event class whose further fields can be given when one is made. */
function eventClass(name, Base, fields) {
  let valuesOf;
  const names = ownKeys(fields);
  const Class = { [name]: class extends Base {
    #values;
    static { valuesOf = (event) => event.#values; }
    constructor(type, init) {
      super(type, init);
      const values = { __proto__: null };
      for (let i = 0; i < names.length; i++) {
        const key = names[i];
        const given = isObject(init) ? init[key] : undefined;
        values[key] = given === undefined ? fields[key] : given;
      }
      this.#values = values;
    }
  } }[name];
  for (let i = 0; i < names.length; i++) {
    const key = names[i];
    defineProperty(Class.prototype, key, {
      get() { return valuesOf(this)[key]; }, enumerable: true, configurable: true,
    });
  }
  expose(name, Class);
  return { Class, valuesOf };
}

const heldKeys = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false };
const custom = eventClass('CustomEvent', Event, { detail: null });
const CustomEvent = custom.Class;
CustomEvent.prototype.initCustomEvent = function (type, bubbles, cancelable, detail) {
  this.initEvent(type, bubbles, cancelable);
  custom.valuesOf(this).detail = detail;
};
const { Class: UIEvent } = eventClass('UIEvent', Event, { view: null, detail: 0, which: 0 });
const { Class: MouseEvent, valuesOf: mouseValues } = eventClass('MouseEvent', UIEvent, {
  clientX: 0, clientY: 0, pageX: 0, pageY: 0, screenX: 0, screenY: 0, button: 0, buttons: 0,
  movementX: 0, movementY: 0, relatedTarget: null, ...heldKeys,
});
mix(MouseEvent.prototype, {
  get x() { return mouseValues(this).clientX; },
  get y() { return mouseValues(this).clientY; },
  get offsetX() { return inTarget(this, 'clientX', 0); },
  get offsetY() { return inTarget(this, 'clientY', 1); },
  getModifierState(key) {
    const names = { Control: 'ctrlKey', Shift: 'shiftKey', Alt: 'altKey', Meta: 'metaKey' };
    return !!mouseValues(this)[names[key]];
  },
});
const inTarget = (event, name, side) => {
  const at = mouseValues(event)[name], { target } = detailsOf(event);
  return isNode(target) ? at - n.rect(handleOf(target))[side] : at;
};
const { Class: PointerEvent } = eventClass('PointerEvent', MouseEvent, {
  pointerId: 0, pointerType: '', isPrimary: false, pressure: 0, width: 1, height: 1, tiltX: 0,
  tiltY: 0, twist: 0, tangentialPressure: 0,
});
const { Class: WheelEvent } = eventClass('WheelEvent', MouseEvent, {
  deltaX: 0, deltaY: 0, deltaZ: 0, deltaMode: 0,
});
const { Class: KeyboardEvent } = eventClass('KeyboardEvent', UIEvent, {
  key: '', code: '', location: 0, repeat: false, isComposing: false, keyCode: 0, charCode: 0,
  ...heldKeys,
});
const { Class: InputEvent } = eventClass('InputEvent', UIEvent, {
  data: null, inputType: '', isComposing: false,
});
const { Class: FocusEvent } = eventClass('FocusEvent', UIEvent, { relatedTarget: null });
const { Class: SubmitEvent } = eventClass('SubmitEvent', Event, { submitter: null });
const { Class: MessageEvent } = eventClass('MessageEvent', Event, {
  data: null, origin: '', lastEventId: '', source: null, ports: [],
});
const { Class: ErrorEvent } = eventClass('ErrorEvent', Event, {
  message: '', filename: '', lineno: 0, colno: 0, error: undefined,
});
const { Class: HashChangeEvent } = eventClass('HashChangeEvent', Event, { oldURL: '', newURL: '' });
const { Class: PopStateEvent } = eventClass('PopStateEvent', Event, { state: null });
const { Class: PromiseRejectionEvent } = eventClass('PromiseRejectionEvent', Event, {
  promise: null, reason: undefined,
});
eventClass('ProgressEvent', Event, { lengthComputable: false, loaded: 0, total: 0 });
eventClass('AnimationEvent', Event, { animationName: '', elapsedTime: 0, pseudoElement: '' });
eventClass('TransitionEvent', Event, { propertyName: '', elapsedTime: 0, pseudoElement: '' });

class AbortSignal extends EventTarget {
  constructor() { illegal(); }
  get aborted() { return stateOf(this).aborted; }
  get reason() { return stateOf(this).reason; }
  throwIfAborted() { if (stateOf(this).aborted) throw stateOf(this).reason; }
  static abort(reason) { const signal = newSignal(); abort(signal, reason); return signal; }
  static timeout(delay) {
    const signal = newSignal();
    setTimer(() => abort(signal, new DOMException('It took too long', 'TimeoutError')), delay, false);
    return signal;
  }
}
addHandlers(AbortSignal.prototype, ['abort']);
const newSignal = () => {
  const state = newState(null);
  state.aborted = false;
  state.reason = undefined;
  return new Brand(objectCreate(AbortSignal.prototype), state);
};
const abort = (signal, reason) => {
  const state = stateOf(signal);
  if (state.aborted) return;
  state.aborted = true;
  state.reason = reason === undefined ? new DOMException('Aborted', 'AbortError') : reason;
  dispatch(signal, trusted(new Event('abort')));
};
class AbortController {
  #signal = newSignal();
  get signal() { return this.#signal; }
  abort(reason) { abort(this.#signal, reason); }
}
expose('AbortSignal', AbortSignal);
expose('AbortController', AbortController);
