//! Nodes for which Blitz has no kind of its own: comments and texts that stand for something else.

use crate::script::handles::Refusal;
use crate::script::host::Host;
use blitz_dom::node::NodeData;
use blitz_dom::{BaseDocument, NodeId};

/// What a node stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    /// Name, public and system identifier.
    Doctype([String; 3]),
    /// Its target.
    Instruction(String),
    Section,
    /// Namespace, prefix and local name; an empty one is none.
    Attribute([String; 3]),
}

impl Special {
    /// The special node of that `Node.nodeType`.
    pub(crate) fn of(kind: u32, names: [String; 3]) -> Option<Special> {
        let [first, ..] = &names;
        Some(match kind {
            2 => Special::Attribute(names),
            4 => Special::Section,
            7 => Special::Instruction(first.clone()),
            10 => Special::Doctype(names),
            _ => return None,
        })
    }

    /// `Node.nodeType`.
    pub(crate) fn kind(&self) -> u32 {
        match self {
            Special::Attribute(_) => 2,
            Special::Section => 4,
            Special::Instruction(_) => 7,
            Special::Doctype(_) => 10,
        }
    }

    /// What it is called.
    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Special::Doctype(names) | Special::Attribute(names) => names.to_vec(),
            Special::Instruction(target) => vec![target.clone()],
            Special::Section => Vec::new(),
        }
    }

    fn len(&self) -> usize {
        self.names().iter().map(String::len).sum()
    }
}

/// What a node stands for, if it is a special one.
pub(crate) fn special(host: &Host, id: NodeId) -> Option<Special> {
    host.specials.borrow().get(&id).cloned()
}

/// A new node that stands for something.
pub(crate) fn create(host: &Host, special: Special, text: &str) -> Result<NodeId, Refusal> {
    let mut document = host.write();
    host.check_nodes(&document, 1)?;
    host.add_text(&document, text.len().saturating_add(special.len()))?;
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

/// What the parser leaves in the place of a document type: no markup can say this.
pub(crate) const DOCTYPE_MARK: &str = "\0doctype\0";

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
