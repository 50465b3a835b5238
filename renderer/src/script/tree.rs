//! Changes the tree, after every check: Blitz itself would walk a circle for ever, and index a node
//! that is gone.

use crate::document::elements::is;
use crate::script::elements;
use crate::script::handles::Refusal;
use crate::script::host::{Host, attribute_bytes, text_bytes};
use crate::script::kinds::Special;
use crate::script::nodes::{FRAGMENT, OWN, children, height, is_connected, is_fragment, walk};
use crate::script::sheets;
use crate::script::special;
use blitz_dom::node::NodeData;
use blitz_dom::{
    BaseDocument, LocalName, Namespace, NodeId, QualName, RestyleHint, local_name, ns,
};
use protocol::limits::DOCUMENT_DEPTH_MAX;
use std::collections::HashSet;

type Outcome<T> = Result<T, Refusal>;

/// Levels above a node, through templates too: laying out, copying and dropping recurse.
fn depth(host: &Host, document: &BaseDocument, id: NodeId) -> usize {
    let mut depth = 0;
    let mut at = Some(id);
    while let Some(id) = at {
        depth += 1;
        let above = document.get_node(id).and_then(|node| node.parent);
        at = above.or_else(|| host.template_of(id));
    }
    depth
}

/// Whether `outer` is `inner`, or around it.
fn contains(host: &Host, document: &BaseDocument, outer: NodeId, inner: NodeId) -> bool {
    let mut at = Some(inner);
    while let Some(id) = at {
        if id == outer {
            return true;
        }
        let above = document.get_node(id).and_then(|node| node.parent);
        at = above.or_else(|| host.template_of(id));
    }
    false
}

/// Puts a node, or what is in a fragment, into a parent. Returns whether scripts in it may run now.
pub(crate) fn insert(
    host: &Host,
    parent: NodeId,
    child: NodeId,
    before: Option<NodeId>,
) -> Outcome<bool> {
    let nodes = check_insertion(host, parent, child, before)?;
    let mut document = host.write();
    let before = match before {
        // Before itself is where it stands: before the next that is not moved.
        Some(place) if nodes.contains(&place) => following(&document, place),
        place => place,
    };
    let is_shown = put(host, &mut document, parent, &nodes, before);
    drop(document);
    host.place.set(None);
    host.touch();
    Ok(is_shown)
}

/// Puts several nodes behind the others, or in the place of all. Returns whether scripts in them
/// may run now, and what has gone; none, and nothing has changed, where that takes more than this.
pub(crate) fn put_all(
    host: &Host,
    parent: NodeId,
    nodes: &[NodeId],
    replaces: bool,
) -> Option<(bool, Vec<NodeId>)> {
    let is_plain =
        |document: &BaseDocument, id: NodeId| matches!(kind(host, document, id), 1 | 3 | 4 | 7 | 8);
    {
        let document = host.read();
        let is_element = document.get_node(parent)?.is_element();
        let mut once = HashSet::with_capacity(nodes.len());
        let mut all = nodes.iter();
        if !is_element || !all.all(|id| is_plain(&document, *id) && once.insert(*id)) {
            return None;
        }
    }
    for &node in nodes {
        check_insertion(host, parent, node, None).ok()?;
    }
    let gone = match replaces {
        true => take_children(host, parent),
        false => Vec::new(),
    };
    let is_shown = put(host, &mut host.write(), parent, nodes, None);
    host.place.set(None);
    host.touch();
    Some((is_shown, gone))
}

/// Puts nodes where they may stand. Returns whether that is in the document.
fn put(
    host: &Host,
    document: &mut BaseDocument,
    parent: NodeId,
    nodes: &[NodeId],
    before: Option<NodeId>,
) -> bool {
    for &node in nodes {
        let old = document.get_node(node).and_then(|node| node.parent);
        if old.is_some() {
            take_out(document, node);
            tend(document, old);
        }
    }
    if is(document, parent, &local_name!("style")) {
        sheets::put_text(document, parent, nodes, before);
        return false;
    }
    let is_connected = is_connected(document, parent);
    let stash = match is_connected {
        true => elements::before_connection(host, document, nodes),
        false => Vec::new(),
    };
    let mut mutator = document.mutate();
    match before {
        Some(before) => mutator.insert_nodes_before(before, nodes),
        None => mutator.append_children(parent, nodes),
    }
    drop(mutator);
    if parent == document.root_node().id {
        restyle(document, nodes);
    }
    if is_connected {
        elements::after_connection(host, document, nodes, stash);
    }
    tend(document, Some(parent));
    is_connected
}

