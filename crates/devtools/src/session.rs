//! One session: a client's view of one target.

use crate::filter::Filter;
use crate::screencast::Screencast;
use crate::traffic::wants::Wants;
use protocol::ids::TabId;
use std::collections::BTreeMap;

/// A client's connection, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientId(pub u32);

/// A session, by its number; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionKey(pub u32);

/// What a session is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Browser,
    /// The tab itself, which has a page.
    Tab(TabId),
    /// The page of a tab.
    Page(TabId),
}

impl Target {
    /// The tab that it is about.
    pub fn tab(self) -> Option<TabId> {
        match self {
            Target::Browser => None,
            Target::Tab(tab) | Target::Page(tab) => Some(tab),
        }
    }

    /// Its kind, by the protocol's name.
    pub fn kind(self) -> &'static str {
        match self {
            Target::Browser => "browser",
            Target::Tab(_) => "tab",
            Target::Page(_) => "page",
        }
    }
}

/// How the messages of a session travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// They name their session.
    Flat,
    /// Within those of the session that it was attached from.
    Nested,
}

/// A session.
#[derive(Debug)]
pub struct Session {
    /// Its name in messages; that of a connection's own has none.
    pub name: Option<String>,
    pub client: ClientId,
    pub target: Target,
    /// The one that it was attached from.
    pub parent: Option<SessionKey>,
    /// Whether what it says and hears travels within messages of its parent.
    pub is_nested: bool,
    /// Of which targets it is told.
    pub discover: Option<Filter>,
    /// To which targets it is attached by itself.
    pub auto_attach: Option<Filter>,
    /// Whether it wants events of the page's navigations.
    pub has_page: bool,
    /// Whether it wants to hear what chaos does.
    pub has_chaos: bool,
    /// Whether it wants to hear of messages between processes.
    pub has_tap: bool,
    /// Whether it wants the page's next documents to run no scripts.
    pub stops_scripts: bool,
    /// What it wants of requests.
    pub wants: Wants,
    /// What it wants of the page's frames.
    pub screencast: Screencast,
    /// What a new process of the page has to be told.
    pub standing: Standing,
}

impl Session {
    /// Its name in messages that stand alone.
    pub fn name_outside(&self) -> Option<&str> {
        self.name.as_deref().filter(|_| !self.is_nested)
    }
}

/// The trace that a session has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    pub session: SessionKey,
    /// Whether it is wanted as a stream, and not as events.
    pub is_stream: bool,
}

/// What a session has asked for once and for all documents.
#[derive(Debug, Default)]
pub struct Standing {
    /// The last command that switched a domain on, by its method.
    pub enabled: BTreeMap<String, String>,
    /// Scripts for new documents.
    pub scripts: Vec<Script>,
    /// Commands that add bindings, by the name of the binding.
    pub bindings: BTreeMap<String, String>,
    /// How many scripts there ever were.
    pub scripts_added: u32,
}

/// A script for new documents.
#[derive(Debug)]
pub struct Script {
    /// Its name for the client.
    pub name: String,
    /// Its name in the present process, once that is known.
    pub name_there: Option<String>,
    /// The command that adds it.
    pub command: String,
    /// The number of that command.
    pub added_by: i64,
}

impl Standing {
    /// The commands for a new process, with the name of the script that each adds.
    pub fn commands(&self) -> Vec<(String, Option<String>)> {
        let plain = self.bindings.values().chain(self.enabled.values());
        let plain = plain.map(|command| (command.clone(), None));
        let scripts = self.scripts.iter();
        let scripts = scripts.map(|it| (it.command.clone(), Some(it.name.clone())));
        scripts.chain(plain).collect()
    }
}
