//! The strip: tabs, buttons and the address bar. While the address bar has the focus, its text
//! survives every change of the state.

use super::command::{self, BASE};
use super::completion::Completion;
use super::drag::Drag;
use super::favicons::Favicons;
use super::parts::{Inks, Part, parts};
use super::roll::Roll;
use crate::document::text_fields;
use crate::load::fetcher::Fetcher;
use crate::view::View;
use blitz_dom::NodeId;
use parley::FontContext;
use protocol::ids::TabId;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::limits::URL_BYTES_MAX;
use protocol::shell::{FromShell, ShellState};

const TEMPLATE: &str = include_str!("strip.html");
const CSS: &str = include_str!("strip.css");
/// Pixels of the tabs, from the top.
const TABS_HEIGHT: f64 = 36.0;

/// The strip's document.
pub(crate) struct Strip {
    pub(crate) view: View,
    fetcher: Fetcher,
    state: Option<ShellState>,
    favicons: Favicons,
    /// The markup of each part as it stands in the document.
    parts: Vec<Part>,
    /// The text to be put into the address bar.
    address: Option<String>,
    /// Whether the address bar is to get the focus.
    wants_focus: bool,
    /// The text in the address bar that the broker knows of.
    told: String,
    completion: Completion,
    drag: Option<Drag>,
    roll: Roll,
}

impl Strip {
    pub(crate) fn new(fonts: FontContext) -> Strip {
        let fetcher = Fetcher::default();
        let mut view = View::new(fonts, &fetcher);
        let markup = TEMPLATE.replace("{{css}}", CSS);
        view.show(&markup, BASE);
        Strip {
            view,
            fetcher,
            state: None,
            favicons: Favicons::default(),
            parts: Vec::new(),
            address: None,
            wants_focus: false,
            told: String::new(),
            completion: Completion::default(),
            drag: None,
            roll: Roll::default(),
        }
    }

    pub(crate) fn set_state(&mut self, state: ShellState) {
        if !self.is_typing() {
            self.address = Some(state.url.clone());
        }
        let is_open = |tab| state.tabs.iter().any(|view| view.tab == tab);
        self.favicons.retain(is_open);
        self.state = Some(state);
    }

    pub(crate) fn set_icon(&mut self, tab: TabId, pixels: &[u8]) {
        self.favicons.set(tab, pixels);
    }

    /// Focuses the address bar and selects its text.
    pub(crate) fn focus_address(&mut self) {
        self.wants_focus = true;
    }

    pub(crate) fn turn(&mut self) {
        self.view.settle(&mut self.fetcher);
        self.update_parts();
        self.update_address();
        self.view.settle(&mut self.fetcher);
    }

    /// Applies `event` to the strip; returns the user's commands.
    pub(crate) fn input(&mut self, event: InputEvent) -> Vec<FromShell> {
        self.turn();
        let was_typing = self.is_typing();
        self.completion.hear(&event);
        if let InputEvent::KeyDown { key, modifiers, .. } = event
            && was_typing
            && let Some(commands) = self.address_key(key, modifiers)
        {
            return commands;
        }
        if self.rolled_by_wheel(&event) {
            return Vec::new();
        }
        if let Some(commands) = self.menu_click(&event) {
            return commands;
        }
        let middle = self.middle_clicked(&event);
        self.view.input(event);
        let dragged = self.dragged(&event);
        match event {
            InputEvent::Focus(false) => self.leave_address(),
            // The click that brings the focus selects all, the next one places the caret.
            InputEvent::PointerDown { .. } if !was_typing && self.is_typing() => self.select_all(),
            _ => {}
        }
        if was_typing && !self.is_typing() {
            self.restore();
        }
        let links = self.view.events.take_navigations();
        if let Some(dragged) = dragged {
            return vec![dragged];
        }
        links
            .iter()
            .filter(|link| !self.rolled_by_link(&link.url))
            .filter_map(|link| command::of_link(&link.url))
            .chain(middle)
            .collect()
    }

    fn rolled_by_wheel(&mut self, event: &InputEvent) -> bool {
        let InputEvent::Wheel {
            y,
            delta_x,
            delta_y,
            ..
        } = *event
        else {
            return false;
        };
        let is_over_tabs = f64::from(y) < TABS_HEIGHT * self.view.scale();
        if is_over_tabs {
            self.roll.wheel(delta_x + delta_y);
        }
        is_over_tabs
    }

