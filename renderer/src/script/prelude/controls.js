// Form controls and forms.

const inputType = (handle) => {
  const type = toLower(n.attribute(handle, 'type') ?? 'text');
  return indexIn(inputTypes, type) < 0 ? 'text' : type;
};
const inputTypes = ('button checkbox color date datetime-local email file hidden image month number '
  + 'password radio range reset search submit tel text time url week').split(' ');
const controlMembers = {
  get form() { return wrap(n.formOf(handleOf(this))); },
  get labels() { return labelsOf(handleOf(this)); },
  get willValidate() { return n.attribute(handleOf(this), 'disabled') === null; },
  get validity() { return validityOf(this); },
  get validationMessage() { return stateOf(this).message ?? ''; },
  setCustomValidity(message) { stateOf(this).message = text(message); },
  checkValidity() { return checkValidity(this); },
  reportValidity() { return checkValidity(this); },
};
const labelsOf = (handle) => {
  const labels = n.byTag(n.root(), 'label', true), found = [];
  for (let i = 0; i < labels.length; i++) {
    if (n.labeled(labels[i]) === handle) push(found, wrap(labels[i]));
  }
  return staticList(found);
};
const validityOf = (control) => {
  const handle = handleOf(control), value = `${control.value ?? ''}`;
  const isBox = n.localName(handle) === 'input'
    && (inputType(handle) === 'checkbox' || inputType(handle) === 'radio');
  const isEmpty = isBox ? !n.checked(handle) : value === '';
  const valueMissing = n.attribute(handle, 'required') !== null && isEmpty;
  const longest = +(n.attribute(handle, 'maxlength') ?? NaN);
  const shortest = +(n.attribute(handle, 'minlength') ?? NaN);
  const customError = (stateOf(control).message ?? '') !== '';
  const tooLong = value.length > longest, tooShort = value !== '' && value.length < shortest;
  return {
    valueMissing, tooLong, tooShort, customError, badInput: false, patternMismatch: false,
    rangeOverflow: false, rangeUnderflow: false, stepMismatch: false, typeMismatch: false,
    valid: !valueMissing && !tooLong && !tooShort && !customError,
  };
};
const checkValidity = (control) => {
  if (validityOf(control).valid) return true;
  dispatch(control, trusted(new Event('invalid', { cancelable: true })));
  return false;
};
const setValue = (handle, value) => {
  if (checked(n.setValue(handle, value)) === false) {
    replaceAll(handle, value === '' ? null : checked(n.createText(value)));
  }
  watchAgain(handle);
};
const selectionMembers = {
  select() { n.select(handleOf(this), 0, Infinity); },
  setSelectionRange(start, end) { n.select(handleOf(this), +start || 0, +end || 0); },
  setRangeText(replacement) {
    const handle = handleOf(this), value = n.value(handle), at = n.selection(handle) ?? [0, 0];
    setValue(handle, substring(value, 0, at[0]) + text(replacement) + substring(value, at[1]));
  },
  get selectionStart() { return (n.selection(handleOf(this)) ?? [0])[0]; },
  set selectionStart(at) { n.select(handleOf(this), +at || 0, this.selectionEnd); },
  get selectionEnd() { return (n.selection(handleOf(this)) ?? [0, 0])[1]; },
  set selectionEnd(at) { n.select(handleOf(this), this.selectionStart, +at || 0); },
  get selectionDirection() { return 'none'; },
};

const input = elementClass('HTMLInputElement', 'input', {
  get type() { return inputType(handleOf(this)); },
  set type(value) { setAttribute(handleOf(this), 'type', text(value)); },
  get value() {
    const handle = handleOf(this);
    return inputType(handle) === 'file' ? '' : n.value(handle);
  },
  set value(value) {
    const handle = handleOf(this);
    if (inputType(handle) !== 'file') setValue(handle, value === null ? '' : text(value));
  },
  get valueAsNumber() { const { value } = this; return value === '' ? NaN : +value; },
  set valueAsNumber(value) { this.value = `${+value}`; },
  get valueAsDate() { return null; },
  get checked() { return n.checked(handleOf(this)); },
  set checked(value) { setChecked(handleOf(this), !!value); },
  get indeterminate() { return !!stateOf(this).indeterminate; },
  set indeterminate(value) { stateOf(this).indeterminate = !!value; },
  get files() { return null; },
  get list() {
    const id = n.attribute(handleOf(this), 'list');
    return id === null ? null : wrap(n.byId(n.root(), id));
  },
  stepUp(count = 1) { this.value = `${(+this.value || 0) + count * (+this.step || 1)}`; },
  stepDown(count = 1) { this.value = `${(+this.value || 0) - count * (+this.step || 1)}`; },
}).prototype;
reflectText(input, 'defaultValue=value name placeholder min max step pattern autocomplete accept alt '
  + 'formMethod=formmethod formTarget=formtarget dirName=dirname');
