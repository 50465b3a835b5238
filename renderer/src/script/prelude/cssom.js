// Style sheets as objects. A rule is known by its sheet and the way to it, as long as that leads
// to the same rule.
//
// Source: the CSS Object Model.

/** The sheet of an element; always the same object while the element has one. */
const sheetOf = (owner) => {
  const handle = handleOf(owner);
  if (!n.hasSheet(handle)) return null;
  return cached(owner, 'sheet', () => new Brand(objectCreate(CSSStyleSheet.prototype), {
    owner, isSheet: true, rules: newRules(owner, null), handle: null, __proto__: null,
  }));
};
class StyleSheetList {
  constructor() { illegal(); }
  get length() { return n.sheets().length; }
  item(at) { need(arguments, 1); stateOf(this); return sheetAt(at >>> 0) ?? null; }
}
defineProperty(StyleSheetList.prototype, iteratorKey, {
  value: iteratorOf, writable: true, configurable: true, __proto__: null,
});
const sheetAt = (at) => {
  const owner = n.sheets()[at];
  return owner === undefined ? undefined : sheetOf(wrap(owner)) ?? undefined;
};
const sheetsOf = (owner) => cached(owner, 'styleSheets', () => exotic(StyleSheetList, {
  count: () => owner === document ? n.sheets().length : 0,
  at: (i) => owner === document ? sheetAt(i) : undefined, names: nothing, named: noName,
}, { __proto__: null }));

const sheetState = (sheet) => {
  const state = stateOf(sheet);
  if (state.isSheet !== true) throw new PlainTypeError('Illegal invocation');
  return state;
};
class StyleSheet {
  constructor() { illegal(); }
  get type() { sheetState(this); return 'text/css'; }
  get href() {
    const handle = handleOf(sheetState(this).owner);
    if (n.localName(handle) !== 'link') return null;
    return n.resolve(n.attribute(handle, 'href') ?? '');
  }
  get ownerNode() {
    const { owner } = sheetState(this);
    return n.hasSheet(handleOf(owner)) ? owner : null;
  }
  get parentStyleSheet() { sheetState(this); return null; }
  get title() {
    const title = n.attribute(handleOf(sheetState(this).owner), 'title');
    return title === null || title === '' ? null : title;
  }
  get media() { return cached(sheetState(this).owner, 'media', () => newMedia(mediaAttribute(sheetState(this).owner))); }
  get disabled() { return n.sheetDisabled(handleOf(sheetState(this).owner)); }
  set disabled(value) { n.setSheetDisabled(handleOf(sheetState(this).owner), !!value); }
}
class CSSStyleSheet extends StyleSheet {
  get ownerRule() { sheetState(this); return null; }
  get cssRules() { return ownRules(this).list; }
  get rules() { return ownRules(this).list; }
  insertRule(rule, at = 0) { need(arguments, 1); return insertRule(ownRules(this), text(rule), at >>> 0); }
  deleteRule(at) { need(arguments, 1); deleteRule(ownRules(this), at >>> 0); }
  addRule(selector = 'undefined', style = 'undefined', at) {
    const rules = ownRules(this), place = at === undefined ? countOf(rules) : at >>> 0;
    insertRule(rules, `${text(selector)} { ${text(style)} }`, place);
    return -1;
  }
  removeRule(at = 0) { deleteRule(ownRules(this), at >>> 0); }
}
/** The rules of a sheet, which must be this document's to be read. */
const ownRules = (sheet) => {
  const state = sheetState(sheet), { href } = sheet;
  if (href !== null && n.parseUrl(href, null)?.[1] !== n.parseUrl(n.url(), null)?.[1]) fail('SecurityError');
  return state.rules;
};
class MediaList {
  constructor() { illegal(); }
  get mediaText() { return stateOf(this).source.read(); }
  set mediaText(value) { stateOf(this).source.write(value === null ? '' : text(value)); }
  get length() { return mediaOf(this).length; }
  item(at) { need(arguments, 1); return mediaOf(this)[at >>> 0] ?? null; }
  appendMedium(medium) {
    need(arguments, 1);
    const all = mediaOf(this);
    if (indexIn(all, text(medium)) < 0) { push(all, text(medium)); this.mediaText = join(all, ', '); }
  }
  deleteMedium(medium) {
    need(arguments, 1);
    const all = mediaOf(this), at = indexIn(all, text(medium));
    if (at < 0) fail('NotFoundError');
    removeAt(all, at);
    this.mediaText = join(all, ', ');
  }
  toString() { return this.mediaText; }
}
const mediaOf = (list) => {
  const { mediaText } = list, all = [];
  let from = 0;
  for (let i = 0; i <= mediaText.length; i++) {
    if (i < mediaText.length && mediaText[i] !== ',') continue;
    const medium = join(words(substring(mediaText, from, i)), ' ');
    if (medium !== '') push(all, medium);
    from = i + 1;
  }
  return all;
};
const mediaAttribute = (owner) => ({
  read: () => n.attribute(handleOf(owner), 'media') ?? '',
  write(value) { setAttribute(handleOf(owner), 'media', value); }, __proto__: null,
});
const newMedia = (source) => {
  const list = exotic(MediaList, {
    count: () => mediaOf(list).length, at: (i) => mediaOf(list)[i], names: nothing, named: noName,
  }, { source, __proto__: null });
  return list;
};

