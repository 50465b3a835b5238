//! The control channel between the broker and the devtools process: what becomes of tabs, and what
//! automation wants done to them. JSON never comes here.
//!
//! The devtools process may ask for what a user with the control pipe may ask for. It says nothing
//! that the broker believes.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::appearance::Percent;
use crate::dialog::{DialogAnswer, DialogKind};
use crate::fault::Fault;
use crate::geometry::Size;
use crate::ids::{ContextId, NavigationId, Role, TabId};
use crate::input::InputEvent;
use crate::limits::{
    CHAOS_SPEC_BYTES_MAX, DEVTOOLS_HISTORY_BYTES_MAX, DEVTOOLS_PASSED_MAX, DEVTOOLS_ROWS_MAX,
    DEVTOOLS_TEXT_BYTES_MAX, DIALOG_TEXT_BYTES_MAX, HISTORY_ENTRIES_MAX, TEXT_BYTES_MAX,
    TITLE_BYTES_MAX, URL_BYTES_MAX,
};
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::traffic::Rules;
use crate::{HandleKind, Message};
use serde::{Deserialize, Serialize};

/// Broker to devtools process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToDevtools {
    /// A tab: a new one, or one that was there when the devtools process began. In order of the
    /// strip then.
    Opened {
        tab: TabId,
        context: ContextId,
        url: String,
    },
    /// A context besides the user's own that was there when the devtools process began.
    Context {
        context: ContextId,
    },
    /// That tab is gone.
    Closed {
        tab: TabId,
    },
    /// The tab that the window shows.
    Shown {
        tab: TabId,
    },
    /// A navigation has begun.
    Began {
        tab: TabId,
        navigation: NavigationId,
        url: String,
        /// The call of the devtools process that it comes of.
        call: Option<u32>,
        /// Whether the present page is loaded again.
        is_reload: bool,
    },
    /// It has ended without a document.
    Ended {
        tab: TabId,
        navigation: NavigationId,
    },
    /// It has ended with a document, which the tab shows from now on.
    Committed {
        tab: TabId,
        navigation: NavigationId,
        url: String,
        /// Of an error page: [`crate::error::LoadError::code`].
        error: Option<String>,
        /// The HTTP status; 200 for what is not HTTP, and for a document of before.
        status: u16,
        /// The `Content-Type` header as it came.
        content_type: Option<String>,
        /// What is known of its title.
        title: String,
    },
    /// The tab is at another place of its document.
    Within {
        tab: TabId,
        url: String,
        /// Whether a script gave the document that address.
        by_script: bool,
    },
    Titled {
        tab: TabId,
        title: String,
    },
    /// A channel to the process of the tab's next document, or of the present one where the
    /// devtools process is new. It comes along; answered with [`FromDevtools::Inspecting`].
    Inspector {
        tab: TabId,
    },
    /// A channel to the network process, for [`crate::traffic`]. It comes along; one before it is
    /// of no use any more.
    Traffic,
    /// The process of the tab's document has died.
    Crashed {
        tab: TabId,
        /// In words.
        cause: String,
        ending: Ending,
    },
    /// A page's script waits for the answer to a dialog, or it is asked whether to leave the page.
    Dialog {
        tab: TabId,
        kind: DialogKind,
        text: String,
        default_text: String,
    },
    /// Somebody has answered it.
    DialogClosed {
        tab: TabId,
        is_accepted: bool,
        text: String,
    },
    /// A chaos run has done something.
    Chaos(ChaosNews),
    /// The answer to a call.
    Answer {
        call: u32,
        answer: Answer,
    },
    /// Messages that have passed between processes, oldest first, while [`Look::StartTap`] stands.
    Passed {
        messages: Vec<Passed>,
        /// How many others have passed since the last time.
        dropped: u64,
    },
    /// All that there is has been told: clients may come.
    Told,
    /// Injects a fault.
    Inject(Fault),
}

