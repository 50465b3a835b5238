// What a click does to controls, and what the user's input tells the page.
//
// Source: the HTML standard, "Activation behavior", and the DOM standard, "dispatch".

/** The element on the path of a click that does something: itself, or the nearest around. */
function activatable(handle) {
  const path = n.path(handle);
  for (let i = 0; i < path.length; i++) {
    if (n.type(path[i]) !== 1 || !n.isHtml(path[i])) continue;
    const name = n.localName(path[i]);
    if (name === 'input' || name === 'button' || name === 'label' || name === 'select'
      || name === 'textarea' || name === 'summary'
      || (name === 'a' || name === 'area') && n.attribute(path[i], 'href') !== null) return path[i];
  }
  return null;
}
const isDisabled = (handle) => n.attribute(handle, 'disabled') !== null
  && indexIn(['button', 'fieldset', 'input', 'optgroup', 'option', 'select', 'textarea'],
    n.localName(handle)) >= 0;

/** A box is ticked before its click is told, and as it was if that was prevented. */
function tick(handle) {
  if (handle === null || n.localName(handle) !== 'input' || isDisabled(handle)) return null;
  const type = inputType(handle);
  if (type === 'checkbox') {
    const was = n.checked(handle);
    setChecked(handle, !was);
    return { handle, undo: () => setChecked(handle, was), __proto__: null };
  }
  if (type !== 'radio' || n.checked(handle)) return null;
  const group = radioGroup(handle);
  setChecked(handle, true);
  return {
    handle, __proto__: null,
    undo() {
      setChecked(handle, false);
      if (group !== null) setChecked(group, true);
    },
  };
}
const radioGroup = (handle) => {
  const name = n.attribute(handle, 'name'), form = n.formOf(handle);
  const all = name === null ? [] : n.byName(n.rootOf(handle), name);
  for (let i = 0; i < all.length; i++) {
    if (n.localName(all[i]) === 'input' && inputType(all[i]) === 'radio' && n.checked(all[i])
      && n.formOf(all[i]) === form) return all[i];
  }
  return null;
};

/** Tells of a click and does what it does. Returns whether the host has nothing left to do. */
function clickOn(target, event) {
  const handle = handleOf(target), active = activatable(handle);
  const ticked = tick(active);
  if (!dispatch(target, event)) {
    if (ticked !== null) ticked.undo();
    return true;
  }
  if (active === null) return false;
  if (ticked !== null) {
    if (detailsOf(event).isTrusted) focusNode(active);
    if (n.isConnected(active)) {
      fire(active, 'input');
      fire(active, 'change');
    }
    return true;
  }
  return activate(active, handle, event);
}
function activate(active, from, event) {
  if (isDisabled(active)) return true;
  const name = n.localName(active);
  const isTrusted = detailsOf(event).isTrusted;
  if (name === 'label') {
    const control = n.labeled(active);
    if (control === null || indexIn(n.path(from), control) >= 0) return true;
    if (isTrusted) focusNode(control);
    if (!isDisabled(control)) synthesize(wrap(control), isTrusted);
    return true;
  }
  if (name === 'a' || name === 'area') {
    const url = n.resolve(n.attribute(active, 'href') ?? '');
    if (url === null || !startsWith(url, 'javascript:')) return false;
    later(() => runUrl(url));
    return true;
  }
  const type = name === 'input' ? inputType(active) : name === 'button' ? wrap(active).type : '';
  if (type === 'checkbox' || type === 'radio') {
    if (isTrusted) focusNode(active);
    return true;
  }
  if (type !== 'submit' && type !== 'image' && type !== 'reset') return false;
  if (isTrusted) focusNode(active);
  const owner = n.formOf(active);
  if (owner !== null) {
    if (type === 'reset') resetForm(owner);
    else submitForm(owner, active);
  }
  return true;
}
const fire = (handle, type) => {
  const Class = type === 'input' ? InputEvent : Event;
  dispatch(wrap(handle), trusted(new Class(type, { bubbles: true, composed: true })));
};

/** `element.click()`, and the click that a label makes. */
function synthesize(target, isTrusted) {
  const event = new PointerEvent('click', {
    bubbles: true, cancelable: true, composed: true, view: G, pointerId: -1,
  });
  detailsOf(event).isTrusted = isTrusted;
  if (!clickOn(target, event)) n.click(handleOf(target));
}
function click(target) {
  const state = stateOf(target);
  if (isDisabled(handleOf(target)) || state.isClicking) return;
  state.isClicking = true;
  try { synthesize(target, false); } finally { state.isClicking = false; }
}

// ---- the focus

let focused = null;
const focusEvent = (handle, type, related) => {
  if (handle === null || !setHas(listened, type)
    && n.attribute(handle, 'on' + type) === null) return;
  dispatch(wrap(handle), trusted(new FocusEvent(type, {
    bubbles: type === 'focusin' || type === 'focusout', composed: true, view: G,
    relatedTarget: wrap(related),
  })));
};
/** Tells of the focus, if it has moved. */
function tellFocus(handle) {
  if (handle === focused) return;
  const old = focused;
  focused = handle;
  if (old !== null && n.type(old) === 1) {
    commit(old);
    focusEvent(old, 'blur', handle);
    focusEvent(old, 'focusout', handle);
  }
  if (handle !== null && focused === handle) {
    focusEvent(handle, 'focus', old);
    focusEvent(handle, 'focusin', old);
  }
}
function focusNode(handle) {
  n.focus(handle);
  tellFocus(n.active());
}

// ---- what controls hold

