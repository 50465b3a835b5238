//! Works the form controls that Blitz does not: selects, ranges, colours, dates and numbers; shows
//! where the focus is, and what an empty field is for.

use crate::document::activation;
use crate::document::attributes::input_kind;
use crate::document::elements::{LIST, PLACEHOLDER, RING, element, has, is, mark};
use crate::document::frames::{self, Spot};
use crate::document::{forms, parts, steps, text_fields};
use crate::view::option_keys::next_option;
use crate::view::popup::Popup;
use crate::view::view::View;
use blitz_dom::{BaseDocument, LocalName, NodeId, local_name};
use protocol::input::{Button, InputEvent, Key, Modifiers};

/// Steps that Page Up moves a range.
const PAGE_STEPS: f64 = 10.0;
/// Half the thumb of a range, in pixels.
const THUMB_HALF: f64 = 8.0;

impl View {
    /// What the pointer does to controls. Returns whether the event is used up by it.
    pub(crate) fn point_at_controls(&mut self, event: &InputEvent) -> bool {
        match *event {
            InputEvent::PointerDown {
                button: Button::Left,
                modifiers,
                ..
            } => {
                self.controls.is_by_key = false;
                let is_used = self.press_control(modifiers);
                self.controls.swallows_release = is_used;
                if is_used {
                    self.touch();
                }
                is_used
            }
            InputEvent::PointerUp {
                button: Button::Left,
                ..
            } => {
                self.controls.dragged = None;
                std::mem::take(&mut self.controls.swallows_release)
            }
            InputEvent::PointerMove { .. } => {
                if let Some((spot, range)) = self.controls.dragged.clone() {
                    self.drag_range(&spot, range);
                    return true;
                }
                let under = self.under_pointer();
                let popup = self.controls.popup.as_mut().zip(self.document.as_mut());
                let is_changed = popup.and_then(|((spot, popup), page)| {
                    let under = under.filter(|(at, _)| *at == *spot).map(|(_, node)| node);
                    spot.change(page, |document| popup.point_at(document, under))
                });
                if is_changed == Some(true) {
                    self.touch();
                }
                false
            }
            _ => false,
        }
    }

    /// What lies under the pointer, and in which document.
    fn under_pointer(&self) -> Option<(Spot, NodeId)> {
        let at = self.coords();
        frames::hit(self.document.as_ref()?, (at.page_x, at.page_y))
    }

    fn press_control(&mut self, mods: Modifiers) -> bool {
        let under = self.under_pointer();
        let Some(page) = &mut self.document else {
            return false;
        };
        if let Some((spot, popup)) = self.controls.popup.take() {
            let under = under.filter(|(at, _)| *at == spot).map(|(_, node)| node);
            let popup = spot.change(page, |document| {
                if popup.is_over(document, under) && !popup.takes(document, under) {
                    // A heading, or an option that cannot be chosen.
                    return Some(popup);
                }
                popup.close(document, under);
                None
            });
            self.controls.popup = popup.flatten().map(|popup| (spot, popup));
            return true;
        }
        let Some((spot, under)) = under else {
            return false;
        };
        let pressed = spot.change(page, |document| press(document, under, mods));
        let outcome = pressed.unwrap_or(Outcome::Unused);
        if outcome != Outcome::Unused {
            spot.focus_frames(page);
        }
        self.finish(spot, outcome)
    }

