//! Moves the parts of controls, and makes what they show the value that is sent.

use crate::document::elements::attribute;
use crate::document::steps;
use blitz_dom::{DocumentMutator, NodeId};

/// Moves the thumb of a range, and makes its value what is sent.
pub(crate) fn set_range(mutator: &mut DocumentMutator<'_>, range: NodeId, value: f64) {
    let Some(scale) = steps::Scale::of(mutator.doc, range) else {
        return;
    };
    mutator.set_attribute(range, attribute("value"), &steps::written(value));
    let share = scale.share(value);
    if let Some(thumb) = mutator.child_ids(range).first() {
        let style = format!("left: calc((100% - 16px) * {share:.5})");
        mutator.set_attribute(*thumb, attribute("style"), &style);
    }
}

/// Fills the swatch of a colour input, and makes the colour what is sent; black if it is none.
pub(crate) fn set_color(mutator: &mut DocumentMutator<'_>, input: NodeId, value: &str) {
    let digits = value.strip_prefix('#').unwrap_or("");
    let is_color = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let color = match is_color {
        true => value.to_ascii_lowercase(),
        false => "#000000".to_owned(),
    };
    mutator.set_attribute(input, attribute("value"), &color);
    if let Some(swatch) = mutator.child_ids(input).first() {
        let style = format!("background-color: {color}");
        mutator.set_attribute(*swatch, attribute("style"), &style);
    }
}
