//! Image maps: which area of a `<map>` lies under a place of an image.
//!
//! Source: the HTML standard, "Image maps".

use crate::document::elements::{element, is};
use blitz_dom::{BaseDocument, LocalName, NodeId, local_name};

/// The area under a place of the document, if `image` is an image with a map.
pub(crate) fn area_at(
    document: &BaseDocument,
    image: NodeId,
    (x, y): (f32, f32),
) -> Option<NodeId> {
    if !is(document, image, &local_name!("img")) {
        return None;
    }
    let usemap = element(document, image)?.attr(local_name!("usemap"))?;
    let name = usemap.split_once('#')?.1;
    let node = document.get_node(image)?;
    let corner = node.absolute_position(0.0, 0.0);
    let layout = node.final_layout();
    let (border, padding) = (layout.border, layout.padding);
    let at = (
        f64::from(x - corner.x - border.left - padding.left),
        f64::from(y - corner.y - border.top - padding.top),
    );
    let size = (
        f64::from(layout.content_box_width()),
        f64::from(layout.content_box_height()),
    );
    let mut found = None;
    document.visit(|id, node| {
        let Some(area) = node.element_data().filter(|_| found.is_none()) else {
            return;
        };
        if area.name.local == local_name!("area") && is_in_map(document, id, name) {
            let attribute = |name| area.attr(name).unwrap_or_default();
            let shape = attribute(local_name!("shape")).to_ascii_lowercase();
            let coords = numbers(attribute(LocalName::from("coords")));
            if is_inside(&shape, &coords, at, size) {
                found = Some(id);
            }
        }
    });
    found
}

fn is_in_map(document: &BaseDocument, area: NodeId, name: &str) -> bool {
    let mut at = document.get_node(area).and_then(|node| node.parent);
    while let Some(id) = at {
        if is(document, id, &local_name!("map")) {
            let own = element(document, id).and_then(|map| map.attr(local_name!("name")));
            return own == Some(name) && !name.is_empty();
        }
        at = document.get_node(id).and_then(|node| node.parent);
    }
    false
}

/// Source: the HTML standard, "Rules for parsing a list of floating-point numbers".
fn numbers(text: &str) -> Vec<f64> {
    let is_between = |c: char| c.is_ascii_whitespace() || c == ',' || c == ';';
    let parts = text.split(is_between).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().unwrap_or(0.0)).collect()
}

fn is_inside(shape: &str, coords: &[f64], (x, y): (f64, f64), size: (f64, f64)) -> bool {
    match (shape, coords) {
        ("default", _) => (0.0..size.0).contains(&x) && (0.0..size.1).contains(&y),
        ("circle" | "circ", [left, top, radius, ..]) => (x - left).hypot(y - top) < *radius,
        ("poly" | "polygon", coords) => is_in_polygon(coords, (x, y)),
        ("circle" | "circ", _) => false,
        (_, [left, top, right, bottom, ..]) => {
            (left.min(*right)..left.max(*right)).contains(&x)
                && (top.min(*bottom)..top.max(*bottom)).contains(&y)
        }
        _ => false,
    }
}

/// By the even-odd rule.
fn is_in_polygon(coords: &[f64], (x, y): (f64, f64)) -> bool {
    let corners: Vec<(f64, f64)> = coords.chunks_exact(2).map(|c| (c[0], c[1])).collect();
    let next = corners.iter().cycle().skip(1);
    let crossed = corners.iter().zip(next).filter(|((x1, y1), (x2, y2))| {
        (*y1 > y) != (*y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
    });
    corners.len() >= 3 && crossed.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_their_insides() {
        let inside =
            |shape: &str, coords: &str, at| is_inside(shape, &numbers(coords), at, (100.0, 50.0));
        assert!(inside("", "10,10,20,20", (15.0, 15.0)));
        assert!(
            inside("rect", "20 20 10 10", (15.0, 15.0)),
            "corners in any order"
        );
        assert!(!inside("rect", "10,10,20,20", (20.0, 15.0)));
        assert!(!inside("rect", "10,10,20", (15.0, 15.0)));
        assert!(inside("circle", "50,25,10", (57.0, 32.0)));
        assert!(!inside("circle", "50,25,10", (58.0, 33.0)));
        assert!(inside("poly", "0,0,40,0,0,40", (10.0, 10.0)));
        assert!(!inside("poly", "0,0,40,0,0,40", (30.0, 30.0)));
        assert!(!inside("poly", "0,0,40,0", (10.0, 0.0)));
        assert!(inside("default", "", (99.0, 49.0)));
        assert!(!inside("default", "", (100.0, 49.0)));
        assert!(!inside("rect", "a,b,c,d", (0.0, 0.0)));
    }
}
