//! What the core wants done. The event loop carries an action out, or reports an event that says
//! why it could not.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::record::Record;
use protocol::act::{Act, TourKey};
use protocol::appearance::Appearance;
use protocol::clipboard::Edit;
use protocol::devtools::{Look, ToDevtools};
use protocol::dialog::{DialogAnswer, DialogView};
use protocol::error::LoadError;
use protocol::fault::Fault;
use protocol::find::FindCommand;
use protocol::geometry::Size;
use protocol::gpu::Scene;
use protocol::ids::{ContextId, Generation, NavigationId, ProcessId, Role, SurfaceId, TabId};
use protocol::input::{Cursor, InputEvent};
use protocol::renderer::{GoWithin, HistoryPlace};
use protocol::request::RequestNews;
use protocol::shell::{Popup, ShellState};
use protocol::site::Site;
use protocol::storage::{StorageNews, StorageSnapshot};
use protocol::surface::SurfacePart;
use protocol::traffic::Rules;

/// The browser's exit status if no window can be opened.
pub const EXIT_NO_WINDOW: u8 = 3;

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

/// A signal that the user has sent to a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildSignal {
    Continue,
    Kill,
    Segfault,
    Stop,
}

/// Why a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KillReason {
    /// It broke a rule; the record says which.
    Fault,
    /// The process is not needed any more, or the user ended it.
    Wanted,
}

impl Action {
    /// The message that the action sends to a process of web content, by name, for the last
    /// messages on its card.
    pub(crate) fn message_name(&self) -> Option<(ProcessId, &'static str)> {
        match self {
            Action::Lock(Lock { process, .. }) => Some((*process, "> Lock")),
            Action::ReplaceFetch { process, .. } => Some((*process, "> FetchChannel")),
            Action::OpenInspector { process, .. } => Some((*process, "> InspectorChannel")),
            Action::Commit(Commit { process, .. }) => Some((*process, "> Commit")),
            Action::GoWithin { process, .. } => Some((*process, "> GoWithin")),
            Action::CreateSurface(CreateSurface { producer, .. }) => {
                Some((*producer, "> AttachSurface"))
            }
            Action::ResizeSurface(ResizeSurface { producer, .. }) => {
                Some((*producer, "> ReplaceRegion"))
            }
            Action::HideSurface(HideSurface {
                told: Some((producer, _)),
                ..
            }) => Some((*producer, "> HideSurface")),
            Action::Input(Input { process, .. }) => Some((*process, "> Input")),
            Action::Edit { process, .. } | Action::Paste { process, .. } => {
                Some((*process, "> Edit"))
            }
            Action::Inspect { process, .. } => Some((*process, "> Inspect")),
            Action::SetAppearance(SetAppearance { process, .. }) => {
                Some((*process, "> SetAppearance"))
            }
            Action::Find(Find { process, .. }) => Some((*process, "> Find")),
            Action::Stop { process } => Some((*process, "> Stop")),
            Action::StopScript { process } => Some((*process, "> StopScript")),
            Action::AnswerDialog { process, .. } => Some((*process, "> AnswerDialog")),
            Action::AskLeave { process, .. } => Some((*process, "> AskLeave")),
            Action::Storage { process, .. } => Some((*process, "> Storage")),
            Action::OpenStream { process, .. } => Some((*process, "> Stream")),
            Action::Acted { process, .. } | Action::CarryOut { process, .. } => {
                Some((*process, "> Acted"))
            }
            Action::Inject { process, .. } => Some((*process, "> Inject")),
            _ => None,
        }
    }

    /// The service that has something to do because of it, and may be asked whether it does.
    pub(crate) fn service(&self) -> Option<ProcessId> {
        match self {
            Action::Inject { process, .. } => Some(*process),
            Action::Lock(Lock { network, .. }) => *network,
            Action::ReplaceFetch { network, .. }
            | Action::Fetch(Fetch { network, .. })
            | Action::TellContext { network, .. }
            | Action::CancelFetch { network, .. } => Some(*network),
            Action::CreateSurface(CreateSurface { gpu, .. })
            | Action::ResizeSurface(ResizeSurface { gpu, .. })
            | Action::HideSurface(HideSurface { gpu, .. })
            | Action::DropSurface(DropSurface { gpu, .. }) => *gpu,
            Action::ReattachSurface(ReattachSurface { gpu, .. })
            | Action::SetScene { gpu, .. }
            | Action::SetTitle { gpu, .. }
            | Action::SetCursor { gpu, .. } => Some(*gpu),
            _ => None,
        }
    }
}

