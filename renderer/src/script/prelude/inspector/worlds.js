// Worlds: contexts with globals of their own over the page's tree. They share the page's classes
// and the objects that stand for its nodes; what the page has put into its own global is not there.

const fromPage = ['fetch', 'postMessage', 'structuredClone', 'localStorage', 'sessionStorage'];

const setUpWorld = (world) => {
  const define = (name, descriptor) => {
    Reflect.defineProperty(world, name, { __proto__: null, configurable: true, ...descriptor });
  };
  Reflect.setPrototypeOf(world, p.windowPrototype);
  for (let at = 0; at < p.exposed.length; at += 2) {
    define(p.exposed[at], { value: p.exposed[at + 1], writable: true, enumerable: false });
  }
  define('DOMException', { value: p.DOMException, writable: true, enumerable: false });
  for (const name of ownKeys(p.windowMembers)) {
    define(name, getOwnPropertyDescriptor(p.windowMembers, name));
  }
  for (const name of fromPage) {
    const found = getOwnPropertyDescriptor(p.G, name);
    if (found !== undefined) define(name, found);
  }
  for (const name of ['window', 'self', 'frames', 'parent', 'top']) {
    define(name, { value: world, writable: true, enumerable: true });
  }
  for (const name of Object.keys(p.parts)) {
    define(name, { value: p.parts[name], writable: true, enumerable: true });
  }
  // Whoever listens at a world's window listens at the page's.
  for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) {
    define(name, { value: i.bound(p.eventTarget[name], p.G), writable: true, enumerable: true });
  }
  for (const name of ['SharedArrayBuffer', 'Atomics']) Reflect.deleteProperty(world, name);
};