reflectUrl(input, 'src formAction=formaction');
reflectFlag(input, 'disabled required readOnly=readonly multiple defaultChecked=checked '
  + 'formNoValidate=formnovalidate');
reflectNumber(input, 'maxLength=maxlength minLength=minlength', -1);
reflectNumber(input, 'size', 20);
const area_ = elementClass('HTMLTextAreaElement', 'textarea', {
  get type() { return 'textarea'; },
  get value() { return n.value(handleOf(this)); },
  set value(value) { setValue(handleOf(this), value === null ? '' : text(value)); },
  get defaultValue() { return n.text(handleOf(this)); },
  set defaultValue(value) { this.textContent = value; },
  get textLength() { return this.value.length; },
}).prototype;
reflectText(area_, 'name placeholder wrap autocomplete');
reflectFlag(area_, 'disabled required readOnly=readonly');
reflectNumber(area_, 'maxLength=maxlength minLength=minlength', -1);
reflectNumber(area_, 'rows', 2);
reflectNumber(area_, 'cols', 20);
const button = elementClass('HTMLButtonElement', 'button', {
  get type() {
    const type = toLower(n.attribute(handleOf(this), 'type') ?? 'submit');
    return type === 'button' || type === 'reset' ? type : 'submit';
  },
  set type(value) { setAttribute(handleOf(this), 'type', text(value)); },
}).prototype;
reflectText(button, 'name value formMethod=formmethod formTarget=formtarget');
reflectUrl(button, 'formAction=formaction');
reflectFlag(button, 'disabled formNoValidate=formnovalidate');

const optionText = (handle) => join(words(n.text(handle)), ' ');
const optionValue = (handle) => n.attribute(handle, 'value') ?? optionText(handle);
const option = elementClass('HTMLOptionElement', 'option', {
  get text() { return optionText(handleOf(this)); },
  set text(value) { this.textContent = value; },
  get value() { return optionValue(handleOf(this)); },
  set value(value) { setAttribute(handleOf(this), 'value', text(value)); },
  get label() { return n.attribute(handleOf(this), 'label') ?? this.text; },
  set label(value) { setAttribute(handleOf(this), 'label', text(value)); },
  get selected() {
    const handle = handleOf(this), select = n.selectOf(handle);
    if (select === null) return n.attribute(handle, 'selected') !== null;
    return indexIn(n.chosen(select), handle) >= 0;
  },
  set selected(value) {
    const handle = handleOf(this), select = n.selectOf(handle);
    if (select !== null && n.isConnected(select)) n.setSelected(select, handle, !!value);
    else this.defaultSelected = value;
  },
  get index() {
    const handle = handleOf(this), select = n.selectOf(handle);
    return select === null ? 0 : indexIn(n.options(select), handle);
  },
  get form() { return wrap(n.formOf(handleOf(this))); },
}).prototype;
reflectFlag(option, 'disabled defaultSelected=selected');
expose('Option', function Option(content = '', value, isDefault, isSelected) {
  const made = createElement('option');
  if (content !== '') made.textContent = content;
  if (value !== undefined) made.value = value;
  if (isDefault || isSelected) made.defaultSelected = true;
  return made;
});
G.Option.prototype = option;
const group = elementClass('HTMLOptGroupElement', 'optgroup').prototype;
reflectText(group, 'label');
reflectFlag(group, 'disabled');

