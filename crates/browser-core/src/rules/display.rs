//! The X11 filter and the gpu process, which live and die together: each filter serves one
//! connection.
//!
//! Trusts: the filter on what it refused; it sees web content only as pictures that pass by. Never:
//! starts a gpu process without a filter where the settings have one.

use crate::death::DeathCause;
use crate::state::core::Core;
use crate::text;
use protocol::ids::{ProcessId, Role};
use protocol::misbehaviour::Misbehaviour;
use protocol::x11_filter::FromX11Filter;

impl Core {
    /// Whether a gpu process would find its display.
    pub(crate) fn is_display_reachable(&self) -> bool {
        let filter = &self.services.x11_filter;
        !filter.is_configured() || self.ready_service(filter).is_some()
    }

    pub(crate) fn on_x11_filter(&mut self, id: ProcessId, message: FromX11Filter) {
        let Some(process) = self.processes.living(id) else {
            return;
        };
        if process.role != Role::X11Filter || !process.is_ready() {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        match message {
            FromX11Filter::Refused { request } => {
                let request = text::clean(&request, text::REMARK_BYTES_MAX);
                match self.services.gpu.process {
                    Some(gpu) => self.condemn(gpu, DeathCause::RequestRefused(request)),
                    None => self.end_x11_filter(),
                }
            }
            FromX11Filter::ServerGone if self.window.gpu.is_some() => self.quit(),
            // No window has stood yet. The gpu process says why, or dies of it.
            FromX11Filter::ServerGone if self.services.gpu.process.is_some() => {
                self.end_x11_filter();
            }
            // The filter's own end counts.
            FromX11Filter::ServerGone => {}
        }
    }

    /// The gpu process has lost its display. Where a filter stands between, the filter says why, by
    /// a message or by its death.
    pub(crate) fn display_lost(&mut self) {
        if !self.services.x11_filter.is_configured() {
            self.quit();
        }
    }

    /// The gpu process has died; its filter has done its work.
    pub(crate) fn end_x11_filter(&mut self) {
        if let Some(filter) = self.services.x11_filter.process.take() {
            self.dismiss(filter);
        }
    }

    /// The filter has died, and with it the window.
    pub(crate) fn x11_filter_lost(&mut self) {
        if let Some(gpu) = self.services.gpu.process {
            self.condemn(gpu, DeathCause::DisplayLost);
        }
    }
}