    /// Goes on with what a press or key began. Returns whether it is used up.
    fn finish(&mut self, spot: Spot, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Unused => return false,
            Outcome::Used => {}
            Outcome::Opens(control) => self.open_popup(spot, control),
            Outcome::Drags(range) => {
                self.controls.dragged = Some((spot.clone(), range));
                self.drag_range(&spot, range);
            }
        }
        true
    }

    fn open_popup(&mut self, spot: Spot, control: NodeId) {
        if let Some(page) = &mut self.document {
            let popup = spot.change(page, |document| Popup::open(document, control));
            self.controls.popup = popup.flatten().map(|popup| (spot, popup));
            self.touch();
        }
    }

    fn drag_range(&mut self, spot: &Spot, range: NodeId) {
        let at = self.coords();
        let Some(page) = &mut self.document else {
            return;
        };
        let Some((x, _)) = spot.inside(page, (at.page_x, at.page_y)) else {
            return;
        };
        spot.change(page, |document| drag(document, range, f64::from(x)));
        self.touch();
    }

    /// What a key does to the control that has the focus. Returns whether it is used up by it.
    pub(crate) fn type_at_control(&mut self, key: Key, mods: Modifiers) -> bool {
        self.controls.is_by_key |= key == Key::Tab;
        let Some(page) = &mut self.document else {
            return false;
        };
        if let Some((spot, popup)) = &mut self.controls.popup {
            let done = spot.change(page, |document| popup.key(document, key));
            let (is_done, is_used) = done.unwrap_or((true, false));
            if is_done && let Some((spot, popup)) = self.controls.popup.take() {
                spot.change(page, |document| popup.close(document, None));
            }
            return is_used;
        }
        let spot = frames::focused(page);
        let outcome = spot.change(page, |document| type_at(document, key, mods));
        self.finish(spot, outcome.unwrap_or(Outcome::Unused))
    }

    /// Whether a text field in a frame has the focus.
    pub(crate) fn types_in_frame(&self) -> bool {
        let takes_text = |page: &BaseDocument| {
            let spot = frames::focused(page);
            let has_text = spot.read(page, |document| {
                let focus = document.get_focussed_node_id()?;
                element(document, focus)?.text_input_data().map(|_| ())
            });
            spot.is_in_frame() && has_text.flatten().is_some()
        };
        self.document.as_ref().is_some_and(takes_text)
    }

    /// Shows the focus and the placeholders as they are now. Returns whether anything changed.
    pub(crate) fn show_controls(&mut self) -> bool {
        let Some(document) = &mut self.document else {
            return false;
        };
        let focus = document.get_focussed_node_id();
        let focus = focus.filter(|id| document.get_node(*id).is_some_and(|n| n.is_focussable()));
        let takes_text =
            |id: &NodeId| element(document, *id).is_some_and(|e| e.text_input_data().is_some());
        let ring = focus.filter(|id| self.controls.is_by_key || takes_text(id));
        let mut is_changed = false;
        if ring != self.controls.ring {
            if let Some(old) = self.controls.ring {
                is_changed |= mark(document, old, RING, false);
            }
            if let Some(new) = ring {
                is_changed |= mark(document, new, RING, true);
            }
            self.controls.ring = ring;
        }
        let placeholders = self
            .controls
            .placeholders
            .get_or_insert_with(|| with_placeholder(document));
        for (field, text) in placeholders.iter() {
            is_changed |= show_placeholder(document, *field, text, focus == Some(*field));
        }
        is_changed
    }
}

/// What a press or a key does to a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It is not for a control that is worked here.
    Unused,
    Used,
    /// The list of that control drops down.
    Opens(NodeId),
    /// The thumb of that range is held.
    Drags(NodeId),
}

fn press(document: &mut BaseDocument, under: NodeId, mods: Modifiers) -> Outcome {
    let Some(control) = worked_here(document, under) else {
        return Outcome::Unused;
    };
    if has(document, control, "disabled") {
        return Outcome::Used;
    }
    document.set_focus_to(control);
    if is(document, control, &local_name!("select")) && has(document, control, LIST) {
        press_option(document, control, Some(under), mods);
        return Outcome::Used;
    }
    match &*kind(document, control) {
        "range" => Outcome::Drags(control),
        _ => Outcome::Opens(control),
    }
}

