//! The roles that are kept filled (gpu, network, shell, the X11 filter, the demo server, the
//! devtools process, the spare renderer), and when each may be started again.

use crate::config::Config;
use crate::event::Time;
use crate::state::restarts::Restarts;
use protocol::ids::{ProcessId, Role};

/// A role that is kept filled.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) process: Option<ProcessId>,
    /// Whether a process is to run: the settings have it, and it is not over for good.
    is_configured: bool,
    /// Whether its first process is its last.
    is_once: bool,
    pub(crate) restarts: Restarts,
}

/// What becomes of a service whose process has died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outlook {
    /// It is started again after that pause.
    Again { pause_ms: u64 },
    /// Its first process was its last.
    Over,
}

impl Service {
    fn new(is_configured: bool) -> Service {
        Service {
            process: None,
            is_configured,
            is_once: false,
            restarts: Restarts::default(),
        }
    }

    fn once(is_configured: bool) -> Service {
        Service {
            is_once: true,
            ..Service::new(is_configured)
        }
    }

    /// Whether the settings have it.
    pub(crate) fn is_configured(&self) -> bool {
        self.is_configured
    }

    /// Whether a process should run now and does not.
    pub(crate) fn is_missing(&self, now: Time) -> bool {
        self.is_wanted() && self.restarts.is_due(now)
    }

    /// Whether a process should run and does not, perhaps after a pause.
    pub(crate) fn is_wanted(&self) -> bool {
        self.is_configured && self.process.is_none()
    }

    /// Whether it keeps dying and is not running at the moment.
    pub(crate) fn is_failing(&self) -> bool {
        self.process.is_none() && self.restarts.are_many()
    }

    /// Its process has died after that life.
    pub(crate) fn died(&mut self, now: Time, lived_ms: u64) -> Outlook {
        self.process = None;
        if self.is_once {
            self.is_configured = false;
            return Outlook::Over;
        }
        let pause_ms = self.restarts.died(now, lived_ms);
        Outlook::Again { pause_ms }
    }

    /// When it is to be started again, if it waits for that.
    pub(crate) fn restart_at(&self, now: Time) -> Option<Time> {
        let waits = self.is_wanted() && !self.restarts.is_due(now);
        waits.then(|| self.restarts.at())
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
    pub(crate) devtools: Service,
    pub(crate) spare: Service,
    /// Each serves one gpu process.
    pub(crate) x11_filter: Service,
}

impl Services {
    pub(crate) fn new(config: &Config) -> Services {
        Services {
            gpu: Service::new(true),
            network: Service::new(true),
            shell: Service::new(config.shell),
            demo: Service::once(config.demo),
            devtools: Service::new(config.devtools),
            spare: Service::new(config.spare),
            x11_filter: Service::new(config.x11_filter),
        }
    }

    /// The service of that role; of a renderer it is the spare one.
    pub(crate) fn of(&mut self, role: Role) -> &mut Service {
        match role {
            Role::Demo => &mut self.demo,
            Role::Devtools => &mut self.devtools,
            Role::Gpu => &mut self.gpu,
            Role::Network => &mut self.network,
            Role::Renderer => &mut self.spare,
            Role::Shell => &mut self.shell,
            Role::X11Filter => &mut self.x11_filter,
        }
    }

    /// The process of the service of that role; of a renderer that of the spare one.
    pub(crate) fn process_of(&self, role: Role) -> Option<ProcessId> {
        let service = match role {
            Role::Demo => &self.demo,
            Role::Devtools => &self.devtools,
            Role::Gpu => &self.gpu,
            Role::Network => &self.network,
            Role::Renderer => &self.spare,
            Role::Shell => &self.shell,
            Role::X11Filter => &self.x11_filter,
        };
        service.process
    }

    pub(crate) fn all(&self) -> [&Service; 7] {
        [
            &self.gpu,
            &self.network,
            &self.shell,
            &self.demo,
            &self.devtools,
            &self.spare,
            &self.x11_filter,
        ]
    }

    fn all_mut(&mut self) -> [&mut Service; 7] {
        [
            &mut self.gpu,
            &mut self.network,
            &mut self.shell,
            &mut self.demo,
            &mut self.devtools,
            &mut self.spare,
            &mut self.x11_filter,
        ]
    }

    /// No service has a process any more and none is to have one.
    pub(crate) fn forget(&mut self) {
        for service in self.all_mut() {
            service.process = None;
            service.is_configured = false;
        }
    }
}
