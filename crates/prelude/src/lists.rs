//! Lists that scripts read by index, as objects of an own class of the engine: of nodes that stay
//! as they are, and of the words of an attribute. No property is made for what is in them.
//!
//! Source: the Web IDL standard, "Legacy platform objects", for lists without an indexed setter;
//! the engine's `JSClassExoticMethods`.

use crate::exotic::{self, checked, index, runtime_of};
use rquickjs::qjs::{self, JSValue};
use rquickjs::{Ctx, Error, Function, Object, Result, Value};
use std::cell::Cell;
use std::ffi::c_int;
use std::ptr::NonNull;
use std::rc::Rc;

/// The words of an attribute of a node, each once.
type Read = Rc<dyn Fn(f64, &str) -> Vec<String>>;

/// What is in a list. It never changes.
enum List {
    Values(Values),
    Words(Words),
}

/// An attribute as a list of words.
pub struct Words {
    /// The node's.
    pub number: f64,
    /// The attribute's.
    pub name: Rc<str>,
    read: Read,
}

/// Values of the engine, in memory that its limit counts.
struct Values {
    first: NonNull<JSValue>,
    count: usize,
}

impl Values {
    fn all(&self) -> &[JSValue] {
        // SAFETY: So many were written there, and are freed with the list.
        unsafe { std::slice::from_raw_parts(self.first.as_ptr(), self.count) }
    }
}

impl List {
    fn count(&self) -> usize {
        match self {
            List::Values(values) => values.count,
            List::Words(words) => (words.read)(words.number, &words.name).len(),
        }
    }

    /// What stands at a place, as a reference of its own; an exception if there is no memory.
    fn at(&self, ctx: *mut qjs::JSContext, at: usize) -> Option<JSValue> {
        match self {
            List::Values(values) => {
                let value = *values.all().get(at)?;
                // SAFETY: The value lives as long as the list.
                Some(unsafe { qjs::JS_DupValue(ctx, value) })
            }
            List::Words(words) => {
                let all = (words.read)(words.number, &words.name);
                let word = all.get(at)?;
                // SAFETY: The engine copies that many bytes, which are UTF-8.
                Some(unsafe { qjs::JS_NewStringLen(ctx, word.as_ptr().cast(), word.len() as _) })
            }
        }
    }
}

/// The class of the lists of one runtime.
#[derive(Default)]
pub struct Lists {
    /// 0 before there is one.
    class: Cell<qjs::JSClassID>,
    runtime: Cell<*mut qjs::JSRuntime>,
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

impl Lists {
    /// A list of values.
    ///
    /// # Errors
    ///
    /// The engine has no memory left, or is not the one of the lists made before.
    pub fn of_values<'js>(
        &self,
        prototype: &Object<'js>,
        all: &[Value<'js>],
    ) -> Result<Object<'js>> {
        let ctx = prototype.ctx();
        let raw = ctx.as_raw().as_ptr();
        let bytes = all.len() * size_of::<JSValue>();
        // SAFETY: Room for all of them, which is written before anybody reads it; at least one
        // byte, so that there is a pointer.
        let first = unsafe { qjs::js_malloc(raw, bytes.max(1) as _) }.cast::<JSValue>();
        let first = NonNull::new(first).ok_or(Error::Exception)?;
        for (at, value) in all.iter().enumerate() {
            // SAFETY: See above; the list owns a reference of its own.
            unsafe {
                let value = qjs::JS_DupValue(raw, value.as_raw());
                first.as_ptr().add(at).write(value);
            }
        }
        let count = all.len();
        self.make(prototype, List::Values(Values { first, count }))
    }

    /// The words of an attribute of a node, which `read` finds.
    ///
    /// # Errors
    ///
    /// As for [`Lists::of_values`].
    pub fn of_words<'js>(
        &self,
        prototype: &Object<'js>,
        (number, name): (f64, Rc<str>),
        read: Read,
    ) -> Result<Object<'js>> {
        let words = Words { number, name, read };
        self.make(prototype, List::Words(words))
    }

    /// The attribute whose words a list has.
    pub fn words<'a>(&self, list: &'a Value<'_>) -> Option<&'a Words> {
        match self.list(list)? {
            List::Words(words) => Some(words),
            List::Values(_) => None,
        }
    }

    /// How many are in a list; nothing for what is no list of this class.
    pub fn count(&self, list: &Value<'_>) -> Option<usize> {
        self.list(list).map(List::count)
    }

    /// A getter that says how many are in a list, and asks `other` for what is no list of this
    /// class.
    ///
    /// # Errors
    ///
    /// As for [`Lists::of_values`].
    pub fn length<'js>(&self, other: &Function<'js>) -> Result<Function<'js>> {
        let ctx = other.ctx();
        let class = self.register(ctx)?;
        let mut data = [other.as_raw()];
        // SAFETY: The engine takes a reference to `other` for itself, and copies the name.
        let made = unsafe {
            let made = qjs::JS_NewCFunctionData2(
                ctx.as_raw().as_ptr(),
                Some(length),
                c"get length".as_ptr(),
                0,
                class as c_int,
                1,
                data.as_mut_ptr(),
            );
            checked(ctx, made)?
        };
        made.into_function().ok_or(Error::Unknown)
    }

    fn list<'a>(&self, list: &'a Value<'_>) -> Option<&'a List> {
        if self.class.get() == 0 || self.runtime.get() != runtime_of(list.ctx()) {
            return None;
        }
        // SAFETY: Only what `make` has made has this class; its data lives as long as it.
        unsafe { list_of(list.as_raw(), self.class.get()) }
    }

    fn make<'js>(&self, prototype: &Object<'js>, list: List) -> Result<Object<'js>> {
        let ctx = prototype.ctx();
        let made = self.register(ctx);
        match made.and_then(|class| exotic::instance(prototype, class)) {
            Ok(made) => {
                // SAFETY: The data of the class is a list.
                unsafe { exotic::give(&made, list) };
                Ok(made)
            }
            Err(error) => {
                // SAFETY: Nobody else has it.
                unsafe { free(runtime_of(ctx), list) };
                Err(error)
            }
        }
    }

    fn register(&self, ctx: &Ctx<'_>) -> Result<qjs::JSClassID> {
        let runtime = runtime_of(ctx);
        if self.class.get() != 0 {
            return match self.runtime.get() == runtime {
                true => Ok(self.class.get()),
                false => Err(Error::UnrelatedRuntime),
            };
        }
        let definition = qjs::JSClassDef {
            class_name: c"List".as_ptr(),
            finalizer: Some(finalize),
            gc_mark: Some(mark),
            call: None,
            exotic: (&raw const METHODS).cast_mut(),
        };
        let class = exotic::register(runtime, &definition)?;
        self.class.set(class);
        self.runtime.set(runtime);
        Ok(class)
    }
}

