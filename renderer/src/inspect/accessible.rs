//! The document as helps for the blind have it: what each element is, and what it is called.
//!
//! Source: "HTML Accessibility API Mappings" and "Accessible Name and Description Computation", as
//! far as names of common elements go.

use crate::document::elements::element;
use crate::inspect::dom::Backends;
use crate::script::elements::attribute;
use crate::script::nodes::{children, path, walk};
use blitz_dom::node::NodeData;
use blitz_dom::{BaseDocument, ElementData, NodeId};
use serde_json::{Value, json};

/// Names are cut where they are longer.
const NAME_BYTES_MAX: usize = 4_096;

/// Roles whose name may be what stands in the element.
const NAMED_BY_CONTENT: [&str; 17] = [
    "button",
    "cell",
    "checkbox",
    "columnheader",
    "gridcell",
    "heading",
    "link",
    "menuitem",
    "option",
    "radio",
    "row",
    "rowheader",
    "switch",
    "tab",
    "tooltip",
    "treeitem",
    "LabelText",
];

/// All nodes, in order.
pub(crate) fn tree(document: &BaseDocument, backends: &mut Backends, frame: &str) -> Vec<Value> {
    let root = document.root_node().id;
    let mut all = Vec::new();
    for id in shown(document, root) {
        let mut said = described(document, backends, id);
        if id == root {
            said["frameId"] = frame.into();
        } else if let Some(parent) = document.get_node(id).and_then(|node| node.parent) {
            said["parentId"] = backends.id(document, parent).to_string().into();
        }
        let below = children(document, id).into_iter();
        let below = below.filter(|child| is_shown(document, *child));
        let ids: Vec<String> = below
            .map(|child| backends.id(document, child).to_string())
            .collect();
        said["childIds"] = json!(ids);
        all.push(said);
    }
    all
}

/// The nodes below one with that name and role.
pub(crate) fn query(
    document: &BaseDocument,
    backends: &mut Backends,
    scope: NodeId,
    wanted_name: Option<&str>,
    wanted_role: Option<&str>,
) -> Vec<Value> {
    let mut found = Vec::new();
    for id in shown(document, scope) {
        let is_role = wanted_role.is_none_or(|wanted| role(document, id) == wanted);
        if is_role && wanted_name.is_none_or(|wanted| name(document, id) == wanted) {
            found.push(described(document, backends, id));
        }
    }
    found
}

/// A node and all in it that is shown.
fn shown(document: &BaseDocument, scope: NodeId) -> Vec<NodeId> {
    let mut all = Vec::new();
    let mut waiting = vec![scope];
    while let Some(id) = waiting.pop() {
        if is_shown(document, id) {
            all.push(id);
            waiting.extend(children(document, id).into_iter().rev());
        }
    }
    all
}

fn is_shown(document: &BaseDocument, id: NodeId) -> bool {
    let Some(node) = document.get_node(id) else {
        return false;
    };
    match &node.data {
        NodeData::Document(_) => true,
        NodeData::Text(text) => !text.content.trim_ascii().is_empty(),
        NodeData::Element(element) => {
            let style = node.primary_styles();
            let is_left_out = style.is_some_and(|style| style.clone_display().is_none());
            attribute(element, "aria-hidden") != Some("true") && !is_left_out && {
                let name = &*element.name.local;
                !matches!(name, "head" | "script" | "style" | "template" | "noscript")
            }
        }
        _ => false,
    }
}

fn described(document: &BaseDocument, backends: &mut Backends, id: NodeId) -> Value {
    let backend = backends.id(document, id);
    let role = role(document, id);
    let is_plain = role
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    json!({
        "nodeId": backend.to_string(),
        "ignored": role == "none",
        "role": { "type": if is_plain { "role" } else { "internalRole" }, "value": role },
        "name": { "type": "computedString", "value": name(document, id) },
        "properties": properties(document, id),
        "childIds": [],
        "backendDOMNodeId": backend,
    })
}

