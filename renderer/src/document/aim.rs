//! Where Blitz has to be asked for what lies at a place. Its hit test looks for a box in a line at
//! the padding and border of the container too far right and down: buttons in padded boxes are
//! missed. So it is asked, and told of the pointer, as far aside as that.

use blitz_dom::{BaseDocument, Node, NodeId};
use blitz_traits::events::{BlitzPointerEvent, DomEvent, DomEventData, PointerCoords, UiEvent};

/// Containers in each other with boxes in their lines.
const NESTED_MAX: usize = 8;

/// A distance in pixels of the layout.
type Shift = (f32, f32);

/// The node that lies at a place.
pub(crate) fn hit(document: &BaseDocument, at: (f32, f32)) -> Option<NodeId> {
    let shift = shift(document, at);
    Some(document.hit(at.0 + shift.0, at.1 + shift.1)?.node_id)
}

/// The element at a place of the view, if it is in the view. Blitz's own search takes a place of
/// the view for one of the page.
pub(crate) fn element_at(document: &BaseDocument, at: (f32, f32)) -> Option<NodeId> {
    let viewport = document.viewport();
    let (width, height) = viewport.window_size;
    let (x, y) = (at.0 * viewport.scale(), at.1 * viewport.scale());
    let is_in = (0.0..=width as f32).contains(&x) && (0.0..=height as f32).contains(&y);
    if !is_in {
        return None;
    }
    let scroll = document.viewport_scroll();
    let Some(found) = hit(document, (at.0 + scroll.x as f32, at.1 + scroll.y as f32)) else {
        return document.try_root_element().map(|root| root.id);
    };
    let mut id = document.nearest_non_anonymous_ancestor(found)?;
    loop {
        let node = document.get_node(id)?;
        if node.is_element() {
            return Some(id);
        }
        id = node.parent?;
    }
}

/// Hovers what lies at a place. Returns whether that is something else than before.
pub(crate) fn hover(document: &mut BaseDocument, at: (f32, f32)) -> bool {
    let shift = shift(document, at);
    document.set_hover_to(at.0 + shift.0, at.1 + shift.1)
}

/// How far from a place Blitz has to be asked for what lies there.
fn shift(document: &BaseDocument, at: (f32, f32)) -> Shift {
    let mut shift = (0.0, 0.0);
    let mut seen: Vec<NodeId> = Vec::new();
    let mut around = chain_at(document, at);
    while seen.len() < NESTED_MAX {
        let is_next = |root: &&&Node| {
            root.flags.is_inline_root() && inset(root) != (0.0, 0.0) && !seen.contains(&root.id)
        };
        let Some(root) = around.iter().rev().find(is_next) else {
            break;
        };
        seen.push(root.id);
        if box_at(document, root, at).is_some() {
            let inset = inset(root);
            shift = (shift.0 + inset.0, shift.1 + inset.1);
        } else if let Some(taken) = around.iter().find(|node| is_box_of(node, root)) {
            // A box is found that lies elsewhere: past its side is what lies here.
            let Some(past) = past(document, at, shift, root, taken) else {
                continue;
            };
            shift = past;
        } else {
            continue;
        }
        around = chain_at(document, (at.0 + shift.0, at.1 + shift.1));
    }
    shift
}

/// What Blitz finds, and all that is around it.
fn chain_at(document: &BaseDocument, at: (f32, f32)) -> Vec<&Node> {
    let hit = document.hit(at.0, at.1);
    hit.map_or_else(Vec::new, |hit| chain(document, hit.node_id))
}

/// A node and those around it, as they are laid out.
fn chain(document: &BaseDocument, id: NodeId) -> Vec<&Node> {
    let around = |node: &&Node| document.get_node(node.layout_parent.get()?);
    std::iter::successors(document.get_node(id), around).collect()
}

/// From the corner of a box to that of its content.
fn inset(node: &Node) -> Shift {
    let layout = node.final_layout();
    let (padding, border) = (layout.padding, layout.border);
    (padding.left + border.left, padding.top + border.top)
}

