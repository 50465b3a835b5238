//! Declarations of style as scripts have them, as objects of an own class of the engine. Properties
//! of CSS are accessors of their prototype, each made when a script first asks for it; what stands
//! at an index is asked of the prelude.
//!
//! Source: CSSOM, "The CSSStyleProperties interface"; the engine's `JSClassExoticMethods`.

use crate::exotic::{self, checked, index, runtime_of};
use rquickjs::function::This;
use rquickjs::qjs::{self, JSValue};
use rquickjs::{Array, Ctx, Error, Function, Object, Persistent, Result, Value};
use std::cell::{Cell, OnceCell, RefCell};
use std::ffi::{CString, c_int};
use std::ptr::{NonNull, null_mut};
use std::rc::{Rc, Weak};

/// Names that were looked at, of properties and of others. Further ones are looked at whenever they
/// are asked for.
const NAMES_MAX: usize = 4_000;
/// No property has a longer name.
const NAME_BYTES_MAX: usize = 64;

/// The properties of CSS, and the declarations of elements.
pub trait Properties {
    /// The property that scripts call so: `marginTop`, `margin-top`.
    fn find(&self, name: &str) -> Option<u16>;

    /// What CSS calls it.
    fn name(&self, property: u16) -> String;

    /// What an element declares; nothing if the prelude has to say it.
    fn get(&self, number: f64, property: u16) -> Option<String>;

    /// Has an element declare that. Returns false, and changes nothing, where the prelude has to do
    /// it.
    fn set(&self, number: f64, property: u16, value: &str) -> bool;
}

/// What the prelude does itself.
#[derive(Clone)]
struct Prelude {
    prototype: Persistent<Object<'static>>,
    /// Of an object's method: the names of what is declared, in an array.
    names: Persistent<Function<'static>>,
    /// Called on an object with the name of a property.
    get: Persistent<Function<'static>>,
    /// Likewise, with the value too.
    set: Persistent<Function<'static>>,
}

/// The class of the declarations of one runtime.
#[derive(Default)]
pub struct Styles {
    shared: OnceCell<Rc<Shared>>,
}

struct Shared {
    properties: Box<dyn Properties>,
    prelude: Prelude,
    class: qjs::JSClassID,
    runtime: *mut qjs::JSRuntime,
    /// A bit for each name that was looked at, by the number that the engine has for it.
    seen: RefCell<Vec<u64>>,
    seen_count: Cell<usize>,
}

/// What an object has.
struct Style {
    /// The element whose attribute it is, if it is one.
    number: Option<f64>,
    shared: Weak<Shared>,
}

/// Shared by all runtimes, which do not write there.
static METHODS: qjs::JSClassExoticMethods = qjs::JSClassExoticMethods {
    get_own_property: Some(get_own_property),
    get_own_property_names: Some(get_own_property_names),
    delete_property: Some(delete_property),
    define_own_property: Some(exotic::define_own_property),
    has_property: None,
    get_property: None,
    set_property: None,
};

impl Styles {
    /// Begins: the prelude's part is the prototype and three functions. `names` is called on an
    /// object and returns an array, `get` with the name of a property, `set` with the value too.
    ///
    /// # Errors
    ///
    /// The engine has no memory left, or this was done before.
    pub fn begin<'js>(
        &self,
        properties: Box<dyn Properties>,
        prototype: Object<'js>,
        [names, get, set]: [Function<'js>; 3],
    ) -> Result<()> {
        let ctx = prototype.ctx().clone();
        let runtime = runtime_of(&ctx);
        let definition = qjs::JSClassDef {
            class_name: c"CSSStyleDeclaration".as_ptr(),
            finalizer: Some(finalize),
            gc_mark: None,
            call: None,
            exotic: (&raw const METHODS).cast_mut(),
        };
        let class = exotic::register(runtime, &definition)?;
        let prelude = Prelude {
            prototype: Persistent::save(&ctx, prototype),
            names: Persistent::save(&ctx, names),
            get: Persistent::save(&ctx, get),
            set: Persistent::save(&ctx, set),
        };
        let shared = Rc::new(Shared {
            properties,
            prelude,
            class,
            runtime,
            seen: RefCell::default(),
            seen_count: Cell::new(0),
        });
        self.shared.set(shared).map_err(|_| Error::Unknown)
    }

