//! The list that drops down from a select or a colour input: a part of the page, above all else.

use crate::document::elements::{attribute, element, has, is, mark, part};
use crate::document::{forms, parts};
use crate::view::option_keys::next_option;
use blitz_dom::{BaseDocument, DocumentMutator, NodeId, local_name};
use protocol::input::Key;

/// The item that Enter chooses.
const CURRENT: &str = "-bulkhead-current";
/// Height of an item and of the whole list, as the user-agent style has them, in pixels.
const ITEM_HEIGHT: f64 = 20.0;
const HEIGHT_MAX: f64 = 322.0;
/// The most items of a list.
const ITEMS_MAX: usize = 5_000;

/// Eight columns of colours.
const COLORS: [&str; 40] = [
    "#000000", "#444444", "#666666", "#999999", "#cccccc", "#eeeeee", "#f3f3f3", "#ffffff",
    "#ff0000", "#ff9900", "#ffff00", "#00ff00", "#00ffff", "#0000ff", "#9900ff", "#ff00ff",
    "#f4cccc", "#fce5cd", "#fff2cc", "#d9ead3", "#d0e0e3", "#cfe2f3", "#d9d2e9", "#ead1dc",
    "#e06666", "#f6b26b", "#ffd966", "#93c47d", "#76a5af", "#6fa8dc", "#8e7cc3", "#c27ba0",
    "#990000", "#b45f06", "#bf9000", "#38761d", "#134f5c", "#0b5394", "#351c75", "#741b47",
];

/// What an item stands for.
#[derive(Clone, Copy)]
enum Choice {
    Option(NodeId),
    Color(&'static str),
}

/// An open list.
pub(crate) struct Popup {
    control: NodeId,
    list: NodeId,
    /// The items that can be chosen, by their elements.
    items: Vec<(NodeId, Choice)>,
    current: Option<usize>,
}

impl Popup {
    /// Opens the list of `control` below it, or above it where the view ends.
    pub(crate) fn open(document: &mut BaseDocument, control: NodeId) -> Option<Popup> {
        let viewport = document.viewport();
        let height = f64::from(viewport.window_size.1) / viewport.scale_f64();
        let root = document.try_root_element()?.id;
        let is_select = is(document, control, &local_name!("select"));
        let mut mutator = document.mutate();
        let list = part(&mut mutator, "-bulkhead-popup");
        let mut popup = Popup {
            control,
            list,
            items: Vec::new(),
            current: None,
        };
        let rows = if is_select {
            popup.add_options(&mut mutator)
        } else {
            popup.add_colors(&mut mutator)
        };
        // A list in a frame stays in the frame.
        let whole = (rows as f64 * ITEM_HEIGHT + 2.0).min(HEIGHT_MAX);
        let whole = whole.min(height.max(ITEM_HEIGHT));
        let style = place(mutator.doc, control, whole, height)?;
        mutator.set_attribute(list, attribute("style"), &style);
        mutator.append_children(root, &[list]);
        drop(mutator);
        let chosen = forms::chosen(document, control);
        let at = popup.items.iter().position(|(_, choice)| match choice {
            Choice::Option(option) => chosen.first() == Some(option),
            Choice::Color(color) => {
                element(document, control).and_then(|c| c.attr(local_name!("value"))) == Some(color)
            }
        });
        popup.move_to(document, at);
        Some(popup)
    }

    /// Whether the list and what it is for are in the document.
    pub(crate) fn is_whole(&self, document: &BaseDocument) -> bool {
        [self.control, self.list].into_iter().all(|id| {
            let node = document.get_node(id);
            node.is_some_and(|node| node.flags.is_in_document())
        })
    }

    /// Takes the list away; what it is for may be gone.
    pub(crate) fn abandon(self, document: &mut BaseDocument) {
        if document.get_node(self.list).is_some() {
            document.mutate().remove_and_drop_node(self.list);
        }
    }

    fn add_options(&mut self, mutator: &mut DocumentMutator<'_>) -> usize {
        let options = forms::options(mutator.doc, self.control);
        let mut group = None;
        let mut rows = 0;
        for option in options.into_iter().take(ITEMS_MAX) {
            let parent = mutator.doc.get_node(option).and_then(|node| node.parent);
            let of = parent.filter(|parent| is(mutator.doc, *parent, &local_name!("optgroup")));
            if of != group
                && let Some(of) = of
            {
                let label = element(mutator.doc, of);
                let label = label.and_then(|group| group.attr(local_name!("label")));
                let label = label.unwrap_or_default().to_owned();
                let heading = self.add(mutator, &label);
                mutator.set_attribute(heading, attribute("-bulkhead-heading"), "");
                rows += 1;
            }
            group = of;
            let label = forms::label(mutator.doc, option);
            // A line without text would have no height.
            let item = self.add(mutator, if label.is_empty() { "\u{a0}" } else { &label });
            if of.is_some() {
                mutator.set_attribute(item, attribute("-bulkhead-inside"), "");
            }
            if forms::is_disabled(mutator.doc, option) {
                mutator.set_attribute(item, attribute("-bulkhead-off"), "");
            } else {
                self.items.push((item, Choice::Option(option)));
            }
            rows += 1;
        }
        rows
    }

