//! Applies pointer, wheel and key input to the document: Blitz's own handling, and the scroll and
//! activation keys that Blitz leaves to its host.
//!
//! [`crate::view::blitz_events`] collects followed links; nothing here decides where they lead.

use crate::document::aim::Aim;
use crate::document::steps;
use crate::view::keys;
use crate::view::links::{Links, form_target};
use crate::view::pointer::Pointer;
use crate::view::view::{View, scroll_to};
use blitz_dom::{BaseDocument, Document, EventDriver, NodeId, local_name};
use blitz_traits::events::{
    BlitzPointerEvent, BlitzPointerId, BlitzWheelDelta, BlitzWheelEvent, DomEvent, DomEventData,
    KeyState, MouseEventButton, PointerCoords, UiEvent,
};
use protocol::input::{Button, InputEvent, Key, Modifiers};

/// Pixels that an arrow key scrolls, at zoom 1.
const LINE_PIXELS: f64 = 40.0;
/// Share of the view that Page Down scrolls.
const PAGE_SHARE: f64 = 0.9;

impl View {
    /// Does `event` to the document. Returns whether the document was scrolled by it.
    pub(crate) fn input(&mut self, event: InputEvent) -> bool {
        if self.document.is_none() {
            return false;
        }
        if self.events.take_redraw() {
            self.touch();
        }
        // While the wheel turns, it goes on scrolling what it began with.
        if !matches!(event, InputEvent::Wheel { .. }) {
            self.refresh_hover();
            if self.is_unsettled() {
                self.lay_out();
            }
        }
        let document = self.document.as_ref();
        let hovered = document.and_then(BaseDocument::get_hover_node_id);
        if let Some((x, y)) = event.position() {
            (self.pointer.x, self.pointer.y) = (x, y);
            self.pointer.is_inside = true;
        }
        let before = self.scroll();
        self.events.set_form_target(String::new());
        let is_taken = self.tell_before(&event);
        if !is_taken && !self.drag_thumb(&event) && !self.point_at_controls(&event) {
            self.pointer.is_refused = false;
            if let InputEvent::PointerDown {
                x,
                y,
                button: Button::Left,
                ..
            } = event
            {
                self.selection.count_press(x, y);
            }
            self.dispatch(event);
            if !self.pointer.is_refused {
                self.select(&event);
            }
        }
        self.tell_after(&event);
        if self.show_controls() {
            self.touch();
        }
        self.take_change(hovered);
        let has_scrolled = self.scroll() != before;
        if has_scrolled || matches!(event, InputEvent::Wheel { .. }) {
            self.has_scrolled();
        }
        has_scrolled
    }

    /// What the pointer does to the scroll bar. Returns whether the event is used up by it.
    fn drag_thumb(&mut self, event: &InputEvent) -> bool {
        let bar = self.scroll_bar();
        let Some(document) = &mut self.document else {
            return false;
        };
        let scale = self.appearance.scale.factor() as f32;
        match *event {
            InputEvent::PointerDown {
                x,
                y,
                button: Button::Left,
                ..
            } => {
                self.pointer.holds_thumb = bar.and_then(|bar| bar.grab(x / scale, y / scale));
                self.pointer.holds_thumb.is_some()
            }
            InputEvent::PointerUp {
                button: Button::Left,
                ..
            } => self.pointer.holds_thumb.take().is_some(),
            InputEvent::PointerMove { y, .. } => {
                let Some((bar, below)) = bar.zip(self.pointer.holds_thumb) else {
                    return false;
                };
                scroll_to(document, bar.scroll_for(y / scale, below));
                true
            }
            _ => false,
        }
    }

    fn dispatch(&mut self, event: InputEvent) {
        match event {
            InputEvent::PointerMove { modifiers, .. } => {
                let event = self.pointer_event(MouseEventButton::Main, modifiers);
                self.send(UiEvent::PointerMove(event));
            }
            InputEvent::PointerDown {
                button, modifiers, ..
            } => {
                let button = mouse_button(button);
                self.pointer.buttons.insert(button.into());
                let event = self.pointer_event(button, modifiers);
                self.send(UiEvent::PointerDown(event));
                self.touch_style();
            }
            InputEvent::PointerUp {
                button, modifiers, ..
            } => {
                let button = mouse_button(button);
                self.pointer.buttons.remove(button.into());
                let event = self.pointer_event(button, modifiers);
                self.send(UiEvent::PointerUp(event));
                self.touch_style();
            }
            InputEvent::PointerLeave => {
                self.pointer.is_inside = false;
                let event = self.pointer_event(MouseEventButton::Main, Modifiers::default());
                self.send(UiEvent::PointerLeave(event));
            }
            InputEvent::Wheel {
                delta_x,
                delta_y,
                modifiers,
                ..
            } => {
                let zoom = self.appearance.zoom.factor();
                let (right, down) = (f64::from(delta_x) / zoom, f64::from(delta_y) / zoom);
                self.wheel(right, down, modifiers);
            }
            InputEvent::KeyDown {
                key,
                modifiers,
                repeat,
            } => {
                self.key_down(key, modifiers, repeat);
                self.touch();
            }
            InputEvent::KeyUp { key, modifiers } => {
                let event = keys::event(key, modifiers, false, KeyState::Released);
                self.send(UiEvent::KeyUp(event));
            }
            InputEvent::Focus(_) => {}
        }
    }

