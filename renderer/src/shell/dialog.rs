//! The dialog of a page's script, in the shell's own hand: who asks, what, and the buttons. No
//! page can imitate it outside of its own surface, or read what is typed into it.

use super::command::BASE;
use super::field::Field;
use crate::document::content::escape;
use crate::load::fetcher::Fetcher;
use crate::view::View;
use parley::FontContext;
use protocol::dialog::{DialogAnswer, DialogKind, DialogView};
use protocol::input::{InputEvent, Key};
use protocol::limits::DIALOG_TEXT_BYTES_MAX;
use protocol::shell::FromShell;

const TEMPLATE: &str = include_str!("dialog.html");
const CSS: &str = include_str!("dialog.css");
const FIELD: Field = Field { id: "text" };

/// The dialog's document.
pub(crate) struct DialogBox {
    pub(crate) view: View,
    fetcher: Fetcher,
    dialog: Option<DialogView>,
    is_muted: bool,
    /// Whether the field is still to be filled and given the keyboard.
    is_fresh: bool,
}

impl DialogBox {
    pub(crate) fn new(fonts: FontContext) -> DialogBox {
        let fetcher = Fetcher::default();
        let view = View::new(fonts, &fetcher);
        DialogBox {
            view,
            fetcher,
            dialog: None,
            is_muted: false,
            is_fresh: false,
        }
    }

    /// Shows another dialog. Without one, the last stays: its surface goes.
    pub(crate) fn set(&mut self, dialog: Option<DialogView>) {
        let Some(dialog) = dialog else { return };
        let is_same = |old: &DialogView| old.serial == dialog.serial;
        if !self.dialog.as_ref().is_some_and(is_same) {
            self.is_muted = false;
            self.is_fresh = true;
            self.view.show(&markup(&dialog, false), BASE);
            self.dialog = Some(dialog);
        }
    }

    pub(crate) fn turn(&mut self) {
        self.view.settle(&mut self.fetcher);
        if std::mem::take(&mut self.is_fresh)
            && let Some(dialog) = &self.dialog
            && dialog.kind == DialogKind::Prompt
        {
            let text = dialog.default_text.clone();
            FIELD.set_text(&mut self.view, &text);
            FIELD.focus(&mut self.view);
            self.view.settle(&mut self.fetcher);
        }
    }

    /// Applies `event` to the dialog; returns the user's answer.
    pub(crate) fn input(&mut self, event: InputEvent) -> Option<FromShell> {
        self.turn();
        if let InputEvent::KeyDown { key, repeat, .. } = event {
            match key {
                Key::Escape => return self.answer(false),
                // A key that is held from before must not answer.
                Key::Enter if repeat => return None,
                Key::Enter if !self.is_on_link() => return self.answer(true),
                _ => {}
            }
        }
        self.view.input(event);
        for link in self.view.events.take_navigations() {
            match link.url.as_str() {
                "shell:dialog/accept" => return self.answer(true),
                "shell:dialog/refuse" => return self.answer(false),
                "shell:dialog/mute" => self.toggle_mute(),
                _ => {}
            }
        }
        None
    }

    /// Whether Enter follows the link that has the keyboard.
    fn is_on_link(&self) -> bool {
        let Some(document) = &self.view.document else {
            return false;
        };
        let focus = document.get_focussed_node_id();
        let focused = focus.and_then(|focus| document.get_node(focus)?.element_data());
        focused.is_some_and(|element| element.name.local == blitz_dom::local_name!("a"))
    }

    fn toggle_mute(&mut self) {
        self.is_muted = !self.is_muted;
        if let Some(document) = &mut self.view.document
            && let Some(node) = document.get_element_by_id("box")
        {
            let class = if self.is_muted { "on" } else { "off" };
            let mut mutator = document.mutate();
            mutator.set_attribute(node, blitz_dom::qual_name!("class"), class);
            mutator.set_inner_html(node, mark(self.is_muted));
        }
        self.view.touch();
    }

    fn answer(&self, is_accepted: bool) -> Option<FromShell> {
        let dialog = self.dialog.as_ref()?;
        let mut text = match dialog.kind {
            DialogKind::Prompt => FIELD.typed(&self.view),
            _ => String::new(),
        };
        text.truncate(text.floor_char_boundary(DIALOG_TEXT_BYTES_MAX));
        Some(FromShell::Dialog {
            tab: dialog.tab,
            serial: dialog.serial,
            answer: DialogAnswer {
                is_accepted,
                text,
                mute: self.is_muted,
            },
        })
    }
}

fn mark(is_on: bool) -> &'static str {
    if is_on { "\u{2713}" } else { "" }
}

fn markup(dialog: &DialogView, is_muted: bool) -> String {
    let heading = match (dialog.kind, dialog.site.is_empty()) {
        (DialogKind::Leave, _) => "Leave this page?".to_owned(),
        (_, true) => "This page says".to_owned(),
        (_, false) => format!("{} says", dialog.site),
    };
    let (accept, refuse) = match dialog.kind {
        DialogKind::Alert => ("OK", None),
        DialogKind::Confirm | DialogKind::Prompt => ("OK", Some("Cancel")),
        DialogKind::Leave => ("Leave", Some("Stay")),
    };
    let refuse = refuse.map_or_else(String::new, |word| {
        format!("<a href=\"shell:dialog/refuse\">{word}</a>")
    });
    let buttons = format!("<a class=\"first\" href=\"shell:dialog/accept\">{accept}</a>{refuse}");
    let mute = match dialog.may_mute {
        true => format!(
            "<a id=\"mute\" href=\"shell:dialog/mute\"><span id=\"box\">{}</span>Do not let this \
             page open more dialogs</a>",
            mark(is_muted)
        ),
        false => String::new(),
    };
    let field = match dialog.kind {
        DialogKind::Prompt => "<input id=\"text\" type=\"text\" value=\"\">",
        _ => "",
    };
    // What comes from outside is put in last, so that it is never taken for a placeholder.
    TEMPLATE
        .replace("{{css}}", CSS)
        .replace("{{field}}", field)
        .replace("{{mute}}", &mute)
        .replace("{{buttons}}", &buttons)
        .replace("{{heading}}", &escape(&heading))
        .replace("{{text}}", &escape(&dialog.text))
}
