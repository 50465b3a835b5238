//! The roles that are kept filled (gpu, network, shell, the X11 filter, the demo server, the spare
//! renderer), and how often each may be restarted.

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
    /// Whether a process should run now. Not after too many deaths, until those are long enough
    /// ago.
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

    /// Whether the settings have it.
    pub(crate) fn is_configured(&self) -> bool {
        self.is_configured
    }

    /// Whether a process should run and does not.
    pub(crate) fn is_missing(&self) -> bool {
        self.wanted && self.process.is_none()
    }

    /// Its process has died; returns whether the service is given up for now.
    pub(crate) fn died(&mut self, now: Time) -> bool {
        self.process = None;
        self.wanted = self.restarts.allow(now);
        !self.wanted
    }

    /// Wanted again once enough time has gone by.
    fn revive(&mut self, now: Time) {
        if self.is_configured && !self.wanted {
            self.wanted = self.restarts.allow(now);
        }
    }

    /// When the service is to be tried again, if it is given up.
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
    /// Started once: its listening socket ends with it.
    pub(crate) demo: Service,
    pub(crate) spare: Service,
    /// Each serves one gpu process.
    pub(crate) x11_filter: Service,
}

impl Services {
    pub(crate) fn new(config: &Config) -> Services {
        Services {
            gpu: Service::new(true, limits::GPU_RESTARTS_MAX),
            network: Service::new(true, limits::NETWORK_RESTARTS_MAX),
            shell: Service::new(config.shell, limits::SHELL_RESTARTS_MAX),
            demo: Service::new(config.demo, 0),
            spare: Service::new(config.spare, limits::SPARE_RESTARTS_MAX),
            x11_filter: Service::new(config.x11_filter, limits::X11_FILTER_RESTARTS_MAX),
        }
    }

    /// The service of that role; of a renderer it is the spare one.
    pub(crate) fn of(&mut self, role: Role) -> &mut Service {
        match role {
            Role::Demo => &mut self.demo,
            Role::Gpu => &mut self.gpu,
            Role::Network => &mut self.network,
            Role::Renderer => &mut self.spare,
            Role::Shell => &mut self.shell,
            Role::X11Filter => &mut self.x11_filter,
        }
    }

    pub(crate) fn all(&self) -> [&Service; 6] {
        [
            &self.gpu,
            &self.network,
            &self.shell,
            &self.demo,
            &self.spare,
            &self.x11_filter,
        ]
    }

    fn all_mut(&mut self) -> [&mut Service; 6] {
        [
            &mut self.gpu,
            &mut self.network,
            &mut self.shell,
            &mut self.demo,
            &mut self.spare,
            &mut self.x11_filter,
        ]
    }

    /// Those that have been given up are wanted again once enough time has gone by.
    pub(crate) fn revive(&mut self, now: Time) {
        for service in self.all_mut() {
            service.revive(now);
        }
    }

    /// No service has a process any more and none is to have one.
    pub(crate) fn forget(&mut self) {
        for service in self.all_mut() {
            service.process = None;
            service.is_configured = false;
            service.wanted = false;
        }
    }
}
