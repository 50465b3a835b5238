// What commands are given, and what they are refused with.
//
// All of the inspector runs in a context of its own, whose built-in objects no page ever sees: here
// the language is as it was made. Values of a page are looked at with care: no method of theirs is
// called, and none of our objects is given to them.

class Refusal {
  constructor(message, code, data) { Object.assign(this, { message, code, data }); }
}
const refuse = (message, code = -32000, data) => { throw new Refusal(message, code, data); };

/** What the letters of a shape stand for; with `!` a parameter must be there. */
const kindsOfParams = {
  s: [(value) => typeof value === 'string', 'BINDINGS: string value expected'],
  i: [(value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31, 'BINDINGS: int32 value expected'],
  b: [(value) => typeof value === 'boolean', 'BINDINGS: bool value expected'],
  n: [(value) => typeof value === 'number', 'BINDINGS: double value expected'],
  o: [(value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'CBOR: map start expected'],
  a: [(value) => Array.isArray(value), 'CBOR: array start expected'],
};
/** Checks parameters against a shape: `name:kind` and `name:kind!`, between spaces. */
const check = (params, shape, path = 'params') => {
  for (const part of shape.split(' ')) {
    if (part === '') continue;
    const [name, kind] = part.split(':');
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    const fail = (text) => refuse('Invalid parameters', -32602,
      `Failed to deserialize ${path}.${name} - ${text}`);
    if (value === undefined) {
      if (kind.endsWith('!')) fail('BINDINGS: mandatory field missing');
      continue;
    }
    const [is, text] = kindsOfParams[kind[0]];
    if (!is(value)) fail(text);
  }
};

const answerOf = (result) => {
  const text = JSON.stringify({ result });
  return text.length > i.textMax ? errorOf(new Refusal('Object is too large', -32000)) : text;
};
const errorOf = (error) => {
  const known = error instanceof Refusal;
  const { message, code, data } = known ? error : { message: 'Internal error', code: -32603 };
  return JSON.stringify({ error: { code, message, data } });
};

/** A list of a page's, or of the prelude's: its own methods are nobody's to call. */
const listOf = (array) => {
  const list = [];
  for (let at = 0; at < array.length; at++) list.push(array[at]);
  return list;
};
