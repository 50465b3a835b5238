//! Lists that are read by index without a property for each node or word.

use crate::document::elements::element;
use crate::script::elements::attribute;
use crate::script::handles::id_of;
use crate::script::host::Host;
use rquickjs::{Function, Object, Result, Value};
use std::rc::Rc;

pub(super) fn add<'js>(natives: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    let ctx = natives.ctx();
    let of = host.clone();
    let nodes =
        move |proto: Object<'js>, nodes: Vec<Value<'js>>| of.lists.of_values(&proto, &nodes);
    natives.set("nodeList", Function::new(ctx.clone(), nodes)?)?;
    let of = host.clone();
    let read = Rc::new(move |number: f64, name: &str| words(&of, number, name));
    let of = host.clone();
    let tokens = move |proto: Object<'js>, number: f64, name: String| {
        let attribute = (number, name.into());
        of.lists.of_words(&proto, attribute, read.clone())
    };
    natives.set("tokenList", Function::new(ctx.clone(), tokens)?)?;
    let of = host.clone();
    // Nothing for what has another class.
    let count = move |list: Value<'js>| of.lists.count(&list);
    natives.set("listCount", Function::new(ctx.clone(), count)?)?;
    let of = host.clone();
    let length = move |other: Function<'js>| of.lists.length(&other);
    natives.set("listLength", Function::new(ctx.clone(), length)?)
}

/// The words of an attribute, each once.
fn words(host: &Host, number: f64, name: &str) -> Vec<String> {
    let document = host.read();
    let element = element(&document, id_of(number));
    let text = element.and_then(|element| attribute(element, name));
    let mut all: Vec<String> = Vec::new();
    for word in text.unwrap_or_default().split_ascii_whitespace() {
        if !all.iter().any(|known| known == word) {
            all.push(word.to_owned());
        }
    }
    all
}