/// See [`Action::Fetch`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    pub navigation: NavigationId,
    pub tab: TabId,
    /// The context of the tab.
    pub context: ContextId,
    pub network: ProcessId,
    pub url: String,
    /// The site of the page that asked for it, if one did.
    pub initiator: Option<Site>,
}

/// What [`Action::Lock`] needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    pub process: ProcessId,
    pub tab: TabId,
    /// The context of the tab.
    pub context: ContextId,
    /// For ever.
    pub site: Site,
    /// The network process to connect it with.
    pub network: Option<ProcessId>,
}

/// What [`Action::Commit`] needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// Which renderer: locked, sealed, alive.
    pub process: ProcessId,
    /// The number to answer with.
    pub sequence: u32,
    pub navigation: NavigationId,
    /// The URL committed.
    pub url: String,
    /// As the head had it.
    pub status: u16,
    /// As the head had it.
    pub content_type: Option<String>,
    /// As the head had it.
    pub refresh: Option<String>,
    /// Where the bytes are.
    pub body: Body,
    /// Where to scroll to, in pixels; `None`: to what the fragment names.
    pub scroll_y: Option<u32>,
    /// What a script gave the entry of the history.
    pub state: Option<String>,
    pub place: HistoryPlace,
    /// Whether its scripts may run.
    pub script: bool,
}

/// What [`Action::CreateSurface`] needs.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateSurface {
    pub surface: SurfaceId,
    /// Its only producer.
    pub producer: ProcessId,
    pub gpu: Option<ProcessId>,
    pub part: SurfacePart,
    /// First generation.
    pub generation: Generation,
    pub size: Size,
}

/// What [`Action::ResizeSurface`] needs.
#[derive(Clone, Debug, PartialEq)]
pub struct ResizeSurface {
    pub surface: SurfaceId,
    pub producer: ProcessId,
    pub gpu: Option<ProcessId>,
    /// The next generation.
    pub generation: Generation,
    pub size: Size,
}

/// What [`Action::ReattachSurface`] needs.
#[derive(Clone, Debug, PartialEq)]
pub struct ReattachSurface {
    pub surface: SurfaceId,
    /// Its producer, if it lives.
    pub producer: Option<ProcessId>,
    /// The new consumer.
    pub gpu: ProcessId,
    /// The next generation (with a live producer), else the last one.
    pub generation: Generation,
    pub size: Size,
}

/// What [`Action::HideSurface`] needs.
#[derive(Clone, Debug, PartialEq)]
pub struct HideSurface {
    pub surface: SurfaceId,
    /// Its producer, if it lives, and the number to answer with.
    pub told: Option<(ProcessId, u32)>,
    /// Its consumer, if there is one.
    pub gpu: Option<ProcessId>,
    pub part: SurfacePart,
    pub size: Size,
}

/// What [`Action::DropSurface`] needs.
#[derive(Clone, Debug, PartialEq)]
pub struct DropSurface {
    pub surface: SurfaceId,
    /// Its producer, if it lives.
    pub producer: Option<ProcessId>,
    /// Its consumer, if there is one.
    pub gpu: Option<ProcessId>,
}

/// What [`Action::Input`] needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub process: ProcessId,
    pub surface: SurfaceId,
    pub sequence: u32,
    pub event: InputEvent,
}

/// What [`Action::SetAppearance`] needs.
#[derive(Clone, Debug, PartialEq)]
pub struct SetAppearance {
    pub process: ProcessId,
    pub surface: SurfaceId,
    pub sequence: u32,
    pub appearance: Appearance,
}

/// What [`Action::Find`] needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Find {
    pub process: ProcessId,
    pub sequence: u32,
    pub command: FindCommand,
}

