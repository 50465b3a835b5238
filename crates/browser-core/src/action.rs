//! What the core wants done. The event loop carries an action out or reports an event that says
//! why not; it decides nothing.

use crate::record::Record;
use protocol::error::LoadError;
use protocol::geometry::Size;
use protocol::gpu::Scene;
use protocol::ids::{Generation, NavigationId, ProcessId, Role, SurfaceId};
use protocol::input::{Cursor, InputEvent};
use protocol::renderer::{BreakAction, SurfacePart};
use protocol::shell::ShellState;
use protocol::site::Site;

/// Where the bytes of a commit are, for the event loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// In the URL itself (`data:`).
    Url,
    /// Held by the event loop under the navigation's id (a pipe's read end or a region).
    Held,
    /// An error page for this failure of that URL, to be made by the event loop.
    Error(LoadError),
}

/// Why a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KillReason {
    /// It broke a rule; the record says which.
    Fault,
    /// It is not needed any more, or the person said so.
    Wanted,
}

impl Action {
    /// The message that the action sends to a process of web content, by name, for the last
    /// messages on its card.
    pub(crate) fn message_name(&self) -> Option<(ProcessId, &'static str)> {
        match self {
            Action::Lock { process, .. } => Some((*process, "> Lock")),
            Action::ReplaceFetch { process, .. } => Some((*process, "> FetchChannel")),
            Action::Commit { process, .. } => Some((*process, "> Commit")),
            Action::CreateSurface { producer, .. } => Some((*producer, "> AttachSurface")),
            Action::ResizeSurface { producer, .. } => Some((*producer, "> ReplaceRegion")),
            Action::Input { process, .. } => Some((*process, "> Input")),
            Action::Stop { process } => Some((*process, "> Stop")),
            Action::Break { process, .. } => Some((*process, "> Break")),
            _ => None,
        }
    }