fn drag(document: &mut BaseDocument, range: NodeId, x: f64) {
    let (Some(node), Some(scale)) = (document.get_node(range), steps::Scale::of(document, range))
    else {
        return;
    };
    let left = f64::from(node.absolute_position(0.0, 0.0).x);
    let room = f64::from(node.final_layout().size.width) - 2.0 * THUMB_HALF;
    let share = ((x - left - THUMB_HALF) / room.max(1.0)).clamp(0.0, 1.0);
    let value = scale.nearest(scale.min + share * (scale.max - scale.min));
    parts::set_range(&mut document.mutate(), range, value);
}

/// What a key does to the control that has the focus in a document.
fn type_at(document: &mut BaseDocument, key: Key, mods: Modifiers) -> Outcome {
    let used = |is_used: bool| match is_used {
        true => Outcome::Used,
        false => Outcome::Unused,
    };
    let Some(focus) = document.get_focussed_node_id() else {
        return Outcome::Unused;
    };
    if mods.ctrl || mods.meta {
        // What a password is must not be copied.
        let is_copy = matches!(key, Key::Character('c' | 'C' | 'x' | 'X'));
        return used(is_copy && kind(document, focus) == "password");
    }
    if is(document, focus, &local_name!("select")) {
        return type_at_select(document, focus, key, mods);
    }
    if !is(document, focus, &local_name!("input")) {
        return Outcome::Unused;
    }
    match &*kind(document, focus) {
        "range" => used(type_at_range(document, focus, key)),
        "radio" => used(type_at_radio(document, focus, key)),
        "color" if matches!(key, Key::Enter | Key::Character(' ')) => Outcome::Opens(focus),
        kind => used(match key {
            Key::Character(character) => !mods.alt && !steps::can_be_typed(kind, character),
            Key::ArrowUp => step(document, focus, 1),
            Key::ArrowDown => step(document, focus, -1),
            _ => false,
        }),
    }
}

fn type_at_select(
    document: &mut BaseDocument,
    select: NodeId,
    key: Key,
    mods: Modifiers,
) -> Outcome {
    let is_list = has(document, select, LIST);
    let opens = matches!(key, Key::Enter | Key::Character(' '))
        || mods.alt && matches!(key, Key::ArrowDown | Key::ArrowUp);
    if has(document, select, "disabled") || is_list && opens {
        return Outcome::Unused;
    }
    if opens {
        return Outcome::Opens(select);
    }
    let mut options = forms::options(document, select);
    options.retain(|option| !forms::is_disabled(document, *option));
    let chosen = forms::chosen(document, select);
    let at = options
        .iter()
        .position(|option| chosen.last() == Some(option));
    let Some(next) = next_option(document, &options, at, key) else {
        return Outcome::Unused;
    };
    forms::choose(document, select, &[options[next]]);
    Outcome::Used
}

/// The select, range or colour that a press on a node is for.
fn worked_here(document: &BaseDocument, under: NodeId) -> Option<NodeId> {
    let mut at = Some(under);
    while let Some(id) = at {
        let is_one = is(document, id, &local_name!("select"))
            || is(document, id, &local_name!("input"))
                && matches!(&*kind(document, id), "range" | "color");
        if is_one {
            return Some(id);
        }
        at = document.get_node(id)?.parent;
    }
    None
}

/// What kind of input a node is; empty for others.
fn kind(document: &BaseDocument, id: NodeId) -> String {
    element(document, id).map(input_kind).unwrap_or_default()
}

fn press_option(document: &mut BaseDocument, list: NodeId, under: Option<NodeId>, mods: Modifiers) {
    let options = forms::options(document, list);
    let mut at = under;
    while let Some(id) = at.filter(|id| !options.contains(id)) {
        at = document.get_node(id).and_then(|node| node.parent);
    }
    let Some(pressed) = at.filter(|option| !forms::is_disabled(document, *option)) else {
        return;
    };
    let mut chosen = vec![pressed];
    if has(document, list, "multiple") && (mods.ctrl || mods.meta || mods.shift) {
        let before = forms::chosen(document, list);
        if mods.shift
            && let Some(from) = before.first()
        {
            let place = |option| options.iter().position(|other| *other == option);
            let (from, to) = (place(*from).unwrap_or(0), place(pressed).unwrap_or(0));
            chosen = options[from.min(to)..=from.max(to)].to_vec();
            chosen.retain(|option| !forms::is_disabled(document, *option));
        } else if before.contains(&pressed) {
            chosen = before
                .into_iter()
                .filter(|option| *option != pressed)
                .collect();
        } else {
            chosen.extend(before);
        }
    }
    forms::choose(document, list, &chosen);
}

