//! The command channel between the broker and the shell, beside the control channel that every
//! renderer has.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::ids::TabId;
use crate::limits::{TABS_MAX, TEXT_BYTES_MAX, TITLE_BYTES_MAX, URL_BYTES_MAX};
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
    /// Give the hanging page more time.
    Wait,
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
    /// The link under the pointer.
    pub hover_link: Option<String>,
    /// A remark on the active tab (a page cut short).
    pub notice: Option<String>,
    /// A remark on the whole browser (a degraded sandbox, no network), shown for as long as it
    /// holds.
    pub banner: Option<String>,
    /// The card over the active tab.
    pub card: Option<Card>,
}

/// Broker to shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToShell {
    /// What to show from now on.
    State(Box<ShellState>),
    /// The icon of a tab; without pixels it has none. Told after the state that first has the tab.
    Icon {
        tab: TabId,
        /// `ICON_BYTES` bytes, or none.
        pixels: Vec<u8>,
    },
    /// Put the keyboard into the address bar, all of its text selected (Ctrl+L, a new tab).
    FocusAddress,
}

/// Shell to broker: what the user asked for. The broker decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromShell {
    /// Show that tab.
    Activate(TabId),
    /// The active tab's Back button.
    Back,
    /// A button of a tab's card.
    CardButton(TabId, CardButton),
    /// Close that tab.
    Close(TabId),
    /// The active tab's Forward button.
    Forward,
    /// Enter in the address bar: its text as typed.
    Go(String),
    /// Open a new tab.
    NewTab,
    /// The active tab's Reload button.
    Reload,
    /// The active tab's Stop button.
    Stop,
}

impl Message for ToShell {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        let state = match self {
            ToShell::State(state) => state,
            ToShell::Icon { pixels, .. } => return check_icon(pixels),
            ToShell::FocusAddress => return Ok(()),
        };
        if state.tabs.len() > TABS_MAX {
            return Err(Misbehaviour::Oversized);
        }
        for tab in &state.tabs {
            check_text(&tab.title, TITLE_BYTES_MAX)?;
        }
        check_text(&state.url, URL_BYTES_MAX)?;
        for text in [&state.hover_link, &state.notice, &state.banner]
            .into_iter()
            .flatten()
        {
            check_text(text, TEXT_BYTES_MAX)?;
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
            FromShell::Go(text) => check_text(text, URL_BYTES_MAX),
            _ => Ok(()),
        }
    }
}
