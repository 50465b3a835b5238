// Every interface and namespace of the global object, one a line: `Name < Parent: member member …`.
// The last line is that of the global object itself. Runs in any browser.
'use strict';
function walk() {
  const own = Object.getOwnPropertyDescriptor;
  const names = (object, without) => Reflect.ownKeys(object)
    .map((key) => typeof key === 'symbol' ? `@@${key.description.replace('Symbol.', '')}` : key)
    .filter((key) => /^[@\w$]+$/.test(key) && !without.includes(key));
  const lines = [], globals = [];
  for (const key of Object.getOwnPropertyNames(globalThis).sort()) {
    const value = own(globalThis, key)?.value;
    const isClass = typeof value === 'function' && /^[A-Z]/.test(key)
      && typeof value.prototype === 'object' && value.prototype !== null;
    const isNamespace = typeof value === 'object' && value !== null && /^[A-Z]|^console$/.test(key);
    if (isClass && value.name === key) {
      const above = Object.getPrototypeOf(value.prototype);
      const parent = above && above !== Object.prototype ? own(above, 'constructor')?.value?.name : '';
      const found = [
        ...names(value, ['length', 'name', 'prototype', 'arguments', 'caller']),
        ...names(value.prototype, ['constructor', '@@toStringTag']),
      ];
      lines.push(`${key} < ${parent || '-'}: ${[...new Set(found)].sort().join(' ')}`);
    } else if (isNamespace) lines.push(`${key} < -: ${names(value, ['@@toStringTag']).sort().join(' ')}`);
    else if (/^[\w$]+$/.test(key)) globals.push(key);
  }
  lines.push(`globalThis < -: ${globals.sort().join(' ')}`);
  return lines.join('\n');
}
