//! The control channel between the broker and a renderer (or the shell, which is a renderer of a
//! built-in page).
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::act::Act;
use crate::appearance::Appearance;
use crate::clipboard::{self, Edit, Target};
use crate::console::ConsoleLine;
use crate::dialog::{DialogAnswer, DialogRequest};
use crate::document::BodySource;
use crate::fault::Fault;
use crate::find::{FindCommand, FindMatches};
use crate::geometry::Size;
use crate::ids::{Generation, NavigationId, SurfaceId};
use crate::input::{Cursor, InputEvent};
use crate::limits::{
    ICON_BYTES, STATE_BYTES_MAX, TARGET_NAME_BYTES_MAX, TEXT_BYTES_MAX, TITLE_BYTES_MAX,
    URL_BYTES_MAX,
};
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::storage::{StorageArea, StorageChange, StorageNews, StorageSnapshot};
use crate::surface::SurfacePart;
use crate::{HandleKind, Message, site::Site};
use serde::{Deserialize, Serialize};

/// Broker to renderer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToRenderer {
    /// Locks the process to a site, once, before its first document. With `fetch` it carries the
    /// fetch channel of that site.
    Lock {
        /// The site, for the rest of the process's life.
        site: Site,
        /// Whether a fetch channel comes along.
        fetch: bool,
    },
    /// A new fetch channel of the locked site: the network process has been restarted. Legal after
    /// `Lock`; fetches still under way on the old channel have failed.
    FetchChannel,
    /// A channel to the devtools process, which inspects the documents of this process from now on;
    /// an older one is dropped. Legal after `Lock`.
    InspectorChannel,
    /// Another place of the document that is shown: Back, Forward, or an address that differs by
    /// its fragment alone. Answered with [`FromRenderer::Done`].
    GoWithin(GoWithin),
    /// A document of the locked site to show in place of the present one; answered with
    /// [`FromRenderer::Done`] before anything else is said about it.
    Commit(CommitDocument),
    /// A surface to paint on. Comes with its frames channel, its first pixel region (mapped
    /// writable) and the region of its latch.
    AttachSurface {
        surface: SurfaceId,
        /// What is to be shown on it.
        part: SurfacePart,
        /// The region's generation.
        generation: Generation,
        size: Size,
    },
    /// The next regions of a surface: its size has changed, or the gpu process is a new one (then
    /// with `channel` a new frames channel comes first). Comes with the pixel region and the region
    /// of its latch.
    ReplaceRegion {
        surface: SurfaceId,
        /// The region's generation; higher than any before.
        generation: Generation,
        size: Size,
        /// Whether a new frames channel comes along.
        channel: bool,
    },
    /// Nobody sees the surface: its regions and its channel are given back. What is to be shown on
    /// it is laid out for that size, and loaded without being painted. The first message about a
    /// surface that nobody has seen yet; until the next `ReplaceRegion`, which comes with a
    /// channel. Answered with [`FromRenderer::Done`].
    HideSurface {
        surface: SurfaceId,
        /// Rises by one with each input to, and each commit in, this process.
        sequence: u32,
        /// What is to be shown on it.
        part: SurfacePart,
        size: Size,
    },
    /// The surface is gone.
    DetachSurface { surface: SurfaceId },
    /// Something the user did there; answered with [`FromRenderer::Done`].
    Input {
        /// On which surface.
        surface: SurfaceId,
        /// Rises by one with each input to, and each commit in, this process.
        sequence: u32,
        event: InputEvent,
    },
    /// Something the user does to the text of that surface; answered with [`FromRenderer::Done`].
    Edit {
        /// On which surface.
        surface: SurfaceId,
        /// As with `Input`.
        sequence: u32,
        edit: Edit,
    },
    /// What is there? The user wants a context menu. Answered with [`FromRenderer::Inspected`] and
    /// [`FromRenderer::Done`].
    Inspect {
        /// On which surface.
        surface: SurfaceId,
        /// As with `Input`.
        sequence: u32,
        /// Where, in pixels of the surface; nowhere: at what has the focus.
        at: Option<(f32, f32)>,
    },
    /// How what is on a surface is to look; answered with [`FromRenderer::Done`]. Until it comes, a
    /// surface has [`Appearance::default`].
    SetAppearance {
        surface: SurfaceId,
        /// Rises by one with each input to, and each commit in, this process.
        sequence: u32,
        appearance: Appearance,
    },
    /// Find text in the document; answered with [`FromRenderer::Done`] as well.
    Find {
        /// Rises by one with each input to, and each commit in, this process.
        sequence: u32,
        command: FindCommand,
    },
    /// Stop loading: keep what is there, cancel every fetch.
    Stop,
    /// The answer to a dialog, for which a script waits.
    AnswerDialog {
        /// To which one.
        request: u32,
        answer: DialogAnswer,
    },
    /// The page is to be left: does it want that? Answered with [`FromRenderer::LeaveAnswer`] and
    /// [`FromRenderer::Done`].
    AskLeave {
        /// Rises by one with each input to, and each commit in, this process.
        sequence: u32,
    },
    /// End the scripts of the document, in the middle of a task too. The page stays.
    StopScript,
    /// Injects a fault.
    Inject(Fault),
    /// What the origin of a document keeps. Comes with a region of it: before the document's
    /// commit if there is anything, and whenever single changes are not told. Then it is answered
    /// with [`FromRenderer::StorageTaken`].
    Storage(StorageSnapshot),
    /// A change by another document of the origin; answered with [`FromRenderer::StorageTaken`].
    StorageNews(StorageNews),
    /// Answers `OpenStream`: with the read end of a pipe, on which events come as lines of
    /// `text/event-stream`, or without one.
    Stream {
        /// Of which commit.
        navigation: NavigationId,
        /// Which one.
        stream: u32,
        /// Whether there is such a stream; then its pipe comes along.
        is_open: bool,
    },
    /// Answers `Act`.
    Acted {
        /// Of which commit.
        navigation: NavigationId,
        /// Which one.
        request: u32,
        /// Why nothing was done, in a user's words.
        refusal: Option<String>,
    },
}