/// What comes to stand at the root gets the style of a root, which is a block. Blitz takes that
/// from the hint of a parent with a style, and panics where the root stands in a line.
fn restyle(document: &mut BaseDocument, nodes: &[NodeId]) {
    for &node in nodes {
        if let Some(node) = document.get_node_mut(node).filter(|node| node.is_element()) {
            node.set_restyle_hint(RestyleHint::restyle_subtree());
        }
    }
}

/// What may go into `parent`: the node, or all that is in the fragment.
///
/// Source: the DOM standard, "ensure pre-insertion validity".
pub(crate) fn check_insertion(
    host: &Host,
    parent: NodeId,
    child: NodeId,
    before: Option<NodeId>,
) -> Outcome<Vec<NodeId>> {
    check(host, parent, child, before, false)
}

/// Whether `child` may take the place of `old`.
///
/// Source: the DOM standard, "replace".
pub(crate) fn check_replacement(
    host: &Host,
    parent: NodeId,
    child: NodeId,
    old: NodeId,
) -> Outcome<()> {
    check(host, parent, child, Some(old), true).map(drop)
}

fn check(
    host: &Host,
    parent: NodeId,
    child: NodeId,
    place: Option<NodeId>,
    replaces: bool,
) -> Outcome<Vec<NodeId>> {
    let document = host.read();
    let into = document.get_node(parent).ok_or(Refusal::STATE)?;
    let node = document.get_node(child).ok_or(Refusal::STATE)?;
    let takes_children = matches!(into.data, NodeData::Element(_) | NodeData::Document(_));
    if !takes_children || contains(host, &document, child, parent) {
        return Err(Refusal::HIERARCHY);
    }
    if let Some(place) = place
        && document.get_node(place).and_then(|node| node.parent) != Some(parent)
    {
        return Err(Refusal::NOT_FOUND);
    }
    let kind = kind(host, &document, child);
    let is_into_document = matches!(into.data, NodeData::Document(_));
    if matches!(kind, 2 | 9) || kind == 10 && !is_into_document {
        return Err(Refusal::HIERARCHY);
    }
    let nodes = match is_fragment(node) {
        true => children(&document, child),
        false => vec![child],
    };
    if is_into_document {
        let document_check = DocumentCheck {
            host,
            document: &document,
            place,
            replaces,
        };
        document_check.run(parent, kind, &nodes)?;
    }
    let above = depth(host, &document, parent);
    let is_deep = |node: &NodeId| above + height(&document, *node) > DOCUMENT_DEPTH_MAX;
    match nodes.iter().any(is_deep) {
        true => Err(Refusal::HIERARCHY),
        false => Ok(nodes),
    }
}

/// A document has one element, no text, and its document type before its element.
struct DocumentCheck<'a> {
    host: &'a Host,
    document: &'a BaseDocument,
    place: Option<NodeId>,
    replaces: bool,
}

