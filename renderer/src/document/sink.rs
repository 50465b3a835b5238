//! Cleans a document between the parser and Blitz's tree builder: drops URLs on which Blitz would
//! panic, handles `<base>`, counts elements, and bounds the depth of the tree.
//!
//! Owns: the bounds of a document. Trusts: nothing in the text. Never: hands Blitz an unresolvable
//! URL, or a tree so deep that recursive layout would overflow the stack.

use crate::document::attributes;
use crate::document::hints::Hints;
use crate::document::sheet_sets::SheetSets;
use blitz_dom::NodeId;
use blitz_html::DocumentHtmlParser;
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, QualName};
use protocol::limits::{DOCUMENT_DEPTH_MAX, DOCUMENT_ELEMENTS_MAX, DOCUMENT_FRAMES_MAX};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use url::Url;

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

/// How deep elements stand in the tree. What would stand deeper than the bound is put beside its
/// parent instead of into it, as every browser does.
struct Depths {
    depth_max: usize,
    /// The depth of an element, and into what its child elements go: itself, or its parent.
    places: HashMap<NodeId, (usize, NodeId)>,
}

impl Depths {
    fn of(&self, node: NodeId) -> (usize, NodeId) {
        self.places.get(&node).copied().unwrap_or((0, node))
    }

    /// Puts `child` into `parent` or, if that is as deep as may be, into what takes its children.
    fn host(&mut self, parent: NodeId, child: &NodeOrText<NodeId>) -> NodeId {
        let NodeOrText::AppendNode(child) = child else {
            return parent;
        };
        let host = self.of(parent).1;
        self.place(*child, self.of(host).0 + 1, host);
        host
    }

    /// Puts `child` beside `sibling`.
    fn beside(&mut self, sibling: NodeId, child: &NodeOrText<NodeId>) {
        if let NodeOrText::AppendNode(child) = child {
            let (depth, host) = self.of(sibling);
            self.place(*child, depth, host);
        }
    }

    fn place(&mut self, child: NodeId, depth: usize, host: NodeId) {
        let takes_children = if depth < self.depth_max { child } else { host };
        self.places.insert(child, (depth, takes_children));
    }
}

/// What relative URLs of the document are resolved against.
struct Base {
    url: Url,
    /// Whether a `<base>` element says so, which Blitz does not know about.
    is_declared: bool,
}

/// Attributes whose value is one URL that Blitz resolves.
const URL_ATTRIBUTES: [&str; 8] = [
    "action",
    "background",
    "cite",
    "data",
    "formaction",
    "href",
    "poster",
    "src",
];

impl Base {
    /// The attribute as Blitz may see it; `None` when its URL is none.
    fn clean(&self, mut attribute: Attribute) -> Option<Attribute> {
        if !URL_ATTRIBUTES.contains(&&*attribute.name.local) {
            return Some(attribute);
        }
        let resolved = self.url.join(&attribute.value).ok()?;
        if self.is_declared {
            attribute.value = StrTendril::from(resolved.as_str());
        }
        Some(attribute)
    }
}

/// Blitz's sink with everything cleaned on its way in.
pub(crate) struct Sink<'m, 'doc> {
    inner: DocumentHtmlParser<'m, 'doc>,
    budget: &'m Budget,
    sheets: &'m SheetSets,
    hints: &'m Hints,
    base: RefCell<Base>,
    depths: RefCell<Depths>,
}

impl<'m, 'doc> Sink<'m, 'doc> {
    /// Before `inner`; `frames_around` is how many frames the document is inside of.
    pub(crate) fn new(
        inner: DocumentHtmlParser<'m, 'doc>,
        base: Url,
        budget: &'m Budget,
        (sheets, hints): (&'m SheetSets, &'m Hints),
        frames_around: usize,
    ) -> Self {
        let base = Base {
            url: base,
            is_declared: false,
        };
        let depths = Depths {
            // Frames are painted within the painting of what they stand in.
            depth_max: (DOCUMENT_DEPTH_MAX >> frames_around).max(16),
            places: HashMap::new(),
        };
        Sink {
            inner,
            budget,
            sheets,
            hints,
            base: RefCell::new(base),
            depths: RefCell::new(depths),
        }
    }

