//! Takes what the parser makes of a text into the document, cleaned on its way in: without URLs on
//! which Blitz would panic, not too deep, not too much.
//!
//! The document is borrowed for one call at a time, and may be changed by others between two calls:
//! each call looks first whether the nodes that it is about are still there.
//!
//! Owns: the bounds of a document. Trusts: nothing in the text. Never: hands Blitz an unresolvable
//! URL, or a tree so deep that recursive layout would overflow the stack.

use crate::document::attributes;
use crate::document::base::Base;
use crate::document::controls;
use crate::document::depths::Depths;
use crate::document::elements::ALL_DAMAGE;
use crate::document::growth::Growth;
use crate::document::hints::Hints;
use crate::document::loan::Loan;
use crate::document::sheet_sets::SheetSets;
use crate::document::style_texts::StyleTexts;
use crate::document::unfinished::Unfinished;
use crate::script::kinds::DOCTYPE_MARK;
use blitz_dom::node::Attribute as BlitzAttribute;
use blitz_dom::{BaseDocument, DocumentMutator, NodeId};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, QualName, local_name, ns};
use protocol::limits::{DOCUMENT_DEPTH_MAX, DOCUMENT_ELEMENTS_MAX, DOCUMENT_FRAMES_MAX};
use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use url::Url;

/// Nodes made in vain so that a sheet comes after those before it.
const PROBES_MAX: usize = 4_096;

/// How much a document has of what is bounded. Its frames share it.
#[derive(Default)]
pub(crate) struct Budget {
    elements: Cell<usize>,
    frames: Cell<usize>,
}

impl Budget {
    /// Whether there are more elements than a document may have.
    pub(crate) fn is_spent(&self) -> bool {
        self.elements.get() > DOCUMENT_ELEMENTS_MAX
    }

    fn count(counter: &Cell<usize>) -> usize {
        counter.set(counter.get() + 1);
        counter.get()
    }
}

/// The sink of one document.
pub(crate) struct Sink {
    document: Loan,
    root: NodeId,
    url: Url,
    budget: Rc<Budget>,
    pub(crate) hints: Hints,
    unfinished: Unfinished,
    sheets: SheetSets,
    styles: StyleTexts,
    base: RefCell<Base>,
    depths: Depths,
    /// The element with a sheet that was made last.
    last_sheet: Cell<Option<NodeId>>,
    /// What stands for the elements beyond the budget, by their names: it is never in the tree.
    surplus: RefCell<HashMap<QualName, NodeId>>,
    /// What it has seen that scripts have to know of.
    pub(crate) growth: RefCell<Growth>,
    /// The name of what is no longer there.
    gone: RefCell<QualName>,
}

impl Sink {
    /// For `document`, which is going to be lent by `loan`, and is inside of so many frames.
    pub(crate) fn new(
        loan: Loan,
        document: &BaseDocument,
        frames_around: usize,
        budget: Rc<Budget>,
    ) -> Sink {
        // Frames are painted within the painting of what they stand in.
        let depth_max = (DOCUMENT_DEPTH_MAX >> frames_around).max(16);
        let url = document.base_url().clone();
        Sink {
            document: loan,
            root: document.root_node().id,
            url: url.clone(),
            budget,
            hints: Hints::default(),
            unfinished: Unfinished::default(),
            sheets: SheetSets::default(),
            styles: StyleTexts::default(),
            base: RefCell::new(Base::of_document(url)),
            depths: Depths::new(depth_max),
            last_sheet: Cell::new(None),
            surplus: RefCell::default(),
            growth: RefCell::default(),
            gone: RefCell::new(QualName::new(None, ns!(html), local_name!("span"))),
        }
    }

    fn clean(&self, name: &QualName, attributes: Vec<Attribute>) -> Vec<Attribute> {
        let mut base = self.base.borrow_mut();
        if name.local == local_name!("base") {
            base.declare(&attributes);
        }
        let clean = |attribute| base.clean(attribute);
        let mut attributes: Vec<Attribute> = attributes.into_iter().filter_map(clean).collect();
        self.hints.take(name, &attributes);
        self.growth.borrow_mut().note(&attributes);
        attributes::tidy(name, &mut attributes);
        attributes
    }

    /// What stands for an element beyond the budget.
    fn surplus(&self, name: QualName) -> NodeId {
        let mut surplus = self.surplus.borrow_mut();
        let make = |name: &QualName| {
            let mut document = self.document.change();
            document.mutate().create_element(name.clone(), Vec::new())
        };
        *surplus.entry(name).or_insert_with_key(make)
    }