    /// An object for declarations: those of the attribute of an element, or others.
    ///
    /// # Errors
    ///
    /// The engine has no memory left, or is not the one that this has begun with.
    pub fn make<'js>(&self, ctx: &Ctx<'js>, number: Option<f64>) -> Result<Object<'js>> {
        let shared = self.shared.get().ok_or(Error::Unknown)?;
        if shared.runtime != runtime_of(ctx) {
            return Err(Error::UnrelatedRuntime);
        }
        let prototype = shared.prelude.prototype.clone().restore(ctx)?;
        let made = exotic::instance(&prototype, shared.class)?;
        let style = Style {
            number,
            shared: Rc::downgrade(shared),
        };
        // SAFETY: The data of the class is a style.
        unsafe { exotic::give(&made, style) };
        Ok(made)
    }
}

impl Shared {
    /// Whether a name was looked at before.
    fn was_seen(&self, name: qjs::JSAtom) -> bool {
        let seen = self.seen.borrow();
        let bits = seen.get(name as usize / 64);
        bits.is_some_and(|bits| bits & (1 << (name % 64)) != 0)
    }

    /// Remembers that a name was looked at.
    fn remember(&self, ctx: &Ctx<'_>, name: qjs::JSAtom) {
        if self.seen_count.get() >= NAMES_MAX {
            return;
        }
        self.seen_count.set(self.seen_count.get() + 1);
        // Held, so that the number stays that name's.
        // SAFETY: The name is the engine's.
        unsafe { qjs::JS_DupAtom(ctx.as_raw().as_ptr(), name) };
        let mut seen = self.seen.borrow_mut();
        let word = name as usize / 64;
        if seen.len() <= word {
            seen.resize(word + 1, 0);
        }
        seen[word] |= 1 << (name % 64);
    }

    /// Gives the prototype the property of that name, if it is one and nothing else stands there.
    fn give(&self, ctx: &Ctx<'_>, name: qjs::JSAtom) -> Result<()> {
        if self.was_seen(name) {
            return Ok(());
        }
        let raw = ctx.as_raw().as_ptr();
        // SAFETY: The name is the engine's.
        let text = unsafe { checked(ctx, qjs::JS_AtomToValue(raw, name))? };
        // Not a symbol, nor half of a surrogate pair.
        let Some(text) = text.as_string().and_then(|text| text.to_string().ok()) else {
            return Ok(());
        };
        if text.len() > NAME_BYTES_MAX {
            return Ok(());
        }
        self.remember(ctx, name);
        let Some(property) = self.properties.find(&text) else {
            return Ok(());
        };
        let prototype = self.prelude.prototype.clone().restore(ctx)?;
        // SAFETY: Both are alive; nothing is asked for but whether there is such a property.
        let is_there = unsafe { qjs::JS_GetOwnProperty(raw, null_mut(), prototype.as_raw(), name) };
        match is_there {
            0 => self.add(ctx, &prototype, (name, &text), property),
            1 => Ok(()),
            _ => Err(Error::Exception),
        }
    }

