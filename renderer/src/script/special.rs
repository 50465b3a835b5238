//! Nodes for which Blitz has no kind of its own, and documents that are not shown.

use crate::script::handles::Refusal;
use crate::script::host::Host;
use crate::script::kinds::{DOCTYPE_MARK, Special};
use blitz_dom::node::NodeData;
use blitz_dom::{BaseDocument, NodeId};

/// What a node stands for, if it is a special one.
pub(crate) fn special(host: &Host, id: NodeId) -> Option<Special> {
    host.specials.borrow().get(&id).cloned()
}

/// A new node that stands for something.
pub(crate) fn create(host: &Host, special: Special, text: &str) -> Result<NodeId, Refusal> {
    let mut document = host.write();
    host.check_nodes(&document, 1)?;
    host.add_text(&document, text.len().saturating_add(special.bytes()))?;
    let node = match special {
        Special::Section => document.mutate().create_text_node(text),
        _ => document.mutate().create_comment_node(text),
    };
    host.specials.borrow_mut().insert(node, special);
    Ok(node)
}

/// A new document that is nowhere shown.
pub(crate) fn create_document(host: &Host) -> Result<NodeId, Refusal> {
    let mut document = host.write();
    host.check_nodes(&document, 1)?;
    Ok(document.create_node(NodeData::Document(Box::default())))
}

/// Makes the parser's document type one for scripts.
pub(crate) fn adopt_doctype(host: &Host, document: &mut BaseDocument) {
    let root = document.root_node().children.clone();
    for id in root {
        let Some(node) = document.get_node_mut(id) else {
            continue;
        };
        if let NodeData::Comment { contents } = &mut node.data
            && let Some(names) = contents.strip_prefix(DOCTYPE_MARK)
        {
            let mut names = names.split('\0').map(str::to_owned);
            let mut name = || names.next().unwrap_or_default();
            let doctype = Special::Doctype([name(), name(), name()]);
            contents.clear();
            host.specials.borrow_mut().insert(id, doctype);
        }
    }
}