const choose = (handle, wanted) => {
  if (n.isConnected(handle)) n.choose(handle, wanted);
  else {
    const options = n.options(handle);
    for (let i = 0; i < options.length; i++) {
      if (indexIn(wanted, options[i]) >= 0) setAttribute(options[i], 'selected', '');
      else removeAttribute(options[i], 'selected');
    }
  }
  watchAgain(handle);
};
const select = elementClass('HTMLSelectElement', 'select', {
  get type() { return this.multiple ? 'select-multiple' : 'select-one'; },
  get options() {
    const handle = handleOf(this);
    return cached(this, 'options', () =>
      liveList(HTMLOptionsCollection, this, () => n.options(handle), true));
  },
  get selectedOptions() { return staticList(wrapAll(n.chosen(handleOf(this)))); },
  get length() { return n.options(handleOf(this)).length; },
  set length(count) {
    const handle = handleOf(this), options = n.options(handle);
    for (let i = options.length - 1; i >= count; i--) remove(options[i]);
  },
  get selectedIndex() {
    const handle = handleOf(this), chosen = n.chosen(handle);
    return chosen.length === 0 ? -1 : indexIn(n.options(handle), chosen[0]);
  },
  set selectedIndex(at) {
    const handle = handleOf(this), wanted = n.options(handle)[trunc(at)];
    choose(handle, wanted === undefined ? [] : [wanted]);
  },
  get value() {
    const chosen = n.chosen(handleOf(this));
    return chosen.length === 0 ? '' : optionValue(chosen[0]);
  },
  set value(value) {
    const handle = handleOf(this), options = n.options(handle), wanted = text(value);
    for (let i = 0; i < options.length; i++) {
      if (optionValue(options[i]) === wanted) { choose(handle, [options[i]]); return; }
    }
    choose(handle, []);
  },
  item(at) { return wrap(n.options(handleOf(this))[at >>> 0]); },
  namedItem(name) { return named(this.options, text(name)); },
  add(added, before) {
    const handle = handleOf(this);
    const place = isNode(before) ? handleOf(before)
      : typeof before === 'number' ? n.options(handle)[before] ?? null : null;
    insert(place === null ? handle : n.parent(place), added, place);
  },
  remove(at) {
    if (at === undefined) { remove(handleOf(this)); return; }
    const found = n.options(handleOf(this))[trunc(at)];
    if (found !== undefined) remove(found);
  },
  *[Symbol.iterator]() { const all = n.options(handleOf(this)); for (let i = 0; i < all.length; i++) yield wrap(all[i]); },
}).prototype;
reflectText(select, 'name autocomplete');
reflectFlag(select, 'disabled required multiple');
reflectNumber(select, 'size', 0);
for (const prototype of [input, area_, button, select]) mix(prototype, controlMembers);
mix(input, selectionMembers);
mix(area_, selectionMembers);

const fieldset = elementClass('HTMLFieldSetElement', 'fieldset', {
  get type() { return 'fieldset'; },
  get elements() { return elementsBelow(this, 'elements', (h) => controlsIn(h, null)); },
}).prototype;
mix(fieldset, controlMembers);
reflectText(fieldset, 'name');
reflectFlag(fieldset, 'disabled');
elementClass('HTMLLegendElement', 'legend', { get form() { return wrap(n.formOf(handleOf(this))); } });
const output = elementClass('HTMLOutputElement', 'output', {
  get value() { return n.text(handleOf(this)); },
  set value(value) { this.textContent = value; },
  get type() { return 'output'; },
  get htmlFor() { return cached(this, 'htmlFor', () => newTokens(this, 'for')); },
  set htmlFor(value) { setAttribute(handleOf(this), 'for', text(value)); },
  get form() { return wrap(n.formOf(handleOf(this))); },
}).prototype;
reflectText(output, 'name');
for (const [name, tag, missing] of [['HTMLProgressElement', 'progress', -1], ['HTMLMeterElement', 'meter', 0]]) {
  const meter = elementClass(name, tag).prototype;
  for (const key of ['value', 'max', 'min', 'low', 'high', 'optimum']) {
    accessor(meter, key, {
      get() {
        const number = +(n.attribute(handleOf(this), key) ?? NaN);
        return isFinite(number) ? number : key === 'max' ? 1 : 0;
      },
      set(value) { setAttribute(handleOf(this), key, `${+value}`); },
    });
  }
  accessor(meter, 'position', {
    get() {
      return n.attribute(handleOf(this), 'value') === null ? missing : this.value / this.max;
    },
  });
}
const label = elementClass('HTMLLabelElement', 'label', {
  get control() { return wrap(n.labeled(handleOf(this))); },
  get form() { const { control } = this; return control === null ? null : control.form; },
}).prototype;
reflectText(label, 'htmlFor=for');