/// The list that an object of that class is.
///
/// # Safety
///
/// Only lists have that class, and the object lives as long as what is returned.
unsafe fn list_of<'a>(object: JSValue, class: qjs::JSClassID) -> Option<&'a List> {
    // SAFETY: The data of a list is one, or nothing while it is being made.
    unsafe { qjs::JS_GetOpaque(object, class).cast::<List>().as_ref() }
}

/// Frees what a list holds.
///
/// # Safety
///
/// Nobody else has the list.
unsafe fn free(runtime: *mut qjs::JSRuntime, list: List) {
    if let List::Values(values) = list {
        for value in values.all() {
            // SAFETY: The list's own reference.
            unsafe { qjs::JS_FreeValueRT(runtime, *value) };
        }
        // SAFETY: The engine has given that memory.
        unsafe { qjs::js_free_rt(runtime, values.first.as_ptr().cast()) };
    }
}

unsafe extern "C" fn finalize(runtime: *mut qjs::JSRuntime, object: JSValue) {
    // SAFETY: The engine calls it once, for a list.
    unsafe {
        if let Some(list) = exotic::take::<List>(object) {
            free(runtime, list);
        }
    }
}

unsafe extern "C" fn mark(runtime: *mut qjs::JSRuntime, object: JSValue, mark: qjs::JS_MarkFunc) {
    // SAFETY: The engine calls it for a list; the values are the list's own.
    unsafe {
        if let Some(List::Values(values)) = exotic::data::<List>(object) {
            for value in values.all() {
                qjs::JS_MarkValue(runtime, *value, mark);
            }
        }
    }
}

unsafe extern "C" fn get_own_property(
    ctx: *mut qjs::JSContext,
    descriptor: *mut qjs::JSPropertyDescriptor,
    object: JSValue,
    name: qjs::JSAtom,
) -> c_int {
    let Some(at) = index(name) else { return 0 };
    // SAFETY: The engine calls it for a list.
    let Some(list) = (unsafe { exotic::data::<List>(object) }) else {
        return 0;
    };
    if descriptor.is_null() {
        return c_int::from(at < list.count());
    }
    let Some(value) = list.at(ctx, at) else {
        return 0;
    };
    // SAFETY: The descriptor is the engine's, which frees the value.
    unsafe {
        if qjs::JS_IsException(value) {
            return -1;
        }
        *descriptor = exotic::at_place(value);
    }
    1
}

unsafe extern "C" fn get_own_property_names(
    ctx: *mut qjs::JSContext,
    names: *mut *mut qjs::JSPropertyEnum,
    count: *mut u32,
    object: JSValue,
) -> c_int {
    // SAFETY: The engine calls it for a list.
    unsafe {
        let all = exotic::data::<List>(object).map_or(0, List::count);
        exotic::places(ctx, names, count, all)
    }
}

unsafe extern "C" fn delete_property(
    _: *mut qjs::JSContext,
    object: JSValue,
    name: qjs::JSAtom,
) -> c_int {
    // SAFETY: The engine calls it for a list.
    let count = unsafe { exotic::data::<List>(object) }.map_or(0, List::count);
    c_int::from(index(name).is_none_or(|at| at >= count))
}

unsafe extern "C" fn length(
    ctx: *mut qjs::JSContext,
    this: JSValue,
    argument_count: c_int,
    arguments: *mut JSValue,
    class: c_int,
    data: *mut JSValue,
) -> JSValue {
    // SAFETY: The class is that of lists; the data is the one function that it was made with.
    unsafe {
        match list_of(this, class as qjs::JSClassID) {
            Some(list) => qjs::JS_MKVAL(qjs::JS_TAG_INT, list.count() as i32),
            None => qjs::JS_Call(ctx, *data, this, argument_count, arguments),
        }
    }
}

#[cfg(test)]
mod tests;
