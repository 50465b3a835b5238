//! What comments and texts stand for that Blitz has no kind of node for.

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

    /// How much text its names are.
    pub(crate) fn bytes(&self) -> usize {
        self.names().iter().map(String::len).sum()
    }
}

/// What the parser leaves in the place of a document type: no markup can say this.
pub(crate) const DOCTYPE_MARK: &str = "\0doctype\0";
