//! Lies: what a process that has been taken over can say on its channels and write into the memory
//! that it shares, and the outcome that each must have.

pub mod control;
mod fetch;
mod frames;
pub mod packets;
mod peers;
mod rings;
mod scripts;

use crate::rig::{Attacker, say_survived};
use child::Reach;
use std::os::fd::{AsRawFd, RawFd};

/// A lie.
pub struct Lie {
    pub name: &'static str,
    pub expected: Expected,
    /// Whether it is told by a page that is on show: only such a one gets credits.
    pub is_shown: bool,
    who: Who,
    tell: fn(&Liar<'_>),
}

/// What must come of a lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The liar dies, and the browser calls it this.
    Dies(&'static str),
    /// The liar lives on, because nobody but itself (and whom it serves) can suffer from it; the
    /// lie says why.
    GoesOn,
    /// The liar is told no and lives on.
    Refused,
}

/// Who tells a lie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Anybody,
    Only(Attacker),
    /// Renderer and shell.
    Documents,
}

/// A process that has been taken over.
pub struct Liar<'a> {
    pub attacker: Attacker,
    pub reach: &'a Reach<'a>,
    /// The test's own web server, as it stands in a URL.
    pub server: &'a str,
    name: &'a str,
}

/// The liar of this one is sent orders until it dies.
pub const NEVER_READS: &str = "lie-never-reads";

/// An id that nobody was given.
pub const NOBODYS: u32 = 4_000_000;

/// A lie that is fatal under that name.
const fn dies(name: &'static str, cause: &'static str, who: Who, tell: fn(&Liar<'_>)) -> Lie {
    Lie {
        name,
        expected: Expected::Dies(cause),
        is_shown: false,
        who,
        tell,
    }
}

/// A lie after which the liar goes on.
const fn goes_on(name: &'static str, who: Who, tell: fn(&Liar<'_>)) -> Lie {
    Lie {
        name,
        expected: Expected::GoesOn,
        is_shown: false,
        who,
        tell,
    }
}

impl Lie {
    /// Told by a page on show.
    const fn shown(mut self) -> Lie {
        self.is_shown = true;
        self
    }

    /// Told in vain.
    const fn refused(mut self) -> Lie {
        self.expected = Expected::Refused;
        self
    }
}

impl Liar<'_> {
    /// To the broker.
    pub fn control(&self) -> RawFd {
        self.reach.control.as_raw_fd()
    }

    /// A renderer's, to the network process.
    pub fn fetch(&self) -> RawFd {
        self.reach.fetch[0].as_raw_fd()
    }

    /// All of its channels.
    pub fn channels(&self) -> impl Iterator<Item = RawFd> {
        let frames = self.reach.surfaces.iter().filter_map(|s| s.channel);
        let all = self.reach.fetch.iter().copied().chain(frames);
        std::iter::once(self.reach.control)
            .chain(all)
            .map(|fd| fd.as_raw_fd())
    }

    /// The lie is told, and nothing has come of it.
    pub fn lives(&self) {
        say_survived(self.name, 0, 0);
    }

    /// The lie was answered with a refusal.
    pub fn is_refused(&self) {
        say_survived(self.name, -1, libc::EACCES);
    }
}

/// The lies of that attacker.
pub fn of(attacker: Attacker) -> impl Iterator<Item = &'static Lie> {
    let lists = [
        control::LIES,
        frames::LIES,
        fetch::LIES,
        peers::LIES,
        rings::LIES,
        scripts::LIES,
    ];
    let all = lists.into_iter().flatten();
    all.filter(move |lie| match lie.who {
        Who::Anybody => true,
        Who::Only(who) => who == attacker,
        Who::Documents => matches!(attacker, Attacker::Renderer | Attacker::Shell),
    })
}

/// The lie of that name, if that attacker has it.
pub fn find(attacker: Attacker, name: &str) -> Option<&'static Lie> {
    of(attacker).find(|lie| lie.name == name)
}

/// Tells the lie of that name, if there is one, and then waits to be killed for it.
pub fn tell(attacker: Attacker, name: &str, server: &str, reach: &Reach<'_>) {
    if let Some(lie) = find(attacker, name) {
        (lie.tell)(&Liar {
            attacker,
            reach,
            server,
            name,
        });
        packets::wait_for_the_end();
    }
}