    fn add_colors(&mut self, mutator: &mut DocumentMutator<'_>) -> usize {
        mutator.set_attribute(self.list, attribute("-bulkhead-colors"), "");
        for color in COLORS {
            let item = self.add(mutator, "");
            let style = format!("background-color: {color}");
            mutator.set_attribute(item, attribute("style"), &style);
            self.items.push((item, Choice::Color(color)));
        }
        COLORS.len() / 8 + 2
    }

    fn add(&self, mutator: &mut DocumentMutator<'_>, text: &str) -> NodeId {
        let item = part(mutator, "-bulkhead-item");
        let text = mutator.create_text_node(text);
        mutator.append_children(item, &[text]);
        mutator.append_children(self.list, &[item]);
        item
    }

    /// Whether a node is in the list.
    pub(crate) fn is_over(&self, document: &BaseDocument, under: Option<NodeId>) -> bool {
        let mut at = under;
        while let Some(id) = at.filter(|id| *id != self.list) {
            at = document.get_node(id).and_then(|node| node.parent);
        }
        at.is_some()
    }

    /// The item that a node is in, if it can be chosen.
    fn item(&self, document: &BaseDocument, under: Option<NodeId>) -> Option<usize> {
        let mut at = under;
        while let Some(id) = at {
            if let Some(item) = self.items.iter().position(|(item, _)| *item == id) {
                return Some(item);
            }
            at = document.get_node(id)?.parent;
        }
        None
    }

    /// Whether a press on that node chooses an item.
    pub(crate) fn takes(&self, document: &BaseDocument, under: Option<NodeId>) -> bool {
        self.item(document, under).is_some()
    }

    /// Marks the item under the pointer. Returns whether it is another one now.
    pub(crate) fn point_at(&mut self, document: &mut BaseDocument, under: Option<NodeId>) -> bool {
        let item = self.item(document, under);
        item.is_some() && item != self.current && self.move_to(document, item)
    }

    fn move_to(&mut self, document: &mut BaseDocument, to: Option<usize>) -> bool {
        for (at, (item, _)) in self.items.iter().enumerate() {
            if has(document, *item, CURRENT) != (Some(at) == to) {
                mark(document, *item, CURRENT, Some(at) == to);
            }
        }
        self.current = to;
        true
    }

    /// What a key does: whether the list is to be closed, and whether the key is used up.
    pub(crate) fn key(&mut self, document: &mut BaseDocument, key: Key) -> (bool, bool) {
        match key {
            Key::Enter | Key::Character(' ') | Key::Tab => {
                if let Some(current) = self.current {
                    self.choose(document, current);
                }
                (true, key != Key::Tab)
            }
            Key::Escape => (true, true),
            key => {
                let options: Vec<NodeId> = self
                    .items
                    .iter()
                    .map(|(item, choice)| match choice {
                        Choice::Option(option) => *option,
                        Choice::Color(_) => *item,
                    })
                    .collect();
                if let Some(next) = next_option(document, &options, self.current, key) {
                    self.move_to(document, Some(next));
                    self.show_current(document);
                }
                (false, true)
            }
        }
    }

    /// Scrolls the list to its current item.
    fn show_current(&self, document: &mut BaseDocument) {
        let Some((item, _)) = self.current.and_then(|current| self.items.get(current)) else {
            return;
        };
        let (Some(item), Some(list)) = (document.get_node(*item), document.get_node(self.list))
        else {
            return;
        };
        let top = f64::from(item.final_layout().location.y);
        let shown = f64::from(list.final_layout().size.height);
        let scroll = list.scroll_offset().y;
        let wanted = scroll.min(top).max(top + ITEM_HEIGHT + 2.0 - shown);
        if wanted != scroll {
            document.scroll_node_by(self.list, 0.0, scroll - wanted, |_| {});
        }
    }

    fn choose(&self, document: &mut BaseDocument, at: usize) {
        match self.items[at].1 {
            Choice::Option(option) => forms::choose(document, self.control, &[option]),
            Choice::Color(color) => {
                parts::set_color(&mut document.mutate(), self.control, color);
            }
        }
    }

    /// Closes the list, and chooses the item that was pressed.
    pub(crate) fn close(self, document: &mut BaseDocument, pressed: Option<NodeId>) {
        if let Some(item) = self.item(document, pressed) {
            self.choose(document, item);
        }
        if document.get_node(self.list).is_some() {
            document.mutate().remove_and_drop_node(self.list);
        }
    }
}

/// Where a list of that height goes, in a view of that height.
fn place(document: &BaseDocument, control: NodeId, whole: f64, view: f64) -> Option<String> {
    let node = document.get_node(control)?;
    let corner = node.absolute_position(0.0, 0.0);
    let (left, top) = (f64::from(corner.x), f64::from(corner.y));
    let size = node.final_layout().size;
    let below = top + f64::from(size.height);
    let scroll = document.viewport_scroll().y;
    let top = if below + whole <= scroll + view {
        below
    } else if top - whole >= scroll {
        top - whole
    } else {
        (scroll + view - whole).max(scroll)
    };
    Some(format!(
        "left:{left}px;top:{top}px;min-width:{}px;max-height:{whole}px",
        size.width
    ))
}
