//! Writes nodes as markup: `innerHTML` and `outerHTML`.
//!
//! Source: the HTML standard, "Serialising HTML fragments".

use crate::document::elements::element;
use crate::script::elements::{page_attributes, qualified};
use crate::script::nodes::{children, is_own};
use blitz_dom::node::NodeData;
use blitz_dom::{BaseDocument, LocalName, NodeId, QualName, ns};

/// What is done next.
enum Step {
    Open(NodeId),
    Close(QualName),
}

/// The markup of what is in a node.
pub(crate) fn inner(document: &BaseDocument, id: NodeId) -> String {
    let mut text = String::new();
    if element(document, id).is_some_and(|element| is_void(&element.name)) {
        return text;
    }
    write_all(document, inside(document, id), &mut text);
    text
}

/// The markup of a node.
pub(crate) fn outer(document: &BaseDocument, id: NodeId) -> String {
    let mut text = String::new();
    write_all(document, vec![id], &mut text);
    text
}

/// The children of a node; of a template, what is in it.
fn inside(document: &BaseDocument, id: NodeId) -> Vec<NodeId> {
    let contents = element(document, id).and_then(|element| element.template_contents);
    children(document, contents.unwrap_or(id))
}

fn write_all(document: &BaseDocument, ids: Vec<NodeId>, text: &mut String) {
    let mut steps: Vec<Step> = ids.into_iter().rev().map(Step::Open).collect();
    while let Some(step) = steps.pop() {
        match step {
            Step::Close(name) => {
                text.push_str("</");
                text.push_str(&qualified(&name));
                text.push('>');
            }
            Step::Open(id) => {
                if let Some(name) = open(document, id, text) {
                    steps.push(Step::Close(name));
                    steps.extend(inside(document, id).into_iter().rev().map(Step::Open));
                }
            }
        }
    }
}

/// Writes a node, or the start of an element; returns its name if it has an end.
fn open(document: &BaseDocument, id: NodeId, text: &mut String) -> Option<QualName> {
    let node = document
        .get_node(id)
        .filter(|node| !is_own(document, node))?;
    match &node.data {
        NodeData::Text(data) => {
            let around = node.parent.and_then(|parent| element(document, parent));
            match around.is_some_and(|around| is_raw(&around.name)) {
                true => text.push_str(&data.content),
                false => escape(&data.content, false, text),
            }
            None
        }
        NodeData::Comment { contents } => {
            text.push_str("<!--");
            text.push_str(contents);
            text.push_str("-->");
            None
        }
        NodeData::Element(element) => {
            text.push('<');
            text.push_str(&qualified(&element.name));
            for attribute in page_attributes(element) {
                text.push(' ');
                text.push_str(&attribute_name(&attribute.name));
                text.push_str("=\"");
                escape(&attribute.value, true, text);
                text.push('"');
            }
            text.push('>');
            (!is_void(&element.name)).then(|| element.name.clone())
        }
        _ => None,
    }
}

/// Prefixes are the usual ones of their namespaces, whatever they were.
fn attribute_name(name: &QualName) -> String {
    let prefix = if name.ns == ns!(xml) {
        "xml"
    } else if name.ns == ns!(xlink) {
        "xlink"
    } else if name.ns == ns!(xmlns) && &*name.local != "xmlns" {
        "xmlns"
    } else {
        return qualified(name);
    };
    format!("{prefix}:{}", &*name.local)
}

fn escape(raw: &str, is_attribute: bool, text: &mut String) {
    for character in raw.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '\u{a0}' => text.push_str("&nbsp;"),
            '"' if is_attribute => text.push_str("&quot;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            other => text.push(other),
        }
    }
}

fn is_raw(name: &QualName) -> bool {
    let is_one = |local: &LocalName| {
        matches!(
            &**local,
            "style"
                | "script"
                | "xmp"
                | "iframe"
                | "noembed"
                | "noframes"
                | "noscript"
                | "plaintext"
        )
    };
    name.ns == ns!(html) && is_one(&name.local)
}

fn is_void(name: &QualName) -> bool {
    name.ns == ns!(html)
        && matches!(
            &*name.local,
            "area"
                | "base"
                | "basefont"
                | "bgsound"
                | "br"
                | "col"
                | "embed"
                | "frame"
                | "hr"
                | "img"
                | "input"
                | "keygen"
                | "link"
                | "meta"
                | "param"
                | "source"
                | "track"
                | "wbr"
        )
}