/// What a chaos run has done, or has found nothing to do it to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChaosNews {
    /// The number of the decision, from 1.
    pub number: u32,
    /// What was done, by its word in the list; `cont` for a stopped process that goes on.
    pub kind: String,
    pub role: Role,
    /// When it was due, in milliseconds since the run began.
    pub after_ms: u64,
    /// Whether there was nothing that could be meant.
    pub is_skipped: bool,
    pub pid: Option<u32>,
    pub tab: Option<TabId>,
}

/// How a process ended, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// It ended by itself.
    Exited(i32),
    /// It used too much memory.
    OutOfMemory,
    /// That signal ended it, or the broker did for that reason.
    Signal(i32),
}

/// What came of a wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Done,
    /// Nothing, and why.
    Refused {
        reason: String,
    },
    /// Of [`Wish::Open`].
    Opened {
        tab: TabId,
    },
    /// Of [`Wish::OpenContext`].
    Context {
        context: ContextId,
    },
    /// Of [`Wish::History`].
    History {
        /// Which of the entries is the present one.
        current: u16,
        entries: Vec<Entry>,
    },
    /// Of [`Wish::Picture`] and [`Wish::Frame`]: RGBA, rows without padding, in the region that
    /// comes along.
    Picture {
        size: Size,
        /// The number of the frame.
        frame: u64,
    },
    /// Of [`Wish::Processes`]; more of them follow unless these are the last.
    Processes {
        rows: Vec<Row>,
        is_last: bool,
    },
    /// Of a [`Look`] that asks for a report: JSON of so many bytes, in the region that comes along.
    Report {
        bytes: u32,
    },
    /// Of [`Look::EndTrace`]: a JSON list of so many bytes, an event a line, in the region that
    /// comes along.
    Trace {
        bytes: u32,
        /// Whether events are missing.
        has_lost: bool,
    },
}

/// A message that one process has sent to another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// Microseconds since the browser started.
    pub at_us: u64,
    pub from: Party,
    pub to: Party,
    /// Its type and variant.
    pub kind: String,
    /// Its length.
    pub bytes: u32,
    /// How many descriptors came along.
    pub handles: u8,
}

/// A process that sends or receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub pid: i32,
    /// None: the broker.
    pub role: Option<Role>,
}

/// An entry of a tab's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, for [`Wish::GoToEntry`].
    pub index: u16,
    pub url: String,
    pub title: String,
}

/// A process of the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub pid: i32,
    /// A role's name, or `broker`.
    pub role: String,
    pub tab: Option<TabId>,
    /// The site that it is locked to, shortened; or nothing.
    pub site: String,
    /// The tier of its sandbox; or nothing.
    pub tier: String,
    /// Where it stands in its life.
    pub state: String,
    /// Its proportional share of memory in bytes, where the system says.
    pub memory: Option<u64>,
    /// Milliseconds of processor time that it has used.
    pub cpu_ms: u64,
}

/// What the broker knows of the browser, or writes down of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    /// Who has died of what. Answered with [`Answer::Report`].
    CrashRecords,
    /// No more [`ToDevtools::Passed`].
    EndTap,
    /// End the trace. Answered with [`Answer::Trace`].
    EndTrace,
    /// Which layers of the sandbox confine each process. Answered with [`Answer::Report`].
    SandboxReport,
    /// Tell of messages from now on.
    StartTap,
    /// Begin a trace. Refused while another one is written.
    StartTrace,
}

/// A signal for a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChildSignal {
    Continue,
    Kill,
    Segfault,
    Stop,
}