// ---- forms

const controlNames = ['button', 'fieldset', 'input', 'object', 'output', 'select', 'textarea'];
const controlsIn = (root, form) => {
  const all = n.byTag(root, '*', true), found = [];
  for (let i = 0; i < all.length; i++) {
    if (indexIn(controlNames, n.localName(all[i])) < 0) continue;
    if (form !== null && n.formOf(all[i]) !== form) continue;
    if (n.localName(all[i]) === 'input' && inputType(all[i]) === 'image') continue;
    push(found, all[i]);
  }
  return found;
};
const controlsOf = (form) => controlsIn(n.isConnected(form) ? n.root() : n.rootOf(form), form);
const form = elementClass('HTMLFormElement', 'form', {
  get elements() {
    const handle = handleOf(this);
    return cached(this, 'elements', () =>
      liveList(HTMLFormControlsCollection, this, () => controlsOf(handle), true));
  },
  get length() { return controlsOf(handleOf(this)).length; },
  get method() { return toLower(n.attribute(handleOf(this), 'method') ?? '') === 'post' ? 'post' : 'get'; },
  set method(value) { setAttribute(handleOf(this), 'method', text(value)); },
  get action() { return n.resolve(n.attribute(handleOf(this), 'action') ?? '') ?? ''; },
  set action(value) { setAttribute(handleOf(this), 'action', text(value)); },
  submit() { n.submit(handleOf(this), null); },
  requestSubmit(submitter) {
    submitForm(handleOf(this), submitter === null || submitter === undefined ? null : nodeArgument(submitter));
  },
  reset() { resetForm(handleOf(this)); },
  checkValidity() { return validForm(handleOf(this)); },
  reportValidity() { return validForm(handleOf(this)); },
  *[Symbol.iterator]() { const all = controlsOf(handleOf(this)); for (let i = 0; i < all.length; i++) yield wrap(all[i]); },
}).prototype;
reflectText(form, 'name target enctype encoding=enctype acceptCharset=accept-charset autocomplete rel');
reflectFlag(form, 'noValidate=novalidate');
const validForm = (handle) => {
  const controls = controlsOf(handle);
  let isValid = true;
  for (let i = 0; i < controls.length; i++) {
    const control = wrap(controls[i]);
    if (indexIn(['input', 'select', 'textarea'], n.localName(controls[i])) >= 0) {
      isValid = checkValidity(control) && isValid;
    }
  }
  return isValid;
};
/** Asks the page whether the form may be sent, and sends it. */
function submitForm(handle, submitter) {
  if (!n.isConnected(handle)) return;
  const skips = n.attribute(handle, 'novalidate') !== null
    || submitter !== null && n.attribute(submitter, 'formnovalidate') !== null;
  if (!skips && !validForm(handle)) return;
  const event = trusted(new SubmitEvent('submit', {
    bubbles: true, cancelable: true, submitter: wrap(submitter),
  }));
  if (dispatch(wrap(handle), event)) n.submit(handle, submitter);
}
function resetForm(handle) {
  if (dispatch(wrap(handle), trusted(new Event('reset', { bubbles: true, cancelable: true })))) {
    n.reset(handle);
  }
}

/** `select.options[3] = …`: an option in the place of one, or behind all. */
function setOption(select, at, given) {
  if (given === null || given === undefined) { apply(removeOption, select, [at]); return; }
  const handle = handleOf(select), options = n.options(handle);
  if (at < options.length) { replace(n.parent(options[at]), nodeArgument(given), options[at]); return; }
  if (at >= 10_000) fail('QuotaExceededError', 'Too many options');
  for (let i = options.length; i < at; i++) insert(handle, createElement('option'), null);
  insert(handle, given, null);
}
const removeOption = select.remove;