/// What a document is told of what its origin keeps.
#[derive(Clone, Debug, PartialEq)]
pub enum StorageTold {
    /// Send `Storage` with a region of these bytes.
    All(StorageSnapshot, Vec<u8>),
    /// Send `StorageNews`.
    News(StorageNews),
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Start a process; answered with `Spawned` or `SpawnFailed`, and in the end `Exited`.
    Spawn { process: ProcessId, role: Role },
    /// Answer the child's hello with what its role needs.
    Bootstrap { process: ProcessId },
    /// Kill with SIGKILL and close every channel. Nothing is sent to it any more; `Exited` follows.
    Kill {
        process: ProcessId,
        reason: KillReason,
    },
    /// It has closed a channel that it needs as long as it lives. Unless it is ending already, kill
    /// it; where nothing else explains its end, `Misbehaved` comes before `Exited`.
    HungUp { process: ProcessId },
    /// Send `Lock`; with `network`, make a fetch channel between the two, bound to the site.
    Lock(Lock),
    /// A locked renderer lost its fetch channel with the old network process: make a new one.
    ReplaceFetch {
        process: ProcessId,
        tab: TabId,
        /// The context of the tab.
        context: ContextId,
        /// The site it is locked to.
        site: Site,
        /// The new network process.
        network: ProcessId,
    },
    /// Send `OpenContext` or `CloseContext`.
    TellContext {
        context: ContextId,
        network: ProcessId,
        is_open: bool,
    },
    /// Make a pipe, keep the read end under the navigation's id, send `Navigate` with the write
    /// end.
    Fetch(Fetch),
    /// Send `Cancel`.
    CancelFetch {
        navigation: NavigationId,
        network: ProcessId,
    },
    /// Make the built-in page of that `bulkhead:` URL; answered with `BodyReady`.
    BuildPage {
        navigation: NavigationId,
        url: String,
    },
    /// Read the file of that `file:` URL; answered with `BodyReady`.
    OpenFile {
        navigation: NavigationId,
        url: String,
    },
    /// Send `Commit` with the body.
    Commit(Commit),
    /// Send `GoWithin` to the process of the committed document.
    GoWithin { process: ProcessId, go: GoWithin },
    /// Forget a body that is held under that id.
    DropBody { navigation: NavigationId },
    /// Make regions and a frames channel; tell the renderer (`AttachSurface`) and, when there is a
    /// gpu process, tell it too (`CreateSurface`).
    CreateSurface(CreateSurface),
    /// Make new regions for a surface and tell both ends (`ReplaceRegion`).
    ResizeSurface(ResizeSurface),
    /// Free the regions of a surface that nobody sees, or has seen yet: tell the gpu process
    /// (`DropSurface`) and the producer (`HideSurface`), if they live.
    HideSurface(HideSurface),
    /// The gpu process is a new one, or the surface was hidden: make new regions and a new frames
    /// channel, tell the producer (`ReplaceRegion` with a channel) and the gpu process
    /// (`CreateSurface`). Without a live producer, hand the gpu process the last regions as they
    /// are.
    ReattachSurface(ReattachSurface),
    /// Tell the gpu process and the producer, if they live, that it is gone; free its regions.
    DropSurface(DropSurface),
    /// Send `SetScene`.
    SetScene { gpu: ProcessId, scene: Scene },
    /// Send `SetTitle`.
    SetTitle {
        gpu: ProcessId,
        /// The window's title.
        title: String,
    },
    /// Send `SetCursor`.
    SetCursor {
        gpu: ProcessId,
        /// The pointer's shape.
        cursor: Cursor,
    },
    /// Send `Input`.
    Input(Input),
    /// Send `Edit`; for a copy or cut with a region, which is kept for [`Action::TakeCopy`].
    Edit {
        process: ProcessId,
        surface: SurfaceId,
        sequence: u32,
        edit: Edit,
    },
    /// Send `Inspect`.
    Inspect {
        process: ProcessId,
        surface: SurfaceId,
        sequence: u32,
        at: Option<(f32, f32)>,
    },
    /// Put the first bytes of the region of that copy on the clipboard, if they are text.
    TakeCopy {
        process: ProcessId,
        sequence: u32,
        bytes: u32,
    },
    /// Put a text on the clipboard.
    SetClipboard { text: String },
    /// Read the clipboard; answered with `ClipboardRead`.
    ReadClipboard { request: u32 },
    /// Send `Edit` with the text that was read.
    Paste {
        process: ProcessId,
        surface: SurfaceId,
        sequence: u32,
        request: u32,
    },
    /// Forget the text that was read.
    DropPaste { request: u32 },
    /// Send `SetAppearance`.
    SetAppearance(SetAppearance),
    /// Send `Find`.
    Find(Find),
    /// Tell a document what its origin keeps.
    Storage {
        process: ProcessId,
        told: StorageTold,
    },
    /// Make a pipe, send `Stream` with its read end, and write there what that page shows; if it
    /// has no stream, send `Stream` without one.
    OpenStream {
        process: ProcessId,
        navigation: NavigationId,
        stream: u32,
        page: String,
    },
    /// Send `Acted`.
    Acted {
        process: ProcessId,
        navigation: NavigationId,
        request: u32,
        refusal: Option<String>,
    },
    /// Do what a page wants that concerns no process and no tab; then send `Acted`.
    CarryOut {
        process: ProcessId,
        navigation: NavigationId,
        request: u32,
        act: Act,
    },
    /// Keep news of a request for those who look.
    NoteRequest { news: RequestNews },
    /// Send a signal to a child.
    Signal {
        process: ProcessId,
        signal: ChildSignal,
    },
    /// The user guides the tour from that tab.
    Tour { tab: TabId, key: TourKey },
    /// Send `Stop`.
    Stop { process: ProcessId },
    /// Send `AnswerDialog`.
    AnswerDialog {
        process: ProcessId,
        request: u32,
        answer: DialogAnswer,
    },
    /// Send `AskLeave`.
    AskLeave { process: ProcessId, sequence: u32 },
    /// Send `StopScript`.
    StopScript { process: ProcessId },
    /// Send `Break`.
    Inject {
        /// To which child (renderer, gpu or network).
        process: ProcessId,
        fault: Fault,
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
        process: ProcessId,
        state: Box<ShellState>,
    },
    /// Send `Popup`.
    UpdatePopup {
        process: ProcessId,
        popup: Option<Popup>,
    },
    /// Send `Dialog`.
    UpdateDialog {
        process: ProcessId,
        dialog: Option<DialogView>,
    },
    /// Send `Complete`.
    Complete {
        /// To which shell.
        process: ProcessId,
        typed: String,
        rest: String,
    },
    /// Send `Icon`.
    ShowIcon {
        /// To which shell.
        process: ProcessId,
        tab: TabId,
        /// None: the tab has no icon.
        pixels: Vec<u8>,
    },
    /// Send `FocusAddress`.
    FocusAddress { process: ProcessId },
    /// Send `FocusFind`.
    FocusFind { process: ProcessId },
    /// Send that to the devtools process.
    TellDevtools {
        devtools: ProcessId,
        news: Box<ToDevtools>,
    },
    /// Make a channel between the devtools process and that of a tab's document; tell both. With
    /// `holds`, keep what the latter is sent from now on until [`Action::EndHold`], or for a while.
    OpenInspector {
        process: ProcessId,
        tab: TabId,
        devtools: ProcessId,
        holds: bool,
    },
    /// Make a channel between the devtools process and the network process, and tell both.
    OpenTraffic {
        devtools: ProcessId,
        network: ProcessId,
    },
    /// Send `Requests`.
    TellRequests {
        network: ProcessId,
        tab: TabId,
        sequence: u32,
        rules: Option<Rules>,
    },
    /// Send what was kept.
    EndHold { process: ProcessId },
    /// Have the gpu process write the pixels of a surface into a region, and answer that call of
    /// the devtools process with it.
    CapturePage {
        devtools: ProcessId,
        call: u32,
        gpu: ProcessId,
        surface: SurfaceId,
        size: Size,
    },
    /// Do that for the devtools process, and answer its call.
    Look {
        devtools: ProcessId,
        call: u32,
        look: Look,
    },
    /// Have the gpu process tell when the last frame of a surface is another than this one.
    WatchSurface {
        gpu: ProcessId,
        surface: SurfaceId,
        frame: u64,
    },
    /// Answer that call of the devtools process with the list of processes.
    ListProcesses { devtools: ProcessId, call: u32 },
    /// End the broker as a fault of its own would.
    CrashBroker,
    /// Write down.
    Record(Record),
    /// End the browser with this exit status, after every child is gone.
    Exit { code: u8 },
}
