//! The command channel between the broker and the shell, beside the control channel that every
//! renderer has.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::appearance::Percent;
use crate::clipboard::check_place;
use crate::dialog::{DialogAnswer, DialogView};
use crate::find::{FindMatches, FindStep};
use crate::ids::TabId;
use crate::limits::{
    FIND_TEXT_BYTES_MAX, POPUP_ROWS_MAX, POPUP_TEXT_BYTES_MAX, TABS_MAX, TEXT_BYTES_MAX,
    TITLE_BYTES_MAX, URL_BYTES_MAX,
};
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::renderer::check_icon;
use crate::{HandleKind, Message};
use serde::{Deserialize, Serialize};

/// The mark on a tab in the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TabMark {
    /// Its process has died.
    Crashed,
    /// A page is on its way.
    Loading,
    /// Nothing to say.
    Ready,
    /// It does not answer input.
    Slow,
}

/// One tab of the strip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TabView {
    pub tab: TabId,
    /// Its title, shortened.
    pub title: String,
    pub mark: TabMark,
}

/// How far the address can be trusted, as a word beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Security {
    /// A page of the browser itself.
    Builtin,
    /// An error page.
    Error,
    /// A file of this machine.
    File,
    /// No encryption.
    Plain,
    /// TLS with a checked certificate.
    Secure,
}

/// A card over the active tab's last frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub tab: TabId,
    /// What happened, in large.
    pub heading: String,
    /// Why: signal, system call, violation.
    pub cause: String,
    /// Further lines: last messages, process, time.
    pub details: Vec<String>,
    /// Its buttons, from left to right.
    pub buttons: Vec<CardButton>,
}

/// A button of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardButton {
    /// Close the tab.
    Close,
    /// Kill the hanging process.
    Kill,
    /// Load the page again in a new process.
    Reload,
    /// End the scripts of the hanging page.
    StopScript,
    /// Give the hanging page more time.
    Wait,
}

/// The bar for finding text in the active tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindView {
    /// What is looked for, as the broker knows it; what is typed may be ahead.
    pub text: String,
    /// What was found; `None` while nothing is looked for or the page has not answered.
    pub matches: Option<FindMatches>,
}

/// All that the shell shows. Strings are the broker's, from committed state only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShellState {
    /// The strip.
    pub tabs: Vec<TabView>,
    /// Which tab is shown.
    pub active: Option<TabId>,
    /// The active tab's committed URL (or, before its first commit, the one asked for).
    pub url: String,
    /// The host of that URL, shown plainly; empty where there is none.
    pub host: String,
    /// What the address is worth.
    pub security: Security,
    /// Whether there is a page to go back to.
    pub can_go_back: bool,
    /// Whether there is a page to go forward to.
    pub can_go_forward: bool,
    /// Whether the active tab is loading.
    pub loading: bool,
    /// How much the active tab's page is enlarged.
    pub zoom: Percent,
    /// The bar for finding text, if it is open.
    pub find: Option<FindView>,
    /// The link under the pointer.
    pub hover_link: Option<String>,
    /// A remark on the active tab (a page cut short).
    pub notice: Option<String>,
    /// A remark on the whole browser (a degraded sandbox, no network), shown for as long as it
    /// holds.
    pub banner: Option<String>,
    /// The host of the address that the active tab's page tried to open without the user.
    pub blocked_popup: Option<String>,
    /// Whether the active tab's page is slow and its scripts can be ended.
    pub can_stop_script: bool,
    /// The card over the active tab.
    pub card: Option<Card>,
}

/// A row of a menu, or of the list under the address bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopupRow {
    pub text: String,
    /// What stands beside it, paler: a key, an address.
    pub detail: String,
    /// Whether it can be chosen.
    pub is_enabled: bool,
    /// Whether a line parts it from the row above.
    pub begins_group: bool,
}

/// An open menu, or the list under the address bar. The shell only paints it: the broker knows
/// where each row is, and takes keys and clicks itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Popup {
    pub rows: Vec<PopupRow>,
    /// The row that Enter or a click chooses.
    pub selected: Option<u8>,
}

