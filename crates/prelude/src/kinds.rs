//! What the engine says an object is, whatever a page has made of its classes.

use rquickjs::{Value, qjs};
use std::ffi::CStr;

/// The engine's name for the class of an object: `Map`, `Array Iterator`, `Proxy`; of anything else
/// an empty text.
pub fn kind(value: &Value<'_>) -> String {
    if !value.is_object() {
        return String::new();
    }
    let ctx = value.ctx().as_raw().as_ptr();
    // SAFETY: The value is an object of this context's runtime, both are alive, and no code of a
    // script runs. The name is copied before it and its atom are given back.
    unsafe {
        // Else that of what it stands before.
        if qjs::JS_IsProxy(value.as_raw()) {
            return "Proxy".to_owned();
        }
        let class = qjs::JS_GetClassID(value.as_raw());
        let atom = qjs::JS_GetClassName(qjs::JS_GetRuntime(ctx), class);
        let text = qjs::JS_AtomToCStringLen(ctx, std::ptr::null_mut(), atom);
        qjs::JS_FreeAtom(ctx, atom);
        if text.is_null() {
            return String::new();
        }
        let name = CStr::from_ptr(text).to_string_lossy().into_owned();
        qjs::JS_FreeCString(ctx, text);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rquickjs::{Context, Runtime};

    #[test]
    fn a_page_cannot_change_what_an_object_is() {
        let runtime = Runtime::new().expect("a runtime");
        let context = Context::full(&runtime).expect("a context");
        context.with(|ctx| {
            let of = |code: &str| kind(&ctx.eval::<Value<'_>, _>(code).expect("a value"));
            assert_eq!(of("Object.setPrototypeOf(new Map(), null)"), "Map");
            assert_eq!(of("Map.prototype.constructor = Array; new Map()"), "Map");
            assert_eq!(of("[].entries()"), "Array Iterator");
            assert_eq!(of("new Proxy([], {})"), "Proxy");
            assert_eq!(of("Promise.resolve()"), "Promise");
            assert_eq!(of("async () => {}"), "AsyncFunction");
            assert_eq!(of("new Uint8Array(1)"), "Uint8Array");
            assert_eq!(of("(function () { return arguments; })()"), "Arguments");
            for none in ["1", "null", "'text'", "Symbol()"] {
                assert_eq!(of(none), "", "{none}");
            }
        });
    }
}
