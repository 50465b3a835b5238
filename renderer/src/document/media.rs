//! Gives style sheets the media they are for, which Blitz leaves out: `media=` of `<link>` and
//! `<style>`.
//!
//! Stylo evaluates the media whenever the view changes, so a sheet for narrow views comes and goes
//! with the width.
//!
//! Source: <https://html.spec.whatwg.org/multipage/semantics.html#attr-link-media>.

use blitz_dom::node::SpecialElementData;
use blitz_dom::{BaseDocument, MediaType, NodeId, local_name};
use cssparser::Parser;
use protocol::appearance::ColorScheme;
use std::collections::HashMap;
use style::context::QuirksMode;
use style::media_queries::{MediaList, MediaQueryType, Qualifier};
use style::parser::ParserContext;
use style::stylesheets::CustomMediaEvaluator;
use style::stylesheets::{DocumentStyleSheet, Origin, UrlExtraData};
use style_traits::ParsingMode;
use url::Url;

/// The elements of a document and its frames whose sheets are for some media only.
#[derive(Default)]
pub(crate) struct Media {
    by_document: HashMap<usize, Vec<(NodeId, MediaList)>>,
}

/// How documents are to believe that they are shown; what is `None` is as it really is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Emulated {
    pub(crate) media: Option<MediaType>,
    pub(crate) color_scheme: Option<ColorScheme>,
}

impl Emulated {
    /// Several wishes as one; where two want the same thing, the later one has it.
    pub(crate) fn of<'a>(wishes: impl Iterator<Item = &'a Emulated>) -> Emulated {
        let mut all = Emulated::default();
        for wish in wishes {
            all.media = wish.media.clone().or(all.media);
            all.color_scheme = wish.color_scheme.or(all.color_scheme);
        }
        all
    }
}

impl Media {
    /// The document has grown: there may be more such elements.
    pub(crate) fn outdate(&mut self, document: &BaseDocument) {
        self.by_document.remove(&document.id());
    }

    /// Gives the sheets that have arrived their media. Layout must follow at once.
    pub(crate) fn apply(&mut self, document: &mut BaseDocument) {
        // Otherwise layout would take in sheets that were not seen here.
        document.handle_messages();
        let limited = self
            .by_document
            .entry(document.id())
            .or_insert_with(|| limited(document));
        for (element, media) in limited.iter() {
            if let Some(sheet) = sheet_of(document, *element) {
                let own = &sheet.0.media;
                if own.read_with(&document.guard().read()).is_empty() {
                    *own.write_with(&mut document.guard().write()) = media.clone();
                }
            }
        }
        for frame in document.sub_document_node_ids() {
            let node = document.get_node_mut(frame);
            if let Some(inside) = node.and_then(|node| node.subdoc_mut()) {
                self.apply(&mut inside.inner_mut());
            }
        }
    }
}

fn limited(document: &BaseDocument) -> Vec<(NodeId, MediaList)> {
    let mut limited = Vec::new();
    document.visit(|id, node| {
        let sheet = node.element_data().filter(|element| {
            let name = &element.name.local;
            *name == local_name!("link") || *name == local_name!("style")
        });
        if let Some(media) = sheet.and_then(|element| element.attr(local_name!("media"))) {
            let media = parsed(media);
            if !media.is_empty() {
                limited.push((id, media));
            }
        }
    });
    limited
}

/// Sets the medium of a document and of the frames in it.
pub(crate) fn set_medium(document: &mut BaseDocument, medium: &MediaType) {
    if document.media_type() == medium {
        return;
    }
    document.set_media_type(medium.clone());
    for frame in document.sub_document_node_ids() {
        if let Some(inside) = document.subdoc_mut(frame) {
            set_medium(&mut inside.inner_mut(), medium);
        }
    }
}

fn sheet_of(document: &BaseDocument, element: NodeId) -> Option<DocumentStyleSheet> {
    match &document.get_node(element)?.element_data()?.special_data {
        SpecialElementData::Stylesheet(sheet) => Some(sheet.clone()),
        _ => None,
    }
}

/// Whether `media` is how the document is shown now.
pub(crate) fn matches(document: &mut BaseDocument, media: &str) -> bool {
    let media = parsed(media);
    let device = document.stylist_device();
    media.evaluate(
        device,
        QuirksMode::NoQuirks,
        &mut CustomMediaEvaluator::none(),
    )
}

/// Whether a sheet for `media` can never apply on a screen, so that it need not be fetched.
pub(crate) fn is_never_shown(media: &str) -> bool {
    let media = parsed(media);
    !media.is_empty()
        && media.media_queries.iter().all(|query| {
            let is_not = query.qualifier == Some(Qualifier::Not);
            match &query.media_type {
                MediaQueryType::Concrete(kind) if *kind != MediaType::screen() => !is_not,
                _ => is_not && query.condition.is_none(),
            }
        })
}

fn parsed(media: &str) -> MediaList {
    let url = UrlExtraData::from(Url::parse("about:blank").expect("a URL"));
    let mut context = ParserContext::new(
        Origin::Author,
        &url,
        None,
        ParsingMode::DEFAULT,
        QuirksMode::NoQuirks,
        Default::default(),
        None,
        None,
        Default::default(),
    );
    MediaList::parse(&mut context, &mut Parser::new(media))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_for_screens_is_known() {
        for media in [
            "print",
            "PRINT",
            "print, speech",
            "not all",
            "not screen",
            "]",
        ] {
            assert!(is_never_shown(media), "{media}");
        }
        for media in [
            "",
            " ",
            "all",
            "screen",
            "print, screen",
            "not print",
            "(max-width: 1px)",
            "not screen and (color)",
        ] {
            assert!(!is_never_shown(media), "{media}");
        }
    }
}