/// A place in the document that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoWithin {
    /// Rises by one with each input to, and each commit in, this process.
    pub sequence: u32,
    /// Of which commit.
    pub navigation: NavigationId,
    /// The address from now on.
    pub url: String,
    /// What a script gave that entry of the history, as JSON.
    pub state: Option<String>,
    pub place: HistoryPlace,
    /// Where to scroll to, in pixels from the top; `None`: to what the fragment names.
    pub scroll_y: Option<u32>,
}

/// A document to show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommitDocument {
    /// Rises by one with each input to, and each commit in, this process.
    pub sequence: u32,
    /// Of which navigation; later messages about the document name it.
    pub navigation: NavigationId,
    /// The committed URL: base of relative ones. Of an error page it may be any text: what was
    /// typed.
    pub url: String,
    /// The HTTP status; 200 for what is not HTTP.
    pub status: u16,
    /// The `Content-Type` header as it came.
    pub content_type: Option<String>,
    /// The `Refresh` header as it came.
    pub refresh: Option<String>,
    /// Where its bytes come from.
    pub body: BodySource,
    /// Where to scroll to once it is laid out, in pixels of the layout from the top (history,
    /// reload); `None`: to what the fragment names.
    pub scroll_y: Option<u32>,
    /// What a script gave that entry of the history, as JSON.
    pub state: Option<String>,
    pub place: HistoryPlace,
    /// Whether its scripts may run.
    pub script: bool,
}

/// Where the present entry stands in the tab's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPlace {
    /// From 0.
    pub index: u16,
    /// How many there are.
    pub length: u16,
}

