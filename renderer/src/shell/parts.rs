//! The markup of the strip's parts, generated from the state. Every string of the state is escaped.

use super::favicons::Favicons;
use super::fit::fit;
use super::icons::{Icon, icon};
use super::roll::Row;
use crate::document::content::escape;
use protocol::appearance::Percent;
use protocol::shell::{Security, ShellState, TabMark, TabView};

/// The colours that a style sheet does not reach: those of the icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inks {
    pub(crate) plain: &'static str,
    /// Of what cannot be pressed.
    pub(crate) pale: &'static str,
}

/// Narrower tabs have no close button unless they are active.
const CLOSABLE_WIDTH_MIN: f32 = 76.0;
const TAB_FONT: f32 = 12.5;

/// One part of the strip's document: the content of the element of that id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) id: &'static str,
    pub(crate) class: &'static str,
    pub(crate) html: String,
}

/// All parts, for a strip of that width with those tabs.
pub(crate) fn parts(
    state: &ShellState,
    row: &Row,
    favicons: &Favicons,
    width: f32,
    inks: Inks,
) -> [Part; 5] {
    let (class, site) = site(state, width, inks);
    let link = state.hover_link.as_deref().unwrap_or("");
    let hover = escape(&fit(link, width * 0.4, 12.0));
    [
        Part {
            id: "tabs",
            class: "",
            html: tabs(state, row, favicons, inks),
        },
        Part {
            id: "nav",
            class: "",
            html: buttons(state, inks),
        },
        Part {
            id: "site",
            class,
            html: site,
        },
        Part {
            id: "hover",
            class: if link.is_empty() { "empty" } else { "" },
            html: hover,
        },
        Part {
            id: "side",
            class: "",
            html: chips(state, width),
        },
    ]
}

fn tabs(state: &ShellState, row: &Row, favicons: &Favicons, inks: Inks) -> String {
    let mut html = String::new();
    let (before, after) = row.hidden.unwrap_or_default();
    if row.hidden.is_some() {
        html.push_str(&roll_button(
            "earlier",
            "Earlier tabs",
            &format!("\u{2039} {before}"),
        ));
    }
    for tab in state.tabs.get(row.places.clone()).unwrap_or_default() {
        let favicon = favicons.get(tab.tab);
        let is_active = state.active == Some(tab.tab);
        html.push_str(&tab_markup(tab, favicon, is_active, row.width, inks));
    }
    if row.hidden.is_some() {
        html.push_str(&roll_button(
            "later",
            "Later tabs",
            &format!("{after} \u{203a}"),
        ));
    }
    let plus = icon(Icon::Plus, inks.plain);
    html.push_str(&format!(
        "<a class=\"plus\" title=\"New tab\" href=\"shell:new\">{plus}</a>"
    ));
    html
}

/// A button that rolls the strip, with the number of tabs that are not on show there.
fn roll_button(to: &str, title: &str, text: &str) -> String {
    format!("<a class=\"roll\" title=\"{title}\" href=\"shell:roll/{to}\">{text}</a>")
}

fn tab_markup(
    tab: &TabView,
    favicon: Option<&str>,
    is_active: bool,
    width: f32,
    inks: Inks,
) -> String {
    let is_closable = width >= CLOSABLE_WIDTH_MIN || (is_active && width >= 40.0);
    let mark = match tab.mark {
        TabMark::Crashed => "<span class=\"mark crashed\"></span>".to_owned(),
        TabMark::Loading => "<span class=\"mark loading\"></span>".to_owned(),
        TabMark::Slow => "<span class=\"mark slow\"></span>".to_owned(),
        TabMark::Ready => favicon.map_or_else(String::new, |url| {
            format!("<img class=\"favicon\" alt=\"\" src=\"{url}\">")
        }),
    };
    let beside =
        16.0 + if is_closable { 25.0 } else { 0.0 } + if mark.is_empty() { 0.0 } else { 23.0 };
    let title = if tab.title.is_empty() {
        "New tab"
    } else {
        &tab.title
    };
    let title = escape(&fit(title, width - beside, TAB_FONT));
    let close = if is_closable {
        let cross = icon(Icon::Close, inks.plain);
        format!(
            "<a class=\"close\" title=\"Close\" href=\"shell:close/{}\">{cross}</a>",
            tab.tab.0
        )
    } else {
        String::new()
    };
    format!(
        "<div class=\"tab{}\"><a class=\"open\" href=\"shell:activate/{}\">{mark}\
         <span class=\"text\">{title}</span></a>{close}</div>",
        if is_active { " active" } else { "" },
        tab.tab.0,
    )
}

