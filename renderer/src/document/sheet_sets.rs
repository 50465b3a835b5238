//! Which style sheets of a document are in use: those for screens, written in CSS, and of the set
//! that the page prefers.
//!
//! Source: <https://drafts.csswg.org/cssom/#css-style-sheet-collections>.

use crate::document::attributes::{is_shadow, shadow};
use crate::document::elements::element;
use crate::document::media;
use blitz_dom::{BaseDocument, NodeId};
use html5ever::{Attribute, QualName, local_name};
use std::cell::RefCell;

/// The sheets of one document, while it is parsed.
#[derive(Default)]
pub(crate) struct SheetSets {
    /// The title of the set in use: that of the first sheet with a title.
    preferred: RefCell<Option<String>>,
}

impl SheetSets {
    /// Looks at an element before it is made. A `<link>` whose sheet is not in use has, for Blitz,
    /// no relation to it, so that the sheet is not even fetched. Returns whether a `<style>` is in
    /// use.
    pub(crate) fn admit(&self, name: &QualName, attributes: &mut Vec<Attribute>) -> bool {
        match &*name.local {
            "link" => {
                self.admit_link(attributes);
                true
            }
            "style" => self.is_in_use(attributes, false),
            "meta" => {
                self.take_default(attributes);
                true
            }
            _ => true,
        }
    }

    fn admit_link(&self, attributes: &mut Vec<Attribute>) {
        let Some(given) = attribute(attributes, "rel") else {
            return;
        };
        // Blitz compares case by case.
        let relations = given.to_ascii_lowercase();
        let has = |relation| relations.split_ascii_whitespace().any(|r| r == relation);
        if !has("stylesheet") {
            return;
        }
        let is_in_use = self.is_in_use(attributes, has("alternate"))
            && attribute(attributes, "disabled").is_none();
        let kept = relations
            .split_ascii_whitespace()
            .filter(|relation| is_in_use || *relation != "stylesheet");
        let kept = kept.collect::<Vec<_>>().join(" ");
        if kept != given {
            attributes.insert(0, shadow("rel", &kept));
        }
    }

    fn is_in_use(&self, attributes: &[Attribute], is_alternate: bool) -> bool {
        if !is_css(attributes) || attribute(attributes, "media").is_some_and(media::is_never_shown)
        {
            return false;
        }
        let title = attribute(attributes, "title").filter(|title| !title.is_empty());
        let mut preferred = self.preferred.borrow_mut();
        match title {
            None => !is_alternate,
            Some(title) if preferred.is_none() && !is_alternate => {
                *preferred = Some(title.to_owned());
                true
            }
            Some(title) => preferred.as_deref() == Some(title),
        }
    }

    /// `<meta http-equiv=default-style>` names the preferred set.
    fn take_default(&self, attributes: &[Attribute]) {
        let is_default = attribute(attributes, "http-equiv")
            .is_some_and(|name| name.eq_ignore_ascii_case("default-style"));
        if let Some(title) = attribute(attributes, "content").filter(|title| !title.is_empty())
            && is_default
        {
            *self.preferred.borrow_mut() = Some(title.to_owned());
        }
    }
}

/// Uses the sheet of a `<link>` that was not in use when it was parsed: a script has enabled it.
pub(crate) fn enable(document: &mut BaseDocument, link: NodeId) {
    let is_wanted = element(document, link).is_some_and(|element| {
        let own = |a: &&blitz_dom::node::Attribute| {
            a.name.local == local_name!("rel") && !is_shadow(&a.name)
        };
        let rel = element.attrs().iter().find(own);
        let is_sheet = |rel: &str| {
            let mut words = rel.split_ascii_whitespace();
            words.any(|word| word.eq_ignore_ascii_case("stylesheet"))
        };
        let has = |name| element.attr(name).unwrap_or_default();
        rel.is_some_and(|rel| is_sheet(&rel.value))
            && !is_sheet(has(local_name!("rel")))
            && is_css_type(has(local_name!("type")))
            && !media::is_never_shown(has(local_name!("media")))
    });
    if is_wanted {
        let rel = shadow("rel", "stylesheet");
        document.mutate().set_attribute(link, rel.name, &rel.value);
    }
}

/// Whether `type=` is absent, empty, or names CSS.
fn is_css(attributes: &[Attribute]) -> bool {
    is_css_type(attribute(attributes, "type").unwrap_or(""))
}

fn is_css_type(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or("").trim();
    essence.is_empty() || essence.eq_ignore_ascii_case("text/css")
}

fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|a| &*a.name.local == name)?;
    Some(&found.value)
}