/// Renderer to broker. Each is a claim about the renderer's own document and believed no further.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromRenderer {
    /// The document has a new title (not for the shell).
    Title {
        /// Of which commit.
        navigation: NavigationId,
        /// At most `TITLE_BYTES_MAX` bytes.
        title: String,
    },
    /// The first frame with the document's own content has been published.
    Painted {
        /// Of which commit.
        navigation: NavigationId,
    },
    /// Document and all its sub-resources are there (or have failed) and a frame that shows them
    /// has been published.
    Loaded {
        /// Of which commit.
        navigation: NavigationId,
        /// Sub-resources that could not be had.
        failed_resources: u32,
    },
    /// The document has begun to run scripts: no other document may be shown by this process.
    Scripted {
        /// Of which commit.
        navigation: NavigationId,
    },
    /// The scripts of the document were ended: they ran too long, or the broker asked for it.
    ScriptStopped {
        /// Of which commit.
        navigation: NavigationId,
    },
    /// A script of the document wants a dialog, and waits for [`ToRenderer::AnswerDialog`].
    Dialog {
        /// Of which commit.
        navigation: NavigationId,
        dialog: DialogRequest,
    },
    /// The document wants to be asked before it is left.
    GuardsLeaving {
        /// Of which commit.
        navigation: NavigationId,
    },
    /// Answers `AskLeave`.
    LeaveAnswer {
        /// Which one.
        sequence: u32,
        /// Whether the document does not want to be left.
        stays: bool,
    },
    /// A line of the document's console.
    Console {
        /// Of which commit.
        navigation: NavigationId,
        line: ConsoleLine,
    },
    /// Only part of the document could be shown, and why (for instance its size limit).
    Incomplete {
        /// Of which commit.
        navigation: NavigationId,
        /// In a user's words.
        reason: String,
    },
    /// A link was followed or a form sent: the broker decides whether and where it is loaded.
    Navigate {
        /// From which commit.
        navigation: NavigationId,
        /// Absolute URL.
        url: String,
        /// Whether a new tab was asked for (Ctrl or middle click).
        new_tab: bool,
    },
    /// A link with a `target` was followed, or such a form sent: into a tab of that name, which the
    /// broker opens if this tab has opened none.
    NavigateNamed {
        /// From which commit.
        navigation: NavigationId,
        /// Absolute URL.
        url: String,
        /// Empty: always a new tab.
        name: String,
    },
    /// Likewise, in place of the present entry of the history.
    Replace {
        /// From which commit.
        navigation: NavigationId,
        /// Absolute URL.
        url: String,
    },
    /// The document wants to be loaded again.
    Reload {
        /// Of which commit.
        navigation: NavigationId,
    },
    /// A script wants to go so many entries of the history forward, or back.
    Traverse {
        /// From which commit.
        navigation: NavigationId,
        by: i32,
    },
    /// A script gives the document another address of its origin, and the entry a state. Nothing is
    /// loaded.
    PushState {
        /// Of which commit.
        navigation: NavigationId,
        /// Absolute URL.
        url: String,
        /// JSON.
        state: Option<String>,
        /// Whether the present entry is changed instead of a new one being made.
        replaces: bool,
    },
    /// A script wants its tab to be closed.
    CloseTab {
        /// Of which commit.
        navigation: NavigationId,
    },
    /// A link to another place of the document was followed. The address stays that of the commit
    /// but for the fragment, so the renderer names no address at all.
    WentWithin {
        /// Of which commit.
        navigation: NavigationId,
        /// Percent-encoded.
        fragment: String,
    },
    /// The document wants to be replaced after a while (`<meta http-equiv=refresh>` or the header);
    /// at most once a commit. The broker has the clock.
    Refresh {
        /// Of which commit.
        navigation: NavigationId,
        /// Absolute URL.
        url: String,
        /// From now on.
        after_s: u32,
    },
    /// The document's icon, at most once a commit.
    Icon {
        /// Of which commit.
        navigation: NavigationId,
        /// `ICON_BYTES` bytes, or none for a document without an icon.
        pixels: Vec<u8>,
    },
    /// The document was scrolled (at most once a frame).
    Scrolled {
        /// Of which commit.
        navigation: NavigationId,
        /// Pixels of the layout from the top.
        y: u32,
    },
    /// What a search has found. It may come again while the document grows.
    Found {
        /// Of which commit.
        navigation: NavigationId,
        /// Of which search.
        request: u32,
        matches: FindMatches,
    },
    /// What the pointer is over has changed.
    Hover {
        /// The shape that the pointer should have.
        cursor: Cursor,
        /// The link under it.
        link: Option<String>,
    },
    /// Answers a `Copy` or `Cut`: so many bytes of text stand in the region. None: nothing is
    /// selected. More than a clipboard may hold: nothing was written.
    Copied {
        /// Which one.
        sequence: u32,
        bytes: u32,
    },
    /// Answers `Inspect`.
    Inspected {
        /// Which one.
        sequence: u32,
        target: Target,
    },
    /// An input has been dealt with, or a commit taken. Sequence numbers come back in order, each
    /// once.
    Done {
        /// Which one.
        sequence: u32,
    },
    /// The document has changed what its origin keeps.
    Stored {
        /// Of which commit.
        navigation: NavigationId,
        area: StorageArea,
        change: StorageChange,
    },
    /// A change by another document has been taken.
    StorageTaken {
        /// Of which commit.
        navigation: NavigationId,
    },
    /// A built-in page wants the stream of what it shows. Answered with [`ToRenderer::Stream`].
    OpenStream {
        /// Of which commit: that says of which page.
        navigation: NavigationId,
        /// The number to answer with.
        stream: u32,
    },
    /// A built-in page wants something done. Answered with [`ToRenderer::Acted`].
    Act {
        /// Of which commit.
        navigation: NavigationId,
        /// The number to answer with.
        request: u32,
        act: Act,
    },
}

