//! Parses text into a document; frames become documents inside it.
//!
//! Owns: the choice of parser, and whether a frame is shown. Trusts: nothing in the text. Never:
//! shows a frame of another site.

use crate::document::content;
use crate::document::controls;
use crate::document::frame;
use crate::document::hints::Hints;
use crate::document::markup::Markup;
use crate::document::mime;
use crate::document::responses::Responses;
use crate::document::sheet_sets::SheetSets;
use crate::document::sink::{Budget, Sink};
use crate::document::stylesheet;
use crate::document::svg_text;
use crate::document::user_agent;
use blitz_dom::{BaseDocument, Document, DocumentConfig, DocumentMutator, HtmlParserProvider};
use blitz_html::DocumentHtmlParser;
use html5ever::ParseOpts;
use html5ever::tendril::TendrilSink;
use html5ever::tendril::fmt::UTF8;
use html5ever::tree_builder::TreeBuilderOpts;
use protocol::site::Site;
use std::rc::Rc;
use url::Url;

/// Stands in for the base URL of a document that has none to resolve against (`data:`): links
/// inside the document still work, and nothing is ever fetched from it.
pub(crate) const OPAQUE_BASE: &str = "opaque://document/";

/// Parses a document as far as its budget goes. Its sub-resources are asked for while it is parsed.
pub(crate) fn parse(
    markup: Markup,
    text: &str,
    config: DocumentConfig,
    budget: &Budget,
) -> BaseDocument {
    let frames_around = config.subdocument_depth;
    user_agent::enable_features();
    let mut document = BaseDocument::new(config);
    let base = document.base_url().clone();
    let mut mutator = document.mutate();
    let mut inner = DocumentHtmlParser::new(&mut mutator);
    inner.is_xml = markup == Markup::Xml;
    let sheets = SheetSets::default();
    let hints = Hints::default();
    let sink = Sink::new(
        inner,
        base.clone(),
        budget,
        (&sheets, &hints),
        frames_around,
    );
    match markup {
        Markup::Html => feed(html5ever::parse_document(sink, options()), text, budget),
        Markup::Xml => {
            let parser = xml5ever::driver::parse_document(sink, Default::default());
            feed(parser, text, budget);
        }
    }
    for style in sheets.take_unused() {
        mutator.remove_and_drop_all_children(style);
    }
    disarm_styles(&mut mutator, &base);
    controls::complete(&mut mutator);
    svg_text::outline_elements(&mut mutator);
    drop(mutator);
    user_agent::style(&mut document, &hints.sheet());
    document
}

/// Gives the parser its text piece by piece, so that a document of too many elements can be left.
fn feed(mut parser: impl TendrilSink<UTF8>, mut text: &str, budget: &Budget) {
    const PIECE_BYTES: usize = 16 * 1024;
    while !text.is_empty() && !budget.is_spent() {
        let (piece, rest) = text.split_at(text.ceil_char_boundary(PIECE_BYTES));
        parser.process(piece.into());
        text = rest;
    }
    parser.finish();
}

/// Makes what stands in `<style>` elements safe. Blitz reads it when the mutator is dropped, and
/// takes character references in it for characters.
fn disarm_styles(mutator: &mut DocumentMutator<'_>, base: &Url) {
    let mut disarmed = Vec::new();
    mutator.doc.visit(|id, node| {
        let is_style = node
            .element_data()
            .is_some_and(|e| &*e.name.local == "style");
        if !is_style {
            return;
        }
        let text = node.text_content();
        let safe = stylesheet::safe(&text, base);
        if safe.is_some() || text.contains('&') {
            disarmed.push((id, safe.unwrap_or(text).replace('&', "&amp;")));
        }
    });
    for (style, text) in disarmed {
        mutator.remove_and_drop_all_children(style);
        let text = mutator.create_text_node(&text);
        mutator.append_children(style, &[text]);
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
                content::to_markup(&content, &response.bytes, &url, true)
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
            let budget = Budget::default();
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
                let mut document = parse(markup, text, config, &Budget::default());
                document.resolve(0.0);
            }
        }
    }
}
