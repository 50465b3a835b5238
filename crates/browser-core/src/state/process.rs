//! One process: how far its life has come, what it holds, and what it was last told.

use crate::death::DeathCause;
use crate::event::Time;
use crate::state::ids::Granted;
use crate::state::liveness::Unanswered;
use crate::state::rate_limit::RateLimit;
use crate::state::script::Scripts;
use crate::state::storage::StorageUse;
use protocol::ids::{NavigationId, ProcessId, Role, TabId};
use protocol::input::Cursor;
use protocol::limits;
use protocol::site::Site;
use std::collections::VecDeque;

/// Console lines that are taken from it in a second: its own seconds begin at other times.
const CONSOLE_LINES_MAX: usize = 2 * limits::CONSOLE_LINES_PER_SECOND_MAX;
/// Messages remembered per process, for its card.
const NOTES_MAX: usize = 8;

/// What a renderer was asked for and has not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Whether its page wants to be left.
    Leave,
    /// What lies at a place of its page.
    Target,
    /// The text that the user copies or cuts.
    Text,
}

/// How far a process is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProcessStage {
    /// Asked for.
    Spawning,
    /// It runs; its hello has not come.
    Spawned,
    /// It has its bootstrap; it warms up and seals itself.
    Bootstrapped,
    /// Sealed and verified.
    Ready,
    /// Killed, for this reason; its exit has not been reported.
    Ending(DeathCause),
}

/// One process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) id: ProcessId,
    pub(crate) role: Role,
    pub(crate) pid: Option<u32>,
    pub(crate) stage: ProcessStage,
    pub(crate) spawned_at: Time,
    pub(crate) tier: Option<String>,
    /// The tab it works for. Of a dead one: worked for.
    pub(crate) tab: Option<TabId>,
    /// What it is locked to. Set once, never changed.
    pub(crate) site: Option<Site>,
    /// The network process that it has a fetch channel with.
    pub(crate) network: Option<ProcessId>,
    /// Of a renderer: the navigations committed in it. Of a network process: those it was to fetch.
    pub(crate) navigations: Granted,
    pub(crate) unanswered: Unanswered,
    /// What it was asked for, by the number of the question; it may answer until it says `Done`.
    pub(crate) asked: VecDeque<(u32, Asked)>,
    pub(crate) scripts: Scripts,
    /// The dialog for which its script waits: the number of the question, and of which document.
    pub(crate) dialog: Option<(u32, NavigationId)>,
    /// The document that may ask no more, once its next question is answered.
    pub(crate) mutes: Option<NavigationId>,
    /// The document that was told to ask no more.
    pub(crate) muted: Option<NavigationId>,
    /// The document that wants to be asked before it is left.
    pub(crate) guards: Option<NavigationId>,
    /// Whether the user acted on the page since it last made an entry of the history.
    pub(crate) acted: bool,
    /// How often its page has changed its address without that.
    pub(crate) states_pushed: RateLimit,
    /// Whether the user has ever acted on its pages.
    pub(crate) has_acted: bool,
    /// How often its page has written to its console.
    pub(crate) console_lines: RateLimit,
    /// Lines beyond that, of which nobody has been told.
    pub(crate) console_left_out: u32,
    /// How its document uses storage; none if it must not.
    pub(crate) storage: Option<StorageUse>,
    /// Whether the user acted on the page since it last opened a tab.
    pub(crate) activated: bool,
    /// How often its page has asked to go elsewhere.
    pub(crate) navigations_asked: RateLimit,
    /// How many searches for text it was asked for.
    pub(crate) finds_asked: u32,
    pub(crate) cursor: Cursor,
    pub(crate) hover_link: Option<String>,
    /// The last messages from (`<`) and to (`>`) it.
    pub(crate) notes: VecDeque<&'static str>,
}

impl Process {
    pub(crate) fn new(id: ProcessId, role: Role, now: Time) -> Process {
        Process {
            id,
            role,
            pid: None,
            stage: ProcessStage::Spawning,
            spawned_at: now,
            tier: None,
            tab: None,
            site: None,
            network: None,
            navigations: Granted::default(),
            unanswered: Unanswered::default(),
            asked: VecDeque::new(),
            scripts: Scripts::default(),
            dialog: None,
            mutes: None,
            muted: None,
            guards: None,
            acted: false,
            states_pushed: RateLimit::new(
                limits::PAGE_NAVIGATIONS_MAX,
                limits::PAGE_NAVIGATIONS_WINDOW_MS,
            ),
            has_acted: false,
            console_lines: RateLimit::new(CONSOLE_LINES_MAX, 1_000),
            console_left_out: 0,
            storage: None,
            activated: false,
            navigations_asked: RateLimit::new(
                limits::PAGE_NAVIGATIONS_MAX,
                limits::PAGE_NAVIGATIONS_WINDOW_MS,
            ),
            finds_asked: 0,
            cursor: Cursor::Default,
            hover_link: None,
            notes: VecDeque::new(),
        }
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.stage == ProcessStage::Ready
    }

    pub(crate) fn is_ending(&self) -> bool {
        matches!(self.stage, ProcessStage::Ending(_))
    }

    pub(crate) fn handshake_deadline(&self) -> Option<Time> {
        if self.is_ready() || self.is_ending() {
            return None;
        }
        Some(Time(self.spawned_at.0 + limits::HANDSHAKE_MS_MAX))
    }

    pub(crate) fn note(&mut self, name: &'static str) {
        if self.notes.len() == NOTES_MAX {
            self.notes.pop_front();
        }
        self.notes.push_back(name);
    }
}
