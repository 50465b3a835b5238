// URL and URLSearchParams.

const urlParts = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port',
  'pathname', 'search', 'hash'];
class URL {
  #parts; #params = null;
  static {
    partsOf = (url) => url.#parts;
    setParts = (url, parts) => {
      url.#parts = parts;
      if (url.#params !== null) setPairs(url.#params, parts[9]);
    };
    refreshSearch = (url, search) => { url.#parts = n.urlWith(url.#parts[0], 'search', search) ?? url.#parts; };
  }
  constructor(url, base) {
    const parts = n.parseUrl(text(url), base === undefined ? null : text(base));
    if (parts === null) throw new PlainTypeError('Invalid URL');
    this.#parts = parts;
  }
  get searchParams() {
    if (this.#params === null) {
      this.#params = new URLSearchParams(this.#parts[9]);
      ownParams(this.#params, this);
    }
    return this.#params;
  }
  toString() { return this.#parts[0]; }
  toJSON() { return this.#parts[0]; }
  static canParse(url, base) { return n.parseUrl(text(url), base === undefined ? null : text(base)) !== null; }
  static parse(url, base) { try { return new URL(url, base); } catch { return null; } }
}
var partsOf, setParts, refreshSearch;
urlParts.forEach((part, at) => defineProperty(URL.prototype, part, {
  get() { return partsOf(this)[at]; },
  set: part === 'origin' ? undefined : function (value) {
    const parts = part === 'href' ? n.parseUrl(text(value), null)
      : n.urlWith(partsOf(this)[0], part, text(value));
    if (parts === null) throw new PlainTypeError('Invalid URL');
    setParts(this, parts);
  },
  enumerable: true, configurable: true,
}));

class URLSearchParams {
  #pairs = []; #url = null;
  static {
    setPairs = (params, search) => { params.#pairs = decodePairs(search); };
    ownParams = (params, url) => { params.#url = url; };
    isParams = (value) => isObject(value) && #pairs in value;
    pairsOf = (params) => params.#pairs;
  }
  constructor(init = '') {
    if (isObject(init)) {
      const pairs = [];
      if (init[Symbol.iterator] !== undefined) {
        for (const [name, value] of init) push(pairs, [text(name), text(value)]);
      } else {
        const names = ownKeys(init);
        for (let i = 0; i < names.length; i++) {
          if (typeof names[i] === 'string') push(pairs, [text(names[i]), text(init[names[i]])]);
        }
      }
      this.#pairs = pairs;
    } else this.#pairs = decodePairs(text(init));
  }
  #changed() { if (this.#url !== null) refreshSearch(this.#url, this.toString()); }
  get size() { return this.#pairs.length; }
  get(name) {
    const at = this.#find(text(name), 0);
    return at < 0 ? null : this.#pairs[at][1];
  }
  #find(name, from) {
    for (let i = from; i < this.#pairs.length; i++) if (this.#pairs[i][0] === name) return i;
    return -1;
  }
  getAll(name) {
    const wanted = text(name), found = [];
    for (let at = this.#find(wanted, 0); at >= 0; at = this.#find(wanted, at + 1)) {
      push(found, this.#pairs[at][1]);
    }
    return found;
  }
  has(name, value) {
    const all = this.getAll(name);
    return value === undefined ? all.length > 0 : indexIn(all, text(value)) >= 0;
  }
  append(name, value) { push(this.#pairs, [text(name), text(value)]); this.#changed(); }
  set(name, value) {
    const wanted = text(name), at = this.#find(wanted, 0);
    if (at < 0) push(this.#pairs, [wanted, text(value)]);
    else {
      this.#pairs[at][1] = text(value);
      for (let next = this.#find(wanted, at + 1); next >= 0; next = this.#find(wanted, next)) {
        removeAt(this.#pairs, next);
      }
    }
    this.#changed();
  }
  delete(name, value) {
    const wanted = text(name);
    for (let at = this.#find(wanted, 0); at >= 0; at = this.#find(wanted, at)) {
      if (value !== undefined && this.#pairs[at][1] !== text(value)) { at++; continue; }
      removeAt(this.#pairs, at);
    }
    this.#changed();
  }
  sort() {
    const sorted = [];
    for (let i = 0; i < this.#pairs.length; i++) {
      let at = sorted.length;
      while (at > 0 && sorted[at - 1][0] > this.#pairs[i][0]) at--;
      push(sorted, null);
      for (let j = sorted.length - 1; j > at; j--) put(sorted, j, sorted[j - 1]);
      put(sorted, at, this.#pairs[i]);
    }
    this.#pairs = sorted;
    this.#changed();
  }
  forEach(callback, self) {
    for (let i = 0; i < this.#pairs.length; i++) {
      apply(callback, self, [this.#pairs[i][1], this.#pairs[i][0], this]);
    }
  }
  *entries() { for (let i = 0; i < this.#pairs.length; i++) yield [this.#pairs[i][0], this.#pairs[i][1]]; }
  *keys() { for (let i = 0; i < this.#pairs.length; i++) yield this.#pairs[i][0]; }
  *values() { for (let i = 0; i < this.#pairs.length; i++) yield this.#pairs[i][1]; }
  toString() { return n.formEncode(this.#pairs); }
}
var setPairs, ownParams, isParams, pairsOf;
defineProperty(URLSearchParams.prototype, Symbol.iterator, {
  value: URLSearchParams.prototype.entries, writable: true, configurable: true,
});
const decodePairs = (search) => n.formDecode(startsWith(search, '?') ? substring(search, 1) : search);
expose('URL', URL);
expose('URLSearchParams', URLSearchParams);
