//! Selects text in a view: presses, drags and Shift, and all of the text at once.

use crate::document::aim;
use crate::view::selection::{Drag, TextPoint, Unit};
use crate::view::text::{self, RootRef};
use crate::view::view::View;
use blitz_dom::BaseDocument;
use kurbo::Point;
use protocol::input::{Button, InputEvent};

/// Where a press selects nothing.
const CONTROLS: [&str; 5] = ["button", "input", "option", "select", "textarea"];

impl View {
    /// The selected text of the page: blocks on lines of their own, hidden text left out.
    pub(crate) fn page_selection_text(&self) -> Option<String> {
        let document = self.document.as_ref()?;
        let mut all = String::new();
        let mut previous = None;
        for (root, range) in self.selection.parts(document) {
            let text = text::copied(document, root, &range);
            let text = text.trim_end_matches('\n');
            if text.trim().is_empty() {
                continue;
            }
            if let Some(previous) = previous {
                all.push_str(text::gap(document, previous, root));
            }
            all.push_str(text);
            previous = Some(root);
        }
        previous.map(|_| all)
    }

    /// Selects all of the page's text.
    pub(crate) fn select_document(&mut self) {
        let Some(document) = &self.document else {
            return;
        };
        let mut roots = text::roots(document);
        roots.retain(|root| text::is_selectable(document, *root));
        let ends = roots.first().zip(roots.last());
        self.selection.range = ends.map(|(first, last)| {
            let point = |root, offset| TextPoint {
                root: RootRef::of(document, root),
                offset,
            };
            (point(*first, 0), point(*last, usize::MAX))
        });
        self.selection.drag = None;
        self.request_paint();
    }

    /// What a pointer event does to the selection, after the document has dealt with it.
    pub(crate) fn select(&mut self, event: &InputEvent) {
        match *event {
            InputEvent::PointerDown {
                x,
                y,
                button,
                modifiers,
            } => {
                // Blitz selects on each press.
                if let Some(document) = &mut self.document {
                    document.clear_text_selection();
                }
                if button == Button::Left {
                    self.press(x, y, modifiers.shift);
                }
            }
            InputEvent::PointerMove { x, y, .. } if self.selection.drag.is_some() => {
                self.drag_to(x, y);
            }
            InputEvent::PointerUp {
                button: Button::Left,
                ..
            } => self.selection.drag = None,
            _ => {}
        }
    }

    fn press(&mut self, x: f32, y: f32, extends: bool) {
        let unit = match self.selection.presses() % 3 {
            1 => Unit::Character,
            2 => Unit::Word,
            _ => Unit::Line,
        };
        let at = self.document_point(x, y);
        let Some(document) = &self.document else {
            return;
        };
        let hit = aim::hit(document, (at.x as f32, at.y as f32));
        let is_text = hit.is_none_or(|hit| {
            let mut around = text::ancestors(document, hit);
            let is_control = around.any(|node| text::is_named(node, &CONTROLS));
            !is_control && text::is_selectable(document, hit)
        });
        let pressed = points_at(document, at, unit).filter(|_| is_text);
        let kept = self.selection.range.filter(|_| extends);
        let selection = &mut self.selection;
        let Some(pressed) = pressed else {
            selection.clear();
            return self.request_paint();
        };
        match kept {
            Some((anchor, _)) => {
                selection.range = Some((anchor, pressed.1));
                selection.drag = Some(Drag {
                    unit: Unit::Character,
                    from: (anchor, anchor),
                });
            }
            None => {
                selection.range = Some(pressed);
                selection.drag = Some(Drag {
                    unit,
                    from: pressed,
                });
            }
        }
        self.request_paint();
    }

    fn drag_to(&mut self, x: f32, y: f32) {
        self.scroll_while_dragging(y);
        let at = self.document_point(x, y);
        let (Some(document), Some(drag)) = (&self.document, self.selection.drag) else {
            return;
        };
        let Some(to) = points_at(document, at, drag.unit) else {
            return;
        };
        let is_before = is_before(document, to.0, drag.from.0);
        self.selection.range = Some(if is_before {
            (drag.from.1, to.0)
        } else {
            (drag.from.0, to.1)
        });
        self.request_paint();
    }

    /// A pointer beyond the upper or lower edge scrolls.
    fn scroll_while_dragging(&mut self, y: f32) {
        let height = self.size().height as f32;
        let beyond = if y < 0.0 { y } else { (y - height).max(0.0) };
        let scale = self.scale();
        if beyond != 0.0
            && let Some(document) = &mut self.document
        {
            document.scroll_viewport_by(0.0, -f64::from(beyond) / scale);
        }
    }
}

/// Begin and end of what is at a point.
fn points_at(document: &BaseDocument, at: Point, unit: Unit) -> Option<(TextPoint, TextPoint)> {
    let (root, range) = match unit {
        Unit::Character => {
            let (root, offset) = text::at_point(document, at)?;
            (root, offset..offset)
        }
        Unit::Word => text::unit_at(document, at, true)?,
        Unit::Line => text::unit_at(document, at, false)?,
    };
    let root = RootRef::of(document, root);
    let point = |offset| TextPoint { root, offset };
    Some((point(range.start), point(range.end)))
}

/// Whether one place is read before another.
fn is_before(document: &BaseDocument, one: TextPoint, other: TextPoint) -> bool {
    if one.root == other.root {
        return one.offset < other.offset;
    }
    let roots = text::roots(document);
    let place = |point: TextPoint| {
        let id = point.root.resolve(document)?;
        roots.iter().position(|root| *root == id)
    };
    place(one) < place(other)
}