    fn add<'js>(
        &self,
        ctx: &Ctx<'js>,
        prototype: &Object<'js>,
        (atom, text): (qjs::JSAtom, &str),
        property: u16,
    ) -> Result<()> {
        let name = self.properties.name(property);
        let name = rquickjs::String::from_str(ctx.clone(), &name)?;
        let function = |called: &str, count: c_int, run: CFunction, own: Function<'js>| {
            let called = CString::new(called).map_err(|_| Error::Unknown)?;
            let class = Value::new_int(ctx.clone(), self.class as i32);
            let mut data = [own.as_raw(), name.as_raw(), class.as_raw()];
            // SAFETY: The engine copies the name, and takes references to the data for itself.
            unsafe {
                let made = qjs::JS_NewCFunctionData2(
                    ctx.as_raw().as_ptr(),
                    Some(run),
                    called.as_ptr(),
                    count,
                    c_int::from(property),
                    data.len() as c_int,
                    data.as_mut_ptr(),
                );
                checked(ctx, made)
            }
        };
        let get = self.prelude.get.clone().restore(ctx)?;
        let set = self.prelude.set.clone().restore(ctx)?;
        let getter = function(&format!("get {text}"), 0, getter, get)?;
        let setter = function(&format!("set {text}"), 1, setter, set)?;
        let flags = qjs::JS_PROP_HAS_GET
            | qjs::JS_PROP_HAS_SET
            | qjs::JS_PROP_HAS_ENUMERABLE
            | qjs::JS_PROP_ENUMERABLE
            | qjs::JS_PROP_HAS_CONFIGURABLE
            | qjs::JS_PROP_CONFIGURABLE;
        // A prototype that takes no more goes without; nothing is thrown at who only reads.
        // SAFETY: All of it is alive, and the engine takes its own references.
        let done = unsafe {
            qjs::JS_DefineProperty(
                ctx.as_raw().as_ptr(),
                prototype.as_raw(),
                atom,
                qjs::JS_UNDEFINED,
                getter.as_raw(),
                setter.as_raw(),
                flags as c_int,
            )
        };
        match done {
            0.. => Ok(()),
            _ => Err(Error::Exception),
        }
    }

    /// The names of what an object declares.
    fn names<'js>(&self, ctx: &Ctx<'js>, object: JSValue) -> Result<Array<'js>> {
        let names = self.prelude.names.clone().restore(ctx)?;
        names.call((This(borrowed(ctx, object)),))
    }
}

type CFunction = unsafe extern "C" fn(
    *mut qjs::JSContext,
    JSValue,
    c_int,
    *mut JSValue,
    c_int,
    *mut JSValue,
) -> JSValue;

/// A value of the engine as one of our own.
fn borrowed<'js>(ctx: &Ctx<'js>, value: JSValue) -> Value<'js> {
    // SAFETY: The value is alive; this is a reference of its own.
    unsafe {
        let value = qjs::JS_DupValue(ctx.as_raw().as_ptr(), value);
        Value::from_raw(ctx.clone(), value)
    }
}

/// # Safety
///
/// The engine has given the context, which is alive.
unsafe fn context<'js>(ctx: *mut qjs::JSContext) -> Option<Ctx<'js>> {
    // SAFETY: The caller's.
    NonNull::new(ctx).map(|ctx| unsafe { Ctx::from_raw(ctx) })
}

unsafe extern "C" fn finalize(_: *mut qjs::JSRuntime, object: JSValue) {
    // SAFETY: The engine calls it once, for an object of the class.
    drop(unsafe { exotic::take::<Style>(object) });
}