    fn clean(&self, name: Option<&QualName>, attributes: Vec<Attribute>) -> Vec<Attribute> {
        let mut base = self.base.borrow_mut();
        if name.is_some_and(|name| &*name.local == "base") && !base.is_declared {
            let href = attributes.iter().find(|a| &*a.name.local == "href");
            if let Some(url) = href.and_then(|href| base.url.join(&href.value).ok()) {
                *base = Base {
                    url,
                    is_declared: true,
                };
            }
        }
        attributes
            .into_iter()
            .filter_map(|attribute| base.clean(attribute))
            .collect()
    }
}

impl<'m, 'doc> TreeSink for Sink<'m, 'doc> {
    type Handle = <DocumentHtmlParser<'m, 'doc> as TreeSink>::Handle;
    type Output = ();
    type ElemName<'a>
        = <DocumentHtmlParser<'m, 'doc> as TreeSink>::ElemName<'a>
    where
        Self: 'a;

    fn finish(self) {
        self.inner.finish();
    }

    fn parse_error(&self, _message: Cow<'static, str>) {
        // Blitz would keep them all; a page of errors is as good as any.
    }

    fn get_document(&self) -> Self::Handle {
        self.inner.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Self::Handle) -> Self::ElemName<'a> {
        self.inner.elem_name(target)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Self::Handle {
        Budget::count(&self.budget.elements);
        let mut attributes = self.clean(Some(&name), attributes);
        if &*name.local == "iframe" && Budget::count(&self.budget.frames) > DOCUMENT_FRAMES_MAX {
            attributes.retain(|a| !matches!(&*a.name.local, "src" | "srcdoc"));
        }
        self.hints.take(&name, &attributes);
        attributes::tidy(&name, &mut attributes);
        let is_in_use = self.sheets.admit(&name, &mut attributes);
        let element = self.inner.create_element(name, attributes, flags);
        if !is_in_use {
            self.sheets.leave_out(element);
        }
        element
    }

    fn create_comment(&self, text: StrTendril) -> Self::Handle {
        self.inner.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Self::Handle {
        self.inner.create_pi(target, data)
    }

    fn append(&self, parent: &Self::Handle, child: NodeOrText<Self::Handle>) {
        let host = self.depths.borrow_mut().host(*parent, &child);
        self.inner.append(&host, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Self::Handle,
        previous: &Self::Handle,
        child: NodeOrText<Self::Handle>,
    ) {
        // Which of the two it will be is only known inside; the deeper one is reckoned with.
        let mut depths = self.depths.borrow_mut();
        let host = depths.host(*previous, &child);
        if depths.of(*element).0 > depths.of(host).0 {
            depths.beside(*element, &child);
        }
        drop(depths);
        self.inner
            .append_based_on_parent_node(element, &host, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.inner.append_doctype_to_document(name, public, system);
    }

    fn get_template_contents(&self, target: &Self::Handle) -> Self::Handle {
        self.inner.get_template_contents(target)
    }

    fn same_node(&self, x: &Self::Handle, y: &Self::Handle) -> bool {
        self.inner.same_node(x, y)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Self::Handle, node: NodeOrText<Self::Handle>) {
        self.depths.borrow_mut().beside(*sibling, &node);
        self.inner.append_before_sibling(sibling, node);
    }

    fn add_attrs_if_missing(&self, target: &Self::Handle, attributes: Vec<Attribute>) {
        let attributes = self.clean(None, attributes);
        self.inner.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &Self::Handle) {
        self.inner.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Self::Handle, new_parent: &Self::Handle) {
        self.inner.reparent_children(node, new_parent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str, is_declared: bool) -> Base {
        Base {
            url: Url::parse(url).expect("test URL"),
            is_declared,
        }
    }

    fn attribute(name: &str, value: &str) -> Attribute {
        let name = QualName::new(None, html5ever::ns!(), name.into());
        Attribute {
            name,
            value: value.into(),
        }
    }

    #[test]
    fn a_url_that_cannot_be_resolved_never_reaches_blitz() {
        let base = base("https://example.org/", false);
        assert!(base.clean(attribute("src", "http://[")).is_none());
        assert!(base.clean(attribute("alt", "http://[")).is_some());
        let kept = base.clean(attribute("src", "a.png")).expect("fine");
        assert_eq!(&*kept.value, "a.png");
    }

    #[test]
    fn a_declared_base_makes_urls_absolute() {
        let base = base("https://example.org/deep/", true);
        let kept = base.clean(attribute("href", "../x")).expect("fine");
        assert_eq!(&*kept.value, "https://example.org/x");
    }
}
