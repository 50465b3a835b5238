//! What can happen to the core. Messages arrive decoded and range-checked; the core checks what
//! they claim.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::chaos::ChaosSpec;
use crate::death::{Exit, Waiting};
use protocol::appearance::ColorScheme;
use protocol::devtools::FromDevtools;
use protocol::dialog::DialogAnswer;
use protocol::document::ResponseHead;
use protocol::error::LoadError;
use protocol::fault::Fault;
use protocol::ids::{NavigationId, ProcessId, Role, TabId};
use protocol::misbehaviour::Misbehaviour;
use protocol::renderer::FromRenderer;
use protocol::{gpu::FromGpu, network::FromNetwork, shell::FromShell, x11_filter::FromX11Filter};

/// Milliseconds since the browser started. Never goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The process of a [`crate::Action::Spawn`] runs.
    Spawned {
        process: ProcessId,
        /// Its process id as the host sees it, for records and cards.
        pid: u32,
    },
    /// The process of a [`crate::Action::Spawn`] could not be started.
    SpawnFailed {
        process: ProcessId,
        /// Which step failed and how.
        reason: String,
    },
    /// The child said hello with the right protocol and role.
    Hello { process: ProcessId },
    /// The child says it is sealed and the broker has looked for itself: it holds.
    Sealed {
        process: ProcessId,
        /// The tier that was verified, for people.
        tier: String,
    },
    /// The child says it is sealed; the broker's look says it is not.
    SealRefused {
        process: ProcessId,
        /// The layer that is missing.
        reason: String,
    },
    /// The child says that it cannot work, and why.
    StartFailed {
        process: ProcessId,
        /// In its own words.
        reason: String,
    },
    /// The process is gone. Always the last event of a process that was spawned.
    Exited {
        process: ProcessId,
        /// How, and what it wrote about it.
        exit: Exit,
    },
    /// A message of the process broke the protocol.
    Misbehaved {
        process: ProcessId,
        misbehaviour: Misbehaviour,
    },
    /// The process tried a system call that its policy refuses; it is stopped in it.
    SystemCallRefused {
        process: ProcessId,
        /// The call with its arguments, for people: `socket(AF_INET, SOCK_STREAM, 0)`.
        call: String,
        /// Its number, and where in the program it was made.
        place: String,
    },
    /// The process sends more messages than it may.
    Flooded {
        process: ProcessId,
        /// How many it had sent in that second when it was noticed.
        messages: u32,
    },
    /// The process does not read its messages.
    QueueFull {
        process: ProcessId,
        /// What waits for it.
        waiting: Waiting,
    },
    /// A message of a renderer or of the shell's control channel.
    FromRenderer {
        process: ProcessId,
        message: FromRenderer,
    },
    /// A message of the shell's command channel.
    FromShell {
        process: ProcessId,
        message: FromShell,
    },
    /// A message of the gpu process.
    FromGpu {
        process: ProcessId,
        message: FromGpu,
    },
    /// A message of the network process.
    FromNetwork {
        process: ProcessId,
        message: FromNetwork,
    },
    /// A message of the devtools process.
    FromDevtools {
        process: ProcessId,
        message: FromDevtools,
    },
    /// A message of the X11 filter.
    FromX11Filter {
        process: ProcessId,
        message: FromX11Filter,
    },
    /// The answer to [`crate::Action::BuildPage`] or [`crate::Action::OpenFile`]: the body waits in
    /// the event loop under the navigation's id.
    BodyReady {
        navigation: NavigationId,
        result: Result<ResponseHead, LoadError>,
    },
    /// The answer to [`crate::Action::ReadClipboard`]: so many bytes of text wait in the event
    /// loop, or why there are none.
    ClipboardRead {
        request: u32,
        result: Result<u32, String>,
    },
    /// The desktop is light or dark now.
    ColorScheme(ColorScheme),
    /// Something that the user or the automation asked for, apart from shell and window.
    Command(Command),
    /// A deadline has come.
    Tick,
}

/// What the command line, the control pipe and the tests can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Answer the open dialog of that tab.
    AnswerDialog(TabId, DialogAnswer),
    /// Show that tab.
    Activate(TabId),
    /// Back in its history.
    Back(TabId),
    /// Inject faults by that list and seed from now on; none: no more.
    Chaos(Option<(ChaosSpec, u64)>),
    /// Inject a fault into the tab's process.
    Inject(TabId, Fault),
    /// Inject a fault into the process of a service.
    InjectIntoService(Role, Fault),
    /// Close it.
    Close(TabId),
    /// Forward in its history.
    Forward(TabId),
    /// Kill the tab's process.
    Kill(TabId),
    /// Bring the tab to an address as typed.
    Navigate(TabId, String),
    /// Open a tab at an address as typed, as the user on the command line gave it.
    Open {
        address: String,
        /// Whether it is shown at once.
        activate: bool,
    },
    /// End the browser.
    Quit,
    /// Load it again.
    Reload(TabId),
    /// End the scripts of its page.
    StopScript(TabId),
}