    /// Whether a link of the strip rolls it, which is no business of the broker's.
    fn rolled_by_link(&mut self, link: &url::Url) -> bool {
        let is_later = match link.as_str() {
            "shell:roll/earlier" => false,
            "shell:roll/later" => true,
            _ => return false,
        };
        if let Some(state) = &self.state {
            let row = self.roll.row(state, self.view.view_size().0 as f32);
            self.roll.page(&row, is_later);
        }
        true
    }

    /// What a drag of a tab asks for now, instead of what a click would.
    fn dragged(&mut self, event: &InputEvent) -> Option<FromShell> {
        let scale = self.view.scale() as f32;
        match *event {
            InputEvent::PointerDown {
                button: Button::Left,
                x,
                ..
            } => {
                let is_tab = |command: &FromShell| matches!(command, FromShell::Activate(_));
                let command = self.command_under_pointer().filter(is_tab);
                self.drag = command
                    .and_then(tab_of)
                    .map(|tab| Drag::new(tab, x / scale));
                None
            }
            InputEvent::PointerMove { x, .. } => {
                let (drag, state) = self.drag.as_mut().zip(self.state.as_ref())?;
                let row = self.roll.row(state, self.view.view_size().0 as f32);
                drag.pull(x / scale, state, &row)
            }
            InputEvent::PointerUp {
                button: Button::Left,
                ..
            } => self.drag.take().and_then(Drag::end),
            _ => None,
        }
    }

    /// The secondary button opens the menu of a tab or of the address bar; it does nothing else.
    fn menu_click(&mut self, event: &InputEvent) -> Option<Vec<FromShell>> {
        match *event {
            InputEvent::PointerDown {
                button: Button::Right,
                x,
                y,
                ..
            } => {
                let tab = self.command_under_pointer().and_then(tab_of);
                if let Some(tab) = tab {
                    return Some(vec![FromShell::TabMenu { tab, x, y }]);
                }
                let is_address = self.view.hovers_text_input();
                if is_address && !self.is_typing() {
                    self.wants_focus = true;
                    self.update_address();
                }
                let menu = is_address.then(|| self.address_menu(x, y));
                Some(menu.into_iter().collect())
            }
            InputEvent::PointerUp {
                button: Button::Right,
                ..
            } => Some(Vec::new()),
            _ => None,
        }
    }

    fn address_menu(&self, x: f32, y: f32) -> FromShell {
        let has_selection = self.view.selected_text().is_some();
        FromShell::AddressMenu {
            x,
            y,
            has_selection,
        }
    }

    /// The text in the address bar, if the user has changed it since the last call.
    pub(crate) fn take_typed(&mut self) -> Option<FromShell> {
        let text = self.typed();
        if !self.is_typing() {
            // What is typed next is told even if it was the last to be told.
            self.told = text;
            return None;
        }
        if text == self.told {
            return None;
        }
        self.told.clone_from(&text);
        let is_at_end = self.caret_is_at_end(&text);
        if let Some(rest) = self.completion.typed(&text, is_at_end) {
            self.complete(&text, &rest);
        }
        let fits = text.len() <= URL_BYTES_MAX;
        Some(FromShell::Typed(if fits { text } else { String::new() }))
    }

    /// Completes what was typed, if it still stands there. What is added is selected, so that the
    /// next character replaces it.
    pub(crate) fn complete(&mut self, typed: &str, rest: &str) {
        if !self.is_typing() || self.typed() != typed {
            return;
        }
        let Some(whole) = self.completion.of(typed, rest) else {
            return;
        };
        let input = self.address_input();
        if let Some((document, id)) = self.view.document.as_mut().zip(input) {
            text_fields::set_text(document, id, &whole);
            document.with_text_input(id, |mut driver| {
                driver.select_byte_range(typed.len(), whole.len());
            });
            self.told = whole;
            self.view.touch();
        }
    }

    fn caret_is_at_end(&self, text: &str) -> bool {
        let document = self.view.document.as_ref();
        let node = document
            .zip(self.address_input())
            .and_then(|(document, id)| document.get_node(id));
        let input = node.and_then(|node| node.element_data()?.text_input_data());
        input.is_some_and(|input| {
            let selection = input.editor.raw_selection();
            selection.is_collapsed() && selection.focus().index() == text.len()
        })
    }

    fn command_under_pointer(&self) -> Option<FromShell> {
        let link = url::Url::parse(&self.view.hovered_link()?).ok()?;
        command::of_link(&link)
    }

    /// A middle click on a tab closes it.
    fn middle_clicked(&self, event: &InputEvent) -> Option<FromShell> {
        let InputEvent::PointerUp {
            button: Button::Middle,
            ..
        } = event
        else {
            return None;
        };
        let tab = self.command_under_pointer().and_then(tab_of);
        tab.map(FromShell::Close)
    }

