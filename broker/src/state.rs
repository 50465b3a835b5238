//! The broker with all its parts.
//!
//! Owns: every descriptor of the browser, through its parts.

use crate::attack::Attacks;
use crate::automation::Automation;
use crate::child::children::Children;
use crate::child::launcher::Launcher;
use crate::child::life;
use crate::clipboard::Clipboard;
use crate::glass::Glass;
use crate::lab::Lab;
use crate::machine::desktop::DesktopWatch;
use crate::machine::display::Server;
use crate::poller::{Poller, Source};
use crate::store::Store;
use crate::timeline::Timeline;
use crate::tour::board::Board;
use anyhow::Context;
use browser_core::{Config, Core, Event, Record, Time};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A running browser.
pub struct Broker {
    pub(crate) core: Core,
    /// Events for the core, besides those of [`Children`].
    pub(crate) events: VecDeque<Event>,
    pub(crate) poller: Rc<Poller>,
    pub(crate) launcher: Launcher,
    pub(crate) children: Children,
    pub(crate) store: Store,
    pub(crate) automation: Automation,
    pub(crate) clipboard: Clipboard,
    /// Set where the desktop decides between light and dark.
    pub(crate) desktop: Option<DesktopWatch>,
    pub(crate) lab: Lab,
    pub(crate) glass: Glass,
    pub(crate) attacks: Attacks,
    pub(crate) timeline: Timeline,
    /// Messages that were read out of the rings so far.
    pub(crate) told_messages: u64,
    pub(crate) tour: Board,
    /// The core's records since the last call of [`Broker::take_records`].
    pub(crate) records: VecDeque<Record>,
    /// The address of the demo site, while its process is alive.
    pub(crate) demo_url: Option<String>,
    pub(crate) exit: Option<u8>,
    pub(crate) signals: SignalFd,
    /// The core's time zero. Moves forward by every sleep in which the broker did not run.
    pub(crate) started: Instant,
}

impl Broker {
    /// Opens the signals that the event loop reads and starts the core, which asks for the first
    /// children. `demo_url`: the address of the demo site, if there is one. With a window the
    /// clipboard is the system's.
    pub fn new(
        config: Config,
        launcher: Launcher,
        automation: Automation,
        demo_url: Option<String>,
    ) -> anyhow::Result<Broker> {
        let signals =
            SignalFd::with_flags(&signals(), SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)
                .context("signalfd")?;
        let poller = Rc::new(Poller::new().context("epoll")?);
        poller.add(&signals, Source::Signals).context("epoll")?;
        poller
            .add(launcher.fonts_ended(), Source::Fonts)
            .context("epoll")?;
        if let Some(fifo) = &automation.fifo {
            poller.add(fifo, Source::ControlFifo).context("epoll")?;
        }
        Ok(Broker {
            core: Core::new(config, seed()),
            events: VecDeque::new(),
            children: Children::new(poller.clone()),
            lab: Lab::default(),
            glass: Glass::default(),
            attacks: Attacks::default(),
            tour: Board::default(),
            timeline: Timeline::default(),
            told_messages: 0,
            poller,
            clipboard: Clipboard::new(launcher.server().map(Server::clipboard_environment)),
            desktop: None,
            launcher,
            store: Store::default(),
            automation,
            records: VecDeque::new(),
            demo_url,
            exit: None,
            signals,
            started: Instant::now(),
        })
    }

    /// Goes along with the desktop's change between light and dark.
    pub fn follow_desktop(&mut self) {
        self.desktop = DesktopWatch::start();
        if let Some(watch) = &self.desktop
            && let Err(error) = self.poller.add(watch, Source::Desktop)
        {
            tracing::warn!("changes of the desktop go unseen: {error}");
        }
    }

    /// Milliseconds since the start.
    pub fn now(&self) -> Time {
        Time(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Converts a time of the core.
    pub(crate) fn instant_of(&self, time: Time) -> Instant {
        self.started + Duration::from_millis(time.0)
    }

    /// The core's records since the last call.
    pub fn take_records(&mut self) -> Vec<Record> {
        self.records.drain(..).collect()
    }

    /// The exit status, once the browser must end.
    pub fn exit_code(&self) -> Option<u8> {
        self.exit
    }
}

/// The signals that end the browser, and the one that a child sends by its death.
fn signals() -> SigSet {
    let signals = [
        Signal::SIGCHLD,
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
    ];
    signals.into_iter().collect()
}

/// Keeps them for the event loop. Before any thread starts: each inherits the mask, and one that
/// did not block them could take them.
pub fn block_signals() -> anyhow::Result<()> {
    life::keep_the_dead().context("cannot hear of dead children")?;
    signals().thread_block().context("cannot block signals")
}

/// A seed for a chaos run that has none; short enough to be typed.
pub fn chaos_seed() -> u64 {
    // Of a time in nanoseconds, the digits that nobody can foretell.
    seed() / 100 % 1_000_000_000
}

/// The core's random seed, which only decides the order among equals. Differs between runs.
fn seed() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.map_or(0, |elapsed| {
        u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
    })
}