    fn is_surplus(&self, node: NodeId) -> bool {
        let surplus = self.surplus.borrow();
        !surplus.is_empty() && surplus.values().any(|other| *other == node)
    }

    /// Makes an element. Blitz sorts style sheets by the numbers of their elements, and those of
    /// nodes that are gone are used again.
    fn make(&self, document: &mut BaseDocument, name: QualName, list: Vec<Attribute>) -> NodeId {
        let is_sheet = [local_name!("style"), local_name!("link")].contains(&name.local);
        let mut mutator = document.mutate();
        if is_sheet && let Some(last) = self.last_sheet.get() {
            skip_to(&mut mutator, last);
        }
        let attribute = |attribute: Attribute| BlitzAttribute {
            name: attribute.name,
            value: attribute.value.into(),
        };
        let element = mutator.create_element(name, list.into_iter().map(attribute).collect());
        if is_sheet {
            self.last_sheet.set(Some(element));
        }
        element
    }

    /// Completes what has been parsed so far. `open` are the elements that are not closed.
    pub(crate) fn finish(&self, document: &mut BaseDocument, open: &HashSet<NodeId>) {
        self.styles.close_all_but(document, open, &self.url);
        self.unfinished.finish(document, open);
    }

    fn put(&self, parent: NodeId, before: Option<NodeId>, child: NodeOrText<NodeId>) {
        if self.is_surplus(parent) {
            return;
        }
        let mut document = self.document.change();
        if document.get_node(parent).is_none() {
            return;
        }
        match child {
            NodeOrText::AppendText(text) => {
                if !self.styles.take(&document, parent, &text) {
                    put_text(&mut document, parent, before, &text);
                }
            }
            NodeOrText::AppendNode(child) => {
                let is_there = document.get_node(child).is_some();
                if is_there && !self.is_surplus(child) && !is_within(&document, parent, child) {
                    self.put_node(&mut document, parent, before, child);
                }
            }
        }
    }

    fn put_node(
        &self,
        document: &mut BaseDocument,
        parent: NodeId,
        before: Option<NodeId>,
        child: NodeId,
    ) {
        let is_element = document
            .get_node(child)
            .is_some_and(|node| node.is_element());
        let host = match is_element {
            true => self.depths.host(document, parent),
            false => parent,
        };
        if is_within(document, host, child) {
            return;
        }
        // Blitz says that the root has the focus when nothing has.
        let focus = document.get_focussed_node_id().filter(|focus| {
            let node = document.get_node(*focus);
            node.is_some_and(|node| node.is_focussable())
        });
        match before.filter(|_| host == parent) {
            Some(sibling) => document.mutate().insert_nodes_before(sibling, &[child]),
            None => document.mutate().append_children(host, &[child]),
        }
        // `autofocus` is for a document in which nothing has the focus.
        if let Some(focus) = focus
            && document.get_focussed_node_id() != Some(focus)
        {
            document.set_focus_to(focus);
        }
    }
}

/// Uses up the numbers of nodes that are gone, as far as they are below that of `last`.
fn skip_to(mutator: &mut DocumentMutator<'_>, last: NodeId) {
    let mut probes = Vec::new();
    while probes.len() < PROBES_MAX {
        let probe = mutator.create_comment_node("");
        probes.push(probe);
        if probe > last {
            break;
        }
    }
    // The number freed last is used next.
    for probe in probes {
        mutator.remove_and_drop_node(probe);
    }
}

/// Whether `node` is `around` or stands in it.
fn is_within(document: &BaseDocument, node: NodeId, around: NodeId) -> bool {
    let has_children = document
        .get_node(around)
        .is_some_and(|around| !around.children.is_empty());
    let mut nodes = std::iter::successors(Some(node), |id| document.get_node(*id)?.parent);
    node == around || has_children && nodes.any(|id| id == around)
}