fn properties(document: &BaseDocument, id: NodeId) -> Vec<Value> {
    let Some(element) = element(document, id) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let mut add = |name: &str, value: Value| {
        let kind = if value.is_boolean() {
            "boolean"
        } else {
            "integer"
        };
        all.push(json!({ "name": name, "value": { "type": kind, "value": value } }));
    };
    if document
        .get_node(id)
        .is_some_and(|node| node.is_focussable())
    {
        add("focusable", true.into());
    }
    if attribute(element, "disabled").is_some() {
        add("disabled", true.into());
    }
    if let Some(level) = element.name.local.strip_prefix('h')
        && let Ok(level @ 1..=6) = level.parse::<u8>()
    {
        add("level", level.into());
    }
    all
}

/// What a node is.
fn role(document: &BaseDocument, id: NodeId) -> &str {
    let Some(node) = document.get_node(id) else {
        return "none";
    };
    match &node.data {
        NodeData::Document(_) => "RootWebArea",
        NodeData::Text(_) => "StaticText",
        NodeData::Element(element) => {
            let given = attribute(element, "role").unwrap_or_default();
            let given = given.split_ascii_whitespace().next();
            match given {
                Some("presentation") => "none",
                Some("img") => "image",
                Some(role) => role,
                None => own_role(element),
            }
        }
        _ => "none",
    }
}

fn own_role(element: &ElementData) -> &'static str {
    let has = |name: &str| attribute(element, name).is_some();
    let is_named = has("aria-label") || has("aria-labelledby") || has("title");
    match &*element.name.local {
        "a" | "area" if has("href") => "link",
        "article" => "article",
        "aside" => "complementary",
        "blockquote" => "blockquote",
        "button" => "button",
        "canvas" => "Canvas",
        "caption" => "caption",
        "code" => "code",
        "dd" => "definition",
        "details" => "Details",
        "dialog" => "dialog",
        "dt" => "term",
        "em" => "emphasis",
        "fieldset" | "optgroup" => "group",
        "figcaption" => "Figcaption",
        "figure" => "figure",
        "footer" => "contentinfo",
        "form" if is_named => "form",
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "heading",
        "header" => "banner",
        "hr" => "separator",
        "iframe" => "Iframe",
        "img" if attribute(element, "alt") == Some("") => "none",
        "img" => "image",
        "input" => input_role(element),
        "label" => "LabelText",
        "legend" => "Legend",
        "li" => "listitem",
        "main" => "main",
        "meter" => "meter",
        "nav" => "navigation",
        "ol" | "ul" | "menu" => "list",
        "option" => "option",
        "output" => "status",
        "p" => "paragraph",
        "progress" => "progressbar",
        "section" if is_named => "region",
        "select" if has("multiple") => "listbox",
        "select" => "combobox",
        "strong" => "strong",
        "summary" => "DisclosureTriangle",
        "table" => "table",
        "tbody" | "tfoot" | "thead" => "rowgroup",
        "td" => "cell",
        "textarea" => "textbox",
        "th" => "columnheader",
        "time" => "time",
        "tr" => "row",
        _ => "generic",
    }
}

fn input_role(element: &ElementData) -> &'static str {
    let kind = attribute(element, "type").unwrap_or_default();
    match &*kind.to_ascii_lowercase() {
        "button" | "image" | "reset" | "submit" | "file" => "button",
        "checkbox" => "checkbox",
        "hidden" => "none",
        "number" => "spinbutton",
        "radio" => "radio",
        "range" => "slider",
        "search" => "searchbox",
        _ => "textbox",
    }
}

/// What a node is called.
fn name(document: &BaseDocument, id: NodeId) -> String {
    let Some(node) = document.get_node(id) else {
        return String::new();
    };
    let name = match &node.data {
        NodeData::Document(_) => document
            .find_title_node()
            .map_or_else(String::new, |title| title.text_content()),
        NodeData::Text(text) => text.content.clone(),
        NodeData::Element(element) => name_of(document, id, element),
        _ => String::new(),
    };
    squeezed(&name)
}

