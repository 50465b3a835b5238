//! Nodes as the protocol describes them.

use crate::document::elements::element;
use crate::inspect::dom::{Backends, Dom, Followed};
use crate::inspect::frames::Frames;
use crate::script::elements::{page_attributes, qualified};
use crate::script::host::Host;
use crate::script::nodes::{self, is_fragment};
use crate::script::special::special;
use crate::script::tree::kind;
use blitz_dom::node::NodeData;
use blitz_dom::{BaseDocument, NodeId, ns};
use serde_json::{Map, Value, json};

/// Describes nodes for a session.
pub(crate) struct Describer<'a> {
    pub(crate) host: &'a Host,
    pub(crate) backends: &'a mut Backends,
    pub(crate) dom: &'a mut Dom,
    pub(crate) frame: &'a str,
    pub(crate) frames: &'a Frames,
    /// Whether what is described is known to the session from then on.
    pub(crate) binds: bool,
}

/// The children of a node that clients see: white space between elements is left out.
pub(crate) fn children(document: &BaseDocument, id: NodeId) -> Vec<NodeId> {
    let mut all = nodes::children(document, id);
    all.retain(|child| !is_space(document, *child));
    all
}

fn is_space(document: &BaseDocument, id: NodeId) -> bool {
    match document.get_node(id).map(|node| &node.data) {
        Some(NodeData::Text(text)) => text.content.trim_ascii().is_empty(),
        _ => false,
    }
}

/// Names and values of an element's attributes.
pub(crate) fn attributes(document: &BaseDocument, id: NodeId) -> Vec<(String, String)> {
    let all = element(document, id)
        .into_iter()
        .flat_map(page_attributes)
        .map(|attribute| (qualified(&attribute.name), attribute.value.clone()));
    all.collect()
}

/// The text of a text, or of a comment.
pub(crate) fn text(document: &BaseDocument, id: NodeId) -> Option<String> {
    match &document.get_node(id)?.data {
        NodeData::Text(text) => Some(text.content.clone()),
        NodeData::Comment { contents } => Some(contents.clone()),
        _ => None,
    }
}

impl Describer<'_> {
    /// A node, and so many levels in it; a number below zero is all.
    pub(crate) fn node(&mut self, id: NodeId, depth: i32, parent: Option<u32>) -> Value {
        let host = self.host;
        let document = &*host.read();
        let Some(node) = document.get_node(id) else {
            return Value::Null;
        };
        let kind = kind(host, document, id);
        let number = match self.binds {
            true => self.dom.bind(id),
            false => self.dom.id(id).unwrap_or(0),
        };
        let mut said = Map::new();
        said.insert("nodeId".into(), number.into());
        if let Some(parent) = parent {
            said.insert("parentId".into(), parent.into());
        }
        let backend = self.backends.id(document, id);
        said.insert("backendNodeId".into(), backend.into());
        said.insert("nodeType".into(), kind.into());
        let (name, local) = self.names(document, id, kind);
        said.insert("nodeName".into(), name.into());
        said.insert("localName".into(), local.into());
        let value = match kind {
            3 | 4 | 7 | 8 => text(document, id).unwrap_or_default(),
            _ => String::new(),
        };
        said.insert("nodeValue".into(), value.clone().into());
        let mut known = Followed {
            text: matches!(kind, 3 | 4 | 7 | 8).then_some(value),
            ..Followed::default()
        };
        if matches!(kind, 1 | 9 | 11) {
            known.attributes = attributes(document, id);
            self.inside(document, id, depth, number, &mut known, &mut said);
        }
        match kind {
            1 => {
                let all = &known.attributes;
                let all = all.iter().flat_map(|(name, value)| [name, value]);
                said.insert("attributes".into(), all.cloned().collect());
                let root = document.try_root_element().map(|root| root.id);
                let frame = match root == Some(id) {
                    true => Some(self.frame),
                    false => self.frames.id_of(id),
                };
                if let Some(frame) = frame {
                    said.insert("frameId".into(), frame.into());
                }
                let contents = node.element_data().and_then(|e| e.template_contents);
                if let Some(contents) = contents {
                    let contents = self.node(contents, depth.saturating_sub(1).max(-1), None);
                    said.insert("templateContent".into(), contents);
                }
            }
            9 => self.add_document(document, &mut said),
            10 => {
                let names = special(host, id).map_or_else(Vec::new, |special| special.names());
                let at = |at: usize| names.get(at).cloned().unwrap_or_default();
                said.insert("publicId".into(), at(1).into());
                said.insert("systemId".into(), at(2).into());
            }
            _ => {}
        }
        if self.binds {
            self.dom.follow(id, known);
        }
        Value::Object(said)
    }

    fn inside(
        &mut self,
        document: &BaseDocument,
        id: NodeId,
        depth: i32,
        number: u32,
        known: &mut Followed,
        said: &mut Map<String, Value>,
    ) {
        let below = children(document, id);
        known.count = below.len();
        said.insert("childNodeCount".into(), below.len().into());
        let is_text = |child: &NodeId| kind(self.host, document, *child) == 3;
        // One text alone comes with what it stands in.
        let is_short = self.binds && below.len() == 1 && below.iter().all(is_text);
        if depth == 0 && !is_short {
            // What was told before is still known.
            let told = self.dom.known(id).and_then(|known| known.children.clone());
            known.children = told.filter(|_| self.binds);
            return;
        }
        let next = if depth < 0 { depth } else { (depth - 1).max(0) };
        let parent = if self.binds { number } else { 0 };
        let described = below
            .iter()
            .map(|child| self.node(*child, next, Some(parent)));
        said.insert("children".into(), described.collect());
        known.children = Some(below);
    }

    fn names(&self, document: &BaseDocument, id: NodeId, kind: u32) -> (String, String) {
        let named = |name: &str| (name.to_owned(), String::new());
        let Some(node) = document.get_node(id) else {
            return named("");
        };
        match kind {
            1 => node.element_data().map_or_else(
                || named(""),
                |element| {
                    let name = qualified(&element.name);
                    let is_html = element.name.ns == ns!(html);
                    let name = if is_html { name.to_uppercase() } else { name };
                    (name, element.name.local.to_string())
                },
            ),
            3 => named("#text"),
            4 => named("#cdata-section"),
            8 => named("#comment"),
            9 => named("#document"),
            11 => named("#document-fragment"),
            _ if is_fragment(node) => named("#document-fragment"),
            _ => {
                let names = special(self.host, id).map_or_else(Vec::new, |special| special.names());
                let at = if kind == 2 { 2 } else { 0 };
                named(names.get(at).map_or("", String::as_str))
            }
        }
    }

    fn add_document(&self, document: &BaseDocument, said: &mut Map<String, Value>) {
        let url = self.host.url.borrow().to_string();
        let all = json!({
            "documentURL": url,
            "baseURL": document.base_url().as_str(),
            "xmlVersion": "",
            "compatibilityMode": "NoQuirksMode",
        });
        if let Value::Object(all) = all {
            said.extend(all);
        }
    }
}
