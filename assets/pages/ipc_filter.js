// The filter of the messages: words that all must hold.
"use strict";

const TEXTS = {
  from: (it) => [it.from],
  to: (it) => [it.to],
  with: (it) => [it.from, it.to],
  type: (it) => [it.name],
};
const NUMBERS = { bytes: (it) => it.bytes, handles: (it) => it.handles, way: (it) => it.way_us };

/** One word as a test of a message; throws what is wrong with it. */
function testOf(word) {
  if (word.length > 1 && word.startsWith("-")) {
    const test = testOf(word.slice(1));
    return (it) => !test(it);
  }
  const [, key, sign, value] = /^([a-z]*)([:<>])(.*)$/i.exec(word) ?? [];
  if (sign === undefined) {
    const wanted = word.toLowerCase();
    return (it) => [it.name, it.from, it.to].some((text) => text.toLowerCase().includes(wanted));
  }
  if (sign === ":") {
    const texts = Object.hasOwn(TEXTS, key) ? TEXTS[key] : undefined;
    if (texts === undefined) throw `"${key}:" is not from:, to:, with: or type:`;
    if (value === "") throw `"${word}" says nothing after the colon`;
    const wanted = value.toLowerCase();
    return (it) => texts(it).some((text) => text.toLowerCase().includes(wanted));
  }
  const number = Object.hasOwn(NUMBERS, key) ? NUMBERS[key] : undefined;
  if (number === undefined) throw `"${key}" is not bytes, handles or way`;
  if (value === "" || !Number.isFinite(+value)) throw `"${value}" in "${word}" is no number`;
  const isLess = sign === "<";
  return (it) => number(it) !== null && (isLess ? number(it) < +value : number(it) > +value);
}

/** All words of a filter as one test; throws what is wrong with them. */
function filterOf(text) {
  const tests = text.split(" ").filter((word) => word !== "").map(testOf);
  return (it) => tests.every((test) => test(it));
}