impl DocumentCheck<'_> {
    fn run(&self, root: NodeId, kind: u32, nodes: &[NodeId]) -> Outcome<()> {
        let kinds_of = |ids: &[NodeId]| -> Vec<u32> {
            let kinds = ids
                .iter()
                .map(|id| self::kind(self.host, self.document, *id));
            kinds.collect()
        };
        let coming = kinds_of(nodes);
        if coming.iter().any(|kind| matches!(kind, 3 | 4)) {
            return Err(Refusal::HIERARCHY);
        }
        let mut present = children(self.document, root);
        let at = match self.place {
            Some(place) => present.iter().position(|id| *id == place),
            None => None,
        };
        let place_at = at.unwrap_or(present.len());
        let after_from = place_at + usize::from(self.replaces);
        let (before, after) = {
            let kinds = kinds_of(&present);
            let after = kinds.get(after_from..).unwrap_or_default().to_vec();
            let before = kinds[..place_at.min(kinds.len())].to_vec();
            (before, after)
        };
        if self.replaces {
            present.retain(|id| Some(*id) != self.place);
        }
        let has = |kinds: &[u32], kind: u32| kinds.contains(&kind);
        let others = kinds_of(&present);
        let elements = coming.iter().filter(|kind| **kind == 1).count();
        let refuses = match kind {
            10 => has(&others, 10) || has(&before, 1) || at.is_none() && has(&others, 1),
            _ if elements == 0 => false,
            _ => {
                let is_behind = !self.replaces
                    && at.is_some_and(|at| self::kind(self.host, self.document, present[at]) == 10);
                elements > 1 || has(&others, 1) || is_behind || at.is_some() && has(&after, 10)
            }
        };
        match refuses {
            true => Err(Refusal::HIERARCHY),
            false => Ok(()),
        }
    }
}

/// `Node.nodeType`; 0 for what is gone.
pub(crate) fn kind(host: &Host, document: &BaseDocument, id: NodeId) -> u32 {
    let Some(node) = document.get_node(id) else {
        return 0;
    };
    let special = || {
        let specials = host.specials.borrow();
        match specials.is_empty() {
            true => None,
            false => specials.get(&id).map(Special::kind),
        }
    };
    match &node.data {
        NodeData::Document(_) => 9,
        NodeData::Text(_) => special().unwrap_or(3),
        NodeData::Comment { .. } => special().unwrap_or(8),
        NodeData::Element(_) if is_fragment(node) => 11,
        _ => 1,
    }
}

fn following(document: &BaseDocument, id: NodeId) -> Option<NodeId> {
    let parent = document.get_node(document.get_node(id)?.parent?)?;
    let at = parent.index_of_child(id)?;
    parent.children.get(at + 1).copied()
}

/// Takes a node out of its parent. It is kept.
pub(crate) fn remove(host: &Host, id: NodeId) {
    let mut document = host.write();
    let Some(parent) = document.get_node(id).and_then(|node| node.parent) else {
        return;
    };
    take_out(&mut document, id);
    tend(&mut document, Some(parent));
    drop(document);
    host.released.borrow_mut().push(id);
    host.place.set(None);
    host.touch();
}

/// Takes all children out of a node. They are kept.
pub(crate) fn take_children(host: &Host, parent: NodeId) -> Vec<NodeId> {
    let mut document = host.write();
    let all = children(&document, parent);
    // The last one first: no other moves up.
    for &child in all.iter().rev() {
        take_out(&mut document, child);
    }
    tend(&mut document, Some(parent));
    drop(document);
    host.released.borrow_mut().extend(&all);
    host.place.set(None);
    host.touch();
    all
}

fn take_out(document: &mut BaseDocument, id: NodeId) {
    let parent = document.get_node(id).and_then(|node| node.parent);
    match parent {
        Some(style) if is(document, style, &local_name!("style")) => {
            sheets::take_text(document, style, id);
        }
        _ => document.mutate().remove_node(id),
    }
}

/// A select whose options have changed chooses again.
fn tend(document: &mut BaseDocument, parent: Option<NodeId>) {
    let Some(parent) = parent else { return };
    let select = match () {
        () if is(document, parent, &local_name!("select")) => Some(parent),
        () if is(document, parent, &local_name!("optgroup")) => {
            document.get_node(parent).and_then(|node| node.parent)
        }
        () => None,
    };
    if let Some(select) = select.filter(|select| is_connected(document, *select)) {
        elements::choose_again(document, select);
    }
}

/// A new element. An empty namespace is none.
pub(crate) fn create(
    host: &Host,
    namespace: &str,
    prefix: Option<&str>,
    name: &str,
) -> Outcome<NodeId> {
    let mut document = host.write();
    host.check_nodes(&document, 1)?;
    let name = QualName::new(
        prefix.map(Into::into),
        Namespace::from(namespace),
        LocalName::from(name),
    );
    Ok(document.mutate().create_element(name, Vec::new()))
}

/// A new fragment.
pub(crate) fn create_fragment(host: &Host) -> Outcome<NodeId> {
    create(host, &ns!(html), None, FRAGMENT)
}

