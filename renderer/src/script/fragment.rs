//! Parses markup that scripts bring: into a tree of its own first, which is bounded and cleaned
//! when its nodes are made for Blitz.

use crate::script::elements;
use crate::script::handles::Refusal;
use crate::script::host::Host;
use crate::script::kinds::Special;
use crate::script::limits::NODES_MAX;
use crate::script::nodes::FRAGMENT;
use crate::script::sheets;
use crate::script::special;
use crate::script::tree;
use blitz_dom::node::NodeData;
use blitz_dom::{Node, NodeId, QualName, local_name, ns};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, LocalName, ParseOpts, Parser, parse_document, parse_fragment};
use protocol::limits::DOCUMENT_DEPTH_MAX;
use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

/// What a node of the markup is.
enum Kind {
    Document,
    Element {
        name: QualName,
        attributes: Vec<Attribute>,
        /// What is in a template.
        contents: Option<usize>,
    },
    Text(StrTendril),
    Comment(StrTendril),
    /// Name, public and system identifier.
    Doctype([String; 3]),
}

struct Draft {
    kind: Kind,
    /// How deep it was put at first.
    depth: usize,
    parent: Option<usize>,
    children: Vec<usize>,
}

/// The parser gets its text in pieces, so that markup without end can be left.
const PIECE_BYTES: usize = 16 * 1024;
/// The parser looks through all open elements at each tag: what is so deep is left.
const OPEN_MAX: usize = 4 * DOCUMENT_DEPTH_MAX;

/// The nodes of the markup, by number; the first is the document.
struct Drafts {
    all: RefCell<Vec<Draft>>,
    /// The deepest that any was put.
    depth: Cell<usize>,
}

/// The fragment that `markup` stands for inside an element of that name.
pub(crate) fn parse(
    host: &Host,
    context: QualName,
    markup: &str,
    runs: bool,
) -> Result<NodeId, Refusal> {
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts {
            scripting_enabled: true,
            ..Default::default()
        },
        ..Default::default()
    };
    if host.must_stop() {
        return Err(Refusal::QUOTA);
    }
    let parser = parse_fragment(Drafts::new(), options, context, Vec::new(), true);
    let drafts = read(host, parser, markup);
    let fragment = tree::create_fragment(host)?;
    // The children of the document's one element are the fragment.
    let top = drafts[0].children.first().copied().unwrap_or(0);
    build(host, &drafts, top, fragment, runs)?;
    Ok(fragment)
}

/// Fills an empty document that is nowhere shown with what `markup` stands for.
pub(crate) fn parse_into(
    host: &Host,
    document: NodeId,
    markup: &str,
    runs: bool,
) -> Result<(), Refusal> {
    if host.must_stop()
        || !host
            .read()
            .get_node(document)
            .is_some_and(is_empty_document)
    {
        return Err(Refusal::QUOTA);
    }
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts {
            scripting_enabled: false,
            ..Default::default()
        },
        ..Default::default()
    };
    let drafts = read(host, parse_document(Drafts::new(), options), markup);
    build(host, &drafts, 0, document, runs)
}

fn is_empty_document(node: &Node) -> bool {
    matches!(node.data, NodeData::Document(_)) && node.children.is_empty()
}

/// Lets the parser read its text, as far as the bounds go.
fn read(host: &Host, mut parser: Parser<Drafts>, markup: &str) -> Vec<Draft> {
    let mut rest = markup;
    while !rest.is_empty() && !parser.tokenizer.sink.sink.is_full() && !host.must_stop() {
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE_BYTES));
        parser.process(piece.into());
        rest = after;
    }
    parser.finish()
}

/// Makes nodes of what is in a draft, and puts them into `into`.
fn build(
    host: &Host,
    drafts: &[Draft],
    top: usize,
    into: NodeId,
    runs: bool,
) -> Result<(), Refusal> {
    let mut waiting = vec![(top, into, 1)];
    while let Some((draft, into, depth)) = waiting.pop() {
        let mut made = Vec::with_capacity(drafts[draft].children.len());
        for &child in &drafts[draft].children {
            let node = make(host, &drafts[child].kind, runs)?;
            made.push(node);
            // What would stand deeper than the bound is left out.
            if depth < DOCUMENT_DEPTH_MAX / 2 {
                waiting.push((child, node, depth + 1));
            }
            if let Kind::Element {
                contents: Some(contents),
                ..
            } = &drafts[child].kind
            {
                let inside = host.write().mutate().template_contents(node);
                host.templates.borrow_mut().insert(inside, node);
                if depth < DOCUMENT_DEPTH_MAX / 2 {
                    waiting.push((*contents, inside, depth + 1));
                }
            }
        }
        let mut document = host.write();
        let element = document.get_node(into).and_then(|node| node.element_data());
        match element.is_some_and(|e| e.name.local == local_name!("style")) {
            true => sheets::put_text(&mut document, into, &made, None),
            false => document.mutate().append_children(into, &made),
        }
    }
    Ok(())
}