impl Message for ToRenderer {
    const MAX_HANDLES: usize = 3;
    fn handles(&self) -> Vec<HandleKind> {
        match self {
            ToRenderer::Lock { fetch: true, .. }
            | ToRenderer::FetchChannel
            | ToRenderer::InspectorChannel => {
                vec![HandleKind::Channel]
            }
            ToRenderer::Commit(commit) => match commit.body {
                BodySource::Pipe => vec![HandleKind::PipeReader],
                BodySource::Region { .. } => vec![HandleKind::Region],
                BodySource::Url => Vec::new(),
            },
            ToRenderer::AttachSurface { .. } | ToRenderer::ReplaceRegion { channel: true, .. } => {
                vec![HandleKind::Channel, HandleKind::Region, HandleKind::Region]
            }
            ToRenderer::ReplaceRegion { channel: false, .. } => {
                vec![HandleKind::Region, HandleKind::Region]
            }
            ToRenderer::Edit { edit, .. } => edit.handles(),
            ToRenderer::Storage(_) => vec![HandleKind::Region],
            ToRenderer::Stream { is_open: true, .. } => vec![HandleKind::PipeReader],
            ToRenderer::Lock { fetch: false, .. }
            | ToRenderer::DetachSurface { .. }
            | ToRenderer::HideSurface { .. }
            | ToRenderer::GoWithin(_)
            | ToRenderer::Input { .. }
            | ToRenderer::Inspect { .. }
            | ToRenderer::SetAppearance { .. }
            | ToRenderer::Find { .. }
            | ToRenderer::Stop
            | ToRenderer::AnswerDialog { .. }
            | ToRenderer::AskLeave { .. }
            | ToRenderer::StopScript
            | ToRenderer::StorageNews(_)
            | ToRenderer::Stream { is_open: false, .. }
            | ToRenderer::Acted { .. }
            | ToRenderer::Inject(_) => Vec::new(),
        }
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            ToRenderer::Lock { site, .. } => site.check(),
            ToRenderer::Commit(commit) => {
                check_text(&commit.url, URL_BYTES_MAX)?;
                check_text(commit.refresh.as_deref().unwrap_or(""), TEXT_BYTES_MAX)?;
                check_text(commit.state.as_deref().unwrap_or(""), STATE_BYTES_MAX)?;
                check_text(commit.content_type.as_deref().unwrap_or(""), TEXT_BYTES_MAX)
            }
            ToRenderer::GoWithin(go) => {
                check_text(go.state.as_deref().unwrap_or(""), STATE_BYTES_MAX)?;
                check_text(&go.url, URL_BYTES_MAX)
            }
            ToRenderer::AttachSurface { size, .. }
            | ToRenderer::HideSurface { size, .. }
            | ToRenderer::ReplaceRegion { size, .. } => {
                if size.is_valid_surface() {
                    Ok(())
                } else {
                    Err(Misbehaviour::ValueOutOfRange)
                }
            }
            ToRenderer::Input { event, .. } => event.check(),
            ToRenderer::Edit { edit, .. } => edit.check(),
            ToRenderer::Inspect { at, .. } => {
                at.map_or(Ok(()), |(x, y)| clipboard::check_place(x, y))
            }
            ToRenderer::SetAppearance { appearance, .. } => appearance.check(),
            ToRenderer::Find { command, .. } => command.check(),
            ToRenderer::Inject(action) => action.check(),
            ToRenderer::StorageNews(news) => news.check(),
            ToRenderer::AnswerDialog { answer, .. } => answer.check(),
            ToRenderer::Acted { refusal, .. } => {
                check_text(refusal.as_deref().unwrap_or(""), TEXT_BYTES_MAX)
            }
            ToRenderer::FetchChannel
            | ToRenderer::InspectorChannel
            | ToRenderer::Stream { .. }
            | ToRenderer::AskLeave { .. }
            | ToRenderer::DetachSurface { .. }
            | ToRenderer::Storage(_)
            | ToRenderer::Stop
            | ToRenderer::StopScript => Ok(()),
        }
    }
}

