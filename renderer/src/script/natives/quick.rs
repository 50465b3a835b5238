//! Methods that natives do whole where nothing is unusual. For all else each has the prelude's own
//! function behind it, which decides what happens, and what is thrown.

use crate::document::elements::element;
use crate::script::elements::{attribute, set_attribute};
use crate::script::handles::{OrNull, id_of, number_of};
use crate::script::host::Host;
use crate::script::nodes;
use crate::script::tokens::{self, Change};
use ::prelude::NodeObject;
use blitz_dom::{BaseDocument, ElementData, LocalName, NodeId, QualName, local_name, ns};
use rquickjs::function::{FromParam, ParamRequirement, ParamsAccessor, Rest, This};
use rquickjs::{Ctx, Error, FromJs, Function, IntoJs, Object, Persistent, Result, Value};
use smallvec::SmallVec;
use std::rc::Rc;

/// What a method does if it can: nothing has changed where it returns none.
type Quick = for<'js> fn(&Host, &Ctx<'js>, &Value<'js>, &[Value<'js>]) -> Option<Value<'js>>;

/// The methods and getters, by name.
const METHODS: [(&str, Quick); 12] = [
    ("getAttribute", get),
    ("hasAttribute", has),
    ("setAttribute", set),
    ("contains", contains),
    ("add", add_token),
    ("remove", remove_token),
    ("toggle", toggle),
    ("parentNode", |host, ctx, this, _| {
        step(host, ctx, this, nodes::parent)
    }),
    ("firstChild", |host, ctx, this, _| {
        step(host, ctx, this, nodes::first)
    }),
    ("lastChild", |host, ctx, this, _| {
        step(host, ctx, this, nodes::last)
    }),
    ("previousSibling", |host, ctx, this, _| {
        step(host, ctx, this, |host, id| nodes::sibling(host, id, -1))
    }),
    ("nextSibling", |host, ctx, this, _| {
        step(host, ctx, this, |host, id| nodes::sibling(host, id, 1))
    }),
];

pub(super) fn add<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    let ctx = natives.ctx();
    let host_of = host.clone();
    let quick = move |ctx: Ctx<'js>, name: String, slow: Function<'js>| {
        let found = METHODS.iter().find(|(known, _)| *known == name);
        let (_, run) = found.ok_or(Error::Unknown)?;
        method(&ctx, host_of.clone(), *run, slow)
    };
    natives.set("quick", Function::new(ctx.clone(), quick)?)?;
    let host = host.clone();
    let tells = move |tells: bool| host.tells_changes.set(tells);
    natives.set("tellsChanges", Function::new(ctx.clone(), tells)?)
}

/// A function that does its work here if it can, and else calls `slow`.
fn method<'js>(
    ctx: &Ctx<'js>,
    host: Rc<Host>,
    run: Quick,
    slow: Function<'js>,
) -> Result<Function<'js>> {
    // Of a getter `get parentNode`, say.
    let name: Value<'js> = slow.get("name")?;
    let length: usize = slow.get("length")?;
    let slow = Persistent::save(ctx, slow);
    let whole = move |ctx: Ctx<'js>, this: This<Value<'js>>, values: Arguments<'js>| match run(
        &host, &ctx, &this.0, &values.0,
    ) {
        Some(done) => Ok(done),
        None => slow
            .clone()
            .restore(&ctx)?
            .call::<_, Value<'js>>((this, Rest(values.0.into_vec()))),
    };
    let made = Function::new(ctx.clone(), whole)?.with_length(length)?;
    made.with_name(String::from_js(ctx, name)?)
}

/// What a function was called with; a few take no memory of their own.
struct Arguments<'js>(SmallVec<[Value<'js>; 4]>);

impl<'js> FromParam<'js> for Arguments<'js> {
    fn param_requirement() -> ParamRequirement {
        ParamRequirement::any()
    }

    fn from_param<'a>(params: &mut ParamsAccessor<'a, 'js>) -> Result<Self> {
        let count = params.len();
        Ok(Arguments((0..count).map(|_| params.arg()).collect()))
    }
}

/// A value that is a text, or a whole number as one. Converting others may run a page's code.
fn plain(value: &Value<'_>) -> Option<String> {
    match value.as_string() {
        // None: half of a pair, which the prelude makes whole.
        Some(text) => text.to_string().ok(),
        None => value.as_int().map(|number| number.to_string()),
    }
}

/// The node whose wrapper a value is.
fn node(value: &Value<'_>) -> Option<NodeId> {
    NodeObject::wrapper(value).map(id_of)
}

/// The name of an attribute that is written the same way in any document.
fn attribute_name(value: &Value<'_>) -> Option<String> {
    let name = value.as_string()?.to_string().ok()?;
    let (first, rest) = name.as_bytes().split_first()?;
    let is_part = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    let is_plain = first.is_ascii_lowercase() && rest.iter().all(is_part);
    is_plain.then_some(name)
}