fn make(host: &Host, kind: &Kind, runs: bool) -> Result<NodeId, Refusal> {
    if let Kind::Doctype(names) = kind {
        return special::create(host, Special::Doctype(names.clone()), "");
    }
    let mut guard = host.write();
    let document = &mut *guard;
    host.check_nodes(document, 1)?;
    match kind {
        Kind::Text(text) => {
            host.add_text(document, text.len())?;
            Ok(document.mutate().create_text_node(text))
        }
        Kind::Comment(text) => {
            host.add_text(document, text.len())?;
            Ok(document.mutate().create_comment_node(text))
        }
        Kind::Element {
            name, attributes, ..
        } => {
            let bytes = attributes.iter().map(|a| a.value.len()).sum();
            host.add_attributes(document, bytes)?;
            for attribute in attributes {
                elements::note_handler(host, &attribute.name);
                host.note_name(&attribute.name, &attribute.value);
            }
            let mut cleaned = elements::cleaned(document, name, attributes.clone());
            if name.local == local_name!("iframe") && !host.add_frame() {
                cleaned.retain(|a| !matches!(&*a.name.local, "src" | "srcdoc"));
            }
            let element = document.mutate().create_element(name.clone(), cleaned);
            if name.local == local_name!("script") && !runs {
                // Scripts that come as markup never run, but for `document.write`.
                host.started.borrow_mut().insert(element);
            }
            Ok(element)
        }
        Kind::Document | Kind::Doctype(_) => Err(Refusal::HIERARCHY),
    }
}

impl Drafts {
    fn new() -> Drafts {
        let drafts = Drafts {
            all: RefCell::default(),
            depth: Cell::new(0),
        };
        drafts.add(Kind::Document);
        drafts
    }

    /// Whether it is more than a document may have.
    fn is_full(&self) -> bool {
        self.depth.get() > OPEN_MAX || self.all.borrow().len() > NODES_MAX
    }

    fn add(&self, kind: Kind) -> usize {
        let mut drafts = self.all.borrow_mut();
        drafts.push(Draft {
            kind,
            depth: 0,
            parent: None,
            children: Vec::new(),
        });
        drafts.len() - 1
    }

    fn detach(&self, node: usize) {
        let mut drafts = self.all.borrow_mut();
        if let Some(parent) = drafts[node].parent.take() {
            drafts[parent].children.retain(|child| *child != node);
        }
    }

    /// Puts a node or text into `parent`, at that place among its children.
    fn put(&self, parent: usize, at: usize, child: NodeOrText<usize>) {
        let node = match child {
            NodeOrText::AppendNode(node) => {
                self.detach(node);
                node
            }
            NodeOrText::AppendText(text) => {
                let mut drafts = self.all.borrow_mut();
                let before = at
                    .checked_sub(1)
                    .and_then(|at| drafts[parent].children.get(at).copied());
                if let Some(before) = before
                    && let Kind::Text(known) = &mut drafts[before].kind
                {
                    known.push_tendril(&text);
                    return;
                }
                drop(drafts);
                self.add(Kind::Text(text))
            }
        };
        let mut drafts = self.all.borrow_mut();
        drafts[node].parent = Some(parent);
        drafts[node].depth = drafts[parent].depth + 1;
        self.depth.set(self.depth.get().max(drafts[node].depth));
        let at = at.min(drafts[parent].children.len());
        drafts[parent].children.insert(at, node);
    }
}

impl TreeSink for Drafts {
    type Handle = usize;
    type Output = Vec<Draft>;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Vec<Draft> {
        self.all.into_inner()
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> usize {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a usize) -> Ref<'a, QualName> {
        Ref::map(self.all.borrow(), |drafts| match &drafts[*target].kind {
            Kind::Element { name, .. } => name,
            _ => unreachable!("the parser asks for names of elements"),
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> usize {
        let is_template = name.ns == ns!(html) && name.local == local_name!("template");
        let contents = is_template.then(|| {
            let name = QualName::new(None, ns!(html), LocalName::from(FRAGMENT));
            self.add(Kind::Element {
                name,
                attributes: Vec::new(),
                contents: None,
            })
        });
        self.add(Kind::Element {
            name,
            attributes,
            contents,
        })
    }

    fn create_comment(&self, text: StrTendril) -> usize {
        self.add(Kind::Comment(text))
    }

    fn create_pi(&self, _target: StrTendril, data: StrTendril) -> usize {
        self.add(Kind::Comment(data))
    }

    fn append(&self, parent: &usize, child: NodeOrText<usize>) {
        let at = self.all.borrow()[*parent].children.len();
        self.put(*parent, at, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &usize,
        previous: &usize,
        child: NodeOrText<usize>,
    ) {
        let has_parent = self.all.borrow()[*element].parent.is_some();
        match has_parent {
            true => self.append_before_sibling(element, child),
            false => self.append(previous, child),
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        let names = [name, public, system].map(String::from);
        let doctype = self.add(Kind::Doctype(names));
        self.append(&0, NodeOrText::AppendNode(doctype));
    }

    fn get_template_contents(&self, target: &usize) -> usize {
        match &self.all.borrow()[*target].kind {
            Kind::Element {
                contents: Some(contents),
                ..
            } => *contents,
            _ => *target,
        }
    }

    fn same_node(&self, x: &usize, y: &usize) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &usize, child: NodeOrText<usize>) {
        if let NodeOrText::AppendNode(node) = &child {
            self.detach(*node);
        }
        let drafts = self.all.borrow();
        let Some(parent) = drafts[*sibling].parent else {
            return;
        };
        let mut children = drafts[parent].children.iter();
        let at = children.position(|child| child == sibling).unwrap_or(0);
        drop(drafts);
        self.put(parent, at, child);
    }

    fn add_attrs_if_missing(&self, target: &usize, more: Vec<Attribute>) {
        let mut drafts = self.all.borrow_mut();
        if let Kind::Element { attributes, .. } = &mut drafts[*target].kind {
            for attribute in more {
                if !attributes.iter().any(|known| known.name == attribute.name) {
                    attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &usize) {
        self.detach(*target);
    }

    fn reparent_children(&self, node: &usize, new_parent: &usize) {
        let mut drafts = self.all.borrow_mut();
        let children = std::mem::take(&mut drafts[*node].children);
        for &child in &children {
            drafts[child].parent = Some(*new_parent);
        }
        drafts[*new_parent].children.extend(children);
    }
}
