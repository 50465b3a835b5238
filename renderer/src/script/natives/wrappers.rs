//! The wrappers of nodes: found here where there are some, and else made by the prelude.

use crate::script::handles::{Bare, Handle, OrName, number_of};
use crate::script::host::Host;
use crate::script::natives::selectors;
use ::prelude::NodeObject;
use rquickjs::{Array, Ctx, Function, IntoJs, Object, Persistent, Result, Value};
use std::rc::Rc;

/// How the prelude makes the wrapper of a node that has none.
type Wrap = Persistent<Function<'static>>;

pub(super) fn add<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    let ctx = natives.ctx();
    let of = host.clone();
    let existing = move |ctx: Ctx<'js>, handle: Value<'js>| {
        let number = handle.as_number();
        let present = number.and_then(|number| of.wrappers.get(&ctx, number));
        present.map_or_else(|| Value::new_undefined(ctx), Object::into_value)
    };
    natives.set("existing", Function::new(ctx.clone(), existing)?)?;
    let of = host.clone();
    let wrapper =
        move |proto: Object<'js>, number: f64| NodeObject::wrap(&of.wrappers, proto, number);
    natives.set("wrapper", Function::new(ctx.clone(), wrapper)?)?;
    // Each is given how wrappers are made.
    let of = host.clone();
    let lists = move |ctx: Ctx<'js>, wrap: Function<'js>| list(&ctx, of.clone(), wrap);
    natives.set("wrapperList", Function::new(ctx.clone(), lists)?)?;
    let of = host.clone();
    let finders = move |ctx: Ctx<'js>, wrap: Function<'js>| finder(&ctx, of.clone(), wrap);
    natives.set("finder", Function::new(ctx.clone(), finders)?)
}

/// The function that gives the wrappers of an array of handles.
fn list<'js>(ctx: &Ctx<'js>, host: Rc<Host>, wrap: Function<'js>) -> Result<Function<'js>> {
    let wrap = Persistent::save(ctx, wrap);
    let list = move |ctx: Ctx<'js>, handles: Array<'js>| {
        let numbers = handles.iter::<f64>().collect::<Result<Vec<f64>>>()?;
        Bare(wrapped(&host, &ctx, &wrap, numbers.into_iter())?).into_js(&ctx)
    };
    Function::new(ctx.clone(), list)
}

/// The function that gives the list of all elements below a node that a selector matches; with the
/// prototype of lists.
fn finder<'js>(ctx: &Ctx<'js>, host: Rc<Host>, wrap: Function<'js>) -> Result<Function<'js>> {
    let wrap = Persistent::save(ctx, wrap);
    let find = move |proto: Object<'js>, scope: Handle, selector: String| {
        let ctx = proto.ctx();
        match selectors::query_all(&host, scope.0, &selector) {
            Ok(found) => {
                let numbers = found.iter().filter_map(|handle| number_of(handle.0));
                let all = wrapped(&host, ctx, &wrap, numbers)?;
                host.lists.of_values(&proto, &all).map(Object::into_value)
            }
            Err(refusal) => OrName::<Value<'js>>(Err(refusal)).into_js(ctx),
        }
    };
    Function::new(ctx.clone(), find)
}

fn wrapped<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    wrap: &Wrap,
    numbers: impl Iterator<Item = f64>,
) -> Result<Vec<Value<'js>>> {
    let wrap = wrap.clone().restore(ctx)?;
    let one = |number| match host.wrappers.get(ctx, number) {
        Some(present) => Ok(present.into_value()),
        None => wrap.call((number,)),
    };
    numbers.map(one).collect()
}
