//! When what waits for a child is sent.
//!
//! Owns: which channels are watched for room, and the pause after a refusal that has nothing to do
//! with room. Trusts: the core's word that there is some. Never: tries without a pause what was
//! just refused.

use crate::child::process::Control;
use crate::poller::Source;
use crate::state::Browser;
use protocol::ids::ProcessId;
use std::time::{Duration, Instant};

/// How long a message waits that the system refused though its channel has room.
const REFUSED_PAUSE: Duration = Duration::from_millis(20);

impl Browser {
    /// Asks to be woken when a child that was slow to read can take more.
    pub(crate) fn watch_outboxes(&mut self, process: ProcessId) {
        let Some(child) = self.children.get_mut(&process) else {
            return;
        };
        let source = Source::Control(process);
        // A descriptor that is no longer in the set needs no watching.
        let _ = match &child.control {
            Some(Control::Gpu(out, _)) => self.set.want_write(out, source, out.is_waiting()),
            Some(Control::Network(out, _)) => self.set.want_write(out, source, out.is_waiting()),
            Some(Control::Renderer(out, _)) => self.set.want_write(out, source, out.is_waiting()),
            Some(Control::Shell {
                out, commands_out, ..
            }) => {
                let _ = self.set.want_write(out, source, out.is_waiting());
                self.set.want_write(
                    commands_out,
                    Source::Commands(process),
                    commands_out.is_waiting(),
                )
            }
            Some(Control::Demo(_)) | None => Ok(()),
        };
        let is_known = self.refused.iter().any(|(_, known)| *known == process);
        if !is_known && child.control.as_ref().is_some_and(is_refused) {
            self.refused.push((Instant::now() + REFUSED_PAUSE, process));
        }
    }

    /// Tries again what was refused long enough ago.
    pub(crate) fn resume_outboxes(&mut self) {
        let now = Instant::now();
        let due = self.refused.extract_if(.., |(at, _)| *at <= now);
        for (_, process) in due.collect::<Vec<_>>() {
            let child = self.children.get_mut(&process);
            match child.and_then(|child| child.control.as_mut()) {
                Some(Control::Gpu(out, _)) => out.flush(),
                Some(Control::Network(out, _)) => out.flush(),
                Some(Control::Renderer(out, _)) => out.flush(),
                Some(Control::Shell {
                    out, commands_out, ..
                }) => {
                    out.flush();
                    commands_out.flush();
                }
                Some(Control::Demo(_)) | None => {}
            }
            self.watch_outboxes(process);
        }
    }
}

fn is_refused(control: &Control) -> bool {
    match control {
        Control::Demo(_) => false,
        Control::Gpu(out, _) => out.is_refused(),
        Control::Network(out, _) => out.is_refused(),
        Control::Renderer(out, _) => out.is_refused(),
        Control::Shell {
            out, commands_out, ..
        } => out.is_refused() || commands_out.is_refused(),
    }
}