    fn send(&mut self, mut event: UiEvent) {
        let Some(document) = &mut self.document else {
            return;
        };
        let aim = Aim::take(document, &mut event);
        if self.script.is_some() {
            return self.send_scripted(event, aim);
        }
        let links = Links::of_page(&self.events).aimed(aim);
        EventDriver::new(document, links).handle_ui_event(event);
    }

    pub(crate) fn coords(&self) -> PointerCoords {
        let Pointer { x, y, .. } = self.pointer;
        let page = self.document_point(x, y);
        let scale = self.scale() as f32;
        let (x, y) = (x / scale, y / scale);
        PointerCoords {
            page_x: page.x as f32,
            page_y: page.y as f32,
            screen_x: x,
            screen_y: y,
            client_x: x,
            client_y: y,
        }
    }

    fn pointer_event(&self, button: MouseEventButton, mods: Modifiers) -> BlitzPointerEvent {
        BlitzPointerEvent {
            id: BlitzPointerId::Mouse,
            is_primary: true,
            coords: self.coords(),
            button,
            buttons: self.pointer.buttons,
            mods: keys::modifiers(mods),
            details: Default::default(),
            element: Default::default(),
            active_pointers: Default::default(),
        }
    }

    fn wheel(&mut self, right: f64, down: f64, mods: Modifiers) {
        let (right, down) = self.wheel_pixels(right, down);
        // Blitz's deltas move the content, the protocol's move the view.
        let delta = if mods.shift && right == 0.0 {
            BlitzWheelDelta::Pixels(-down, 0.0)
        } else {
            BlitzWheelDelta::Pixels(-right, -down)
        };
        let event = BlitzWheelEvent {
            delta,
            coords: self.coords(),
            buttons: self.pointer.buttons,
            mods: keys::modifiers(mods),
            element: Default::default(),
        };
        self.send(UiEvent::Wheel(event));
    }

    fn key_down(&mut self, key: Key, mods: Modifiers, repeat: bool) {
        if self.type_at_control(key, mods) {
            return;
        }
        let typing = self.focused_text_input();
        if key == Key::Enter
            && let Some(button) = typing.and_then(|input| self.default_button(input))
        {
            return self.click(button);
        }
        if key == Key::Enter
            && let Some((document, input)) = self.document.as_ref().zip(typing)
        {
            self.events.set_form_target(form_target(document, input));
        }
        let is_typing = typing.is_some() || self.types_in_frame();
        if !is_typing && !mods.ctrl && !mods.alt && !mods.meta {
            if matches!(key, Key::Enter | Key::Character(' ')) && self.activate(key) {
                return;
            }
            if self.scroll_by_key(key, mods) {
                return;
            }
        }
        if let Key::Character(character) = key
            && !repeat
            && !mods.ctrl
            && !mods.meta
            && (mods.alt || !is_typing && self.has_plain_access_keys())
            && self.press_access_key(character)
        {
            return;
        }
        // A character with Alt is a command that nobody here knows, not text.
        if matches!(key, Key::Character(_)) && mods.alt && !mods.ctrl {
            return;
        }
        // Blitz would empty the selection for want of a clipboard. The broker takes these keys.
        if mods.ctrl && matches!(key, Key::Character('c' | 'x' | 'v' | 'C' | 'X' | 'V')) {
            return;
        }
        if key == Key::Enter
            && self.script.is_some()
            && let Some(field) = typing.filter(|field| self.is_one_line(*field))
        {
            self.with_script(|realm| realm.submit_from(field));
            return;
        }
        let event = keys::event(key, mods, repeat, KeyState::Pressed);
        match &mut self.document {
            Some(document) if key == Key::Enter && typing.is_some() => {
                // It may send the form.
                steps::without_bad_input(document, |document| {
                    document.handle_ui_event(UiEvent::KeyDown(event));
                });
            }
            _ => self.send(UiEvent::KeyDown(event)),
        }
        if key == Key::Tab {
            self.show_focused();
        }
    }

    fn is_one_line(&self, field: NodeId) -> bool {
        let document = self.document.as_ref();
        let element = document.and_then(|document| document.get_node(field)?.element_data());
        element.is_some_and(|element| element.name.local == local_name!("input"))
    }

    /// Scrolls to what has the focus, if it is not in view.
    fn show_focused(&mut self) {
        let (_, height) = self.view_size();
        let Some(document) = &mut self.document else {
            return;
        };
        let focused = document.get_focussed_node_id();
        let Some(node) = focused.and_then(|id| document.get_node(id)) else {
            return;
        };
        let top = f64::from(node.absolute_position(0.0, 0.0).y);
        let bottom = top + f64::from(node.final_layout().size.height);
        let scroll = document.viewport_scroll().y;
        if top < scroll || bottom > scroll + height {
            scroll_to(document, (top + bottom - height) / 2.0);
        }
    }

