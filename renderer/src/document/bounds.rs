//! Clamps computed lengths that only computing makes too large for layout: by `calc()`, by units
//! relative to fonts, by `zoom`, by boxes in boxes; and takes the colour from what is hidden.
//! [`crate::document::lengths`] clamps what is written.

use crate::document::lengths::PIXELS_MAX;
use crate::document::{baselines, empties, replaced, shown, tables};
use app_units::Au;
use blitz_dom::{BaseDocument, NodeId};
use std::collections::HashMap;
use style::properties::ComputedValues;
use style::properties::generated::longhands::visibility::computed_value::T as Visibility;
use style::selector_parser::PseudoElement;
use style::servo_arc::Arc;
use style::values::computed::{
    BorderSideWidth, Length, LengthPercentage, Margin, NonNegativeLengthPercentage, Size,
};
use style::values::generics::NonNegative;
use style::values::generics::color::GenericColor;

/// What percentages are of, where layout does not say it yet.
const BASIS: f32 = 1024.0;
/// A length that few pages have.
const LARGE: f32 = 16_384.0;
/// The farthest that boxes inside boxes may reach. Both sides of a box count, and its width, so
/// that nothing lies farther than half of this from its edge.
const REACH_MAX: f32 = 3.0 * PIXELS_MAX;
const BORDER_MAX: Au = Au(PIXELS_MAX as i32 * 60);

/// Computes the styles of `document` and its frames, and clamps those that are new. Layout must
/// follow at once.
pub(crate) fn apply(document: &mut BaseDocument, now: f64) {
    if document.has_pending_critical_resources() || document.try_root_element().is_none() {
        return;
    }
    complete_snapshots(document);
    if !document.is_animating() {
        change_styles(document, now);
    }
    // Or it has begun.
    if document.is_animating() {
        replaced::keep_flowing(document, now);
    }
    for frame in document.sub_document_node_ids() {
        let node = document.get_node_mut(frame);
        if let Some(inside) = node.and_then(|node| node.subdoc_mut()) {
            apply(&mut inside.inner_mut(), now);
        }
    }
}

/// Blitz notes what an element was before its state changed, but not its attributes. Where a style
/// sheet comes as well, Stylo looks for them, and panics.
fn complete_snapshots(document: &mut BaseDocument) {
    let changed = document
        .tree()
        .iter()
        .filter(|(_, node)| node.has_snapshot());
    let changed: Vec<NodeId> = changed.map(|(id, _)| id).collect();
    for id in changed {
        document.snapshot_node(id);
    }
}

fn change_styles(document: &mut BaseDocument, now: f64) {
    replaced::release(document);
    // Otherwise layout would compute the styles for a new view again.
    document.stylist_device();
    document.resolve_stylist(now);
    let nodes = shown::nodes(document);
    for (id, pseudo, style) in changes(document, &nodes) {
        put(document, id, pseudo, style);
    }
    for (id, style) in far(document, &nodes) {
        put(document, id, None, style);
    }
    let changes: [fn(&BaseDocument, &[NodeId]) -> _; 3] =
        [tables::changes, empties::changes, baselines::changes];
    for changes in changes {
        for (id, style) in changes(document, &nodes) {
            put(document, id, None, style);
        }
    }
}

/// Gives an element, or its pseudo-element, another style.
pub(crate) fn put(
    document: &mut BaseDocument,
    id: NodeId,
    pseudo: Option<PseudoElement>,
    style: Arc<ComputedValues>,
) {
    let node = document.get_node_mut(id);
    let data = node.and_then(|node| node.try_stylo_element_data_mut());
    if let Some(mut data) = data.and_then(|data| data.get_mut()) {
        match pseudo {
            None => data.styles.primary = Some(style),
            Some(pseudo) => data.styles.pseudos.set(&pseudo, style),
        }
    }
}

/// The elements with a new style that lie too far out, or are too wide, with all that they stand
/// in taken together: their styles without lengths.
fn far(document: &BaseDocument, nodes: &[NodeId]) -> Vec<(NodeId, Arc<ComputedValues>)> {
    let mut reaches = HashMap::new();
    let mut far = Vec::new();
    for node in nodes.iter().filter_map(|id| document.get_node(*id)) {
        let id = node.id;
        let is_new = node.is_element() && node.damage().is_none_or(|damage| !damage.is_empty());
        if is_new
            && let Some(style) = node.primary_styles()
            && grows(&style)
            && reach(document, id, &mut reaches) > REACH_MAX
        {
            let mut style = ComputedValues::clone(&style);
            flatten(&mut style);
            reaches.insert(id, REACH_MAX);
            far.push((id, Arc::new(style)));
        }
    }
    far
}

/// Whether an element alone can make what is in it much wider than what it is in.
fn grows(style: &ComputedValues) -> bool {
    let (pixels, factor) = extent(style);
    pixels > LARGE || factor > 1.0
}

/// How far the content of an element may reach, from the widths and margins around it.
fn reach(document: &BaseDocument, id: NodeId, known: &mut HashMap<NodeId, f32>) -> f32 {
    let mut waiting = Vec::new();
    let mut at = Some(id);
    let mut reach = BASIS;
    while let Some(node) = at.and_then(|id| document.get_node(id)) {
        if let Some(found) = known.get(&node.id) {
            reach = *found;
            break;
        }
        waiting.push(node.id);
        at = node.parent;
    }
    for id in waiting.into_iter().rev() {
        let style = document
            .get_node(id)
            .and_then(|node| node.primary_styles().map(|s| extent(&s)));
        let (pixels, factor) = style.unwrap_or((0.0, 1.0));
        reach = (reach * factor + pixels).min(f32::MAX);
        known.insert(id, reach);
    }
    reach
}