// ---- rules

class CSSRuleList {
  constructor() { illegal(); }
  get length() { return countOf(stateOf(this).rules); }
  item(at) { need(arguments, 1); return ruleAt(stateOf(this).rules, at >>> 0) ?? null; }
}
defineProperty(CSSRuleList.prototype, iteratorKey, {
  value: iteratorOf, writable: true, configurable: true, __proto__: null,
});
/** The rules of a sheet, or of a rule in it. Known ones keep their objects, wherever they move. */
function newRules(owner, rule) {
  const rules = { owner, rule, known: [], list: null, __proto__: null };
  rules.list = exotic(CSSRuleList, {
    count: () => countOf(rules), at: (i) => ruleAt(rules, i), names: nothing, named: noName,
  }, { rules, __proto__: null });
  return rules;
}
const pathTo = (rules) => rules.rule === null ? [] : pathOf(stateOf(rules.rule));
/** The way to a rule; `[]` leads to none for one that was taken out. */
const pathOf = (state) => {
  const { rules, rule } = state;
  if (rules === null) return fail('InvalidStateError');
  const path = pathTo(rules);
  push(path, indexIn(rules.known, rule));
  return path;
};
const countOf = (rules) => rules.rule !== null && stateOf(rules.rule).rules === null ? 0
  : n.ruleCount(handleOf(rules.owner), pathTo(rules)) ?? 0;
