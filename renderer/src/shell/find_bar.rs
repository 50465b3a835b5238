//! The bar for finding text in a page. What it counts is the page's own word, given by the broker;
//! the bar itself is the shell's, so a page can neither read what is typed nor imitate the focus.

use super::command::{self, BASE};
use super::field::Field;
use super::icons::{Icon, icon};
use crate::load::fetcher::Fetcher;
use crate::view::View;
use parley::FontContext;
use protocol::find::{FindMatches, FindStep};
use protocol::ids::TabId;
use protocol::input::{InputEvent, Key, Modifiers};
use protocol::limits::FIND_TEXT_BYTES_MAX;
use protocol::shell::{FindView, FromShell, ShellState};

const TEMPLATE: &str = include_str!("find_bar.html");
const CSS: &str = include_str!("find_bar.css");
const FIELD: Field = Field { id: "text" };

/// The bar's document.
pub(crate) struct FindBar {
    pub(crate) view: View,
    fetcher: Fetcher,
    /// The tab in which it is open, and what the broker last said of it.
    open: Option<(TabId, FindView)>,
    /// The text to be put into the field.
    text: Option<String>,
    /// The text that the broker knows or was told.
    told: String,
    wants_focus: bool,
    /// The markup that stands in the document: count, its class, buttons.
    shown: Option<[String; 3]>,
}

impl FindBar {
    pub(crate) fn new(fonts: FontContext) -> FindBar {
        let fetcher = Fetcher::default();
        let mut view = View::new(fonts, &fetcher);
        let markup = TEMPLATE.replace("{{css}}", CSS);
        view.show(&markup, BASE);
        FindBar {
            view,
            fetcher,
            open: None,
            text: None,
            told: String::new(),
            wants_focus: false,
            shown: None,
        }
    }

    pub(crate) fn set_state(&mut self, state: &ShellState) {
        let open = state.active.zip(state.find.clone());
        let tab = |open: &Option<(TabId, FindView)>| open.as_ref().map(|(tab, _)| *tab);
        // While it is open in one tab, what is typed may be ahead of what the broker knows.
        if let Some((_, find)) = &open
            && tab(&open) != tab(&self.open)
        {
            self.text = Some(find.text.clone());
            self.told.clone_from(&find.text);
        }
        self.open = open;
    }

    /// Puts the keyboard into the field, with its text selected.
    pub(crate) fn focus(&mut self) {
        self.wants_focus = true;
    }

    pub(crate) fn turn(&mut self) {
        self.view.settle(&mut self.fetcher);
        self.update();
        self.view.settle(&mut self.fetcher);
    }

    fn update(&mut self) {
        if let Some(text) = self.text.take() {
            FIELD.set_text(&mut self.view, &text);
        }
        if std::mem::take(&mut self.wants_focus) {
            FIELD.focus(&mut self.view);
        }
        let matches = self.open.as_ref().and_then(|(_, find)| find.matches);
        let is_empty = FIELD.typed(&self.view).is_empty();
        let count = matches.filter(|_| !is_empty).map(count_of);
        let is_none = matches.is_some_and(|matches| matches.count == 0) && !is_empty;
        let ink = self.view.ink();
        let button = |shape, link, title| {
            let picture = icon(shape, ink);
            format!("<a href=\"shell:{link}\" title=\"{title}\">{picture}</a>")
        };
        let buttons = button(Icon::Up, "find/previous", "Previous")
            + &button(Icon::Down, "find/next", "Next")
            + &button(Icon::Close, "find/close", "Close");
        let class = if is_none { "none" } else { "" };
        let new = [count.unwrap_or_default(), class.to_owned(), buttons];
        let Some(document) = &mut self.view.document else {
            return;
        };
        if self.shown.as_ref() == Some(&new) {
            return;
        }
        for (id, html) in [("count", &new[0]), ("buttons", &new[2])] {
            if let Some(node) = document.get_element_by_id(id) {
                let mut mutator = document.mutate();
                if id == "count" {
                    mutator.set_attribute(node, blitz_dom::qual_name!("class"), &new[1]);
                }
                mutator.set_inner_html(node, html);
            }
        }
        self.shown = Some(new);
        self.view.touch();
    }

    /// Applies `event` to the bar; returns the user's commands.
    pub(crate) fn input(&mut self, event: InputEvent) -> Vec<FromShell> {
        self.turn();
        if let InputEvent::KeyDown { key, modifiers, .. } = event
            && let Some(command) = key_command(key, modifiers)
        {
            return vec![command];
        }
        self.view.input(event);
        if event == InputEvent::Focus(false) {
            FIELD.blur(&mut self.view);
        }
        let links = self.view.events.take_navigations();
        let mut commands: Vec<FromShell> = links
            .iter()
            .filter_map(|link| command::of_link(&link.url))
            .collect();
        commands.extend(self.take_typed());
        commands
    }

    /// What the broker is to look for, if the text is another one, typed or pasted.
    pub(crate) fn take_typed(&mut self) -> Option<FromShell> {
        let mut typed = FIELD.typed(&self.view);
        typed.truncate(typed.floor_char_boundary(FIND_TEXT_BYTES_MAX));
        if self.open.is_none() || self.text.is_some() || typed == self.told {
            return None;
        }
        self.told.clone_from(&typed);
        Some(FromShell::Find(typed))
    }
}

fn key_command(key: Key, modifiers: Modifiers) -> Option<FromShell> {
    match key {
        Key::Enter if modifiers.shift => Some(FromShell::FindStep(FindStep::Previous)),
        Key::Enter => Some(FromShell::FindStep(FindStep::Next)),
        Key::Escape => Some(FromShell::CloseFind),
        _ => None,
    }
}

/// `3 of 12`, `1 of 1000+`.
fn count_of(matches: FindMatches) -> String {
    let FindMatches {
        current,
        count,
        has_more,
    } = matches;
    if count == 0 {
        return "not found".to_owned();
    }
    let more = if has_more { "+" } else { "" };
    format!("{current} of {count}{more}")
}