const watchedValues = new PlainMap();
/** Fields whose change is told when the user is done with them. */
const uncommitted = new PlainSet();
const isBox = (handle) => n.type(handle) === 1 && n.localName(handle) === 'input'
  && (inputType(handle) === 'radio' || inputType(handle) === 'checkbox');
const held_ = (handle) => {
  const name = n.type(handle) === 1 ? n.localName(handle) : '';
  if (name === 'select') return join(n.chosen(handle), ' ');
  if (isBox(handle)) return `${n.checked(handle)}`;
  return name === 'input' || name === 'textarea' ? n.value(handle) : null;
};
function watch(handles) {
  mapClear(watchedValues);
  for (let i = 0; i < handles.length; i++) {
    const value = held_(handles[i]);
    if (value !== null) mapSet(watchedValues, handles[i], value);
  }
}
/** A script has set what a control holds: that is no change of the user's. */
const watchAgain = (handle) => {
  if (mapHas(watchedValues, handle)) mapSet(watchedValues, handle, held_(handle));
};
/** Ticks a box. Other buttons of its group may follow, and that is no change of the user's either. */
const setChecked = (handle, isOn) => {
  n.setChecked(handle, isOn);
  mapEach(watchedValues, (_, other) => {
    if (isBox(other)) mapSet(watchedValues, other, held_(other));
  });
};
function tellChanges(isDone) {
  const changed = [];
  mapEach(watchedValues, (value, handle) => {
    if (n.isConnected(handle) && held_(handle) !== value) push(changed, handle);
  });
  mapClear(watchedValues);
  for (let i = 0; i < changed.length; i++) {
    const handle = changed[i], isSelect = n.localName(handle) === 'select';
    const type = isSelect ? '' : n.localName(handle) === 'input' ? inputType(handle) : 'text';
    fire(handle, 'input');
    if (isSelect || type === 'radio' || type === 'checkbox') fire(handle, 'change');
    else setAdd(uncommitted, handle);
  }
  if (!isDone) return;
  const done = [];
  setEach(uncommitted, (handle) => {
    const type = n.localName(handle) === 'input' ? inputType(handle) : '';
    if (type === 'range' || type === 'color') push(done, handle);
  });
  for (let i = 0; i < done.length; i++) commit(done[i]);
}
const commit = (handle) => {
  if (setDelete(uncommitted, handle) && n.isConnected(handle)) fire(handle, 'change');
};

/** Enter in a field of a form that has no button. */
function submitFrom(handle) {
  const owner = n.formOf(handle);
  if (owner === null) return;
  const controls = controlsOf(owner);
  let fields = 0;
  for (let i = 0; i < controls.length; i++) {
    if (n.localName(controls[i]) !== 'input') continue;
    const type = inputType(controls[i]);
    if (indexIn(['button', 'checkbox', 'color', 'file', 'hidden', 'image', 'radio', 'range', 'reset',
      'submit'], type) < 0) fields++;
  }
  if (fields === 1) submitForm(owner, null);
}

const keyCodes = {
  Backspace: 8, Tab: 9, Enter: 13, Shift: 16, Control: 17, Alt: 18, Escape: 27, ' ': 32, PageUp: 33,
  PageDown: 34, End: 35, Home: 36, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40,
  Insert: 45, Delete: 46, __proto__: null,
};
const keyCode = (key) => {
  if (key.length !== 1 || key === ' ') {
    const known = keyCodes[key];
    if (known !== undefined) return known;
    return key[0] === 'F' && key.length <= 3 ? 111 + (+substring(key, 1) || 0) : 0;
  }
  return charCode(toUpper(key), 0);
};
const codeOf = (key) => {
  if (key.length !== 1) return key;
  const code = charCode(toUpper(key), 0);
  if (code >= 65 && code <= 90) return 'Key' + toUpper(key);
  if (code >= 48 && code <= 57) return 'Digit' + key;
  return key === ' ' ? 'Space' : '';
};
const heldBits = (bits) => ({
  ctrlKey: !!(bits & 1), shiftKey: !!(bits & 2), altKey: !!(bits & 4), metaKey: !!(bits & 8),
});
const silent = { mouseenter: 1, mouseleave: 1, pointerenter: 1, pointerleave: 1, __proto__: null };
/** Events that say how many presses they follow. */
const counted = { click: 1, dblclick: 1, mousedown: 1, mouseup: 1, __proto__: null };
function userEvent(type, numbers, texts) {
  const common = { bubbles: !(type in silent), cancelable: !(type in silent), composed: true, view: G };
  if (texts.length > 0) {
    const key = texts[0], code = keyCode(key);
    return new KeyboardEvent(type, {
      ...common, ...heldBits(numbers[0]), repeat: !!numbers[1], key, code: codeOf(key),
      keyCode: type === 'keypress' ? charCode(key, 0) : code, which: code,
      charCode: type === 'keypress' ? charCode(key, 0) : 0,
    });
  }
  if (numbers.length === 0) return new Event(type, common);
  const init = {
    ...common, ...heldBits(numbers[8]), clientX: numbers[0], clientY: numbers[1],
    pageX: numbers[2], pageY: numbers[3], screenX: numbers[4], screenY: numbers[5],
    button: numbers[6], buttons: numbers[7], which: numbers[6] + 1,
    detail: type in counted ? numbers[9] : 0,
  };
  if (type === 'wheel') {
    return new WheelEvent(type, { ...init, deltaX: numbers[9], deltaY: numbers[10] });
  }
  if (startsWith(type, 'mouse')) return new MouseEvent(type, init);
  return new PointerEvent(type, {
    ...init, pointerId: 1, pointerType: 'mouse', isPrimary: true,
    pressure: numbers[7] === 0 ? 0 : 0.5,
  });
}
