//! The strip: tabs, buttons and the address bar. While the address bar has the focus, its text
//! survives every change of the state.

use super::command::{self, BASE};
use super::favicons::Favicons;
use super::parts::{Part, parts};
use crate::document::carry_over;
use crate::document::markup::Markup;
use crate::load::fetcher::Fetcher;
use crate::view::View;
use blitz_dom::NodeId;
use parley::FontContext;
use protocol::ids::TabId;
use protocol::input::{Button, InputEvent, Key};
use protocol::limits::URL_BYTES_MAX;
use protocol::shell::{FromShell, ShellState};

const TEMPLATE: &str = include_str!("strip.html");
const CSS: &str = include_str!("strip.css");

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
}

impl Strip {
    pub(crate) fn new(fonts: FontContext) -> Strip {
        let fetcher = Fetcher::default();
        let mut view = View::new(fonts, &fetcher);
        let markup = TEMPLATE.replace("{{css}}", CSS);
        let (document, _) = view.parse(Markup::Html, &markup, BASE);
        view.show(document, false);
        Strip {
            view,
            fetcher,
            state: None,
            favicons: Favicons::default(),
            parts: Vec::new(),
            address: None,
            wants_focus: false,
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
        if let InputEvent::KeyDown { key, .. } = event
            && was_typing
            && let Some(commands) = self.address_key(key)
        {
            return commands;
        }
        let middle = self.middle_clicked(&event);
        self.view.input(event);
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
        links
            .iter()
            .filter_map(|link| command::of_link(&link.url))
            .chain(middle)
            .collect()
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
        let link = url::Url::parse(&self.view.hovered_link()?).ok()?;
        match command::of_link(&link)? {
            FromShell::Activate(tab) | FromShell::Close(tab) => Some(FromShell::Close(tab)),
            _ => None,
        }
    }

    /// Handles the keys that the address bar reserves.
    fn address_key(&mut self, key: Key) -> Option<Vec<FromShell>> {
        match key {
            Key::Enter => {
                let text = self.typed().trim().to_owned();
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
        if let Some(text) = self.address.take()
            && text != self.typed()
            && let Some(document) = &mut self.view.document
        {
            carry_over::set_text(document, id, &text);
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
        let width = self.view.size().width;
        let (Some(state), Some(document)) = (&self.state, &mut self.view.document) else {
            return;
        };
        let new = parts(state, &self.favicons, width);
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
