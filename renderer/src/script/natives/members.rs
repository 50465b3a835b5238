//! How the prelude gives the Web's classes their members.

use crate::script::host::Host;
use ::prelude::members;
use rquickjs::{Function, Object, Result, Value};
use std::rc::Rc;

pub(super) fn add<'js>(natives: &Object<'js>, _: &Rc<Host>) -> Result<()> {
    let ctx = natives.ctx();
    let finish =
        |class: Object<'js>, name: Value<'js>, tag: Value<'js>| members::finish(&class, name, tag);
    natives.set("finish", Function::new(ctx.clone(), finish)?)?;
    let mix = |target: Object<'js>, other: Object<'js>| members::mix(&target, &other);
    natives.set("mix", Function::new(ctx.clone(), mix)?)?;
    let accessor = |target: Object<'js>, name: Value<'js>, functions: Object<'js>| {
        members::accessor(&target, name, &functions)
    };
    natives.set("accessor", Function::new(ctx.clone(), accessor)?)?;
    let expose = |target: Object<'js>, name: Value<'js>, value: Value<'js>| {
        members::expose(&target, name, &value)
    };
    natives.set("expose", Function::new(ctx.clone(), expose)?)
}
