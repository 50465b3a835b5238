//! Text and markup.

use crate::document::elements::{element, is};
use crate::script::fragment;
use crate::script::handles::{Handle, OrName, Refusal};
use crate::script::host::Host;
use crate::script::markup;
use crate::script::native::native;
use crate::script::nodes::{is_connected, is_own, walk};
use crate::script::sheets;
use blitz_dom::node::NodeData;
use blitz_dom::{BaseDocument, NodeId, QualName, local_name, ns};
use rquickjs::{Object, Result};
use std::rc::Rc;

/// `Node.textContent`; of a text or comment, its data.
fn text_of(document: &BaseDocument, id: NodeId) -> String {
    match document.get_node(id).map(|node| &node.data) {
        Some(NodeData::Text(text)) => return text.content.clone(),
        Some(NodeData::Comment { contents }) => return contents.clone(),
        _ => {}
    }
    let mut text = String::new();
    walk(document, id, |node| {
        if let NodeData::Text(data) = &node.data {
            text.push_str(&data.content);
        }
        node.id == id || !is_own(document, node)
    });
    text
}

fn set_data(host: &Host, id: NodeId, data: &str) -> std::result::Result<(), Refusal> {
    let mut guard = host.write();
    let document = &mut *guard;
    host.add_text(document, data.len())?;
    let parent = document.get_node(id).and_then(|node| node.parent);
    let style = parent.filter(|parent| is(document, *parent, &local_name!("style")));
    let node = document.get_node_mut(id).ok_or(Refusal::STATE)?;
    match (&mut node.data, style) {
        (NodeData::Comment { contents }, _) => data.clone_into(contents),
        (NodeData::Text(text), Some(style)) => {
            data.clone_into(&mut text.content);
            if is_connected(document, style) {
                sheets::read(document, style);
            }
        }
        (NodeData::Text(_), None) => document.mutate().set_node_text(id, data),
        _ => return Err(Refusal::STATE),
    }
    drop(guard);
    host.touch();
    Ok(())
}

pub(super) fn add(natives: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    native!(natives, "text", host, |node: Handle| text_of(
        &host.read(),
        node.0
    ));
    native!(natives, "setData", host, |node: Handle, data: String| {
        OrName(set_data(&host, node.0, &data))
    });
    native!(natives, "inner", host, |node: Handle| markup::inner(
        &host.read(),
        node.0
    ));
    native!(natives, "outer", host, |node: Handle| markup::outer(
        &host.read(),
        node.0
    ));
    // Fills an empty document.
    native!(
        natives,
        "parseDocument",
        host,
        |node: Handle, text: String, runs: bool| {
            OrName(fragment::parse_into(&host, node.0, &text, runs))
        }
    );
    // A fragment of that markup, as it reads inside that element; without one, inside a body.
    // The scripts in it run where `runs`, once it is in the document.
    native!(
        natives,
        "fragment",
        host,
        |context: Option<Handle>, text: String, runs: bool| {
            let name = context.and_then(|context| {
                let document = host.read();
                element(&document, context.0).map(|element| element.name.clone())
            });
            let body = || QualName::new(None, ns!(html), local_name!("body"));
            let is_usable = |name: &QualName| !name.local.starts_with('#');
            let name = name.filter(is_usable).unwrap_or_else(body);
            OrName(fragment::parse(&host, name, &text, runs).map(Handle))
        }
    );
    Ok(())
}
