//! From text to a document: Blitz's own tree builder behind a sink that takes out what it would
//! choke on, and knows `<base>`.
//!
//! Owns: the choice of parser (the type decides, never the text). Trusts: nothing of the text.
//! Never: hands Blitz a URL that cannot be resolved, on which it would panic.

use blitz_dom::{
    BaseDocument, Document, DocumentConfig, DocumentMutator, HtmlParserProvider, PlainDocument,
};
use blitz_html::DocumentHtmlParser;
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::fmt::UTF8;
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName};
use protocol::limits::DOCUMENT_ELEMENTS_MAX;
use protocol::site::Site;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use url::Url;

/// How a text is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Markup {
    Html,
    /// XHTML.
    Xml,
}

/// Stands in for the base URL of a document that has none to resolve against (`data:`): links
/// inside the document still work, and nothing is ever fetched from it.
pub(crate) const OPAQUE_BASE: &str = "opaque://document/";

/// Parses a document, up to [`DOCUMENT_ELEMENTS_MAX`]; says whether it has more than those. Its
/// sub-resources are asked for while it is parsed.
pub(crate) fn parse(markup: Markup, text: &str, config: DocumentConfig) -> (BaseDocument, bool) {
    let mut document = BaseDocument::new(config);
    let base = document.base_url().clone();
    let mut mutator = document.mutate();
    let elements = Cell::new(0);
    match markup {
        Markup::Html => {
            let sink = sink(&mut mutator, base, &elements, false);
            feed(html5ever::parse_document(sink, options()), text, &elements);
        }
        Markup::Xml => {
            let sink = sink(&mut mutator, base, &elements, true);
            let parser = xml5ever::driver::parse_document(sink, Default::default());
            feed(parser, text, &elements);
        }
    }
    drop(mutator);
    (document, elements.get() > DOCUMENT_ELEMENTS_MAX)
}

/// Gives the parser its text piece by piece, so that a document of too many elements can be left.
fn feed(mut parser: impl TendrilSink<UTF8>, mut text: &str, elements: &Cell<usize>) {
    const PIECE_BYTES: usize = 16 * 1024;
    while !text.is_empty() && elements.get() <= DOCUMENT_ELEMENTS_MAX {
        let (piece, rest) = text.split_at(text.ceil_char_boundary(PIECE_BYTES));
        parser.process(piece.into());
        text = rest;
    }
    parser.finish();
}

fn sink<'m, 'doc>(
    mutator: &'m mut DocumentMutator<'doc>,
    base: Url,
    elements: &'m Cell<usize>,
    is_xml: bool,
) -> Sink<'m, 'doc> {
    let mut inner = DocumentHtmlParser::new(mutator);
    inner.is_xml = is_xml;
    Sink {
        inner,
        elements,
        base: RefCell::new(Base {
            url: base,
            is_declared: false,
        }),
    }
}

fn options() -> ParseOpts {
    // No scripts run, so what stands in <noscript> is shown.
    let tree_builder = TreeBuilderOpts {
        scripting_enabled: false,
        ..Default::default()
    };
    ParseOpts {
        tree_builder,
        ..Default::default()
    }
}

/// Parses what Blitz itself wants parsed: inner HTML, and the documents of frames. A frame of
/// another site would need a process of its own and stays empty.
pub(crate) struct InnerParser {
    /// The site of the document that has the frames.
    pub(crate) site: Option<Site>,
}

impl HtmlParserProvider for InnerParser {
    fn parse_inner_html<'m, 'doc>(
        &self,
        mutator: &'m mut DocumentMutator<'doc>,
        element_id: blitz_dom::NodeId,
        html: &str,
    ) {
        DocumentHtmlParser::parse_inner_html_into_mutator(mutator, element_id, html);
    }

    fn parse_document(&self, html: &str, config: DocumentConfig) -> Box<dyn Document> {
        let site = config
            .base_url
            .as_deref()
            .and_then(|url| Url::parse(url).ok());
        let is_own = match (&self.site, site.map(|url| Site::of(&url, 0))) {
            (Some(own), Some(frame)) => *own == frame,
            _ => false,
        };
        let html = if is_own { html } else { "" };
        let (document, _) = parse(Markup::Html, html, config);
        Box::new(PlainDocument(document))
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

/// Blitz's sink with the attributes cleaned on their way in.
struct Sink<'m, 'doc> {
    inner: DocumentHtmlParser<'m, 'doc>,
    /// How many there are.
    elements: &'m Cell<usize>,
    base: RefCell<Base>,
}

impl Sink<'_, '_> {
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
        self.elements.set(self.elements.get() + 1);
        let attributes = self.clean(Some(&name), attributes);
        self.inner.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> Self::Handle {
        self.inner.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Self::Handle {
        self.inner.create_pi(target, data)
    }

    fn append(&self, parent: &Self::Handle, child: NodeOrText<Self::Handle>) {
        self.inner.append(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Self::Handle,
        previous: &Self::Handle,
        child: NodeOrText<Self::Handle>,
    ) {
        self.inner
            .append_based_on_parent_node(element, previous, child);
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

    #[test]
    fn a_document_of_too_many_elements_is_left() {
        let parsed = |text: &str| parse(Markup::Html, text, DocumentConfig::default()).1;
        assert!(parsed(&"<br>".repeat(DOCUMENT_ELEMENTS_MAX + 1)));
        assert!(!parsed(&"<br>".repeat(1_000)));
    }

    #[test]
    fn odd_markup_makes_a_document_without_a_panic() {
        for text in [
            "",
            "\0\0",
            "<",
            "<!doctype",
            "<a href='http://['>x",
            "<base href='//['>",
            "<img src='http://['><form action='http://['><link rel=stylesheet href='http://['>",
        ] {
            for markup in [Markup::Html, Markup::Xml] {
                let config = DocumentConfig {
                    base_url: Some(OPAQUE_BASE.to_owned()),
                    ..Default::default()
                };
                let (mut document, _) = parse(markup, text, config);
                document.resolve(0.0);
            }
        }
    }
}