/// A new text.
pub(crate) fn create_text(host: &Host, text: &str) -> Outcome<NodeId> {
    let mut document = host.write();
    host.check_nodes(&document, 1)?;
    host.add_text(&document, text.len())?;
    Ok(document.mutate().create_text_node(text))
}

/// A new comment.
pub(crate) fn create_comment(host: &Host, text: &str) -> Outcome<NodeId> {
    let mut document = host.write();
    host.check_nodes(&document, 1)?;
    host.add_text(&document, text.len())?;
    Ok(document.mutate().create_comment_node(text))
}

/// A copy of a node, and with `deep` of all in it. Copied here: Blitz's own copies would share
/// style sheets with what they were copied from.
pub(crate) fn copy(host: &Host, id: NodeId, deep: bool) -> Outcome<NodeId> {
    if host.must_stop() {
        return Err(Refusal::QUOTA);
    }
    let (mut nodes, mut text, mut attributes) = (0, 0, 0);
    {
        let document = host.read();
        document.get_node(id).ok_or(Refusal::STATE)?;
        walk(&document, id, |node| {
            nodes += 1;
            text += text_bytes(&node.data);
            attributes += attribute_bytes(&node.data);
            deep
        });
        host.check_nodes(&document, nodes)?;
        host.add_text(&document, text)?;
        host.add_attributes(&document, attributes)?;
    }
    let top = copy_one(host, id)?;
    let mut waiting = vec![(id, top)];
    while let Some((from, to)) = waiting.pop() {
        let inside = host
            .read()
            .get_node(from)
            .and_then(|node| node.element_data()?.template_contents);
        if let Some(inside) = inside {
            let copied = contents(host, to)?;
            waiting.push((inside, copied));
        }
        if !deep && from == id {
            continue;
        }
        let children = children(&host.read(), from);
        let mut copies = Vec::with_capacity(children.len());
        for child in children {
            let copied = copy_one(host, child)?;
            copies.push(copied);
            waiting.push((child, copied));
        }
        let mut document = host.write();
        match is(&document, to, &local_name!("style")) {
            true => sheets::put_text(&mut document, to, &copies, None),
            false => document.mutate().append_children(to, &copies),
        }
    }
    Ok(top)
}

fn copy_one(host: &Host, id: NodeId) -> Outcome<NodeId> {
    if let Some(special) = special::special(host, id) {
        let text = match host.read().get_node(id).map(|node| &node.data) {
            Some(NodeData::Comment { contents }) => contents.clone(),
            Some(NodeData::Text(text)) => text.content.clone(),
            _ => String::new(),
        };
        return special::create(host, special, &text);
    }
    if matches!(kind(host, &host.read(), id), 9) {
        return special::create_document(host);
    }
    let mut document = host.write();
    host.check_nodes(&document, 1)?;
    let node = document.get_node(id).ok_or(Refusal::STATE)?;
    Ok(match &node.data {
        NodeData::Text(text) => {
            let text = text.content.clone();
            document.mutate().create_text_node(&text)
        }
        NodeData::Comment { contents } => {
            let text = contents.clone();
            document.mutate().create_comment_node(&text)
        }
        NodeData::Element(element) => {
            let name = element.name.clone();
            let is_kept = |a: &&blitz_dom::Attribute| !a.name.local.starts_with(OWN);
            let attributes = element.attrs().iter().filter(is_kept).cloned().collect();
            let copied = document.mutate().create_element(name, attributes);
            elements::copy_state(&mut document, id, copied);
            if host.started.borrow().contains(&id) {
                host.started.borrow_mut().insert(copied);
            }
            copied
        }
        _ => return Err(Refusal("NotSupportedError")),
    })
}

/// The fragment with what is in a template.
pub(crate) fn contents(host: &Host, template: NodeId) -> Outcome<NodeId> {
    let mut document = host.write();
    document.get_node(template).ok_or(Refusal::STATE)?;
    host.check_nodes(&document, 1)?;
    let contents = document.mutate().template_contents(template);
    drop(document);
    host.templates.borrow_mut().insert(contents, template);
    Ok(contents)
}
