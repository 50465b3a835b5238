//! Parses whole texts into documents; frames become documents inside it.
//!
//! Owns: the choice of parser, and whether a frame is shown. Trusts: nothing in the text. Never:
//! shows a frame of another site.

use crate::document::content;
use crate::document::frame;
use crate::document::markup::Markup;
use crate::document::mime;
use crate::document::responses::Responses;
use crate::document::sink::Budget;
use crate::document::stream::Stream;
use blitz_dom::{BaseDocument, Document, DocumentConfig, DocumentMutator, HtmlParserProvider};
use blitz_html::DocumentHtmlParser;
use protocol::site::Site;
use std::rc::Rc;
use url::Url;

/// Stands in for the base URL of a document that has none to resolve against (`data:`): links
/// inside the document still work, and nothing is ever fetched from it.
pub(crate) const OPAQUE_BASE: &str = "opaque://document/";

/// Parses a whole document as far as its budget goes. Its sub-resources are asked for while it is
/// parsed.
pub(crate) fn parse(
    markup: Markup,
    text: &str,
    config: DocumentConfig,
    budget: &Rc<Budget>,
) -> BaseDocument {
    let (stream, document) = Stream::open(markup, config, budget.clone(), false);
    let mut document = Some(document);
    stream.lend(&mut document, || {
        stream.parse(text);
        stream.end();
        stream.finish();
    });
    document.expect("what was lent is given back")
}

/// Parses what Blitz itself wants parsed: inner HTML, and the documents of frames. A frame of
/// another site would need a process of its own: a text says so.
pub(crate) struct InnerParser {
    /// The site of the document that has the frames.
    pub(crate) site: Option<Site>,
    /// What the frames' documents were answered with.
    pub(crate) responses: Responses,
    /// What is left for the document and its frames together.
    pub(crate) budget: Rc<Budget>,
    pub(crate) framed: FrameMaker,
}

/// Makes a document that was parsed the document of a frame.
pub(crate) type FrameMaker = Box<dyn Fn(BaseDocument, FrameText) -> Box<dyn Document>>;

/// What stands in a frame.
#[derive(Debug)]
pub(crate) enum FrameText {
    /// A text of ours in place of a page.
    Notice,
    /// A page, to be shown at the place that a fragment names.
    Page(Option<String>),
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

    /// A frame's document. Its base URL is the one asked for; where the answer came from, and what
    /// it is, is looked up. `srcdoc` documents have the URL of the document around them and no
    /// answer.
    fn parse_document(&self, html: &str, mut config: DocumentConfig) -> Box<dyn Document> {
        let requested = config.base_url.clone().unwrap_or_default();
        let response = self.responses.get(&requested);
        let url = response
            .as_ref()
            .map_or(&requested, |r| &r.final_url)
            .clone();
        let is_own = match (&self.site, Url::parse(&url)) {
            // The `srcdoc` of a document that nothing can be fetched for is its own text.
            _ if url == OPAQUE_BASE => response.is_none(),
            (Some(own), Ok(url)) => *own == Site::of(&url, 0),
            _ => false,
        };
        let (markup, text) = match response {
            _ if !is_own => (Markup::Html, frame::notice(&url)),
            None => (Markup::Html, html.to_owned()),
            Some(response) => {
                let content = mime::content_type(response.content_type.as_deref(), &response.bytes);
                content::to_markup(&content, &response.bytes, &url)
            }
        };
        let fragment = |url: &str| Url::parse(url).ok()?.fragment().map(str::to_owned);
        let frame = match is_own {
            true => FrameText::Page(fragment(&url).or_else(|| fragment(&requested))),
            false => FrameText::Notice,
        };
        if is_own {
            config.base_url = Some(url);
        }
        (self.framed)(parse(markup, &text, config, &self.budget), frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::limits::DOCUMENT_ELEMENTS_MAX;

    #[test]
    fn a_document_of_too_many_elements_is_left() {
        let parsed = |text: &str| {
            let budget = Rc::new(Budget::default());
            parse(Markup::Html, text, DocumentConfig::default(), &budget);
            budget.is_spent()
        };
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
                let mut document = parse(markup, text, config, &Rc::default());
                document.resolve(0.0);
            }
        }
    }
}