    /// The keys that move the view. Returns whether `key` is one.
    fn scroll_by_key(&mut self, key: Key, mods: Modifiers) -> bool {
        let page = self.view_size().1 * PAGE_SHARE;
        let line = LINE_PIXELS / self.appearance.zoom.factor();
        let (right, down) = match key {
            Key::ArrowDown => (0.0, line),
            Key::ArrowUp => (0.0, -line),
            Key::ArrowRight => (line, 0.0),
            Key::ArrowLeft => (-line, 0.0),
            Key::PageDown => (0.0, page),
            Key::PageUp => (0.0, -page),
            Key::Character(' ') if mods.shift => (0.0, -page),
            Key::Character(' ') => (0.0, page),
            Key::Home => (0.0, -f64::from(u32::MAX)),
            Key::End => (0.0, f64::from(u32::MAX)),
            _ => return false,
        };
        if let Some(document) = &mut self.document {
            document.scroll_viewport_by(-right, -down);
        }
        true
    }

    /// Enter on a link or a button, Space on a button: a click. Returns whether there was one.
    fn activate(&mut self, key: Key) -> bool {
        let Some(document) = &mut self.document else {
            return false;
        };
        let Some(id) = document.get_focussed_node_id() else {
            return false;
        };
        if !is_activated_by(document, id, key) {
            return false;
        }
        self.click(id);
        true
    }

    /// Whether access keys work without Alt: on the browser's own pages.
    fn has_plain_access_keys(&self) -> bool {
        let document = self.document.as_ref();
        document.is_some_and(|document| document.base_url().scheme() == "bulkhead")
    }

    /// A click on the link or button whose `accesskey` that is. Returns whether there is one.
    fn press_access_key(&mut self, pressed: char) -> bool {
        let Some(document) = &mut self.document else {
            return false;
        };
        let mut found = None;
        document.visit(|id, node| {
            let element = node.element_data();
            let keys = element.and_then(|element| element.attr(local_name!("accesskey")));
            let is_it = |key: &str| key.chars().eq([pressed.to_ascii_lowercase()]);
            if found.is_none() && keys.is_some_and(|keys| keys.split_whitespace().any(is_it)) {
                found = Some(id);
            }
        });
        let found = found.filter(|&id| is_activated_by(document, id, Key::Enter));
        if let Some(id) = found {
            self.click(id);
        }
        found.is_some()
    }

    /// A click that no pointer made.
    fn click(&mut self, id: NodeId) {
        let Some(document) = &mut self.document else {
            return;
        };
        if let Some(node) = document.get_node(id) {
            let click = node.synthetic_click_event_data(keyboard_types::Modifiers::empty());
            let event = DomEvent::new(id, DomEventData::Click(click));
            if self.script.is_some() {
                return self.click_scripted(event);
            }
            let mut driver = EventDriver::new(document, Links::of_page(&self.events));
            driver.handle_dom_event(event);
        }
    }

    /// The button that Enter in that input presses: the first submit button of its form. Blitz
    /// sends the form itself only where there is one text input and no button would be needed.
    ///
    /// Source: the HTML standard, "Implicit submission".
    fn default_button(&self, input: NodeId) -> Option<NodeId> {
        const SUBMIT_BUTTONS: &str = "input[type=submit], input[type=image], \
                                      button:not([type]), button[type=submit]";
        let document = self.document.as_ref()?;
        let is = |id: NodeId, name| {
            let element = document.get_node(id).and_then(|node| node.element_data());
            element.is_some_and(|element| element.name.local == name)
        };
        if !is(input, local_name!("input")) {
            return None;
        }
        let mut form = document.get_node(input)?.parent?;
        while !is(form, local_name!("form")) {
            form = document.get_node(form)?.parent?;
        }
        document
            .query_selector_in(form, SUBMIT_BUTTONS)
            .ok()
            .flatten()
    }
}

fn is_activated_by(document: &BaseDocument, id: NodeId, key: Key) -> bool {
    let Some(element) = document.get_node(id).and_then(|node| node.element_data()) else {
        return false;
    };
    let is_enter = key == Key::Enter;
    match &element.name.local {
        name if *name == local_name!("a") => {
            is_enter && element.attr(local_name!("href")).is_some()
        }
        name if *name == local_name!("button") || *name == local_name!("summary") => true,
        name if *name == local_name!("input") => match element.attr(local_name!("type")) {
            Some("checkbox" | "radio") => !is_enter,
            Some("submit" | "button" | "reset" | "image") => true,
            _ => false,
        },
        _ => false,
    }
}

fn mouse_button(button: Button) -> MouseEventButton {
    match button {
        Button::Left => MouseEventButton::Main,
        Button::Middle => MouseEventButton::Auxiliary,
        Button::Right => MouseEventButton::Secondary,
    }
}