/// What an element adds to a width, in pixels, and what it multiplies it by.
fn extent(style: &ComputedValues) -> (f32, f32) {
    let mut extent = (0.0, 1.0_f32);
    let mut add = |length: &LengthPercentage| {
        let fixed = length.resolve(Length::new(0.0)).px().abs();
        let whole = length.resolve(Length::new(1.0)).px().abs();
        extent.0 += fixed;
        extent.1 = extent.1.max(whole - fixed);
    };
    for padding in [style.clone_padding_left(), style.clone_padding_right()] {
        add(&padding.0);
    }
    for margin in [style.clone_margin_left(), style.clone_margin_right()] {
        if let Margin::LengthPercentage(length) = &margin {
            add(length);
        }
    }
    for size in [style.clone_width(), style.clone_min_width()] {
        if let Size::LengthPercentage(length) = &size {
            add(&length.0);
        }
    }
    extent
}

fn flatten(style: &mut ComputedValues) {
    let zero = || LengthPercentage::new_length(Length::new(0.0));
    let padding = style.mutate_padding();
    padding.set_padding_left(NonNegative(zero()));
    padding.set_padding_right(NonNegative(zero()));
    let margin = style.mutate_margin();
    margin.set_margin_left(Margin::LengthPercentage(zero()));
    margin.set_margin_right(Margin::LengthPercentage(zero()));
    let position = style.mutate_position();
    position.set_width(Size::Auto);
    position.set_min_width(Size::Auto);
}

/// The styles that take the place of new ones, by element; `None` for its own style, else the
/// pseudo-element's.
fn changes(
    document: &BaseDocument,
    nodes: &[NodeId],
) -> Vec<(NodeId, Option<PseudoElement>, Arc<ComputedValues>)> {
    let mut changes = Vec::new();
    for node in nodes.iter().filter_map(|id| document.get_node(*id)) {
        let id = node.id;
        if !node.is_element() || node.damage().is_some_and(|damage| damage.is_empty()) {
            continue;
        }
        let Some(data) = node.try_stylo_element_data().and_then(|data| data.get()) else {
            continue;
        };
        let own = data
            .styles
            .primary
            .as_ref()
            .and_then(|style| clamped(style));
        changes.extend(own.map(|style| (id, None, style)));
        for pseudo in [PseudoElement::Before, PseudoElement::After] {
            let style = data
                .styles
                .pseudos
                .get(&pseudo)
                .and_then(|style| clamped(style));
            changes.extend(style.map(|style| (id, Some(pseudo), style)));
        }
    }
    changes
}

/// The style with its lengths clamped, and without colour where it is hidden; `None` if nothing is
/// to be changed.
fn clamped(style: &ComputedValues) -> Option<Arc<ComputedValues>> {
    let mut clamped = None;
    macro_rules! clamp {
        ($bound:expr, $mutate:ident: $($get:ident $set:ident),+) => {$(
            if let Some(value) = $bound(style.$get()) {
                let clamped: &mut ComputedValues = clamped.get_or_insert_with(|| style.clone());
                clamped.$mutate().$set(value);
            }
        )+};
    }
    clamp!(within, mutate_padding:
        clone_padding_left set_padding_left, clone_padding_right set_padding_right,
        clone_padding_top set_padding_top, clone_padding_bottom set_padding_bottom);
    clamp!(margin_within, mutate_margin:
        clone_margin_left set_margin_left, clone_margin_right set_margin_right,
        clone_margin_top set_margin_top, clone_margin_bottom set_margin_bottom);
    clamp!(border_within, mutate_border:
        clone_border_left_width set_border_left_width,
        clone_border_right_width set_border_right_width,
        clone_border_top_width set_border_top_width,
        clone_border_bottom_width set_border_bottom_width);
    clamp!(size_within, mutate_position:
        clone_width set_width, clone_min_width set_min_width,
        clone_height set_height, clone_min_height set_min_height);
    if style.clone_visibility() != Visibility::Visible {
        // Blitz paints the text of hidden elements that stand in a line.
        let hidden: &mut ComputedValues = clamped.get_or_insert_with(|| style.clone());
        let mut color = hidden.clone_color();
        color.alpha = 0.0;
        hidden.mutate_inherited_text().set_color(color);
        let background = GenericColor::Absolute(color);
        hidden.mutate_background().set_background_color(background);
    }
    clamped.map(Arc::new)
}

fn length_within(length: &LengthPercentage) -> Option<LengthPercentage> {
    let pixels = length.resolve(Length::new(BASIS)).px();
    let bound = if pixels.is_nan() {
        0.0
    } else {
        PIXELS_MAX.copysign(pixels)
    };
    let is_large = pixels.is_nan() || pixels.abs() > PIXELS_MAX;
    is_large.then(|| LengthPercentage::new_length(Length::new(bound)))
}

fn within(length: NonNegativeLengthPercentage) -> Option<NonNegativeLengthPercentage> {
    length_within(&length.0).map(NonNegative)
}

fn margin_within(margin: Margin) -> Option<Margin> {
    match &margin {
        Margin::LengthPercentage(length) => length_within(length).map(Margin::LengthPercentage),
        _ => None,
    }
}

fn border_within(width: BorderSideWidth) -> Option<BorderSideWidth> {
    (width.0 > BORDER_MAX).then_some(BorderSideWidth(BORDER_MAX))
}

fn size_within(size: Size) -> Option<Size> {
    match size {
        Size::LengthPercentage(length) => within(length).map(Size::LengthPercentage),
        _ => None,
    }
}