fn buttons(state: &ShellState, inks: Inks) -> String {
    let button = |shape, link: &str, title, is_on| {
        if is_on {
            let picture = icon(shape, inks.plain);
            format!("<a class=\"button\" title=\"{title}\" href=\"shell:{link}\">{picture}</a>")
        } else {
            format!("<span class=\"button\">{}</span>", icon(shape, inks.pale))
        }
    };
    let has_tab = state.active.is_some();
    let last = if state.loading {
        button(Icon::Close, "stop", "Stop", has_tab)
    } else {
        button(Icon::Reload, "reload", "Reload", has_tab)
    };
    button(Icon::Back, "back", "Back", state.can_go_back)
        + &button(Icon::Forward, "forward", "Forward", state.can_go_forward)
        + &last
}

/// The word for what the address is worth, and the host.
fn site(state: &ShellState, width: f32, inks: Inks) -> (&'static str, String) {
    let (class, word, shape, color) = match state.security {
        Security::Builtin => ("builtin", "Bulkhead", Icon::Open, "#3d8bea"),
        Security::Error => ("error", "Not loaded", Icon::Warning, "#d8483e"),
        Security::File => ("file", "File", Icon::Open, inks.plain),
        Security::Plain => ("plain", "Not secure", Icon::Open, inks.plain),
        Security::Secure => ("secure", "Secure", Icon::Lock, "#2f9e6b"),
    };
    if state.active.is_none() || state.url.is_empty() {
        return ("empty", String::new());
    }
    let host = escape(&fit(&state.host, width * 0.2, 13.5));
    let host = if host.is_empty() {
        String::new()
    } else {
        format!("<span class=\"host\">{host}</span>")
    };
    (
        class,
        format!(
            "<a id=\"site-menu\" href=\"shell:site-menu\" title=\"About this site\">{}<span \
             class=\"word\">{word}</span>{host}</a>",
            icon(shape, color)
        ),
    )
}

fn chips(state: &ShellState, width: f32) -> String {
    let chip = |class, text: &str, color| {
        let words = escape(&fit(text, width * 0.26, 12.0));
        let picture = icon(Icon::Warning, color);
        format!("<div class=\"chip {class}\">{picture}<span class=\"words\">{words}</span></div>")
    };
    let mut html = String::new();
    if state.zoom != Percent::HUNDRED {
        html.push_str(&format!(
            "<a class=\"chip zoom\" title=\"Back to 100 %\" href=\"shell:reset-zoom\">{}</a>",
            state.zoom
        ));
    }
    if state.can_stop_script {
        html.push_str(
            "<a class=\"chip stop\" title=\"The page is busy with a script\" \
             href=\"shell:stop-script\">Stop the script</a>",
        );
    }
    if let Some(host) = &state.blocked_popup {
        let words = format!("Pop-up blocked: open {host}");
        let words = escape(&fit(&words, width * 0.26, 12.0));
        html.push_str(&format!(
            "<a class=\"chip popup\" href=\"shell:open-blocked\">{words}</a>"
        ));
    }
    if let Some(notice) = &state.notice {
        html.push_str(&chip("notice", notice, "#9a7400"));
    }
    if let Some(banner) = &state.banner {
        html.push_str(&chip("banner", banner, "#c8372d"));
    }
    html
}
