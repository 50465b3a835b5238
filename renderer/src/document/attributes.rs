//! Attributes as Blitz can take them: bounded, and with the types of inputs that it knows.
//!
//! An element may have an attribute twice, in different namespaces. Blitz's own code takes the
//! first; selectors take the one without a namespace, which is the page's.

use crate::document::hints::integer;
use crate::document::lengths;
use blitz_dom::{ElementData, LocalName, Namespace, QualName, local_name, ns};
use html5ever::Attribute;

/// The namespace of attributes that only Blitz is to see.
const NAMESPACE: &str = "bulkhead:blitz";
/// The most rows and columns of a text area.
const CELLS_MAX: u32 = 10_000;

/// Changes the attributes of an element before it is made.
pub(crate) fn tidy(name: &QualName, attributes: &mut Vec<Attribute>) {
    let is_svg = name.ns == ns!(svg);
    for attribute in attributes.iter_mut() {
        let clamped = match &*attribute.name.local {
            "style" => lengths::clamped(&attribute.value),
            _ if is_svg => lengths::clamped_attribute(&attribute.value),
            _ => None,
        };
        if let Some(clamped) = clamped {
            attribute.value = clamped.into();
        }
    }
    match &*name.local {
        "input" => shadow_type(attributes),
        "textarea" => attributes.retain_mut(|attribute| {
            if !matches!(&*attribute.name.local, "rows" | "cols") {
                return true;
            }
            let cells = integer(&attribute.value, CELLS_MAX).filter(|cells| *cells > 0);
            if let Some(cells) = cells {
                attribute.value = cells.to_string().into();
            }
            cells.is_some()
        }),
        _ => {}
    }
}

/// Whether [`tidy`] may change an attribute of that name.
pub(crate) fn may_tidy(tag: &QualName, name: &QualName) -> bool {
    name.local == local_name!("style")
        || tag.ns == ns!(svg)
        || tag.local == local_name!("input")
        || tag.local == local_name!("textarea")
}

/// What kind of input an element is, in lower case; as the page says it.
pub(crate) fn input_kind(element: &ElementData) -> String {
    let own = element
        .attrs()
        .iter()
        .find(|a| a.name.local == local_name!("type") && a.name.ns == ns!());
    own.map_or_else(String::new, |kind| kind.value.to_ascii_lowercase())
}

/// Gives an input that Blitz does not know by its type a type that it knows.
fn shadow_type(attributes: &mut Vec<Attribute>) {
    let Some(kind) = attributes.iter().find(|a| &*a.name.local == "type") else {
        return;
    };
    let lower = kind.value.to_ascii_lowercase();
    let known = match &*lower {
        "text" | "password" | "email" | "tel" | "url" | "search" | "checkbox" | "radio"
        | "submit" | "reset" | "button" | "hidden" | "image" | "file" | "range" | "color" => {
            &*lower
        }
        _ => "text",
    };
    let is_hidden = known == "hidden";
    let shadow = (known != &*kind.value).then(|| shadow("type", known));
    attributes.splice(0..0, shadow);
    if is_hidden {
        // Blitz would give it the focus.
        attributes.insert(0, self::shadow("tabindex", "-1"));
    }
}

/// Whether only Blitz is to see an attribute of that name.
pub(crate) fn is_shadow(name: &QualName) -> bool {
    &*name.ns == NAMESPACE
}

/// An attribute that only Blitz sees.
pub(crate) fn shadow(name: &str, value: &str) -> Attribute {
    Attribute {
        name: QualName::new(None, Namespace::from(NAMESPACE), LocalName::from(name)),
        value: value.into(),
    }
}
