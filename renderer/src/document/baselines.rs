//! Puts the text of inputs on the line that they stand in. Blitz puts their lower edges there.
//!
//! Source: CSS Inline Layout 3, "alignment-baseline": the baseline of a text field is its text's.

use app_units::Au;
use blitz_dom::{BaseDocument, Node, NodeId, local_name};
use style::computed_values::box_sizing::T as BoxSizing;
use style::properties::ComputedValues;
use style::servo_arc::Arc;
use style::values::computed::font::LineHeight;
use style::values::computed::{Length, LengthPercentage, Size};
use style::values::generics::box_::BaselineShift;
use style::values::specified::box_::AlignmentBaseline;

/// How far below the middle of a line of text its baseline is: half of what the ascent of a usual
/// font is more than its descent, in em.
const MIDDLE_EM: f32 = 0.35;
/// The usual height of a line, in em.
const LINE_EM: f32 = 1.15;

/// The styles that take the place of others.
pub(crate) fn changes(
    document: &BaseDocument,
    nodes: &[NodeId],
) -> Vec<(NodeId, Arc<ComputedValues>)> {
    let nodes = nodes.iter().filter_map(|id| document.get_node(*id));
    let fields = nodes.filter(|node| is_field(node));
    let changed = |node: &Node| {
        let style = node.primary_styles()?;
        Some((node.id, lowered(&style)?))
    };
    fields.filter_map(changed).collect()
}

/// Whether a node is an input that shows a line of text of its own.
fn is_field(node: &Node) -> bool {
    let Some(element) = node.element_data() else {
        return false;
    };
    let kind = element.attr(local_name!("type")).unwrap_or("text");
    let others = [
        "button", "checkbox", "color", "file", "hidden", "image", "radio", "range", "reset",
        "submit",
    ];
    element.name.local == local_name!("input")
        && !others.iter().any(|other| kind.eq_ignore_ascii_case(other))
}

/// The style with the text on the baseline; nothing if it says itself where it is to be.
fn lowered(style: &ComputedValues) -> Option<Arc<ComputedValues>> {
    let is_zero = |length: &LengthPercentage| length.resolve(Length::new(1.0)).px() == 0.0;
    let is_on_baseline = style.clone_alignment_baseline() == AlignmentBaseline::Baseline
        && matches!(style.clone_baseline_shift(), BaselineShift::Length(shift) if is_zero(&shift));
    if !is_on_baseline || !style.clone_display().is_inline_flow() && !is_inline_block(style) {
        return None;
    }
    let font = style.clone_font_size().used_size().px();
    let height = box_height(style, font)?;
    let shift = LengthPercentage::new_length(Length::new(MIDDLE_EM * font - height / 2.0));
    let mut style = style.clone();
    style
        .mutate_box()
        .set_baseline_shift(BaselineShift::Length(shift));
    Some(Arc::new(style))
}

fn is_inline_block(style: &ComputedValues) -> bool {
    style.clone_display() == style::values::computed::Display::InlineBlock
}

/// The height of the box to the outer edges of its borders, as far as its style tells.
fn box_height(style: &ComputedValues, font: f32) -> Option<f32> {
    let pixels = |length: &LengthPercentage| length.resolve(Length::new(0.0)).px();
    let border = |width: Au, is_none: bool| if is_none { 0.0 } else { width.to_f32_px() };
    let around = pixels(&style.clone_padding_top().0)
        + pixels(&style.clone_padding_bottom().0)
        + border(
            style.clone_border_top_width().0,
            style.clone_border_top_style().none_or_hidden(),
        )
        + border(
            style.clone_border_bottom_width().0,
            style.clone_border_bottom_style().none_or_hidden(),
        );
    match style.clone_height() {
        Size::LengthPercentage(height) if !height.0.has_percentage() => {
            let height = pixels(&height.0);
            Some(match style.clone_box_sizing() {
                BoxSizing::BorderBox => height.max(around),
                BoxSizing::ContentBox => height + around,
            })
        }
        Size::Auto => Some(around + line_height(style, font)),
        _ => None,
    }
}

fn line_height(style: &ComputedValues, font: f32) -> f32 {
    match style.clone_line_height() {
        LineHeight::Number(factor) => factor.0 * font,
        LineHeight::Length(height) => height.0.px(),
        _ => LINE_EM * font,
    }
}
