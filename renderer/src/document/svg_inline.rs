//! Text in the pictures of a document: Blitz has no fonts for its SVG parser and leaves text out,
//! so such a picture is read again with fonts, after each layout that has read it anew.

use crate::document::elements::element;
use crate::document::shown;
use crate::document::svg_text;
use blitz_dom::node::{ImageData, NodeData, SpecialElementData};
use blitz_dom::{BaseDocument, Node, NodeId, QualName, local_name, ns};
use style_traits::ToCss;

const SVG_SPACE: &str = "http://www.w3.org/2000/svg";
const XLINK_SPACE: &str = "http://www.w3.org/1999/xlink";

/// Gives the pictures that Blitz has read without their text a tree with it.
pub(crate) fn apply(document: &mut BaseDocument) {
    let mut wanting = shown::nodes(document);
    let wants = |id: NodeId| {
        document
            .get_node(id)
            .is_some_and(|n| wants_text(document, n))
    };
    wanting.retain(|id| wants(*id));
    for id in wanting {
        let tree = svg_text::tree(&source(document, id));
        let data = document.get_node_mut(id).and_then(Node::element_data_mut);
        if let Some(tree) = tree
            && let Some(data) = data
            && let SpecialElementData::Image(image) = &mut data.special_data
            && let ImageData::Svg(picture) = &mut **image
        {
            picture.tree = tree.into();
        }
    }
    for frame in document.sub_document_node_ids() {
        let node = document.get_node_mut(frame);
        if let Some(inside) = node.and_then(|node| node.subdoc_mut()) {
            apply(&mut inside.inner_mut());
        }
    }
}

/// Whether a node is a picture with words that its tree has not.
fn wants_text(document: &BaseDocument, node: &Node) -> bool {
    let Some(data) = node.element_data() else {
        return false;
    };
    let tree = data
        .svg_data()
        .filter(|_| data.name.ns == ns!(svg) && !node.children.is_empty());
    tree.is_some_and(|tree| !tree.has_text_nodes()) && has_words(document, node.id)
}

fn has_words(document: &BaseDocument, picture: NodeId) -> bool {
    let mut waiting = vec![(picture, false)];
    while let Some((id, is_text)) = waiting.pop() {
        let Some(node) = document.get_node(id) else {
            continue;
        };
        match &node.data {
            NodeData::Text(text) if is_text && !text.content.trim().is_empty() => return true,
            NodeData::Element(data) => {
                let is_text = is_text || data.name.local == local_name!("text");
                waiting.extend(node.children.iter().map(|child| (*child, is_text)));
            }
            _ => {}
        }
    }
    false
}

enum Step {
    Open(NodeId),
    Close(String),
}

/// A picture as a document of its own, with `currentColor` as the page has it.
fn source(document: &BaseDocument, picture: NodeId) -> String {
    let mut source = String::new();
    let mut steps = vec![Step::Open(picture)];
    while let Some(step) = steps.pop() {
        match step {
            Step::Close(name) => {
                source.push_str("</");
                source.push_str(&name);
                source.push('>');
            }
            Step::Open(id) => {
                let Some(node) = document.get_node(id) else {
                    continue;
                };
                match &node.data {
                    NodeData::Text(text) => {
                        html_escape::encode_text_to_string(&text.content, &mut source);
                    }
                    NodeData::Element(_) => {
                        let name = open(document, node, id == picture, &mut source);
                        steps.push(Step::Close(name));
                        steps.extend(node.children.iter().rev().copied().map(Step::Open));
                    }
                    _ => {}
                }
            }
        }
    }
    source
}

/// Writes the start of an element; returns its name.
fn open(document: &BaseDocument, node: &Node, is_root: bool, source: &mut String) -> String {
    let Some(data) = element(document, node.id) else {
        return String::new();
    };
    let name = qualified(&data.name);
    source.push('<');
    source.push_str(&name);
    let mut write = |name: &str, value: &str| {
        source.push(' ');
        source.push_str(name);
        source.push_str("=\"");
        html_escape::encode_double_quoted_attribute_to_string(value, &mut *source);
        source.push('"');
    };
    if is_root {
        write("xmlns", SVG_SPACE);
        write("xmlns:xlink", XLINK_SPACE);
    }
    let color = || {
        let style = node.primary_styles()?;
        Some(style.clone_color().to_css_string())
    };
    for attribute in data.attrs() {
        let name = qualified(&attribute.name);
        if name.starts_with("xmlns") || !is_xml_name(&name) {
            continue;
        }
        match attribute
            .value
            .contains("currentColor")
            .then(color)
            .flatten()
        {
            Some(color) => write(&name, &attribute.value.replace("currentColor", &color)),
            None => write(&name, &attribute.value),
        }
    }
    source.push('>');
    name
}

/// Prefixes other than XLink's are declared nowhere.
fn qualified(name: &QualName) -> String {
    match &name.prefix {
        Some(prefix) if &**prefix == "xlink" => format!("xlink:{}", &*name.local),
        _ => name.local.to_string(),
    }
}

/// Whether XML takes it for a name: HTML takes nearly anything.
fn is_xml_name(name: &str) -> bool {
    let local = name.strip_prefix("xlink:").unwrap_or(name);
    let is_start = |c: char| c.is_alphabetic() || c == '_';
    local.starts_with(is_start)
        && local
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}
