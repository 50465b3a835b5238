//! The open menu, or the list under the address bar. It only shows: the broker knows where each row
//! is, and what keys and clicks mean.

use super::command::BASE;
use crate::document::content::escape;
use crate::load::fetcher::Fetcher;
use crate::view::View;
use parley::FontContext;
use protocol::limits::{POPUP_PADDING, POPUP_ROW_HEIGHT};
use protocol::shell::Popup;

const CSS: &str = include_str!("popup.css");

/// The popup's document.
pub(crate) struct PopupView {
    pub(crate) view: View,
    fetcher: Fetcher,
    popup: Option<Popup>,
}

impl PopupView {
    pub(crate) fn new(fonts: FontContext) -> PopupView {
        let fetcher = Fetcher::default();
        let mut popup = PopupView {
            view: View::new(fonts, &fetcher),
            fetcher,
            popup: None,
        };
        popup.show();
        popup
    }

    /// Shows another menu or list; without one nothing, so that the next one never begins with the
    /// rows of this one.
    pub(crate) fn set(&mut self, popup: Option<Popup>) {
        if self.popup != popup {
            self.popup = popup;
            self.show();
        }
    }

    fn show(&mut self) {
        let markup = markup(self.popup.as_ref());
        self.view.show(&markup, BASE);
    }

    pub(crate) fn turn(&mut self) {
        self.view.settle(&mut self.fetcher);
    }
}

fn markup(popup: Option<&Popup>) -> String {
    let rows = popup.map_or(&[][..], |popup| &popup.rows);
    let selected = popup.and_then(|popup| popup.selected).map(usize::from);
    let row = |(index, row): (usize, &protocol::shell::PopupRow)| {
        let mut class = "row".to_owned();
        for (name, is_so) in [
            ("selected", selected == Some(index)),
            ("off", !row.is_enabled),
            ("group", row.begins_group && index > 0),
        ] {
            if is_so {
                class.push(' ');
                class.push_str(name);
            }
        }
        format!(
            "<div class=\"{class}\"><span class=\"text\">{}</span>\
             <span class=\"detail\">{}</span></div>",
            escape(&row.text),
            escape(&row.detail)
        )
    };
    let rows: String = rows.iter().enumerate().map(row).collect();
    let sizes = format!(
        "#rows {{ padding: {}px 0; }} .row {{ height: {POPUP_ROW_HEIGHT}px; \
         line-height: {POPUP_ROW_HEIGHT}px; }}",
        POPUP_PADDING - 1
    );
    format!(
        "<!doctype html><html lang=\"en\"><title>Menu</title><style>{CSS}{sizes}</style>\
         <body><div id=\"rows\">{rows}</div></body></html>"
    )
}
