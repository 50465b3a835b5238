//! What the classes of the engine have in common that say themselves which properties their objects
//! have.
//!
//! Source: the engine's `JSClassExoticMethods`.

use rquickjs::qjs::{self, JSValue};
use rquickjs::{Ctx, Error, Result, Value};
use std::ffi::c_int;

/// The runtime of a context.
pub(crate) fn runtime_of(ctx: &Ctx<'_>) -> *mut qjs::JSRuntime {
    // SAFETY: The context is alive, and nothing is changed.
    unsafe { qjs::JS_GetRuntime(ctx.as_raw().as_ptr()) }
}

/// The engine's answer as a value.
///
/// # Safety
///
/// The answer is a reference that nobody else frees.
pub(crate) unsafe fn checked<'js>(ctx: &Ctx<'js>, answer: JSValue) -> Result<Value<'js>> {
    // SAFETY: The caller's.
    unsafe {
        match qjs::JS_IsException(answer) {
            true => Err(Error::Exception),
            false => Ok(Value::from_raw(ctx.clone(), answer)),
        }
    }
}

/// The index that the name of a property is. The engine gives names that are numbers below 2^31
/// this form (`JS_ATOM_TAG_INT` in its quickjs.c), and no others.
pub(crate) fn index(name: qjs::JSAtom) -> Option<usize> {
    const IS_INDEX: qjs::JSAtom = 1 << 31;
    (name & IS_INDEX != 0).then_some((name & !IS_INDEX) as usize)
}

/// What a property is to be: its name, its value, its getter and its setter.
pub(crate) type Wanted = (qjs::JSAtom, JSValue, JSValue, JSValue);

/// Defines a property as if the class of the object said nothing.
///
/// # Safety
///
/// All of it is the engine's, and alive.
pub(crate) unsafe fn define(
    ctx: *mut qjs::JSContext,
    object: JSValue,
    (name, value, getter, setter): Wanted,
    flags: c_int,
) -> c_int {
    let flags = flags | qjs::JS_PROP_NO_EXOTIC as c_int;
    // SAFETY: The caller's; the engine only reads it.
    unsafe { qjs::JS_DefineProperty(ctx, object, name, value, getter, setter, flags) }
}

/// Defines nothing. Whether that is an error depends on who asks, which the engine knows: it is
/// asked for an object that takes nothing.
///
/// # Safety
///
/// As for [`define`].
pub(crate) unsafe fn refuse(
    ctx: *mut qjs::JSContext,
    (name, value, getter, setter): Wanted,
    flags: c_int,
) -> c_int {
    // SAFETY: The caller's; the object is our own until it is freed.
    unsafe {
        let closed = qjs::JS_NewObject(ctx);
        if qjs::JS_IsException(closed) || qjs::JS_PreventExtensions(ctx, closed) < 0 {
            return -1;
        }
        let refused = qjs::JS_DefineProperty(ctx, closed, name, value, getter, setter, flags);
        qjs::JS_FreeValue(ctx, closed);
        refused
    }
}