/// Something that automation wants. Answered with one [`Answer`], at once or when it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Wish {
    /// Show the tab.
    Activate(TabId),
    /// Inject faults by that list and seed from now on; an empty list ends that.
    Chaos {
        spec: String,
        seed: u64,
    },
    Close(TabId),
    /// Close a context that is not the user's own, with its tabs and all that they have kept.
    CloseContext(ContextId),
    /// End the browser as the user does.
    CloseBrowser,
    /// End the broker as a fault of its own would.
    CrashBrowser,
    /// The answer to the tab's dialog.
    AnswerDialog(TabId, DialogAnswer),
    /// Break the tab's process.
    Break(TabId, Fault),
    /// Break the process of a service.
    BreakService(Role, Fault),
    /// Break the child of that process id.
    BreakProcess {
        pid: u32,
        fault: Fault,
    },
    /// The page's last frame as soon as that is another than this one, and the tab is on show. A
    /// tab has one such call: an earlier one is refused.
    Frame {
        tab: TabId,
        /// The number of a frame; 0 is that of none.
        after: u64,
    },
    GoToEntry(TabId, u16),
    History(TabId),
    /// An input in the page, in pixels at scale and zoom 1. Answered once the page has taken it.
    Input(TabId, InputEvent),
    Look(Look),
    Navigate(TabId, String),
    Open {
        url: String,
        /// Whether it is shown at once.
        activate: bool,
        context: ContextId,
    },
    /// A context of its own: without cookies or storage, and without tabs.
    OpenContext {
        /// Whether it is closed when the devtools process ends.
        ends_with_devtools: bool,
    },
    /// What the page shows now; the tab is shown for it. With a size, as if the page had that
    /// size, in pixels at scale 1.
    Picture(TabId, Option<Size>),
    Processes,
    Reload(TabId),
    /// What is done with the requests of the tab; none: nothing, and nobody is told of them.
    Requests {
        tab: TabId,
        /// Comes back by [`crate::traffic::FromNetwork::Ruled`], if there is a network process.
        sequence: u32,
        rules: Option<Rules>,
    },
    /// The size of the page from now on, in pixels at scale 1, and its scale; none: what the
    /// window leaves, and its.
    Resize {
        tab: TabId,
        size: Option<Size>,
        scale: Option<Percent>,
    },
    /// Whether the documents that the tab gets from now on may run scripts.
    Scripts(TabId, bool),
    Signal {
        pid: u32,
        signal: ChildSignal,
    },
    /// Stop loading.
    Stop(TabId),
    /// Whether somebody answers the dialogs of the tab, seen or not.
    TakeDialogs(TabId, bool),
}

/// Devtools process to broker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromDevtools {
    Call {
        /// Comes back in the answer.
        call: u32,
        wish: Wish,
    },
    /// The tab's inspector has all that is to be known before its next document.
    Inspecting { tab: TabId },
}

impl Message for ToDevtools {
    const MAX_HANDLES: usize = 1;
    fn handles(&self) -> Vec<HandleKind> {
        match self {
            ToDevtools::Inspector { .. } | ToDevtools::Traffic => vec![HandleKind::Channel],
            ToDevtools::Answer {
                answer: Answer::Picture { .. } | Answer::Report { .. } | Answer::Trace { .. },
                ..
            } => vec![HandleKind::Region],
            _ => Vec::new(),
        }
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            ToDevtools::Opened { url, .. }
            | ToDevtools::Began { url, .. }
            | ToDevtools::Within { url, .. } => check_text(url, URL_BYTES_MAX),
            ToDevtools::Committed {
                url,
                error,
                content_type,
                title,
                ..
            } => {
                check_text(url, URL_BYTES_MAX)?;
                check_text(title, TITLE_BYTES_MAX)?;
                check_text(content_type.as_deref().unwrap_or_default(), TEXT_BYTES_MAX)?;
                check_text(error.as_deref().unwrap_or_default(), TEXT_BYTES_MAX)
            }
            ToDevtools::Titled { title, .. } => check_text(title, TITLE_BYTES_MAX),
            ToDevtools::Crashed { cause, .. } => check_text(cause, 4 * TEXT_BYTES_MAX),
            ToDevtools::Dialog {
                text, default_text, ..
            } => {
                check_text(text, DIALOG_TEXT_BYTES_MAX)?;
                check_text(default_text, DIALOG_TEXT_BYTES_MAX)
            }
            ToDevtools::DialogClosed { text, .. } => check_text(text, DIALOG_TEXT_BYTES_MAX),
            ToDevtools::Answer { answer, .. } => answer.check(),
            ToDevtools::Chaos(news) => check_text(&news.kind, TEXT_BYTES_MAX),
            ToDevtools::Inject(fault) => fault.check(),
            ToDevtools::Passed { messages, .. } if messages.len() > DEVTOOLS_PASSED_MAX => {
                Err(Misbehaviour::Oversized)
            }
            ToDevtools::Passed { messages, .. } => messages
                .iter()
                .try_for_each(|it| check_text(&it.kind, TEXT_BYTES_MAX)),
            ToDevtools::Closed { .. }
            | ToDevtools::Context { .. }
            | ToDevtools::Shown { .. }
            | ToDevtools::Ended { .. }
            | ToDevtools::Inspector { .. }
            | ToDevtools::Traffic
            | ToDevtools::Told => Ok(()),
        }
    }
}

