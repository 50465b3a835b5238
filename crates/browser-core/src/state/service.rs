//! The roles that are kept filled (gpu, network, shell, the spare renderer), and how often each may
//! be restarted.

use crate::config::Config;
use crate::event::Time;
use crate::state::rate_limit::RateLimit;
use protocol::ids::{ProcessId, Role};
use protocol::limits;

/// A role that is kept filled.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) process: Option<ProcessId>,
    /// Whether the settings have it.
    is_configured: bool,
    /// Whether it is to be there now: not after too many deaths, until those are long enough ago.
    pub(crate) wanted: bool,
    pub(crate) restarts: RateLimit,
}

impl Service {
    fn new(is_configured: bool, restarts_max: usize) -> Service {
        Service {
            process: None,
            is_configured,
            wanted: is_configured,
            restarts: RateLimit::new(restarts_max, limits::RESTART_WINDOW_MS),
        }
    }

    /// It has died; says whether it is given up for now.
    pub(crate) fn died(&mut self, now: Time) -> bool {
        self.process = None;
        self.wanted = self.restarts.allow(now);
        !self.wanted
    }

    /// Wanted again once enough time has gone by.
    pub(crate) fn revive(&mut self, now: Time) {
        if self.is_configured && !self.wanted {
            self.wanted = self.restarts.allow(now);
        }
    }

    /// When it is to be tried again, if it is given up.
    pub(crate) fn revival(&self) -> Option<Time> {
        let is_given_up = self.is_configured && !self.wanted;
        self.restarts.room_at().filter(|_| is_given_up)
    }
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) gpu: Service,
    pub(crate) network: Service,
    pub(crate) shell: Service,
    pub(crate) spare: Service,
}

impl Services {
    pub(crate) fn new(config: &Config) -> Services {
        Services {
            gpu: Service::new(true, limits::GPU_RESTARTS_MAX),
            network: Service::new(true, limits::NETWORK_RESTARTS_MAX),
            shell: Service::new(config.shell, limits::SHELL_RESTARTS_MAX),
            spare: Service::new(config.spare, limits::SPARE_RESTARTS_MAX),
        }
    }

    /// The service of that role; of a renderer it is the spare one.
    pub(crate) fn of(&mut self, role: Role) -> Option<&mut Service> {
        match role {
            Role::Gpu => Some(&mut self.gpu),
            Role::Network => Some(&mut self.network),
            Role::Renderer => Some(&mut self.spare),
            Role::Shell => Some(&mut self.shell),
            Role::Demo => None,
        }
    }

    pub(crate) fn all(&self) -> [&Service; 4] {
        [&self.gpu, &self.network, &self.shell, &self.spare]
    }

    /// No service has a process any more and none is to have one.
    pub(crate) fn forget(&mut self) {
        for service in [
            &mut self.gpu,
            &mut self.network,
            &mut self.shell,
            &mut self.spare,
        ] {
            service.process = None;
            service.is_configured = false;
            service.wanted = false;
        }
    }
}