    /// The service that has something to do because of it, and may be asked whether it does.
    pub(crate) fn service(&self) -> Option<ProcessId> {
        match self {
            Action::Break { process, .. } => Some(*process),
            Action::Lock { network, .. } => *network,
            Action::ReplaceFetch { network, .. }
            | Action::Fetch { network, .. }
            | Action::CancelFetch { network, .. } => Some(*network),
            Action::CreateSurface { gpu, .. }
            | Action::ResizeSurface { gpu, .. }
            | Action::DropSurface { gpu, .. } => *gpu,
            Action::ReattachSurface { gpu, .. }
            | Action::SetScene { gpu, .. }
            | Action::SetTitle { gpu, .. }
            | Action::SetCursor { gpu, .. } => Some(*gpu),
            _ => None,
        }
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Start a process; answered with `Spawned` or `SpawnFailed`, and in the end `Exited`.
    Spawn {
        /// Its id from now on.
        process: ProcessId,
        /// Its role.
        role: Role,
    },
    /// Answer the child's hello with what its role needs.
    Bootstrap {
        /// Which child.
        process: ProcessId,
    },
    /// Kill with SIGKILL and close every channel. Nothing is sent to it any more; `Exited` follows.
    Kill {
        /// Which child.
        process: ProcessId,
        /// Why.
        reason: KillReason,
    },
    /// It has closed a channel that it needs as long as it lives. Unless it is ending already, kill
    /// it; where nothing else explains its end, `Misbehaved` comes before `Exited`.
    HungUp {
        /// Which child.
        process: ProcessId,
    },
    /// Send `Lock`; with `network`, make a fetch channel between the two, bound to the site.
    Lock {
        /// Which renderer.
        process: ProcessId,
        /// For ever.
        site: Site,
        /// The network process to connect it with.
        network: Option<ProcessId>,
    },
    /// A locked renderer lost its fetch channel with the old network process: make a new one.
    ReplaceFetch {
        /// Which renderer.
        process: ProcessId,
        /// The site it is locked to.
        site: Site,
        /// The new network process.
        network: ProcessId,
    },
    /// Make a pipe, keep the read end under the navigation's id, send `Navigate` with the write
    /// end.
    Fetch {
        /// For which navigation.
        navigation: NavigationId,
        /// Which network process.
        network: ProcessId,
        /// What.
        url: String,
    },
    /// Send `Cancel`.
    CancelFetch {
        /// Which navigation.
        navigation: NavigationId,
        /// Which network process.
        network: ProcessId,
    },
    /// Make the built-in page of that `bulkhead:` URL; answered with `BodyReady`.
    BuildPage {
        /// For which navigation.
        navigation: NavigationId,
        /// Which page.
        url: String,
    },
    /// Read the file of that `file:` URL; answered with `BodyReady`.
    OpenFile {
        /// For which navigation.
        navigation: NavigationId,
        /// Which file.
        url: String,
    },
    /// Send `Commit` with the body.
    Commit {
        /// Which renderer: locked, sealed, alive.
        process: ProcessId,
        /// The number to answer with.
        sequence: u32,
        /// Which navigation.
        navigation: NavigationId,
        /// The URL committed.
        url: String,
        /// As the head had it.
        content_type: Option<String>,
        /// Where the bytes are.
        body: Body,
        /// Where to scroll to, in pixels.
        scroll_y: u32,
    },
    /// Forget a body that is held under that id.
    DropBody {
        /// Which navigation.
        navigation: NavigationId,
    },
    /// Make regions and a frames channel; tell the renderer (`AttachSurface`) and, when there is a
    /// gpu process, tell it too (`CreateSurface`).
    CreateSurface {
        /// Its id from now on.
        surface: SurfaceId,
        /// Its only producer.
        producer: ProcessId,
        /// Its consumer.
        gpu: Option<ProcessId>,
        /// What it shows.
        part: SurfacePart,
        /// First generation.
        generation: Generation,
        /// Its size.
        size: Size,
    },
    /// Make new regions for a surface and tell both ends (`ReplaceRegion`).
    ResizeSurface {
        /// Which one.
        surface: SurfaceId,
        /// Its producer.
        producer: ProcessId,
        /// Its consumer.
        gpu: Option<ProcessId>,
        /// The next generation.
        generation: Generation,
        /// The new size.
        size: Size,
    },
    /// The gpu process is a new one: make new regions and a new frames channel, tell the producer
    /// (`ReplaceRegion` with a channel) and the gpu process (`CreateSurface`). Without a live
    /// producer, hand the gpu process the last regions as they are.
    ReattachSurface {
        /// Which one.
        surface: SurfaceId,
        /// Its producer, if it lives.
        producer: Option<ProcessId>,
        /// The new consumer.
        gpu: ProcessId,
        /// The next generation (with a live producer), else the last one.
        generation: Generation,
        /// Its size.
        size: Size,
    },
    /// Tell the gpu process and the producer, if they live, that it is gone; free its regions.
    DropSurface {
        /// Which one.
        surface: SurfaceId,
        /// Its producer, if it lives.
        producer: Option<ProcessId>,
        /// Its consumer, if there is one.
        gpu: Option<ProcessId>,
    },
    /// Send `SetScene`.
    SetScene {
        /// To which gpu process.
        gpu: ProcessId,
        /// What it shows.
        scene: Scene,
    },
    /// Send `SetTitle`.
    SetTitle {
        /// To which gpu process.
        gpu: ProcessId,
        /// The window's title.
        title: String,
    },
    /// Send `SetCursor`.
    SetCursor {
        /// To which gpu process.
        gpu: ProcessId,
        /// The pointer's shape.
        cursor: Cursor,
    },
    /// Send `Input`.
    Input {
        /// To which renderer.
        process: ProcessId,
        /// On which surface.
        surface: SurfaceId,
        /// Its number.
        sequence: u32,
        /// What.
        event: InputEvent,
    },
    /// Send `Stop`.
    Stop {
        /// To which renderer.
        process: ProcessId,
    },
    /// Send `Break`.
    Break {
        /// To which child (renderer, gpu or network).
        process: ProcessId,
        /// The fault.
        action: BreakAction,
    },
    /// Send `Ping`.
    Ping {
        /// To which gpu or network process.
        process: ProcessId,
        /// The number to answer with.
        sequence: u32,
    },
    /// Send `State`.
    UpdateShell {
        /// To which shell.
        process: ProcessId,
        /// What it shows.
        state: Box<ShellState>,
    },
    /// Send `FocusAddress`.
    FocusAddress {
        /// To which shell.
        process: ProcessId,
    },
    /// Write down.
    Record(Record),
    /// End the browser with this exit status, after every child is gone.
    Exit {
        /// The status.
        code: u8,
    },
}
