// The kinds of events.

const eventClasses = { __proto__: null };
/** A value as a field of that name, by what it is if nothing is given. */
const asField = (key, given, missing) => {
  if (key === 'view' && given !== null && given !== G) throw new PlainTypeError('The view is not a window');
  switch (typeof missing) {
    case 'boolean': return !!given;
    case 'string': return text(given);
    case 'number': { const number = +given; return isFinite(number) ? number : 0; }
    default: return given;
  }
};
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
        values[key] = given === undefined ? fields[key] : asField(key, given, fields[key]);
      }
      this.#values = values;
    }
  } }[name];
  for (let i = 0; i < names.length; i++) {
    const key = names[i];
    accessor(Class.prototype, key, {
      get() { return valuesOf(this)[key]; },
    });
  }
  expose(name, Class);
  eventClasses[name] = Class;
  return { Class, valuesOf };
}

const heldKeys = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false };
const custom = eventClass('CustomEvent', Event, { detail: null });
const CustomEvent = custom.Class;
/** The older way to say what an event is: fields in an order, after its type and two more. */
const addInit = (Class, valuesOf, method, names) => {
  mix(Class.prototype, {
    [method](type, bubbles = false, cancelable = false, ...values) {
      need(arguments, 1);
      const details = detailsOf(this), fields = valuesOf(this);
      if (details.isDispatched) return;
      apply(initEvent, this, [type, bubbles, cancelable]);
      for (let i = 0; i < names.length; i++) {
        const missing = missingOf(names[i]);
        fields[names[i]] = values[i] === undefined ? missing : asField(names[i], values[i], missing);
      }
    },
  });
};
const { initEvent } = Event.prototype;
const missingOf = (name) => indexIn(['detail', 'view', 'relatedTarget', 'data', 'source'], name) >= 0 ? null
  : indexIn(['key', 'origin', 'lastEventId', 'oldURL', 'newURL'], name) >= 0 ? ''
    : indexIn(['ctrlKey', 'altKey', 'shiftKey', 'metaKey'], name) >= 0 ? false : 0;
addInit(CustomEvent, custom.valuesOf, 'initCustomEvent', ['detail']);
const { Class: UIEvent, valuesOf: uiValues } = eventClass('UIEvent', Event, { view: null, detail: 0, which: 0 });
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
addInit(UIEvent, uiValues, 'initUIEvent', ['view', 'detail']);
mix(MouseEvent.prototype, {
  initMouseEvent(type, bubbles = false, cancelable = false, view = null, detail = 0, screenX = 0,
    screenY = 0, clientX = 0, clientY = 0, ctrlKey = false, altKey = false, shiftKey = false,
    metaKey = false, button = 0, relatedTarget = null) {
    need(arguments, 1);
    if (detailsOf(this).isDispatched) return;
    apply(UIEvent.prototype.initUIEvent, this, [type, bubbles, cancelable, view, detail]);
    const values = mouseValues(this);
    { values.screenX = screenX | 0; values.screenY = screenY | 0; values.clientX = clientX | 0; values.clientY = clientY | 0; }
    { values.ctrlKey = !!ctrlKey; values.altKey = !!altKey; values.shiftKey = !!shiftKey; values.metaKey = !!metaKey; }
    values.button = button | 0;
    values.relatedTarget = relatedTarget;
  },
});
const isMouse = (event) => { try { mouseValues(event); return true; } catch { return false; } };
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
const { Class: KeyboardEvent, valuesOf: keyValues } = eventClass('KeyboardEvent', UIEvent, {
  key: '', code: '', location: 0, repeat: false, isComposing: false, keyCode: 0, charCode: 0,
  ...heldKeys,
});
addInit(KeyboardEvent, keyValues, 'initKeyboardEvent',
  ['view', 'key', 'location', 'ctrlKey', 'altKey', 'shiftKey', 'metaKey']);
addConstants(KeyboardEvent, {
  DOM_KEY_LOCATION_STANDARD: 0, DOM_KEY_LOCATION_LEFT: 1, DOM_KEY_LOCATION_RIGHT: 2,
  DOM_KEY_LOCATION_NUMPAD: 3,
});
const { Class: InputEvent } = eventClass('InputEvent', UIEvent, {
  data: null, inputType: '', isComposing: false,
});
const { Class: FocusEvent } = eventClass('FocusEvent', UIEvent, { relatedTarget: null });
const { Class: SubmitEvent } = eventClass('SubmitEvent', Event, { submitter: null });
const { Class: MessageEvent, valuesOf: messageValues } = eventClass('MessageEvent', Event, {
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
addInit(MessageEvent, messageValues, 'initMessageEvent', ['data', 'origin', 'lastEventId', 'source', 'ports']);
const composition = eventClass('CompositionEvent', UIEvent, { data: '' });
addInit(composition.Class, composition.valuesOf, 'initCompositionEvent', ['view', 'data']);
eventClass('DragEvent', MouseEvent, { dataTransfer: null });
/** The events that can be made by the name of their kind, small. */
const eventKinds = {
  beforeunloadevent: 'BeforeUnloadEvent', compositionevent: 'CompositionEvent',
  customevent: 'CustomEvent', dragevent: 'DragEvent', event: 'Event', events: 'Event',
  focusevent: 'FocusEvent', hashchangeevent: 'HashChangeEvent', htmlevents: 'Event',
  keyboardevent: 'KeyboardEvent', messageevent: 'MessageEvent', mouseevent: 'MouseEvent',
  mouseevents: 'MouseEvent', storageevent: 'StorageEvent', svgevents: 'Event',
  textevent: 'CompositionEvent', uievent: 'UIEvent', uievents: 'UIEvent', __proto__: null,
};
eventClasses.Event = Event;
const createEvent = (kind) => {
  const Class = eventClasses[eventKinds[toLower(kind)]];
  if (Class === undefined) fail('NotSupportedError');
  const event = new Class('');
  detailsOf(event).isInitialized = false;
  return event;
};
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