unsafe extern "C" fn get_own_property(
    ctx: *mut qjs::JSContext,
    descriptor: *mut qjs::JSPropertyDescriptor,
    object: JSValue,
    name: qjs::JSAtom,
) -> c_int {
    // SAFETY: The engine calls it for an object of the class.
    let (style, ctx) = unsafe { (exotic::data::<Style>(object), context(ctx)) };
    let (Some(style), Some(ctx)) = (style, ctx) else {
        return 0;
    };
    let Some(shared) = style.shared.upgrade() else {
        return 0;
    };
    let Some(at) = index(name) else {
        // None is its own; who asks goes on to the prototype, and finds it there.
        return shared.give(&ctx, name).map_or(-1, |()| 0);
    };
    let found = shared.names(&ctx, object).and_then(|names| {
        let value = (at < names.len()).then(|| names.get::<Value<'_>>(at));
        value.transpose()
    });
    match found {
        Ok(None) => 0,
        Ok(Some(_)) if descriptor.is_null() => 1,
        Ok(Some(value)) => {
            let raw = ctx.as_raw().as_ptr();
            // SAFETY: The descriptor is the engine's, which frees the value.
            unsafe { *descriptor = exotic::at_place(qjs::JS_DupValue(raw, value.as_raw())) };
            1
        }
        Err(_) => -1,
    }
}

/// How many names an object declares; none where that cannot be said.
///
/// # Safety
///
/// The engine calls it for an object of the class.
unsafe fn count(ctx: *mut qjs::JSContext, object: JSValue) -> Option<usize> {
    // SAFETY: The caller's.
    let (style, ctx) = unsafe { (exotic::data::<Style>(object)?, context(ctx)?) };
    let names = style.shared.upgrade()?.names(&ctx, object).ok()?;
    Some(names.len())
}

unsafe extern "C" fn get_own_property_names(
    ctx: *mut qjs::JSContext,
    names: *mut *mut qjs::JSPropertyEnum,
    number: *mut u32,
    object: JSValue,
) -> c_int {
    // SAFETY: The engine calls it for an object of the class.
    unsafe {
        let Some(all) = count(ctx, object) else {
            return -1;
        };
        exotic::places(ctx, names, number, all)
    }
}

unsafe extern "C" fn delete_property(
    ctx: *mut qjs::JSContext,
    object: JSValue,
    name: qjs::JSAtom,
) -> c_int {
    let Some(at) = index(name) else { return 1 };
    // SAFETY: The engine calls it for an object of the class.
    match unsafe { count(ctx, object) } {
        Some(all) => c_int::from(at >= all),
        None => -1,
    }
}

/// The element whose declarations an object is, and who knows them.
///
/// # Safety
///
/// The data is that with which [`Shared::add`] makes functions.
unsafe fn inline(this: JSValue, data: *mut JSValue) -> Option<(f64, Rc<Shared>)> {
    // SAFETY: The caller's; only objects of this module have the class.
    let style = unsafe {
        let class = qjs::JS_VALUE_GET_INT(*data.add(2)) as qjs::JSClassID;
        qjs::JS_GetOpaque(this, class).cast::<Style>().as_ref()?
    };
    Some((style.number?, style.shared.upgrade()?))
}

unsafe extern "C" fn getter(
    ctx: *mut qjs::JSContext,
    this: JSValue,
    _: c_int,
    _: *mut JSValue,
    property: c_int,
    data: *mut JSValue,
) -> JSValue {
    // SAFETY: The data is that with which the function was made.
    unsafe {
        let quick = inline(this, data)
            .and_then(|(number, shared)| shared.properties.get(number, property as u16));
        match quick {
            Some(value) => qjs::JS_NewStringLen(ctx, value.as_ptr().cast(), value.len() as _),
            None => qjs::JS_Call(ctx, *data, this, 1, data.add(1)),
        }
    }
}

unsafe extern "C" fn setter(
    ctx: *mut qjs::JSContext,
    this: JSValue,
    argument_count: c_int,
    arguments: *mut JSValue,
    property: c_int,
    data: *mut JSValue,
) -> JSValue {
    // SAFETY: The data is that with which the function was made; the engine gives as many
    // arguments as it says.
    unsafe {
        let value = match argument_count {
            1.. => *arguments,
            _ => qjs::JS_UNDEFINED,
        };
        let is_done = inline(this, data).is_some_and(|(number, shared)| {
            with_text(ctx, value, |text| {
                shared.properties.set(number, property as u16, text)
            })
        });
        if is_done {
            return qjs::JS_UNDEFINED;
        }
        let mut values = [*data.add(1), value];
        qjs::JS_Call(ctx, *data, this, 2, values.as_mut_ptr())
    }
}

/// Does something with a value that is a text, a whole number, or null, which stands for an empty
/// text. Converting others may run a page's code. Returns false for them.
///
/// # Safety
///
/// Both are the engine's, and alive.
unsafe fn with_text(
    ctx: *mut qjs::JSContext,
    value: JSValue,
    run: impl FnOnce(&str) -> bool,
) -> bool {
    // SAFETY: The caller's; the text is the engine's until it is freed.
    unsafe {
        if qjs::JS_IsNull(value) {
            return run("");
        }
        if qjs::JS_VALUE_GET_NORM_TAG(value) == qjs::JS_TAG_INT {
            return run(&qjs::JS_VALUE_GET_INT(value).to_string());
        }
        if !qjs::JS_IsString(value) {
            return false;
        }
        let mut length = 0;
        let text = qjs::JS_ToCStringLen(ctx, &mut length, value);
        if text.is_null() {
            return false;
        }
        let bytes = std::slice::from_raw_parts(text.cast::<u8>(), length);
        // Not so: half of a surrogate pair, which the prelude makes whole.
        let is_done = str::from_utf8(bytes).is_ok_and(run);
        qjs::JS_FreeCString(ctx, text);
        is_done
    }
}

#[cfg(test)]
mod tests;