impl Answer {
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            Answer::Done | Answer::Opened { .. } | Answer::Context { .. } => Ok(()),
            Answer::Refused { reason } => check_text(reason, TEXT_BYTES_MAX),
            Answer::History { entries, .. } => {
                let bytes: usize = entries.iter().map(Entry::bytes).sum();
                let is_small =
                    entries.len() <= HISTORY_ENTRIES_MAX && bytes <= DEVTOOLS_HISTORY_BYTES_MAX;
                if is_small {
                    Ok(())
                } else {
                    Err(Misbehaviour::Oversized)
                }
            }
            Answer::Picture { size, .. } if size.is_valid_surface() => Ok(()),
            Answer::Picture { .. } => Err(Misbehaviour::ValueOutOfRange),
            Answer::Processes { rows, .. } if rows.len() > DEVTOOLS_ROWS_MAX => {
                Err(Misbehaviour::Oversized)
            }
            Answer::Processes { .. } => Ok(()),
            Answer::Report { bytes } | Answer::Trace { bytes, .. } => {
                match *bytes as usize <= DEVTOOLS_TEXT_BYTES_MAX {
                    true => Ok(()),
                    false => Err(Misbehaviour::Oversized),
                }
            }
        }
    }
}

impl Entry {
    /// What it counts for, of [`DEVTOOLS_HISTORY_BYTES_MAX`].
    pub fn bytes(&self) -> usize {
        self.url.len() + self.title.len()
    }
}

impl Message for FromDevtools {
    const MAX_BYTES: usize = URL_BYTES_MAX + 1024;
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromDevtools::Call { wish, .. } => wish.check(),
            FromDevtools::Inspecting { .. } => Ok(()),
        }
    }
}

impl Wish {
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            Wish::Break(_, fault)
            | Wish::BreakService(_, fault)
            | Wish::BreakProcess { fault, .. } => match fault {
                // Orders of the tests' own program are not for automation.
                Fault::Attack(_) => Err(Misbehaviour::ValueOutOfRange),
                fault => fault.check(),
            },
            Wish::AnswerDialog(_, answer) => answer.check(),
            Wish::Chaos { spec, .. } => check_text(spec, CHAOS_SPEC_BYTES_MAX),
            Wish::Input(_, event) => event.check(),
            Wish::Requests { rules, .. } => rules.as_ref().map_or(Ok(()), Rules::check),
            Wish::Navigate(_, url) | Wish::Open { url, .. } => check_text(url, URL_BYTES_MAX),
            Wish::Picture(_, Some(size)) if !size.is_valid_surface() => {
                Err(Misbehaviour::ValueOutOfRange)
            }
            Wish::Resize { size, scale, .. } => {
                let is_size = size.is_none_or(Size::is_valid_surface);
                match is_size && scale.is_none_or(Percent::is_valid_scale) {
                    true => Ok(()),
                    false => Err(Misbehaviour::ValueOutOfRange),
                }
            }
            _ => Ok(()),
        }
    }
}
