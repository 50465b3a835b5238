// CommonJS for a page: the server wraps each module's file into a call of define.
'use strict';
const made = {};
function require(name) { return made[name].exports; }
function define(name, body) {
  const module = { exports: {} };
  made[name] = module;
  body(module, module.exports, require);
}