/// Adds text to the text that stands there already, or as a new node.
fn put_text(document: &mut BaseDocument, parent: NodeId, before: Option<NodeId>, text: &str) {
    let neighbour = match before {
        Some(sibling) => document.get_node(sibling).and_then(|node| node.backward(1)),
        None => document
            .get_node(parent)
            .and_then(|node| document.get_node(*node.children.last()?)),
    };
    let neighbour = neighbour.filter(|node| node.is_text_node());
    if let Some(neighbour) = neighbour.map(|node| node.id) {
        let _ = document.mutate().append_text_to_node(neighbour, text);
        // Blitz takes the text for changed, but not the box that it is laid out in.
        if let Some(parent) = document.get_node_mut(parent) {
            parent.insert_damage(ALL_DAMAGE);
        }
        return;
    }
    let mut mutator = document.mutate();
    let text = mutator.create_text_node(text);
    match before {
        Some(sibling) => mutator.insert_nodes_before(sibling, &[text]),
        None => mutator.append_children(parent, &[text]),
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = ();
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) {}

    fn parse_error(&self, _message: Cow<'static, str>) {
        // A page of errors is as good as any.
    }

    fn get_document(&self) -> NodeId {
        self.root
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        Ref::filter_map(self.document.read(), |document| {
            let element = document.get_node(*target)?.element_data()?;
            Some(&element.name)
        })
        .unwrap_or_else(|_| self.gone.borrow())
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        _flags: ElementFlags,
    ) -> NodeId {
        Budget::count(&self.budget.elements);
        if self.budget.is_spent() {
            return self.surplus(name);
        }
        let mut attributes = self.clean(&name, attributes);
        if &*name.local == "iframe" && Budget::count(&self.budget.frames) > DOCUMENT_FRAMES_MAX {
            attributes.retain(|a| !matches!(&*a.name.local, "src" | "srcdoc"));
        }
        let is_in_use = self.sheets.admit(&name, &mut attributes);
        let mut document = self.document.change();
        let element = self.make(&mut document, name.clone(), attributes.clone());
        controls::begin(&mut document.mutate(), element);
        if name.local == local_name!("style") {
            self.styles.open(element, is_in_use);
        }
        self.unfinished.add(element, &name, &attributes);
        element
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        let mut document = self.document.change();
        document.mutate().create_comment_node(&text)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> NodeId {
        let mut document = self.document.change();
        document.mutate().create_comment_node("")
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.put(*parent, None, child);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let node = self.document.read();
        let parent = node.get_node(*sibling).and_then(|node| node.parent);
        drop(node);
        if let Some(parent) = parent {
            self.put(parent, Some(*sibling), child);
        }
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        previous: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        let has_parent = {
            let document = self.document.read();
            let node = document.get_node(*element);
            node.is_some_and(|node| node.parent.is_some())
        };
        match has_parent {
            true => self.append_before_sibling(element, child),
            false => self.append(previous, child),
        }
    }

    /// Blitz has no such node. What stands in its place is for scripts.
    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        let text = format!("{DOCTYPE_MARK}{name}\0{public}\0{system}");
        let mut document = self.document.change();
        let doctype = document.mutate().create_comment_node(&text);
        document.mutate().append_children(self.root, &[doctype]);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        let mut document = self.document.change();
        if document.get_node(*target).is_none() {
            return *target;
        }
        let contents = document.mutate().template_contents(*target);
        self.depths.add_contents(contents, *target);
        contents
    }

    /// Not all elements are told of here when they are closed, but those with unparsed text are.
    fn pop(&self, node: &NodeId) {
        let mut document = self.document.change();
        self.styles.close(&mut document, *node, &self.url);
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        let name = self.elem_name(target).clone();
        let attributes = self.clean(&name, attributes).into_iter();
        let attributes = attributes.map(|attribute| BlitzAttribute {
            name: attribute.name,
            value: attribute.value.into(),
        });
        let mut document = self.document.change();
        let node = document.get_node(*target);
        if node.is_some_and(|node| node.is_element()) {
            let attributes = attributes.collect();
            document.mutate().add_attrs_if_missing(*target, attributes);
        }
    }

    fn is_mathml_annotation_xml_integration_point(&self, element: &NodeId) -> bool {
        let document = self.document.read();
        let element = document.get_node(*element).and_then(|it| it.element_data());
        let encoding = element.and_then(|it| it.attr(LocalName::from("encoding")));
        encoding.is_some_and(|encoding| {
            let mut of_html = ["text/html", "application/xhtml+xml"].into_iter();
            of_html.any(|one| encoding.eq_ignore_ascii_case(one))
        })
    }

    fn remove_from_parent(&self, target: &NodeId) {
        let mut document = self.document.change();
        if document.get_node(*target).is_some() {
            document.mutate().remove_node(*target);
        }
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        if self.is_surplus(*new_parent) {
            return;
        }
        let mut document = self.document.change();
        let is_there = |id: &NodeId| document.get_node(*id).is_some();
        if is_there(node) && is_there(new_parent) && !is_within(&document, *new_parent, *node) {
            document.mutate().reparent_children(*node, *new_parent);
        }
    }
}