/// The box in a line of `root` that lies at a place.
fn box_at<'a>(document: &'a BaseDocument, root: &Node, at: (f32, f32)) -> Option<&'a Node> {
    let corner = root.absolute_position(0.0, 0.0);
    let children = root.paint_children.borrow();
    let boxes = children.iter().flatten().rev();
    let mut boxes = boxes.filter_map(|id| document.get_node(*id));
    boxes.find(|child| {
        let layout = child.final_layout();
        let (x, y) = (
            at.0 - corner.x - layout.location.x,
            at.1 - corner.y - layout.location.y,
        );
        !child.is_out_of_flow()
            && (0.0..layout.size.width).contains(&x)
            && (0.0..layout.size.height).contains(&y)
    })
}

fn is_box_of(node: &Node, root: &Node) -> bool {
    let children = root.paint_children.borrow();
    !node.is_out_of_flow() && children.iter().flatten().any(|id| *id == node.id)
}

/// The shift with which `root` is asked beside one of its boxes.
fn past(
    document: &BaseDocument,
    at: (f32, f32),
    shift: Shift,
    root: &Node,
    taken: &Node,
) -> Option<Shift> {
    let (inset, corner) = (inset(root), root.absolute_position(0.0, 0.0));
    let layout = taken.final_layout();
    let asked = at.0 + shift.0 - corner.x - inset.0;
    let right = layout.location.x + layout.size.width + 1.0 - asked;
    let left = layout.location.x - 1.0 - asked;
    let shifts = [right, left].map(|x| (shift.0 + x, shift.1));
    shifts.into_iter().find(|shift| {
        let chain = chain_at(document, (at.0 + shift.0, at.1 + shift.1));
        let has = |id: NodeId| chain.iter().any(|node| node.id == id);
        has(root.id) && !has(taken.id)
    })
}

/// The places of a pointer's event: as it was, and as Blitz has been told.
#[derive(Clone, Copy)]
pub(crate) struct Aim {
    real: PointerCoords,
    told: PointerCoords,
}

impl Aim {
    /// Aims an event of the pointer at what lies there.
    pub(crate) fn take(document: &BaseDocument, event: &mut UiEvent) -> Option<Aim> {
        let event = match event {
            UiEvent::PointerMove(event)
            | UiEvent::PointerDown(event)
            | UiEvent::PointerUp(event) => event,
            _ => return None,
        };
        let real = event.coords;
        let shift = shift(document, (real.page_x, real.page_y));
        if shift == (0.0, 0.0) {
            return None;
        }
        let told = &mut event.coords;
        (told.page_x, told.page_y) = (real.page_x + shift.0, real.page_y + shift.1);
        (told.client_x, told.client_y) = (real.client_x + shift.0, real.client_y + shift.1);
        Some(Aim { real, told: *told })
    }

    /// Says where the pointer really is: for scripts, and for what is done here.
    pub(crate) fn restore(self, event: &mut DomEvent) {
        replace(event, self.told, self.real);
    }

    /// Says again where Blitz has to look: for what it does itself, which begins with a hit test.
    pub(crate) fn tell(self, event: &mut DomEvent) {
        replace(event, self.real, self.told);
    }
}

fn replace(event: &mut DomEvent, old: PointerCoords, new: PointerCoords) {
    if let Some(event) = pointer(&mut event.data)
        && (event.coords.page_x, event.coords.page_y) == (old.page_x, old.page_y)
    {
        event.coords = new;
    }
}

fn pointer(data: &mut DomEventData) -> Option<&mut BlitzPointerEvent> {
    match data {
        DomEventData::PointerMove(event)
        | DomEventData::PointerDown(event)
        | DomEventData::PointerUp(event)
        | DomEventData::PointerCancel(event)
        | DomEventData::PointerEnter(event)
        | DomEventData::PointerLeave(event)
        | DomEventData::PointerOver(event)
        | DomEventData::PointerOut(event)
        | DomEventData::MouseMove(event)
        | DomEventData::MouseDown(event)
        | DomEventData::MouseUp(event)
        | DomEventData::MouseEnter(event)
        | DomEventData::MouseLeave(event)
        | DomEventData::MouseOver(event)
        | DomEventData::MouseOut(event)
        | DomEventData::Click(event)
        | DomEventData::ContextMenu(event)
        | DomEventData::DoubleClick(event) => Some(event),
        _ => None,
    }
}
