//! How far the scripts of one process are with ending.

use crate::event::Time;
use protocol::limits::STOP_SCRIPT_MS_MAX;

/// Whether the scripts of a process can be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptStop {
    /// It runs none, or none any more.
    Needless,
    /// The user may ask for it.
    Possible,
    /// It was asked for, a moment ago.
    Asked,
    /// It was asked for, and nothing has come of it.
    Overdue,
}

/// The scripts of one process.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    /// Whether it has begun to run some.
    pub(crate) have_run: bool,
    stop_asked: Option<Time>,
    are_over: bool,
}

impl Scripts {
    pub(crate) fn stop_at(&self, now: Time) -> ScriptStop {
        match self.stop_asked {
            _ if self.are_over || !self.have_run => ScriptStop::Needless,
            None => ScriptStop::Possible,
            Some(asked) if now.0 < asked.0 + STOP_SCRIPT_MS_MAX => ScriptStop::Asked,
            Some(_) => ScriptStop::Overdue,
        }
    }

    /// When what the user is offered changes.
    pub(crate) fn deadline(&self, now: Time) -> Option<Time> {
        let overdue = Time(self.stop_asked?.0 + STOP_SCRIPT_MS_MAX);
        (!self.are_over && overdue > now).then_some(overdue)
    }

    pub(crate) fn ask_to_stop(&mut self, now: Time) {
        self.stop_asked.get_or_insert(now);
    }

    /// The process says that none runs any more.
    pub(crate) fn end(&mut self) {
        self.are_over = true;
    }
}
