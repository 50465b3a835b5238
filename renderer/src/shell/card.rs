//! The card over a crashed or hung tab: what happened, why, and what the user can do. It shows
//! nothing of the dead page.

use super::command::{self, BASE, button_name};
use super::icons::{Icon, icon};
use crate::document::content::escape;
use crate::load::fetcher::Fetcher;
use crate::view::View;
use parley::FontContext;
use protocol::input::InputEvent;
use protocol::shell::{Card, CardButton, FromShell};

const TEMPLATE: &str = include_str!("card.html");
const CSS: &str = include_str!("card.css");

/// The card's document.
pub(crate) struct CardView {
    pub(crate) view: View,
    fetcher: Fetcher,
    card: Option<Card>,
}

impl CardView {
    pub(crate) fn new(fonts: FontContext) -> CardView {
        let fetcher = Fetcher::default();
        let view = View::new(fonts, &fetcher);
        CardView {
            view,
            fetcher,
            card: None,
        }
    }

    /// Shows another card. Without one, the last stays: its surface goes.
    pub(crate) fn set(&mut self, card: Option<Card>) {
        if let Some(card) = card
            && self.card.as_ref() != Some(&card)
        {
            self.view.show(&markup(&card), BASE);
            self.card = Some(card);
        }
    }

    /// Applies `event` to the card; returns the user's commands.
    pub(crate) fn input(&mut self, event: InputEvent) -> Vec<FromShell> {
        self.view.settle(&mut self.fetcher);
        self.view.input(event);
        let links = self.view.events.take_navigations();
        links
            .iter()
            .filter_map(|link| command::of_link(&link.url))
            .collect()
    }

    pub(crate) fn turn(&mut self) {
        self.view.settle(&mut self.fetcher);
    }
}

fn markup(card: &Card) -> String {
    let details: String = card
        .details
        .iter()
        .map(|line| format!("<div>{}</div>", escape(line)))
        .collect();
    let class = if details.is_empty() { "none" } else { "" };
    // What comes from outside is put in last, so that it is never taken for a placeholder.
    TEMPLATE
        .replace("{{css}}", CSS)
        .replace("{{class}}", class)
        .replace("{{icon}}", &icon(Icon::Warning, "#c8372d"))
        .replace("{{buttons}}", &buttons(card))
        .replace("{{heading}}", &escape(&card.heading))
        .replace("{{cause}}", &escape(&card.cause))
        .replace("{{details}}", &details)
}

fn buttons(card: &Card) -> String {
    let button = |(index, button): (usize, &CardButton)| {
        let class = if index == 0 { " class=\"first\"" } else { "" };
        let (tab, name) = (card.tab.0, button_name(*button));
        format!(
            "<a{class} href=\"shell:card/{tab}/{name}\">{}</a>",
            label(*button)
        )
    };
    card.buttons.iter().enumerate().map(button).collect()
}

fn label(button: CardButton) -> &'static str {
    match button {
        CardButton::Close => "Close tab",
        CardButton::Kill => "Kill the page",
        CardButton::Reload => "Reload",
        CardButton::StopScript => "Stop the script",
        CardButton::Wait => "Wait",
    }
}