impl Message for FromRenderer {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromRenderer::Title { title, .. } => check_text(title, TITLE_BYTES_MAX),
            FromRenderer::Incomplete { reason, .. } => check_text(reason, TEXT_BYTES_MAX),
            FromRenderer::Navigate { url, .. }
            | FromRenderer::Replace { url, .. }
            | FromRenderer::Refresh { url, .. } => check_text(url, URL_BYTES_MAX),
            FromRenderer::PushState { url, state, .. } => {
                check_text(state.as_deref().unwrap_or(""), STATE_BYTES_MAX)?;
                check_text(url, URL_BYTES_MAX)
            }
            FromRenderer::NavigateNamed { url, name, .. } => {
                check_text(url, URL_BYTES_MAX)?;
                check_text(name, TARGET_NAME_BYTES_MAX)
            }
            FromRenderer::WentWithin { fragment, .. } => check_text(fragment, URL_BYTES_MAX),
            FromRenderer::Icon { pixels, .. } => check_icon(pixels),
            FromRenderer::Console { line, .. } => line.check(),
            FromRenderer::Dialog { dialog, .. } => dialog.check(),
            FromRenderer::Hover { link, .. } => {
                check_text(link.as_deref().unwrap_or(""), URL_BYTES_MAX)
            }
            FromRenderer::Inspected { target, .. } => target.check(),
            FromRenderer::Found { matches, .. } => matches.check(),
            FromRenderer::Stored { change, .. } => change.check(),
            FromRenderer::Painted { .. }
            | FromRenderer::Scripted { .. }
            | FromRenderer::ScriptStopped { .. }
            | FromRenderer::GuardsLeaving { .. }
            | FromRenderer::Reload { .. }
            | FromRenderer::Traverse { .. }
            | FromRenderer::CloseTab { .. }
            | FromRenderer::LeaveAnswer { .. }
            | FromRenderer::Copied { .. }
            | FromRenderer::Loaded { .. }
            | FromRenderer::Scrolled { .. }
            | FromRenderer::StorageTaken { .. }
            | FromRenderer::OpenStream { .. }
            | FromRenderer::Act { .. }
            | FromRenderer::Done { .. } => Ok(()),
        }
    }
}

/// An icon is there in full, or there is none.
pub(crate) fn check_icon(pixels: &[u8]) -> Result<(), Misbehaviour> {
    if pixels.is_empty() || pixels.len() == ICON_BYTES {
        Ok(())
    } else {
        Err(Misbehaviour::ValueOutOfRange)
    }
}