/// Broker to shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToShell {
    /// What to show from now on.
    State(Box<ShellState>),
    /// The menu or list to show; none: its surface goes.
    Popup(Option<Popup>),
    /// The dialog of the active tab; none: its surface goes.
    Dialog(Option<DialogView>),
    /// The icon of a tab; without pixels it has none. Told after the state that first has the tab.
    Icon {
        tab: TabId,
        /// `ICON_BYTES` bytes, or none.
        pixels: Vec<u8>,
    },
    /// What the address bar's text can be completed to, if the user has typed no further meanwhile.
    Complete {
        /// The text as it was told.
        typed: String,
        /// What stands behind it.
        rest: String,
    },
    /// Put the keyboard into the address bar, all of its text selected (Ctrl+L, a new tab).
    FocusAddress,
    /// Put the keyboard into the bar for finding text, all of its text selected.
    FocusFind,
}

/// Shell to broker: what the user asked for. The broker decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromShell {
    /// Show that tab.
    Activate(TabId),
    /// The active tab's Back button.
    Back,
    /// The secondary button went down on the address bar, or the menu key while it has the focus.
    AddressMenu {
        /// Where, in pixels of the strip.
        x: f32,
        /// See `x`.
        y: f32,
        /// Whether some of its text is selected.
        has_selection: bool,
    },
    /// A button of a tab's card.
    CardButton(TabId, CardButton),
    /// Close that tab.
    Close(TabId),
    /// Close the bar for finding text.
    CloseFind,
    /// What the user said to the dialog of that tab.
    Dialog {
        tab: TabId,
        /// [`DialogView::serial`].
        serial: u32,
        answer: DialogAnswer,
    },
    /// The text in that bar has changed.
    Find(String),
    /// Another match of that text.
    FindStep(FindStep),
    /// The active tab's Forward button.
    Forward,
    /// Enter in the address bar: its text as typed.
    Go(String),
    /// The tab was dragged to that place in the strip.
    Move(TabId, u16),
    /// Open a new tab.
    NewTab,
    /// Open what the active tab's page tried to open.
    OpenBlocked,
    /// The active tab's Reload button.
    Reload,
    /// Show the active tab's page at its own size again.
    ResetZoom,
    /// The menu of the active tab's site.
    SiteMenu,
    /// The active tab's Stop button.
    Stop,
    /// End the scripts of the active tab's page.
    StopScript,
    /// The secondary button went down on a tab.
    TabMenu {
        tab: TabId,
        /// Where, in pixels of the strip.
        x: f32,
        /// See `x`.
        y: f32,
    },
    /// The text in the address bar is this now, because the user typed.
    Typed(String),
}

impl Message for ToShell {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        let state = match self {
            ToShell::State(state) => state,
            ToShell::Popup(Some(popup)) => return check_popup(popup),
            ToShell::Dialog(Some(dialog)) => return dialog.check(),
            ToShell::Icon { pixels, .. } => return check_icon(pixels),
            ToShell::Complete { typed, rest } => {
                check_text(typed, URL_BYTES_MAX)?;
                return check_text(rest, URL_BYTES_MAX);
            }
            ToShell::Popup(None)
            | ToShell::Dialog(None)
            | ToShell::FocusAddress
            | ToShell::FocusFind => return Ok(()),
        };
        if state.tabs.len() > TABS_MAX {
            return Err(Misbehaviour::Oversized);
        }
        for tab in &state.tabs {
            check_text(&tab.title, TITLE_BYTES_MAX)?;
        }
        check_text(&state.url, URL_BYTES_MAX)?;
        for text in [
            &state.hover_link,
            &state.notice,
            &state.banner,
            &state.blocked_popup,
        ]
        .into_iter()
        .flatten()
        {
            check_text(text, TEXT_BYTES_MAX)?;
        }
        if let Some(find) = &state.find {
            check_text(&find.text, FIND_TEXT_BYTES_MAX)?;
        }
        check_text(&state.host, TEXT_BYTES_MAX)
    }
}

impl Message for FromShell {
    const MAX_BYTES: usize = URL_BYTES_MAX + 1024;
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromShell::Go(text) | FromShell::Typed(text) => check_text(text, URL_BYTES_MAX),
            FromShell::Dialog { answer, .. } => answer.check(),
            FromShell::Find(text) => check_text(text, FIND_TEXT_BYTES_MAX),
            FromShell::AddressMenu { x, y, .. } | FromShell::TabMenu { x, y, .. } => {
                check_place(*x, *y)
            }
            _ => Ok(()),
        }
    }
}

fn check_popup(popup: &Popup) -> Result<(), Misbehaviour> {
    if popup.rows.len() > POPUP_ROWS_MAX {
        return Err(Misbehaviour::Oversized);
    }
    for row in &popup.rows {
        check_text(&row.text, POPUP_TEXT_BYTES_MAX)?;
        check_text(&row.detail, POPUP_TEXT_BYTES_MAX)?;
    }
    Ok(())
}
