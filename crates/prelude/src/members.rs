//! Members of the Web's classes, as the prelude defines some thousand of them whenever a realm
//! begins: without an object for each descriptor.

use rquickjs::qjs::{self, JSAtom, JSValue};
use rquickjs::{Ctx, Error, Object, Result, Value};
use std::ffi::c_int;
use std::ptr::{NonNull, null_mut};

const LISTED: u32 = qjs::JS_PROP_HAS_ENUMERABLE | qjs::JS_PROP_ENUMERABLE;
const CONFIGURABLE: u32 = qjs::JS_PROP_HAS_CONFIGURABLE | qjs::JS_PROP_CONFIGURABLE;
const WRITABLE: u32 = qjs::JS_PROP_HAS_WRITABLE | qjs::JS_PROP_WRITABLE;

/// Makes a class one of the Web's: its members can be listed, and its objects have that name under
/// `tag`, which is `Symbol.toStringTag`.
///
/// # Errors
///
/// A property cannot be defined, or the engine has no memory left.
pub fn finish<'js>(class: &Object<'js>, name: Value<'js>, tag: Value<'js>) -> Result<()> {
    let ctx = class.ctx();
    let prototype: Object<'js> = class.get("prototype")?;
    let constructor = Atom::named(ctx, "constructor")?;
    for known in Names::of(&prototype, qjs::JS_GPN_STRING_MASK)?.all() {
        if known.atom != constructor.atom {
            define(&prototype, known.atom, None, LISTED)?;
        }
    }
    for known in Names::of(class, qjs::JS_GPN_STRING_MASK)?.all() {
        let property = Property::of(class, known.atom)?;
        if property.is_function(ctx) {
            define(class, known.atom, None, LISTED)?;
        }
    }
    let tag = Atom::of(ctx, tag)?;
    let is_there = qjs::JS_PROP_HAS_WRITABLE | qjs::JS_PROP_HAS_ENUMERABLE | CONFIGURABLE;
    define(&prototype, tag.atom, Some(&name), is_there)
}

/// Gives an object the members of another; those whose names are texts can be listed.
///
/// # Errors
///
/// As for [`finish`].
pub fn mix<'js>(target: &Object<'js>, members: &Object<'js>) -> Result<()> {
    let ctx = target.ctx().as_raw().as_ptr();
    for (mask, listed) in [
        (qjs::JS_GPN_STRING_MASK, LISTED),
        (qjs::JS_GPN_SYMBOL_MASK, qjs::JS_PROP_HAS_ENUMERABLE),
    ] {
        for known in Names::of(members, mask)?.all() {
            let property = Property::of(members, known.atom)?;
            let is = |flag: u32| property.0.flags & flag as c_int;
            let mut flags = listed | qjs::JS_PROP_HAS_CONFIGURABLE;
            flags |= is(qjs::JS_PROP_CONFIGURABLE) as u32;
            flags |= match is(qjs::JS_PROP_GETSET) {
                0 => {
                    let writable = is(qjs::JS_PROP_WRITABLE) as u32;
                    qjs::JS_PROP_HAS_VALUE | qjs::JS_PROP_HAS_WRITABLE | writable
                }
                _ => qjs::JS_PROP_HAS_GET | qjs::JS_PROP_HAS_SET,
            };
            let qjs::JSPropertyDescriptor {
                value,
                getter,
                setter,
                ..
            } = property.0;
            // SAFETY: All of it lives until the property is dropped; the engine takes its own
            // references.
            let done = unsafe {
                let flags = (flags | qjs::JS_PROP_THROW) as c_int;
                let target = target.as_raw();
                qjs::JS_DefineProperty(ctx, target, known.atom, value, getter, setter, flags)
            };
            checked(done)?;
        }
    }
    Ok(())
}

/// Gives an object a getter that can be listed, and a setter: the `get` and `set` of `functions`,
/// which may be undefined.
///
/// # Errors
///
/// As for [`finish`].
pub fn accessor<'js>(
    target: &Object<'js>,
    name: Value<'js>,
    functions: &Object<'js>,
) -> Result<()> {
    let ctx = target.ctx();
    let (getter, setter): (Value<'js>, Value<'js>) = (functions.get("get")?, functions.get("set")?);
    let name = Atom::of(ctx, name)?;
    let flags = LISTED | CONFIGURABLE | qjs::JS_PROP_HAS_GET | qjs::JS_PROP_HAS_SET;
    // SAFETY: All of it is alive, and the engine takes its own references.
    let done = unsafe {
        qjs::JS_DefineProperty(
            ctx.as_raw().as_ptr(),
            target.as_raw(),
            name.atom,
            qjs::JS_UNDEFINED,
            getter.as_raw(),
            setter.as_raw(),
            (flags | qjs::JS_PROP_THROW) as c_int,
        )
    };
    checked(done)
}