function ruleAt(rules, at) {
  if (!(at < countOf(rules))) return undefined;
  const known = rules.known[at];
  if (known) return known;
  const path = pathTo(rules);
  push(path, at);
  const info = n.ruleInfo(handleOf(rules.owner), path);
  if (info === null) return undefined;
  const Class = ruleClasses[info[0]] || CSSRule;
  const state = { rules, rule: null, kind: +info[1], last: info, inner: null, handle: null, __proto__: null };
  state.rule = new Brand(objectCreate(Class.prototype), state);
  while (rules.known.length <= at) push(rules.known, undefined);
  put(rules.known, at, state.rule);
  return state.rule;
}
function insertRule(rules, rule, at) {
  const done = checked(n.ruleInsert(handleOf(rules.owner), pathTo(rules), rule, at));
  if (at < rules.known.length) {
    push(rules.known, undefined);
    for (let i = rules.known.length - 1; i > at; i--) put(rules.known, i, rules.known[i - 1]);
    put(rules.known, at, undefined);
  }
  return done;
}
function deleteRule(rules, at) {
  const known = rules.known[at];
  const info = known ? infoOfRule(known) : null;
  checked(n.ruleDelete(handleOf(rules.owner), pathTo(rules), at));
  if (at < rules.known.length) removeAt(rules.known, at);
  if (known) { const state = stateOf(known); state.last = info; state.rules = null; }
}
const ruleState = (rule) => {
  const state = stateOf(rule);
  if (state.kind === undefined) throw new PlainTypeError('Illegal invocation');
  return state;
};
/** What there is to say of a rule; of one that was taken out, what there was. */
const infoOfRule = (rule) => {
  const state = ruleState(rule);
  if (state.rules === null) return state.last;
  return state.last = n.ruleInfo(handleOf(state.rules.owner), pathOf(state)) ?? state.last;
};
const fieldOf = (rule, name) => {
  const info = infoOfRule(rule);
  for (let i = 5; i < info.length; i += 2) if (info[i] === name) return info[i + 1];
  return '';
};
class CSSRule {
  constructor() { illegal(); }
  get type() { return ruleState(this).kind; }
  get cssText() { return infoOfRule(this)[2]; }
  set cssText(value) { ruleState(this); text(value); }
  get parentRule() { const { rules } = ruleState(this); return rules === null ? null : rules.rule; }
  get parentStyleSheet() { const { rules } = ruleState(this); return rules === null ? null : sheetOf(rules.owner); }
}
addConstants(CSSRule, {
  STYLE_RULE: 1, CHARSET_RULE: 2, IMPORT_RULE: 3, MEDIA_RULE: 4, FONT_FACE_RULE: 5, PAGE_RULE: 6,
  KEYFRAMES_RULE: 7, KEYFRAME_RULE: 8, MARGIN_RULE: 9, NAMESPACE_RULE: 10, COUNTER_STYLE_RULE: 11,
  SUPPORTS_RULE: 12,
});
const innerRules = (rule) => {
  const state = ruleState(rule);
  return state.inner || (state.inner = newRules((state.rules ?? fail('InvalidStateError')).owner, rule));
};
const groupMembers = {
  get cssRules() { return innerRules(this).list; },
  insertRule(rule, at = 0) { need(arguments, 1); return insertRule(innerRules(this), text(rule), at >>> 0); },
  deleteRule(at) { need(arguments, 1); deleteRule(innerRules(this), at >>> 0); },
};
const ruleStyle = (rule) => cached(rule, 'style', () => newRuleStyle(rule));
const withStyle = {
  get style() { return ruleStyle(this); },
  set style(value) { ruleStyle(this).cssText = value; },
};
const ruleClasses = { __proto__: null };
const ruleClass = (name, Base, fields, ...members) => {
  const Class = { [name]: class extends Base {} }[name];
  for (const field of fields) {
    accessor(Class.prototype, field, {
      get() { return fieldOf(this, field); },
    });
  }
  for (const more of members) mix(Class.prototype, more);
  ruleClasses[name] = Class;
  return expose(name, Class);
};
const grouping = ruleClass('CSSGroupingRule', CSSRule, [], groupMembers);
const conditional = ruleClass('CSSConditionRule', grouping, ['conditionText']);
ruleClass('CSSStyleRule', grouping, [], withStyle, {
  get selectorText() { return fieldOf(this, 'selectorText'); },
  set selectorText(value) {
    const state = ruleState(this);
    if (state.rules === null) return;
    n.ruleSelector(handleOf(state.rules.owner), pathOf(state), text(value));
  },
});
ruleClass('CSSMediaRule', conditional, [], {
  get media() {
    return cached(this, 'media', () => newMedia({
      read: () => fieldOf(this, 'conditionText'), write() {}, __proto__: null,
    }));
  },
});
ruleClass('CSSSupportsRule', conditional, []);
ruleClass('CSSContainerRule', conditional, ['containerName', 'containerQuery']);
ruleClass('CSSLayerBlockRule', grouping, ['name']);
ruleClass('CSSLayerStatementRule', CSSRule, []);
ruleClass('CSSScopeRule', grouping, ['start', 'end']);
ruleClass('CSSStartingStyleRule', grouping, []);
ruleClass('CSSPageRule', grouping, ['selectorText'], withStyle);
ruleClass('CSSMarginRule', CSSRule, ['name'], withStyle);
ruleClass('CSSFontFaceRule', CSSRule, [], withStyle);
ruleClass('CSSImportRule', CSSRule, ['href', 'layerName', 'supportsText'], {
  get styleSheet() { ruleState(this); return null; },
});
ruleClass('CSSNamespaceRule', CSSRule, ['namespaceURI', 'prefix']);
ruleClass('CSSKeyframesRule', CSSRule, ['name'], {
  get cssRules() { return innerRules(this).list; },
  get length() { return countOf(innerRules(this)); },
  appendRule(rule) { need(arguments, 1); const rules = innerRules(this); insertRule(rules, text(rule), countOf(rules)); },
  deleteRule(key) {
    need(arguments, 1);
    const at = frameOf(this, text(key));
    if (at >= 0) deleteRule(innerRules(this), at);
  },
  findRule(key) {
    need(arguments, 1);
    const at = frameOf(this, text(key));
    return at < 0 ? null : ruleAt(innerRules(this), at);
  },
});
const frameOf = (rule, key) => {
  const rules = innerRules(rule), wanted = key === 'from' ? '0%' : key === 'to' ? '100%' : key;
  for (let i = countOf(rules) - 1; i >= 0; i--) if (fieldOf(ruleAt(rules, i), 'keyText') === wanted) return i;
  return -1;
};
ruleClass('CSSKeyframeRule', CSSRule, ['keyText'], withStyle);
ruleClass('CSSCounterStyleRule', CSSRule, ['name']);
ruleClass('CSSPropertyRule', CSSRule, ['name', 'syntax', 'inherits', 'initialValue']);
ruleClass('CSSFontFeatureValuesRule', CSSRule, ['fontFamily']);
ruleClass('CSSFontPaletteValuesRule', CSSRule, ['name', 'fontFamily', 'basePalette', 'overrideColors']);
expose('StyleSheetList', StyleSheetList);
expose('StyleSheet', StyleSheet);
expose('CSSStyleSheet', CSSStyleSheet);
expose('MediaList', MediaList);
expose('CSSRuleList', CSSRuleList);
expose('CSSRule', CSSRule);