fn type_at_range(document: &mut BaseDocument, range: NodeId, key: Key) -> bool {
    let Some(scale) = steps::Scale::of(document, range) else {
        return false;
    };
    let value = steps::range_value(document, range);
    let value = match key {
        Key::ArrowUp | Key::ArrowRight => scale.stepped(value, 1.0),
        Key::ArrowDown | Key::ArrowLeft => scale.stepped(value, -1.0),
        Key::PageUp => scale.stepped(value, PAGE_STEPS),
        Key::PageDown => scale.stepped(value, -PAGE_STEPS),
        Key::Home => scale.nearest(scale.min),
        Key::End => scale.nearest(scale.max),
        _ => return false,
    };
    if !has(document, range, "disabled") {
        parts::set_range(&mut document.mutate(), range, value);
    }
    true
}

fn type_at_radio(document: &mut BaseDocument, radio: NodeId, key: Key) -> bool {
    let is_next = match key {
        Key::ArrowDown | Key::ArrowRight => true,
        Key::ArrowUp | Key::ArrowLeft => false,
        _ => return false,
    };
    let mut group = forms::radio_group(document, radio);
    group.retain(|id| !has(document, *id, "disabled"));
    let Some(at) = group.iter().position(|id| *id == radio) else {
        return false;
    };
    let step = if is_next { 1 } else { group.len() - 1 };
    let next = group[(at + step) % group.len()];
    activation::activate(document, next);
    true
}

fn step(document: &mut BaseDocument, input: NodeId, by: i64) -> bool {
    let text = element(document, input).and_then(|input| {
        let data = input.text_input_data()?;
        Some(data.editor.text().to_string())
    });
    let next = text.and_then(|text| steps::stepped(document, input, &text, by));
    if let Some(next) = &next
        && !has(document, input, "readonly")
    {
        text_fields::set_text(document, input, next);
    }
    next.is_some()
}

/// The text fields that show something while they are empty.
fn with_placeholder(document: &BaseDocument) -> Vec<(NodeId, String)> {
    let mut found = Vec::new();
    document.visit(|id, node| {
        let Some(element) = node.element_data() else {
            return;
        };
        let name = &element.name.local;
        if *name != local_name!("input") && *name != local_name!("textarea") {
            return;
        }
        let own = element
            .attr(LocalName::from("placeholder"))
            .map(str::to_owned);
        let text = match steps::pattern(&input_kind(element)) {
            Some(pattern) => pattern.to_owned(),
            None => own.unwrap_or_default(),
        };
        if !text.is_empty() {
            found.push((id, text));
        }
    });
    found
}

/// Puts the placeholder into an empty field as text that is being composed: it is shown, and never
/// part of the value.
fn show_placeholder(
    document: &mut BaseDocument,
    field: NodeId,
    text: &str,
    has_focus: bool,
) -> bool {
    let Some(input) = element(document, field).and_then(|field| field.text_input_data()) else {
        return false;
    };
    let is_shown = input.editor.raw_compose().is_some();
    let is_empty = input.editor.text().to_string().is_empty();
    let is_wanted = is_empty && !has_focus;
    if is_shown == is_wanted || is_shown && !has(document, field, PLACEHOLDER) {
        return false;
    }
    document.with_text_input(field, |mut driver| match is_wanted {
        true => driver.set_compose(text, None),
        false => driver.clear_compose(),
    });
    mark(document, field, PLACEHOLDER, is_wanted);
    true
}
