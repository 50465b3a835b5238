//! What the inspector's program asks of the host: what values are, and to run code in a world.

use crate::script::handles::List;
use crate::script::hearer::Hearer;
use crate::script::limits::{INSPECTED_OBJECTS_MAX, INSPECTED_VALUES_MAX, SCRIPT_BYTES_MAX};
use crate::script::worlds::Worlds;
use protocol::limits::INSPECTOR_TEXT_BYTES_MAX;
use rquickjs::context::EvalOptions;
use rquickjs::function::{Rest, This};
use rquickjs::object::Property;
use rquickjs::promise::PromiseState;
use rquickjs::{Array, Ctx, Exception, Function, IntoJs, Object, Persistent, Result, Value};
use std::rc::Rc;

pub(super) fn all<'js>(
    ctx: &Ctx<'js>,
    worlds: &Rc<Worlds>,
    hearer: &Hearer,
    isolate: &str,
) -> Result<Object<'js>> {
    let natives = Object::new(ctx.clone())?;
    natives.set("isolate", isolate)?;
    natives.set("textMax", INSPECTOR_TEXT_BYTES_MAX)?;
    natives.set("objectsMax", INSPECTED_OBJECTS_MAX)?;
    natives.set("valuesMax", INSPECTED_VALUES_MAX)?;
    values(&natives)?;
    code(&natives, worlds)?;
    making(&natives, worlds)?;
    telling(&natives, hearer)?;
    Ok(natives)
}

fn set<'js, P>(
    natives: &Object<'js>,
    name: &str,
    function: impl rquickjs::function::IntoJsFunc<'js, P> + 'js,
) -> Result<()> {
    natives.set(name, Function::new(natives.ctx().clone(), function)?)
}

/// What values are.
fn values<'js>(natives: &Object<'js>) -> Result<()> {
    set(natives, "kind", |value: Value<'js>| ::prelude::kind(&value))?;
    set(natives, "proxy", |ctx: Ctx<'js>, value: Value<'js>| {
        let target = value.as_proxy().map(|proxy| proxy.target());
        or_null(&ctx, target)
    })?;
    set(
        natives,
        "proxyHandler",
        |ctx: Ctx<'js>, value: Value<'js>| {
            let handler = value.as_proxy().map(|proxy| proxy.handler());
            or_null(&ctx, handler)
        },
    )?;
    set(natives, "promise", |ctx: Ctx<'js>, value: Value<'js>| {
        let undefined = Value::new_undefined(ctx.clone());
        let Some(promise) = value.as_promise() else {
            return List(vec!["".into_js(&ctx)?, undefined]).into_js(&ctx);
        };
        let state = match promise.state() {
            PromiseState::Pending => "pending",
            PromiseState::Resolved => "fulfilled",
            PromiseState::Rejected => "rejected",
        };
        let result = match promise.result::<Value<'js>>() {
            Some(Ok(value)) => value,
            Some(Err(_)) => ctx.catch(),
            None => undefined,
        };
        List(vec![state.into_js(&ctx)?, result]).into_js(&ctx)
    })
}

/// What a proxy that has been revoked has: nothing.
fn or_null<'js>(ctx: &Ctx<'js>, found: Option<Result<Object<'js>>>) -> Value<'js> {
    match found {
        Some(Ok(object)) => object.into_value(),
        Some(Err(_)) => {
            ctx.catch();
            Value::new_null(ctx.clone())
        }
        None => Value::new_null(ctx.clone()),
    }
}

/// Code of a client's.
fn code<'js>(natives: &Object<'js>, worlds: &Rc<Worlds>) -> Result<()> {
    let of = worlds.clone();
    let evaluate = move |ctx: Ctx<'js>, id: u32, code: String, name: String, waits: bool| {
        let inside = of.enter(&ctx, id)?;
        run(&inside, code, name, waits)
    };
    set(natives, "evaluate", evaluate)?;
    // The engine compiles a function whole before it makes it.
    let of = worlds.clone();
    let compile = move |ctx: Ctx<'js>, id: u32, code: String, name: String| {
        let inside = of.enter(&ctx, id)?;
        run(&inside, format!("(function () {{{code}\n}})"), name, false).map(drop)
    };
    set(natives, "compile", compile)?;
    let of = worlds.clone();
    let parse = move |ctx: Ctx<'js>, id: u32, json: String| of.enter(&ctx, id)?.json_parse(json);
    set(natives, "parse", parse)
}

fn run<'js>(inside: &Ctx<'js>, code: String, name: String, waits: bool) -> Result<Value<'js>> {
    if code.len() > SCRIPT_BYTES_MAX {
        return Err(Exception::throw_range(inside, "the script is too large"));
    }
    let mut options = EvalOptions::default();
    options.strict = false;
    options.promise = waits;
    options.filename = Some(name);
    inside.eval_with_options(code, options)
}

/// Objects of a world.
fn making<'js>(natives: &Object<'js>, worlds: &Rc<Worlds>) -> Result<()> {
    let of = worlds.clone();
    let error = move |ctx: Ctx<'js>, id: u32, name: String, message: String| {
        let inside = of.enter(&ctx, id)?;
        let error = Exception::from_message(inside, &message)?.into_object();
        error.prop("name", Property::from(name).writable().configurable())?;
        Ok::<_, rquickjs::Error>(error)
    };
    set(natives, "error", error)?;
    let of = worlds.clone();
    let entries = move |ctx: Ctx<'js>, id: u32, values: Array<'js>, keys: Array<'js>| {
        let inside = of.enter(&ctx, id)?;
        let mut all = Vec::with_capacity(values.len());
        for at in 0..values.len() {
            let entry = Object::new(inside.clone())?;
            let put = |name: &str, value: Value<'js>| {
                let property = Property::from(value).writable().configurable();
                entry.prop(name, property.enumerable())
            };
            if keys.len() > at {
                put("key", keys.get(at)?)?;
            }
            put("value", values.get(at)?)?;
            all.push(entry);
        }
        List(all).into_js(&inside)
    };
    set(natives, "entries", entries)?;
    // A method that is called on one object, whatever it is called on.
    set(
        natives,
        "bound",
        |ctx: Ctx<'js>, method: Function<'js>, owner: Object<'js>| {
            let method = Persistent::save(&ctx, method);
            let owner = Persistent::save(&ctx, owner);
            Function::new(ctx, move |ctx: Ctx<'js>, arguments: Rest<Value<'js>>| {
                let owner = owner.clone().restore(&ctx)?;
                let method = method.clone().restore(&ctx)?;
                method.call::<_, Value<'js>>((This(owner), arguments))
            })
        },
    )
}

/// What the program has to say.
fn telling<'js>(natives: &Object<'js>, hearer: &Hearer) -> Result<()> {
    let to = hearer.clone();
    set(natives, "answer", move |call: u32, text: String| {
        let teller = to.borrow().clone();
        if let Some(teller) = teller {
            teller.answer(call, text);
        }
    })?;
    let to = hearer.clone();
    set(
        natives,
        "event",
        move |session: u32, method: String, params: String| {
            let teller = to.borrow().clone();
            if let Some(teller) = teller {
                teller.event(session, &method, &params);
            }
        },
    )
}