/// Puts a value under a name where scripts find it without listing it.
///
/// # Errors
///
/// As for [`finish`].
pub fn expose<'js>(target: &Object<'js>, name: Value<'js>, value: &Value<'js>) -> Result<()> {
    let name = Atom::of(target.ctx(), name)?;
    let flags = qjs::JS_PROP_HAS_ENUMERABLE | CONFIGURABLE | WRITABLE;
    define(target, name.atom, Some(value), flags)
}

fn define<'js>(
    target: &Object<'js>,
    name: JSAtom,
    value: Option<&Value<'js>>,
    flags: u32,
) -> Result<()> {
    let (value, has_value) = match value {
        Some(value) => (value.as_raw(), qjs::JS_PROP_HAS_VALUE),
        None => (qjs::JS_UNDEFINED, 0),
    };
    let flags = (flags | has_value | qjs::JS_PROP_THROW) as c_int;
    let none = qjs::JS_UNDEFINED;
    // SAFETY: All of it is alive, and the engine takes its own references.
    let done = unsafe {
        let ctx = target.ctx().as_raw().as_ptr();
        qjs::JS_DefineProperty(ctx, target.as_raw(), name, value, none, none, flags)
    };
    checked(done)
}

fn checked(done: c_int) -> Result<()> {
    match done {
        0.. => Ok(()),
        _ => Err(Error::Exception),
    }
}

/// A name of a property.
struct Atom {
    ctx: NonNull<qjs::JSContext>,
    atom: JSAtom,
}

impl Atom {
    fn of<'js>(ctx: &Ctx<'js>, name: Value<'js>) -> Result<Atom> {
        let ctx = ctx.as_raw();
        // SAFETY: Both are alive; what comes back is a reference of its own.
        let atom = unsafe { qjs::JS_ValueToAtom(ctx.as_ptr(), name.as_raw()) };
        Atom::checked(ctx, atom)
    }

    fn named(ctx: &Ctx<'_>, name: &str) -> Result<Atom> {
        let ctx = ctx.as_raw();
        // SAFETY: The engine copies that many bytes, which are UTF-8.
        let atom =
            unsafe { qjs::JS_NewAtomLen(ctx.as_ptr(), name.as_ptr().cast(), name.len() as _) };
        Atom::checked(ctx, atom)
    }

    fn checked(ctx: NonNull<qjs::JSContext>, atom: JSAtom) -> Result<Atom> {
        match atom {
            0 => Err(Error::Exception),
            atom => Ok(Atom { ctx, atom }),
        }
    }
}

impl Drop for Atom {
    fn drop(&mut self) {
        // SAFETY: Its own reference.
        unsafe { qjs::JS_FreeAtom(self.ctx.as_ptr(), self.atom) }
    }
}

/// The names of an object's own properties.
struct Names {
    ctx: NonNull<qjs::JSContext>,
    first: *mut qjs::JSPropertyEnum,
    count: u32,
}

impl Names {
    fn of(object: &Object<'_>, kinds: u32) -> Result<Names> {
        let ctx = object.ctx().as_raw();
        let (mut first, mut count) = (null_mut(), 0);
        // SAFETY: The engine writes both, and leaves the array to us.
        let done = unsafe {
            let object = object.as_raw();
            let kinds = kinds as c_int;
            qjs::JS_GetOwnPropertyNames(ctx.as_ptr(), &mut first, &mut count, object, kinds)
        };
        checked(done)?;
        Ok(Names { ctx, first, count })
    }

    fn all(&self) -> &[qjs::JSPropertyEnum] {
        match self.first.is_null() {
            true => &[],
            // SAFETY: So many are there until they are freed with this.
            false => unsafe { std::slice::from_raw_parts(self.first, self.count as usize) },
        }
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        // SAFETY: The engine made it; nobody else has it.
        unsafe { qjs::JS_FreePropertyEnum(self.ctx.as_ptr(), self.first, self.count) }
    }
}

/// What an object has under a name.
struct Property(qjs::JSPropertyDescriptor, NonNull<qjs::JSContext>);

impl Property {
    fn of(object: &Object<'_>, name: JSAtom) -> Result<Property> {
        let ctx = object.ctx().as_raw();
        let nothing: JSValue = qjs::JS_UNDEFINED;
        let mut found = qjs::JSPropertyDescriptor {
            flags: 0,
            value: nothing,
            getter: nothing,
            setter: nothing,
        };
        // SAFETY: The engine fills it in where there is such a property.
        let done =
            unsafe { qjs::JS_GetOwnProperty(ctx.as_ptr(), &mut found, object.as_raw(), name) };
        checked(done)?;
        Ok(Property(found, ctx))
    }

