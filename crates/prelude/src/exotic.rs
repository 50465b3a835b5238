//! What the classes of the engine have in common that say themselves which properties their objects
//! have.
//!
//! Source: the engine's `JSClassExoticMethods`.

use rquickjs::qjs::{self, JSValue};
use rquickjs::{Ctx, Error, Object, Result, Value};
use std::ffi::c_int;
use std::ptr::null_mut;

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

/// A class of its own for a runtime.
///
/// # Errors
///
/// The engine has no memory left.
pub(crate) fn register(
    runtime: *mut qjs::JSRuntime,
    definition: &qjs::JSClassDef,
) -> Result<qjs::JSClassID> {
    let mut class = 0;
    // SAFETY: The engine copies the definition; its methods are there for ever.
    unsafe {
        qjs::JS_NewClassID(runtime, &mut class);
        match qjs::JS_NewClass(runtime, class, definition) {
            0.. => Ok(class),
            _ => Err(Error::Exception),
        }
    }
}

/// An object of a class of that runtime, which has no data yet.
///
/// # Errors
///
/// The engine has no memory left.
pub(crate) fn instance<'js>(prototype: &Object<'js>, class: qjs::JSClassID) -> Result<Object<'js>> {
    let ctx = prototype.ctx();
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: The class is one of this runtime's; nobody else has the object yet.
    let made = unsafe {
        let made = qjs::JS_NewObjectProtoClass(raw, prototype.as_raw(), class);
        checked(ctx, made)?
    };
    made.into_object().ok_or(Error::Unknown)
}

/// Gives an object its data, which [`take`] takes back.
///
/// # Safety
///
/// The object is of a class whose data has that type, and has none yet.
pub(crate) unsafe fn give<T>(object: &Object<'_>, data: T) {
    let data = Box::into_raw(Box::new(data));
    // SAFETY: The caller's.
    unsafe { qjs::JS_SetOpaque(object.as_raw(), data.cast()) };
}

/// The data of an object; none while it is being made.
///
/// # Safety
///
/// The data of the object's class has that type, and the object lives as long as what is returned.
pub(crate) unsafe fn data<'a, T>(object: JSValue) -> Option<&'a T> {
    let mut class = 0;
    // SAFETY: The caller's.
    unsafe {
        qjs::JS_GetAnyOpaque(object, &mut class)
            .cast::<T>()
            .as_ref()
    }
}

/// The data of an object that is at its end.
///
/// # Safety
///
/// As for [`data`]; it is asked for once.
pub(crate) unsafe fn take<T>(object: JSValue) -> Option<T> {
    let mut class = 0;
    // SAFETY: The caller's; the data came from a box.
    unsafe {
        let data = qjs::JS_GetAnyOpaque(object, &mut class).cast::<T>();
        (!data.is_null()).then(|| *Box::from_raw(data))
    }
}

/// What stands at a place, as a property that nobody can write.
pub(crate) fn at_place(value: JSValue) -> qjs::JSPropertyDescriptor {
    qjs::JSPropertyDescriptor {
        flags: (qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_ENUMERABLE) as c_int,
        value,
        getter: qjs::JS_UNDEFINED,
        setter: qjs::JS_UNDEFINED,
    }
}

/// The names of so many places, as the engine asks for them.
///
/// # Safety
///
/// The engine asks, and frees the array and the names in it.
pub(crate) unsafe fn places(
    ctx: *mut qjs::JSContext,
    names: *mut *mut qjs::JSPropertyEnum,
    count: *mut u32,
    all: usize,
) -> c_int {
    // SAFETY: The caller's; the array has room for all of them.
    unsafe {
        let bytes = all * size_of::<qjs::JSPropertyEnum>();
        let made = match all {
            0 => null_mut(),
            _ => qjs::js_malloc(ctx, bytes as _).cast::<qjs::JSPropertyEnum>(),
        };
        if made.is_null() && all > 0 {
            return -1;
        }
        for at in 0..all {
            made.add(at).write(qjs::JSPropertyEnum {
                is_enumerable: true,
                atom: qjs::JS_NewAtomUInt32(ctx, at as u32),
            });
        }
        (*names, *count) = (made, all as u32);
    }
    0
}

/// Defines a property as if the class of the object said nothing. At a place nobody puts anything;
/// whether that is an error depends on who asks, which the engine knows: it is asked for an object
/// that takes nothing.
///
/// # Safety
///
/// The engine calls it.
pub(crate) unsafe extern "C" fn define_own_property(
    ctx: *mut qjs::JSContext,
    object: JSValue,
    name: qjs::JSAtom,
    value: JSValue,
    getter: JSValue,
    setter: JSValue,
    flags: c_int,
) -> c_int {
    let define = |object: JSValue, more: u32| {
        let flags = flags | more as c_int;
        // SAFETY: All of it is the engine's own, which only reads it.
        unsafe { qjs::JS_DefineProperty(ctx, object, name, value, getter, setter, flags) }
    };
    if index(name).is_none() {
        return define(object, qjs::JS_PROP_NO_EXOTIC);
    }
    // SAFETY: The object is our own until it is freed.
    unsafe {
        let closed = qjs::JS_NewObject(ctx);
        if qjs::JS_IsException(closed) || qjs::JS_PreventExtensions(ctx, closed) < 0 {
            return -1;
        }
        let refused = define(closed, 0);
        qjs::JS_FreeValue(ctx, closed);
        refused
    }
}
