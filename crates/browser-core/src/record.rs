//! What the core writes down: one entry for every decision worth knowing. The event loop logs
//! them and, on request, writes them as lines of JSON that automation and tests wait for.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use protocol::geometry::Size;
use protocol::ids::{NavigationId, ProcessId, Role, SurfaceId, TabId};
use serde::{Serialize, Serializer};
use std::fmt;

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// What happened.
    #[serde(flatten)]
    pub kind: RecordKind,
    /// The tab concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tab: Option<TabId>,
    /// The process concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessId>,
}

/// What happened. Names and fields are part of the interface of `--record`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum RecordKind {
    /// A chaos run has done something, or has found nothing to do it to.
    Chaos(ChaosFault),
    /// A chaos run begins. With the list and the seed it can be repeated.
    ChaosBegan { spec: String, seed: u64 },
    /// It ends.
    ChaosEnded {
        /// How many decisions there were.
        decisions: u32,
    },
    /// A navigation was committed; the URL is what the address bar shows now.
    Committed {
        navigation: NavigationId,
        /// The URL.
        url: String,
        /// The site the process is locked to.
        site: String,
    },
    /// A page wrote a line to its console, or nobody caught an error of its scripts.
    Console {
        /// [`protocol::console::ConsoleLevel::name`].
        level: &'static str,
        text: String,
        /// The script that it comes from, or nothing.
        source: String,
        /// In that script, from 1; 0: not known.
        line: u32,
        column: u32,
        /// How many groups it stands in.
        groups: u8,
        /// Lines before it that were left out.
        left_out: u32,
    },
    /// The user copied or cut text of a page or of the address bar.
    Copied {
        /// How much.
        bytes: u32,
    },
    /// A script of a page wants a dialog; or, of the kind `leave`, a page does not want to be left.
    Dialog {
        /// [`protocol::dialog::DialogKind::name`].
        kind: &'static str,
        text: String,
    },
    /// The user, or the automation, has answered a dialog; or it has gone with its page.
    DialogClosed { is_accepted: bool },
    /// A process died that was not ended on purpose.
    Died {
        /// Its role.
        #[serde(serialize_with = "by_name")]
        role: Role,
        pid: u32,
        /// Why.
        cause: String,
    },
    /// A process ended on purpose.
    Ended {
        /// Its role.
        #[serde(serialize_with = "by_name")]
        role: Role,
        pid: u32,
    },
    /// A service has died and is not started again.
    GivenUp {
        /// Which role.
        #[serde(serialize_with = "by_name")]
        role: Role,
    },
    /// A service has died soon after its start, and not for the first time: it is started again
    /// after that pause.
    KeepsDying {
        /// Which role.
        #[serde(serialize_with = "by_name")]
        role: Role,
        pause_ms: u64,
    },
    /// The document and its sub-resources are loaded and, in the tab that is shown, painted.
    Loaded {
        navigation: NavigationId,
        /// The URL.
        url: String,
        /// How many sub-resources could not be loaded.
        failed_resources: u32,
    },
    /// A navigation failed; its error page is committed.
    Failed {
        navigation: NavigationId,
        /// The URL asked for.
        url: String,
        /// [`protocol::error::LoadError::code`].
        code: String,
        /// The reason in words.
        reason: String,
    },
    /// The tab went to another place of its document; the URL is what the address bar shows now.
    Within {
        /// Of the document.
        navigation: NavigationId,
        /// The URL.
        url: String,
    },
    /// A page could only be shown in part.
    Incomplete {
        /// Why.
        reason: String,
    },
    /// No window can be opened (headless: the gpu process does not start); the browser ends.
    NoWindow {
        /// Why.
        reason: String,
    },
    /// The user pasted text into a page or the address bar.
    Pasted {
        /// How much.
        bytes: u32,
    },
    /// A page asked for something it may not have (a link to a file, a tab without a click).
    Refused {
        /// What, in words.
        reason: String,
    },
    /// The scripts of the tab's page were ended; the page stays.
    ScriptStopped,
    /// The tab does not answer input (`card` false: marked; true: the card is up).
    Slow {
        /// Whether the card is up.
        card: bool,
    },
    /// A process runs sealed and verified.
    Sealed {
        /// Its role.
        #[serde(serialize_with = "by_name")]
        role: Role,
        pid: u32,
        tier: String,
    },
    /// A navigation was superseded or stopped.
    Superseded { navigation: NavigationId },
    /// The first frame of a surface has been taken by the gpu process.
    SurfaceLive { surface: SurfaceId },
    /// A tab was opened.
    TabOpened {
        /// The address asked for.
        url: String,
    },
    /// A tab was closed.
    TabClosed,
    /// A tab shows its card: its process died.
    TabCrashed {
        /// Why.
        cause: String,
    },
    /// So many tabs are open: another one was asked for, and there is no room for it.
    TabLimit { tabs: usize },
    /// A tab's title.
    Title { title: String },
    /// The window has this size.
    Window {
        /// Its size.
        #[serde(flatten)]
        size: Size,
    },
}

/// What a chaos run has done. All fields but `pid` repeat with the list, the seed and what the
/// browser does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChaosFault {
    /// The number of the decision, from 1.
    pub number: u32,
    /// [`crate::ChaosKind::name`]; `cont` for a stopped process that goes on.
    pub kind: &'static str,
    #[serde(serialize_with = "by_name")]
    pub role: Role,
    /// When it was due, in milliseconds since the run began.
    pub after_ms: u64,
    /// Which of those that could be meant, from 1; 0: none.
    pub choice: usize,
    /// How many could be meant.
    pub of: usize,
    /// Whether there was nothing that could be meant.
    #[serde(rename = "skipped")]
    pub is_skipped: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
}

impl fmt::Display for ChaosFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ChaosFault {
            number, kind, role, ..
        } = self;
        write!(f, "{number}: {kind}-{role}")?;
        match (self.is_skipped, self.pid) {
            (true, _) => f.write_str(", skipped: there is none"),
            (false, Some(pid)) => write!(f, ", process {pid}"),
            (false, None) => Ok(()),
        }
    }
}

/// A role by the name that the command line and the logs use; its own form is that of messages.
fn by_name<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(role.name())
}