    fn is_function(&self, ctx: &Ctx<'_>) -> bool {
        // SAFETY: The value is alive; that of an accessor is undefined.
        unsafe { qjs::JS_IsFunction(ctx.as_raw().as_ptr(), self.0.value) }
    }
}

impl Drop for Property {
    fn drop(&mut self) {
        for value in [self.0.value, self.0.getter, self.0.setter] {
            // SAFETY: Its own references.
            unsafe { qjs::JS_FreeValue(self.1.as_ptr(), value) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rquickjs::{CatchResultExt, Context, Function, Runtime};

    /// What a script says that has the functions of this file.
    fn says(script: &str) -> String {
        let runtime = Runtime::new().expect("a runtime");
        let context = Context::full(&runtime).expect("a context");
        context.with(|ctx| {
            let globals = ctx.globals();
            let tag: Value<'_> = ctx.eval("Symbol.toStringTag").expect("a symbol");
            globals.set("tag", tag).expect("memory");
            let functions = [
                ("finish", Function::new(ctx.clone(), finish_by_value)),
                ("mix", Function::new(ctx.clone(), mix_by_value)),
                ("accessor", Function::new(ctx.clone(), accessor_by_value)),
                ("expose", Function::new(ctx.clone(), expose_by_value)),
            ];
            for (name, function) in functions {
                globals
                    .set(name, function.expect("memory"))
                    .expect("memory");
            }
            let said = ctx.eval::<String, _>(script).catch(&ctx);
            said.unwrap_or_else(|error| panic!("{error}"))
        })
    }

    fn finish_by_value<'js>(class: Object<'js>, name: Value<'js>, tag: Value<'js>) -> Result<()> {
        finish(&class, name, tag)
    }

    fn mix_by_value<'js>(target: Object<'js>, members: Object<'js>) -> Result<()> {
        mix(&target, &members)
    }

    fn accessor_by_value<'js>(
        target: Object<'js>,
        name: Value<'js>,
        functions: Object<'js>,
    ) -> Result<()> {
        accessor(&target, name, &functions)
    }

    fn expose_by_value<'js>(
        target: Object<'js>,
        name: Value<'js>,
        value: Value<'js>,
    ) -> Result<()> {
        expose(&target, name, &value)
    }

    #[test]
    fn members_of_a_class_can_be_listed_and_its_constructor_cannot() {
        let said = says(
            "class A {
              one() {} get two() { return 2; } [Symbol.iterator]() {}
              static three() {} static four = {};
            }
            finish(A, 'Name', tag);
            const own = Object.getOwnPropertyDescriptor(A.prototype, Symbol.toStringTag);
            [Object.keys(A.prototype), Object.keys(A), `${new A()}`,
              own.enumerable, own.writable, own.configurable,
              new A().two, Object.getOwnPropertyDescriptor(A.prototype, 'one').writable].join()",
        );
        assert_eq!(
            said,
            "one,two,three,four,[object Name],false,false,true,2,true"
        );
    }

    #[test]
    fn members_are_mixed_in_as_they_are() {
        let said = says(
            "const from = {
              one() { return 1; }, get two() { return this.x; }, set two(x) { this.x = x; },
              [Symbol.iterator]: 3,
            };
            const to = {};
            mix(to, from);
            to.two = 7;
            const at = Object.getOwnPropertyDescriptor(to, Symbol.iterator);
            [Object.keys(to), to.one(), to.two, at.value, at.enumerable, at.writable].join()",
        );
        assert_eq!(said, "one,two,x,1,7,3,false,true");
    }

    #[test]
    fn a_getter_may_have_no_setter() {
        let said = says(
            "const to = {};
            accessor(to, 'a', { get() { return 1; } });
            accessor(to, 'b', { get() { return this.x; }, set(x) { this.x = x + 1; } });
            to.b = 4; Reflect.set(to, 'a', 9);
            expose(to, 'c', 5);
            const c = Object.getOwnPropertyDescriptor(to, 'c');
            [to.a, to.b, Object.keys(to), c.value, c.enumerable, c.writable, c.configurable]
              .join()",
        );
        assert_eq!(said, "1,5,a,b,x,5,false,true,true");
    }

    #[test]
    fn what_cannot_be_defined_is_an_error() {
        let said = says(
            "const closed = Object.freeze({});
            let failed = '';
            for (const work of [
              () => mix(closed, { a: 1 }), () => expose(closed, 'a', 1),
              () => accessor(closed, 'a', { get: () => 1 }),
            ]) {
              try { work(); } catch (error) { failed += error.name; }
            }
            failed",
        );
        assert_eq!(said, "TypeErrorTypeErrorTypeError");
    }
}
