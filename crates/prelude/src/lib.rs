//! The Web's classes as the engine's bytecode, compiled when this crate is built.
//!
//! Owns: the one place where the engine reads bytecode, which it does not check. Never: lets it
//! read any but that which is part of the program.

mod exotic;
mod kinds;
mod lists;
pub mod members;
mod objects;
mod styles;
mod wrappers;

pub use kinds::kind;
pub use lists::{Lists, Words};
pub use objects::NodeObject;
pub use styles::{Properties, Styles};
pub use wrappers::{SLOT_BITS, Wrappers};

use rquickjs::{Ctx, Error, Function, Module, Result};

/// By `build.rs`, with the same engine.
const PRELUDE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/prelude.bin"));
const INSPECTOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/inspector.bin"));

/// The prelude: a function of the natives and of the global object, which makes the classes and
/// returns what the host calls.
pub fn load<'js>(ctx: &Ctx<'js>) -> Result<Function<'js>> {
    // SAFETY: These bytes are part of the program.
    unsafe { load_bytes(ctx, PRELUDE) }
}

/// The inspector: a function of its natives and of what the prelude gives it, for a context of its
/// own; it returns what the host calls.
pub fn load_inspector<'js>(ctx: &Ctx<'js>) -> Result<Function<'js>> {
    // SAFETY: These bytes are part of the program.
    unsafe { load_bytes(ctx, INSPECTOR) }
}

/// # Safety
///
/// The bytes must be what `build.rs` has written.
unsafe fn load_bytes<'js>(ctx: &Ctx<'js>, bytes: &'static [u8]) -> Result<Function<'js>> {
    // SAFETY: The bytes are what this version of the engine has written on a machine of the same
    // word size and byte order. They are part of the executable, so nothing can change them.
    let module = unsafe { Module::load(ctx.clone(), bytes)? };
    let (module, evaluated) = module.eval()?;
    // It waits for nothing.
    evaluated.result::<()>().unwrap_or(Err(Error::WouldBlock))?;
    module.get("default")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rquickjs::{CatchResultExt, Context, Object, Runtime};

    fn with(test: impl FnOnce(&Ctx<'_>)) {
        let runtime = Runtime::new().expect("a runtime");
        let context = Context::full(&runtime).expect("a context");
        context.with(|ctx| test(&ctx));
    }

    #[test]
    fn the_bytecode_is_a_function_without_its_source() {
        with(|ctx| {
            let prelude = load(ctx).catch(ctx).expect("a function");
            let text: String = ctx
                .globals()
                .get("String")
                .and_then(|of: Function<'_>| of.call((prelude,)))
                .expect("a text");
            assert!(text.contains("[native code]"), "{text}");
        });
    }

    #[test]
    fn an_error_in_it_says_where_it_is() {
        with(|ctx| {
            let prelude = load(ctx).catch(ctx).expect("a function");
            // Without natives it fails sooner or later.
            let natives = Object::new(ctx.clone()).expect("memory");
            let failed = prelude.call::<_, Object<'_>>((natives, ctx.globals()));
            let error = failed
                .catch(ctx)
                .expect_err("there are no natives")
                .to_string();
            assert!(error.contains("prelude:"), "{error}");
        });
    }

    #[test]
    fn it_is_loaded_as_often_as_there_are_realms() {
        for _ in 0..3 {
            with(|ctx| assert!(load(ctx).catch(ctx).is_ok()));
        }
    }
}