fn element_of<'a>(document: &'a BaseDocument, this: &Value<'_>) -> Option<&'a ElementData> {
    element(document, node(this)?)
}

fn get<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    this: &Value<'js>,
    values: &[Value<'js>],
) -> Option<Value<'js>> {
    let name = attribute_name(values.first()?)?;
    let document = host.read();
    let value = attribute(element_of(&document, this)?, &name);
    OrNull(value).into_js(ctx).ok()
}

fn has<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    this: &Value<'js>,
    values: &[Value<'js>],
) -> Option<Value<'js>> {
    let name = attribute_name(values.first()?)?;
    let document = host.read();
    let value = attribute(element_of(&document, this)?, &name);
    Some(Value::new_bool(ctx.clone(), value.is_some()))
}

fn set<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    this: &Value<'js>,
    values: &[Value<'js>],
) -> Option<Value<'js>> {
    let [name, value, ..] = values else {
        return None;
    };
    let name = attribute_name(name)?;
    // Of these the prelude knows more.
    let is_known = matches!(&*name, "id" | "name" | "width" | "height") || name.starts_with("on");
    if is_known || host.tells_changes.get() {
        return None;
    }
    let id = node(this)?;
    let value = plain(value)?;
    let name = QualName::new(None, ns!(), LocalName::from(name));
    set_attribute(host, id, name, &value).ok()?;
    Some(Value::new_undefined(ctx.clone()))
}

/// Another node's wrapper, if it has one; the prelude makes others.
fn step<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    this: &Value<'js>,
    to: impl Fn(&Host, NodeId) -> Option<NodeId>,
) -> Option<Value<'js>> {
    match to(host, node(this)?) {
        Some(id) => {
            let number = number_of(id)?;
            host.wrappers.get(ctx, number).map(Object::into_value)
        }
        None => Some(Value::new_null(ctx.clone())),
    }
}

/// The element and the attribute of a list of tokens.
fn list<'a>(host: &Host, this: &'a Value<'_>) -> Option<(NodeId, &'a str)> {
    let words = host.lists.words(this)?;
    Some((id_of(words.number), &words.name))
}

fn contains<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    this: &Value<'js>,
    values: &[Value<'js>],
) -> Option<Value<'js>> {
    let token = plain(values.first()?)?;
    let (id, name) = list(host, this)?;
    let document = host.read();
    let words = attribute(element(&document, id)?, name).unwrap_or_default();
    let has = words.split_ascii_whitespace().any(|word| word == token);
    Some(Value::new_bool(ctx.clone(), has))
}

/// Changes a list of tokens. Returns whether the token is in it then.
fn change(
    host: &Host,
    this: &Value<'_>,
    token: &Value<'_>,
    to: impl Fn(Option<&str>, &str) -> Change,
) -> Option<bool> {
    if host.tells_changes.get() {
        return None;
    }
    let token = plain(token).filter(|token| tokens::is_token(token))?;
    let (id, name) = list(host, this)?;
    let change = {
        let document = host.read();
        to(attribute(element(&document, id)?, name), &token)
    };
    match change {
        Change::None { is_in } => Some(is_in),
        Change::To { words, is_in } => {
            let name = match name {
                "class" => local_name!("class"),
                other => LocalName::from(other),
            };
            let name = QualName::new(None, ns!(), name);
            set_attribute(host, id, name, &words).ok()?;
            Some(is_in)
        }
    }
}

fn toggle<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    this: &Value<'js>,
    values: &[Value<'js>],
) -> Option<Value<'js>> {
    let wanted = match values.get(1) {
        Some(force) if !force.is_undefined() => Some(force.as_bool()?),
        _ => None,
    };
    let to = |present: Option<&str>, token: &str| tokens::toggled(present, token, wanted);
    let is_in = change(host, this, values.first()?, to)?;
    Some(Value::new_bool(ctx.clone(), is_in))
}

/// `add` and `remove` of one token.
fn put_token<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    this: &Value<'js>,
    values: &[Value<'js>],
    is_wanted: bool,
) -> Option<Value<'js>> {
    let [token] = values else {
        return None;
    };
    let to = |present: Option<&str>, token: &str| tokens::changed(present, token, is_wanted);
    change(host, this, token, to)?;
    Some(Value::new_undefined(ctx.clone()))
}

fn add_token<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    this: &Value<'js>,
    values: &[Value<'js>],
) -> Option<Value<'js>> {
    put_token(host, ctx, this, values, true)
}

fn remove_token<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    this: &Value<'js>,
    values: &[Value<'js>],
) -> Option<Value<'js>> {
    put_token(host, ctx, this, values, false)
}