fn name_of(document: &BaseDocument, id: NodeId, element: &ElementData) -> String {
    let given = |name: &str| {
        let value = attribute(element, name).map(str::trim);
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    if let Some(labels) = given("aria-labelledby") {
        let texts = labels
            .split_ascii_whitespace()
            .filter_map(|label| document.get_element_by_id(label))
            .map(|label| {
                let own = element_label(document, label);
                own.unwrap_or_else(|| content(document, label))
            });
        let joined = texts.collect::<Vec<_>>().join(" ");
        if !joined.trim().is_empty() {
            return joined;
        }
    }
    let role = role(document, id);
    given("aria-label")
        .or_else(|| native_name(document, id, element))
        .or_else(|| {
            let text = NAMED_BY_CONTENT
                .contains(&role)
                .then(|| content(document, id));
            text.filter(|text| !text.trim().is_empty())
        })
        .or_else(|| given("title"))
        .or_else(|| given("placeholder"))
        .unwrap_or_default()
}

fn element_label(document: &BaseDocument, id: NodeId) -> Option<String> {
    let label = attribute(element(document, id)?, "aria-label")?;
    (!label.trim().is_empty()).then(|| label.to_owned())
}

/// The name that an element has by what HTML gives it.
fn native_name(document: &BaseDocument, id: NodeId, element: &ElementData) -> Option<String> {
    let given = |name: &str| attribute(element, name).map(str::to_owned);
    let first = |name: &str| {
        let mut below = children(document, id).into_iter();
        let found = below.find(|child| is_named(document, *child, name));
        found.map(|found| content(document, found))
    };
    match &*element.name.local {
        "img" | "area" => given("alt"),
        "fieldset" => first("legend"),
        "table" => first("caption"),
        "figure" => first("figcaption"),
        "input" => {
            let kind = given("type").unwrap_or_default().to_ascii_lowercase();
            match &*kind {
                "button" => given("value"),
                "submit" => given("value").or_else(|| Some("Submit".to_owned())),
                "reset" => given("value").or_else(|| Some("Reset".to_owned())),
                "image" => given("alt").or_else(|| given("value")),
                _ => label(document, id, element),
            }
        }
        "select" | "textarea" | "meter" | "progress" | "output" => label(document, id, element),
        _ => None,
    }
}

fn is_named(document: &BaseDocument, id: NodeId, name: &str) -> bool {
    element(document, id).is_some_and(|element| &*element.name.local == name)
}

/// The text of the labels of a control.
fn label(document: &BaseDocument, id: NodeId, element: &ElementData) -> Option<String> {
    let around = path(document, id).into_iter().skip(1);
    let mut labels: Vec<NodeId> = around
        .filter(|around| is_named(document, *around, "label"))
        .collect();
    if let Some(own) = attribute(element, "id").filter(|own| !own.is_empty()) {
        walk(document, document.root_node().id, |node| {
            let is_its = node.element_data().is_some_and(|element| {
                &*element.name.local == "label" && attribute(element, "for") == Some(own)
            });
            if is_its && !labels.contains(&node.id) {
                labels.push(node.id);
            }
            true
        });
    }
    let texts: Vec<String> = labels
        .iter()
        .map(|label| content(document, *label))
        .collect();
    let joined = texts.join(" ");
    (!joined.trim().is_empty()).then_some(joined)
}

/// The text that is shown in a node.
fn content(document: &BaseDocument, id: NodeId) -> String {
    let mut text = String::new();
    for id in shown(document, id).into_iter().skip(1) {
        if text.len() > NAME_BYTES_MAX {
            break;
        }
        match document.get_node(id).map(|node| &node.data) {
            Some(NodeData::Text(piece)) => text.push_str(&piece.content),
            Some(NodeData::Element(element)) => {
                let alt = attribute(element, "aria-label").or_else(|| attribute(element, "alt"));
                text.push_str(alt.unwrap_or_default());
            }
            _ => {}
        }
    }
    text
}

fn squeezed(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut text = words.join(" ");
    text.truncate(text.floor_char_boundary(NAME_BYTES_MAX));
    text
}