    /// Handles the keys that the address bar reserves.
    fn address_key(&mut self, key: Key, modifiers: Modifiers) -> Option<Vec<FromShell>> {
        match key {
            Key::ContextMenu | Key::Function(10) if key == Key::ContextMenu || modifiers.shift => {
                let place = self.address_place();
                Some(vec![self.address_menu(place.0, place.1)])
            }
            Key::Enter => {
                self.told = self.typed();
                let text = self.told.trim().to_owned();
                if text.is_empty() {
                    return Some(Vec::new());
                }
                self.blur();
                let fits = text.len() <= URL_BYTES_MAX;
                Some(fits.then_some(FromShell::Go(text)).into_iter().collect())
            }
            Key::Escape => {
                let is_changed = self.state.as_ref().is_some_and(|s| s.url != self.typed());
                self.restore();
                if is_changed {
                    self.update_address();
                    self.select_all();
                } else {
                    self.blur();
                }
                Some(Vec::new())
            }
            _ => None,
        }
    }

    fn address_input(&self) -> Option<NodeId> {
        self.view.document.as_ref()?.get_element_by_id("address")
    }

    /// Where the menu of the address bar is that the keyboard opens.
    fn address_place(&self) -> (f32, f32) {
        let input = self.view.document.as_ref().zip(self.address_input());
        let node = input.and_then(|(document, id)| document.get_node(id));
        node.map_or((0.0, 0.0), |node| {
            let corner = node.absolute_position(0.0, 0.0);
            let scale = self.view.scale() as f32;
            let below = corner.y + node.final_layout().size.height;
            ((corner.x + 8.0) * scale, below * scale)
        })
    }

    fn is_typing(&self) -> bool {
        self.address_input()
            .is_some_and(|id| self.view.focused_text_input() == Some(id))
    }

    fn typed(&self) -> String {
        let document = self.view.document.as_ref();
        let node = document
            .zip(self.address_input())
            .and_then(|(d, id)| d.get_node(id));
        let input = node.and_then(|node| node.element_data()?.text_input_data());
        input
            .map(|input| input.editor.raw_text().to_owned())
            .unwrap_or_default()
    }

    fn blur(&mut self) {
        if let Some(document) = &mut self.view.document {
            document.clear_focus();
        }
        self.view.touch();
    }

    fn leave_address(&mut self) {
        if self.is_typing() {
            self.blur();
        }
    }

    /// The state's URL is to be shown again.
    fn restore(&mut self) {
        self.address = self.state.as_ref().map(|state| state.url.clone());
        self.completion = Completion::default();
    }

    fn select_all(&mut self) {
        let input = self.address_input();
        if let Some((document, id)) = self.view.document.as_mut().zip(input) {
            document.with_text_input(id, |mut driver| driver.select_all());
        }
        self.view.touch();
    }

    fn update_address(&mut self) {
        let Some(id) = self.address_input() else {
            return;
        };
        let text = self.address.take();
        if let Some(text) = &text {
            self.told.clone_from(text);
        }
        if let Some(text) = text
            && text != self.typed()
            && let Some(document) = &mut self.view.document
        {
            text_fields::set_text(document, id, &text);
            self.view.touch();
        }
        if std::mem::take(&mut self.wants_focus) {
            if let Some(document) = &mut self.view.document {
                document.set_focus_to(id);
            }
            self.select_all();
        }
    }

    /// Replaces the parts of the document whose markup has changed.
    fn update_parts(&mut self) {
        let width = self.view.view_size().0 as f32;
        let inks = Inks {
            plain: self.view.ink(),
            pale: self.view.pale_ink(),
        };
        let (Some(state), Some(document)) = (&self.state, &mut self.view.document) else {
            return;
        };
        let row = self.roll.row(state, width);
        let new = parts(state, &row, &self.favicons, width, inks);
        if new.as_slice() == self.parts {
            return;
        }
        for (index, part) in new.iter().enumerate() {
            if self.parts.get(index) == Some(part) {
                continue;
            }
            if let Some(node) = document.get_element_by_id(part.id) {
                let mut mutator = document.mutate();
                mutator.set_attribute(node, blitz_dom::qual_name!("class"), part.class);
                mutator.set_inner_html(node, &part.html);
            }
        }
        self.parts = new.to_vec();
        self.view.touch();
    }
}

/// The tab that a link of the strip is about.
fn tab_of(command: FromShell) -> Option<TabId> {
    match command {
        FromShell::Activate(tab) | FromShell::Close(tab) => Some(tab),
        _ => None,
    }
}
